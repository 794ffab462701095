// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzDocument: a line is refused, or becomes JSON without a repeated key that has every value of the line, in its order. Cut, it is JSON
// of the right size.
func FuzzDocument(f *testing.F) {
	for _, layers := range []string{
		`"eth":{"a":"1","b":"2","a":["3",{"c":null}]}`, `"ip":[{"a":1},{"a":true,"a":-0.5E+7}],"ip":{}`, `"a":{"\u0062":"\ud800","b":"` + "\xff\x01" + `"}`,
		`"http":{"a":"` + strings.Repeat("0123456789abcdef", 500) + `","b":["` + strings.Repeat("0123456789", 50) + `","c"]}`,
	} {
		f.Add([]byte(packet(layers)))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		whole, info, err := Document(nil, slices.Clone(line), 1<<30)
		if err != nil {
			if len(whole) > 0 || info != (Info{}) {
				t.Fatalf("an error, and %v of %q", info, whole)
			}
			return
		}
		want, err := read(clean(line))
		if err != nil {
			t.Fatalf("encoding/json refuses what was taken: %v", err)
		}
		got, err := read(whole)
		if err != nil {
			t.Fatalf("no JSON: %v", err)
		}
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("values\n%v of\n%v", got, want)
		}
		if key := repeatedKey(whole); key != "" {
			t.Fatalf("%s is there again in %s", key, whole)
		}
		limit := min(len(whole), markSize+len(frame)+len(line)/2)
		tree := newTree()
		if err := tree.read(clean(line)); err != nil {
			t.Fatal(err)
		}
		small, left, err := tree.write([]byte("["), limit)
		if err != nil {
			return // too large even without its layers
		}
		if len(small)-1 > limit || !json.Valid(small[1:]) || repeatedKey(small[1:]) != "" || (left > 0) != (limit < len(whole)) {
			t.Fatalf("%d bytes, not %d, %d values left out: %s", len(small)-1, limit, left, small)
		}
	})
}
