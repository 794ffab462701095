// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// document is one document as espbeat prints or stores it.
type document map[string]any

// parse reads NDJSON, each line an object of its own.
func parse(t *testing.T, out string) []document {
	t.Helper()
	var docs []document
	for i, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		var d document
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("line %d is no JSON object: %v: %.300s", i+1, err, line)
		}
		docs = append(docs, d)
	}
	return docs
}

// printed are the documents of a capture as --format ecs prints them.
func printed(t *testing.T, path string) []document {
	t.Helper()
	return parse(t, run(t, "--file", path, "--format", "ecs").exits(0).out)
}

// at returns the values at a dotted path; none when there is nothing.
func (d document) at(path string) []any {
	values := []any{map[string]any(d)}
	for _, key := range strings.Split(path, ".") {
		var next []any
		for _, v := range values {
			if m, ok := v.(map[string]any); ok {
				switch v := m[key].(type) {
				case nil:
				case []any:
					next = append(next, v...)
				default:
					next = append(next, v)
				}
			}
		}
		values = next
	}
	return values
}

// text returns the strings at a dotted path.
func (d document) text(path string) []string {
	var s []string
	for _, v := range d.at(path) {
		if v, ok := v.(string); ok {
			s = append(s, v)
		}
	}
	return s
}

// number returns the packet's number.
func (d document) number(t *testing.T) int {
	t.Helper()
	n := d.at("packet.number")
	if len(n) != 1 {
		t.Fatalf("packet.number: %v in %v", n, d)
	}
	f, ok := n[0].(float64)
	if !ok {
		t.Fatalf("packet.number is %T", n[0])
	}
	return int(f)
}

func hasText(path, want string) func(document) bool {
	return func(d document) bool { return slices.Contains(d.text(path), want) }
}

func hasNumber(path string, want float64) func(document) bool {
	return func(d document) bool { return slices.Contains(d.at(path), any(want)) }
}

func inNet(path, cidr string) func(document) bool {
	net := netip.MustParsePrefix(cidr)
	return func(d document) bool {
		return slices.ContainsFunc(d.text(path), func(s string) bool {
			a, err := netip.ParseAddr(s)
			return err == nil && net.Contains(a)
		})
	}
}

func has(path string) func(document) bool {
	return func(d document) bool { return len(d.at(path)) > 0 }
}

func both(a, b func(document) bool) func(document) bool {
	return func(d document) bool { return a(d) && b(d) }
}

func either(a, b func(document) bool) func(document) bool {
	return func(d document) bool { return a(d) || b(d) }
}

func not(f func(document) bool) func(document) bool {
	return func(d document) bool { return !f(d) }
}

// numbers are the sorted numbers of the packets that match.
func numbers(t *testing.T, docs []document, match func(document) bool) []int {
	t.Helper()
	var n []int
	for _, d := range docs {
		if match(d) {
			n = append(n, d.number(t))
		}
	}
	slices.Sort(n)
	return n
}

// equal compares JSON values.
func equal(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}
