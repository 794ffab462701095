// SPDX-License-Identifier: Apache-2.0

package osi

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func TestDissect(t *testing.T) {
	var others []*dissect.Protocol
	for _, name := range []string{"clnp", "esis", "isis"} {
		others = append(others, &dissect.Protocol{Name: name, Dissect: func(*dissect.Packet, []byte, int) {}})
	}
	b := dissecttest.New(nil, append(others, Protocol)...)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "CLNP", Frame: "81", Layers: "osi:clnp", Want: map[string]string{"osi.nlpid": "129"}},
		{Name: "ES-IS", Frame: "82", Layers: "osi:esis"},
		{Name: "IS-IS", Frame: "83", Layers: "osi:isis"},
		{Name: "another", Frame: "08", Layers: "osi", Want: map[string]string{"osi.nlpid": "8"}},
	})
}

func FuzzOSI(f *testing.F) {
	f.Add([]byte{0x83, 1}, 2)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
