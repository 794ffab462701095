// SPDX-License-Identifier: Apache-2.0

// Package filtertest knows the display filters of the tests, the captures that they are tried on, and which packets of those tshark finds.
package filtertest

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Demo is the name of the project's own capture.
const Demo = "demo"

// Capture is a capture and what filters find in it.
type Capture struct {
	Name string              // Demo, or the file's SHA-256
	Path string              // "" where there is no corpus
	Size int                 // of the file, bytes; 0 for Demo
	Find map[string][]uint64 // by filter, the numbers of the packets that tshark finds; a filter that finds none is not there
}

// Filters are those of filter/testdata/filters.txt; root is the project's folder.
func Filters(t testing.TB, root string) (all []string) {
	t.Helper()
	for line := range strings.Lines(read(t, root, "filters.txt")) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// Captures are those of filter/testdata/packets.txt.
func Captures(t testing.TB, root string) (all []Capture) {
	t.Helper()
	files := Corpus(t, root)
	files = append(files, Capture{Name: Demo, Path: filepath.Join(root, "tests", "demo", "demo.pcapng")})
	for line := range strings.Lines(read(t, root, "packets.txt")) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "= "); ok {
			c := Capture{Name: name, Find: map[string][]uint64{}}
			if at := slices.IndexFunc(files, func(f Capture) bool { return f.Name == name }); at >= 0 {
				c.Path, c.Size = files[at].Path, files[at].Size
			} else if len(files) > 1 {
				t.Errorf("the corpus has no capture with the SHA-256 %s", name)
			}
			all = append(all, c)
			continue
		}
		text, packets, ok := strings.Cut(line, "\t")
		if !ok || len(all) == 0 {
			t.Fatalf("packets.txt: %q is neither a capture nor a filter", line)
		}
		all[len(all)-1].Find[text] = numbers(t, packets)
	}
	return all
}

// Write replaces filter/testdata/packets.txt.
func Write(t testing.TB, root string, captures []Capture) {
	t.Helper()
	var b strings.Builder
	for _, c := range captures {
		fmt.Fprintf(&b, "= %s\n", c.Name)
		for _, text := range slices.Sorted(maps.Keys(c.Find)) {
			fmt.Fprintf(&b, "%s\t%s\n", text, Ranges(c.Find[text]))
		}
	}
	if err := os.WriteFile(path(root, "packets.txt"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Corpus are the real captures beside the project, the smallest first; none where they are absent. ESPBEAT_CORPUS names their folder.
func Corpus(t testing.TB, root string) (all []Capture) {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join(root, "..", "shared", "corpus")), "dev")
	f, err := os.Open(filepath.Join(dir, "index.csv"))
	if err != nil {
		return nil
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	file, sum, size := slices.Index(rows[0], "file"), slices.Index(rows[0], "sha256"), slices.Index(rows[0], "size")
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[size])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Capture{Name: r[sum], Path: filepath.Join(dir, r[file]), Size: n})
	}
	slices.SortFunc(all, func(a, b Capture) int { return cmp.Or(a.Size-b.Size, strings.Compare(a.Name, b.Name)) })
	return all
}

// Anything is the filter that finds each packet that tshark reads, which are not all where a capture is broken.
const Anything = "frame"

// summed are the names that documents answer of a packet that an ICMP error quotes, too, and the words between them: to Wireshark all that is in a quote is the packet's.
var summed = regexp.MustCompile(`^((eth|frame|arp|vlan)(\..*)?|icmp|icmpv6|(ip|ipv6)(\.(addr|src|dst))?|(tcp|udp)(\.(port|srcport|dstport))?|and|or|not|any|all|eq|in|contains)$`)

// words are the names, operators and texts of a filter.
var words = regexp.MustCompile(`"[^"]*"|\b[a-z]\w*(\.\w+)*`)

// InQuotes tells whether documents answer a filter of quoted packets, too.
func InQuotes(filter string) bool {
	return !slices.ContainsFunc(words.FindAllString(filter, -1), func(w string) bool { return w[0] != '"' && !summed.MatchString(w) })
}

// Ranges writes ascending numbers as "1-3 7".
func Ranges(n []uint64) string {
	var b strings.Builder
	for i := 0; i < len(n); {
		last := i
		for last+1 < len(n) && n[last+1] == n[last]+1 {
			last++
		}
		if fmt.Fprintf(&b, " %d", n[i]); last > i {
			fmt.Fprintf(&b, "-%d", n[last])
		}
		i = last + 1
	}
	return strings.TrimPrefix(b.String(), " ")
}

func numbers(t testing.TB, text string) (all []uint64) {
	t.Helper()
	for part := range strings.FieldsSeq(text) {
		low, high, _ := strings.Cut(part, "-")
		first, err1 := strconv.ParseUint(low, 10, 64)
		last, err2 := strconv.ParseUint(cmp.Or(high, low), 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("packets.txt: %q are no packet numbers", part)
		}
		for n := first; n <= last; n++ {
			all = append(all, n)
		}
	}
	return all
}

func path(root, name string) string { return filepath.Join(root, "filter", "testdata", name) }

func read(t testing.TB, root, name string) string {
	t.Helper()
	b, err := os.ReadFile(path(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
