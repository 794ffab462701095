// SPDX-License-Identifier: Apache-2.0

package common

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

func TestLayers(t *testing.T) {
	proto := &dissect.Protocol{Name: "x"}
	p := &dissect.Packet{}
	var l Layers
	for i, m := range []struct {
		number uint64
		joined bool
		depth  int
	}{
		{1, false, 1}, {1, false, 1}, // two in a packet
		{2, true, 1}, {2, false, 2}, {2, false, 2}, // one that began before, and two behind it
		{3, true, 1},
		{4, false, 1},
	} {
		if p.Number != m.number {
			p.Begin()
		}
		p.Number, p.Reassembled = m.number, m.joined
		if !l.Push(p, proto) || p.Depth != m.depth {
			t.Errorf("message %d: %d layers, want %d", i, p.Depth, m.depth)
		}
	}
	p.Begin()
	p.Number, p.Depth = 5, dissect.MaxLayers
	if l.Push(p, proto) {
		t.Error("a layer beyond the bound")
	}
}

func TestLayersOf(t *testing.T) {
	c := &dissect.Conversation{}
	p := &dissect.Packet{Number: 1}
	proto := &dissect.Protocol{Name: "x"}
	LayersOf(c).Push(p, proto)
	LayersOf(c).Push(p, proto)
	if p.Depth != 1 {
		t.Errorf("%d layers", p.Depth)
	}
}
