// SPDX-License-Identifier: Apache-2.0

package loop

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "reply", Frame: "0000 0100 0500 00000000", Layers: "loop",
			Want: map[string]string{"loop.skipcount": "0", "loop.function": "1", "loop.relevant_function": "1", "loop.receipt_number": "5"}},
		{Name: "forward, then reply", Frame: "0000 0200 0a0b0c0d0e0f 0100 0700 0000", Layers: "loop",
			Want: map[string]string{"loop.function": "2,1", "loop.relevant_function": "2", "loop.forwarding_address": "0A-0B-0C-0D-0E-0F", "loop.receipt_number": "7"}},
		{Name: "forward is done", Frame: "0800 0200 0a0b0c0d0e0f 0100 0700 0000", Layers: "loop",
			Want: map[string]string{"loop.relevant_function": "1"}},
		{Name: "unknown function", Frame: "0000 0300", Layers: "loop",
			Want: map[string]string{"loop.function": "3"}},
		{Name: "no function", Frame: "0000", Layers: "loop", Malformed: "loop",
			Want: map[string]string{"loop.skipcount": "0"}},
		{Name: "half a receipt number", Frame: "0000 0100 05", Layers: "loop", Malformed: "loop",
			Want: map[string]string{"loop.receipt_number": ""}},
		{Name: "half an address", Frame: "0000 0200 0a0b", Layers: "loop", Malformed: "loop",
			Want: map[string]string{"loop.forwarding_address": ""}},
		{Name: "one byte", Frame: "00", Layers: "loop", Malformed: "loop"},
		{Name: "cut by the capture", Frame: "0000 0200 0a0b", Wire: 46, Layers: "loop", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func FuzzLoop(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000 0100 0500 00000000"), 10)
	f.Add(dissecttest.Unhex(f, "0000 0200 0a0b0c0d0e0f 0100 0700 0000"), 16)
	f.Add(dissecttest.Unhex(f, "0800 0200 0a0b0c0d0e0f 0100 0700 0000"), 16)
	f.Add(dissecttest.Unhex(f, "0000 0300"), 4)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
