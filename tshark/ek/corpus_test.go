// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// demo is the capture that the project has itself.
const demo = "../../tests/demo/demo.pcapng"

// share of the corpus that is compared when ESPBEAT_CORPUS does not name it: tshark takes a third of a second to start, for each of a thousand files.
const share = 20

// TestDocumentsAreThoseOfTshark: over real captures, a document has the values of tshark's line, at the same places and in the same order, each key once.
func TestDocumentsAreThoseOfTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark's lines are not compared: tshark is missing (`apt-get install tshark`)")
	}
	files := []string{demo}
	all := os.Getenv("ESPBEAT_CORPUS")
	captures, each := 0, share
	if testing.Short() {
		each *= 10
	}
	err = filepath.WalkDir(filepath.Join(cmp.Or(all, filepath.Join("..", "..", "..", "shared", "corpus")), "dev"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(filepath.Ext(path), "cap") {
			if captures++; all != "" || captures%each == 0 {
				files = append(files, path)
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, options := range [][]string{nil, {"-x"}} { // which adds fields _raw
		packets := 0
		for _, file := range files {
			packets += compare(t, exec.Command(tshark, append([]string{"-n", "-T", "ek", "-r", file}, options...)...), file)
			if t.Failed() {
				return
			}
			if options != nil && packets > 1000 {
				break
			}
		}
		t.Logf("%d packets compared, with options %q", packets, options)
		if packets < 100 {
			t.Errorf("%d packets compared", packets)
		}
	}
}

// compare makes documents of what the command writes of a capture, and returns how many.
func compare(t *testing.T, c *exec.Cmd, file string) int {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait() // a broken capture is an error to tshark, behind the packets that it has
	}()
	n := uint64(0)
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break
		}
		if !IsPacket(line) {
			continue
		}
		n++
		if bytes.IndexByte(line[len(`{"timestamp":"`):], '"') > len("253402300799999") {
			continue // beyond the year 9999, which tshark 4.0 writes with bytes of its memory, quotes among them when it happens
		}
		doc, info, err := Document(nil, slices.Clone(line), 1<<30)
		if err != nil || info.Number != n || info.LeftOut != 0 {
			t.Fatalf("%s: packet %d: %v, %v", file, n, info, err)
		}
		if key := repeatedKey(doc); key != "" {
			t.Fatalf("%s: packet %d: %s is there again", file, n, key)
		}
		want, err := read(line)
		if err != nil {
			t.Fatalf("%s: packet %d: %v", file, n, err)
		}
		if got, err := read(doc); err != nil || !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%s: packet %d: %v\n%v of\n%v", file, n, err, got, want)
		}
		const layout = "string 2006-01-02T15:04:05.000000000Z"
		// A fraction of more than a second, of a broken capture, has more digits.
		if at := want[` "layers" "frame" "frame_frame_time"`]; len(at) > 0 && len(at[0]) == len(layout) && info.Time.Format(layout) != at[0] {
			t.Fatalf("%s: packet %d: %v, not %s", file, n, info.Time, at[0])
		}
	}
	return int(n)
}
