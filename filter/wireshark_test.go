// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"flag"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/filter/filtertest"
)

var (
	update = flag.Bool("update", false, "ask tshark which packets of the demo and the corpus the filters of testdata/filters.txt find, and write testdata/packets.txt")
	every  = flag.Bool("every", false, "ask tshark, and compare the packets of every capture of the corpus, not of those in testdata/packets.txt alone")
)

const root = ".."

// TestFiltersFindWhatTsharkFinds compares the packets that filters hold for with tshark's.
func TestFiltersFindWhatTsharkFinds(t *testing.T) {
	filters := filtertest.Filters(t, root)
	var captures []filtertest.Capture
	if *update || *every {
		captures = append(captures, filtertest.Capture{Name: filtertest.Demo, Path: filepath.Join(root, "tests", "demo", "demo.pcapng")})
		captures = append(captures, filtertest.Corpus(t, root)...)
		for i := range captures {
			captures[i].Find = ask(t, captures[i].Path, append(filters, filtertest.Anything))
		}
		captures = slices.DeleteFunc(captures, func(c filtertest.Capture) bool { return c.Find == nil })
	}
	if *update {
		filtertest.Write(t, root, chosen(captures, filters))
	}
	if !*every {
		captures = filtertest.Captures(t, root)
	}
	if testing.Short() {
		captures = captures[:len(captures)/10]
	}
	exceptions := filtertest.ReadExceptions(t, root)
	compiled := map[field.Profile][]*filter.Filter{}
	for _, profile := range profiles {
		for _, text := range filters {
			f, err := filter.Compile(text, filter.Options{Layers: layers, Profile: profile})
			if err != nil && profile == field.Full {
				t.Error(err)
			}
			compiled[profile] = append(compiled[profile], f)
		}
	}
	compared, absent := 0, 0
	for _, c := range captures {
		if c.Path == "" {
			absent++
			continue
		}
		compared++
		for name, profile := range profiles {
			compare(t, c, name, profile, filters, compiled[profile], exceptions)
		}
	}
	if absent > 0 {
		t.Skipf("filters were compared on %d captures, %d others are missing: no corpus of real captures beside the project (set ESPBEAT_CORPUS)", compared, absent)
	}
}

// profiles are those that are compared, by name.
var profiles = map[string]field.Profile{"standard": field.Standard, "full": field.Full}

// compare compares what the filters find in a capture's documents of a profile; one without a compiled filter asks for what the profile lacks.
func compare(t *testing.T, c filtertest.Capture, name string, profile field.Profile, filters []string, compiled []*filter.Filter, exceptions filtertest.Exceptions) {
	t.Helper()
	packets := enginetest.Read(t, c.Path)
	packets = packets[:min(len(packets), len(c.Find[filtertest.Anything]))]
	docs := documents(t, packets, profile) // which packet stands for a message is the same in Wireshark's own mode only
	for i, f := range compiled {
		if f == nil {
			continue
		}
		text := filters[i]
		got, want := found(docs, f), slices.Clone(c.Find[text])
		if !filtertest.InQuotes(text) {
			quoting := func(n uint64) bool { return quotes(docs[n]) }
			got, want = slices.DeleteFunc(got, quoting), slices.DeleteFunc(want, quoting)
		}
		if !slices.Equal(got, want) && exceptions.Reason(c.Name, name, text) == "" {
			t.Errorf("%s, profile %s: %s finds %s, tshark %s", filepath.Base(c.Path), name, text, filtertest.Ranges(got), filtertest.Ranges(want))
		}
	}
}

// chosen are the captures that are worth keeping: the demo, and of those with at most 1,000 packets the ones that answer most filters for their length, until two
// answer each.
func chosen(captures []filtertest.Capture, filters []string) []filtertest.Capture {
	answered := map[string]int{}
	keep, rest := captures[:1:1], captures[1:]
	for {
		best, most := -1, 0.0
		for i, c := range rest {
			gain, packets := 0, len(c.Find[filtertest.Anything])
			for _, text := range filters {
				if answered[text] < 2 && len(c.Find[text]) > 0 {
					gain++
				}
			}
			if score := float64(gain) / (20 + math.Pow(float64(packets), 0.7)); score > most && packets <= 1000 {
				best, most = i, score
			}
		}
		if best < 0 {
			return keep
		}
		for text := range rest[best].Find {
			answered[text]++
		}
		keep = append(keep, rest[best])
		rest = slices.Delete(slices.Clone(rest), best, best+1)
	}
}

// quotes tells whether the packet quotes another, as ICMP errors do.
func quotes(d doc) (yes bool) {
	d.Values("icmp.original.source.ip", func(string) bool { yes = true; return false })
	return yes
}

// found are the numbers of the packets that the filter holds for.
func found(docs map[uint64]doc, f *filter.Filter) (n []uint64) {
	for number, d := range docs {
		if f.Match(d) {
			n = append(n, number)
		}
	}
	slices.Sort(n)
	return n
}
