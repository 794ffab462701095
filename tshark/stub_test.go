// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The test binary under one of these names is a tshark that goes wrong.
var stubs = map[string]func(){
	"stub-old":     func() { fmt.Println("TShark (Wireshark) 2.6.20 (Git v2.6.20)") },
	"stub-other":   func() { fmt.Println("hello") },
	"stub-broken":  func() { fmt.Fprintln(os.Stderr, "it needs a library"); os.Exit(127) },
	"stub-tshark":  stub,
	"stub-refuses": func() { version(); fmt.Fprintln(os.Stderr, "network type 4711 unknown"); os.Exit(2) },
}

func TestMain(m *testing.M) {
	if f := stubs[filepath.Base(os.Args[0])]; f != nil {
		f()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// install puts the test binary where it is a stub.
func install(t *testing.T, name string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(exe, path); err != nil {
		t.Skipf("stubs of tshark are links: %v", err)
	}
	return path
}

func version() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("TShark (Wireshark) 4.9.9 (a stub)")
		os.Exit(0)
	}
}

// stub answers as tshark does. What a packet begins with says what it does instead.
func stub() {
	version()
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	head := make([]byte, 24)
	if _, err := io.ReadFull(in, head); err != nil {
		return
	}
	for n := 1; ; n++ {
		var record [16]byte
		if _, err := io.ReadFull(in, record[:]); err != nil {
			return
		}
		data := make([]byte, le.Uint32(record[8:]))
		if _, err := io.ReadFull(in, data); err != nil {
			return
		}
		ms := int64(le.Uint32(record[:]))*1000 + int64(le.Uint32(record[4:]))/1e6
		what, mark, _ := bytes.Cut(data, []byte(" "))
		switch string(what) {
		case "skip":
			continue
		case "hang":
			time.Sleep(time.Hour)
		case "hang-once":
			if first(string(mark)) {
				time.Sleep(time.Hour)
			}
		case "die":
			os.Exit(3)
		case "lie-once":
			if first(string(mark)) {
				ms += 7
			}
		case "babble-once":
			if first(string(mark)) {
				fmt.Fprintln(out, "not a document")
			}
		}
		fmt.Fprintf(out, "{\"index\":{\"_index\":\"packets\",\"_type\":\"doc\"}}\n{\"timestamp\":\"%d\",\"layers\":{\"frame\":{\"frame_frame_time_epoch\":\"%d.%03d\",\"frame_frame_number\":\"%d\",\"frame_frame_len\":\"%d\"},\"data\":{\"data\":%q}}}\n",
			ms, ms/1000, ms%1000, n, len(data), data)
		_ = out.Flush()
	}
}

// first reports whether a file was not there yet, which it is afterwards.
func first(path string) bool {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_ = f.Close()
	}
	return err == nil
}
