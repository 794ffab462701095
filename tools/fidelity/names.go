// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	protocols "github.com/espbeat/espbeat/dissect/all"
)

// goalNames is the share of packets whose application may be named wrongly.
const goalNames = 0.001

// names counts what the packets' applications are called.
type names struct {
	packets int
	wrong   map[string]int // "a, not b": here a, which Wireshark does not see, but b, which is not seen here
	alone   map[string]int // here a, where Wireshark names nothing more
}

func (n *names) share() float64 { return float64(sum(n.wrong)) / float64(max(n.packets, 1)) }

// goal returns an error when more is named wrongly than may be.
func (n *names) goal() error {
	if n.share() >= goalNames {
		return fmt.Errorf("of %.3f %% of the packets the application is named wrongly, the goal is less than %s", 100*n.share(), percent(goalNames))
	}
	return nil
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// applications are the layers that are applications here.
var applications = func() map[string]bool {
	is := map[string]bool{}
	for _, p := range protocols.Registry().All {
		is[p.Name] = p.Application
	}
	return is
}()

// add compares the layers of one packet. A guess is what the innermost application is called.
func (n *names) add(here, wireshark []string) {
	n.packets++
	for _, name := range slices.Backward(here) {
		if !applications[name] {
			continue
		}
		if slices.Contains(wireshark, name) {
			return
		}
		for _, other := range slices.Backward(wireshark) {
			if !slices.Contains(here, other) {
				n.wrong[name+", not "+other]++
				return
			}
		}
		n.alone[name]++
		return
	}
}

// countNames compares the documents in dir with the oracle's answers in cache.
func countNames(all []capture, dir, cache string) (*names, error) {
	n := &names{wrong: map[string]int{}, alone: map[string]int{}}
	for _, c := range all {
		answers, err := filepath.Glob(filepath.Join(cache, c.sum+".stream.*.ndjson.gz"))
		if err != nil || len(answers) == 0 {
			return nil, errors.Join(err, fmt.Errorf("%s: no answer of the oracle for it in %s", c.path, cache))
		}
		wireshark, err := layersOf(answers[len(answers)-1], func(line []byte) (uint64, []string, error) {
			var x struct {
				N      uint64
				Layers []string
			}
			err := json.Unmarshal(line, &x)
			return x.N, x.Layers, err
		})
		if err != nil {
			return nil, err
		}
		here, err := layersOf(documentsOf(dir, c), func(line []byte) (uint64, []string, error) {
			var x struct {
				Packet struct {
					Number uint64
					Layers []string
				}
			}
			err := json.Unmarshal(line, &x)
			return x.Packet.Number, x.Packet.Layers, err
		})
		if err != nil {
			return nil, err
		}
		for number, layers := range here {
			if w, ok := wireshark[number]; ok {
				n.add(layers, w)
			}
		}
	}
	return n, nil
}

// layersOf reads the layers of each packet by its number; what has no number is not a packet's line.
func layersOf(path string, parse func(line []byte) (uint64, []string, error)) (map[uint64][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	all := map[uint64][]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		number, layers, err := parse(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if number > 0 {
			all[number] = layers
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

func (n *names) markdown() string {
	return fmt.Sprintf("Applications named wrongly, where Wireshark names another: %d of %d packets, %.3f %% (goal: less than %s)%s.\nNamed where Wireshark names none: %d%s.\n\n",
		sum(n.wrong), n.packets, 100*n.share(), percent(goalNames), listed(n.wrong), sum(n.alone), listed(n.alone))
}

// listed writes counts, most first.
func listed(counts map[string]int) string {
	if len(counts) == 0 {
		return ""
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, counts[k])
	}
	return " (" + strings.Join(keys, "; ") + ")"
}
