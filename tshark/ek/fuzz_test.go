// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzDocument: a line is refused, or becomes JSON without a repeated key that has every value of the line, in its order. With a small limit it keeps that.
func FuzzDocument(f *testing.F) {
	for _, layers := range []string{
		`"eth":{"a":"1","b":"2","a":["3",{"c":null}]}`, `"ip":[{"a":1},{"a":true,"a":-0.5E+7}],"ip":{}`, `"a":{"\u0062":"\ud800","b":"` + "\xff\x01" + `"}`,
		`"http":{"a":"` + strings.Repeat("0123456789abcdef", 1<<10) + `","b":["` + strings.Repeat("0123456789", 2000) + `","c"]}`,
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
		small, less, err := Document([]byte("["), line, MinLimit)
		if err != nil {
			return // too large even without its layers
		}
		if len(small)-1 > MinLimit || !json.Valid(small[1:]) || repeatedKey(small[1:]) != "" || less.Number != info.Number || less.Time != info.Time {
			t.Fatalf("%d bytes for %v: %s", len(small)-1, less, small)
		}
		if (less.LeftOut > 0) != (len(whole) > MinLimit) {
			t.Fatalf("%d values left out of %d bytes", less.LeftOut, len(whole))
		}
	})
}
