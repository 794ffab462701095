// SPDX-License-Identifier: Apache-2.0

package json

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func TestLayer(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "an object", Frame: "7b7d", Layers: "json"},
		{Name: "no text", Frame: "7b", Layers: "json", Malformed: "json"},
		{Name: "cut", Frame: "7b", Wire: 2, Layers: "json", Truncated: true},
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a": [1, null]}`), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
