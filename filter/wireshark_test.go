// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
)

var update = flag.Bool("update", false, "ask tshark which packets the filters of testdata/filters.txt find, and write testdata/packets.tsv")

const (
	demo = "../tests/demo/demo.pcapng"
	// answers has a line for each filter and capture: the filter, "demo" or the capture's SHA-256, and the numbers of the packets that tshark -Y finds.
	answers = "testdata/packets.tsv"
)

// corpus maps the SHA-256 of real captures to their files; empty where there is none.
func corpus(t *testing.T) map[string]entry {
	t.Helper()
	dir := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "..", "shared", "corpus"))
	f, err := os.Open(filepath.Join(dir, "dev", "index.csv"))
	if err != nil {
		return nil
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	file, sum, protocols, size := column("file"), column("sha256"), column("protocols"), column("size")
	all := map[string]entry{}
	for _, r := range rows[1:] {
		n, _ := strconv.Atoi(r[size])
		all[r[sum]] = entry{filepath.Join(dir, "dev", r[file]), strings.Fields(r[protocols]), n}
	}
	return all
}

type entry struct {
	path      string
	protocols []string
	size      int
}

// TestFiltersFindWhatTsharkFinds compares the packets that filters hold for with tshark's.
func TestFiltersFindWhatTsharkFinds(t *testing.T) {
	files := corpus(t)
	if *update {
		ask(t, files)
	}
	text, err := os.ReadFile(answers)
	if err != nil {
		t.Fatal(err)
	}
	byCapture := map[string][][2]string{}
	for line := range strings.Lines(string(text)) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		byCapture[c[1]] = append(byCapture[c[1]], [2]string{c[0], c[2]})
	}
	compared := map[string]bool{}
	for name, tests := range byCapture {
		path := demo
		if name != "demo" {
			if files == nil {
				continue
			}
			path = files[name].path
		}
		// Which packet stands for a message is the same in Wireshark's own mode only.
		packets := enginetest.Read(t, path)
		for _, profile := range []field.Profile{field.Standard, field.Full} {
			docs := documents(t, packets, profile)
			for _, x := range tests {
				f, err := filter.Compile(x[0], filter.Options{Layers: layers, Profile: profile})
				if err != nil {
					if profile == field.Full {
						t.Errorf("%v", err)
					}
					continue
				}
				compared[x[0]] = true
				if got, want := numbers(docs, f), unquoted(docs, x[1]); got != want {
					t.Errorf("%s: %s finds %s, tshark %s", filepath.Base(path), x[0], got, want)
				}
			}
		}
	}
	t.Logf("%d filters compared", len(compared))
	if files == nil {
		t.Skip("filters were compared on the demo capture alone: no corpus of real captures beside the project (set ESPBEAT_CORPUS)")
	}
}

// quotes tells whether the packet quotes another, as ICMP errors do. To Wireshark all that is in a quote is the packet's; documents sum it up in icmp.original.*.
func quotes(d doc) bool {
	yes := false
	d.Values("icmp.original.source.ip", func(string) bool { yes = true; return false })
	return yes
}

// unquoted leaves out the packets that quote others.
func unquoted(docs map[uint64]doc, packets string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(packets), func(text string) bool {
		n, _ := strconv.ParseUint(text, 10, 64)
		return quotes(docs[n])
	}), " ")
}

// numbers are those of the packets that the filter holds for.
func numbers(docs map[uint64]doc, f *filter.Filter) string {
	var found []uint64
	for n, d := range docs {
		if !quotes(d) && f.Match(d) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return strings.Trim(fmt.Sprint(found), "[]")
}

var protocolName = regexp.MustCompile(`[a-z][a-z0-9_]*`)

// ask runs tshark over the demo, and over the two smallest captures that have the protocols that the filter names.
func ask(t *testing.T, files map[string]entry) {
	t.Helper()
	text, err := os.ReadFile("testdata/filters.txt")
	if err != nil {
		t.Fatal(err)
	}
	sums := slices.SortedFunc(func(yield func(string) bool) {
		for s := range files {
			if !yield(s) {
				return
			}
		}
	}, func(a, b string) int { return cmp.Or(files[a].size-files[b].size, strings.Compare(a, b)) })
	var out bytes.Buffer
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		fmt.Fprintf(&out, "%s\tdemo\t%s\n", line, tshark(t, demo, line))
		found := 0
		for _, sum := range sums {
			if files[sum].size < 2000 || !slices.ContainsFunc(protocolName.FindAllString(line, -1), func(name string) bool { return slices.Contains(files[sum].protocols, name) }) {
				continue
			}
			if packets := tshark(t, files[sum].path, line); packets != "" || found == 0 {
				fmt.Fprintf(&out, "%s\t%s\t%s\n", line, sum, packets)
			}
			if found++; found == 3 {
				break
			}
		}
	}
	if err := os.WriteFile(answers, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func tshark(t *testing.T, path, display string) string {
	t.Helper()
	cmd := exec.Command("tshark", "-n", "-r", path, "-Y", display, "-T", "fields", "-e", "frame.number")
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && len(out) == 0 && !strings.Contains(stderr.String(), "cut short") && !strings.Contains(stderr.String(), "damaged") {
		t.Errorf("tshark -r %s -Y %q: %v: %s", path, display, err, stderr.String())
	}
	return strings.Join(strings.Fields(string(out)), " ")
}
