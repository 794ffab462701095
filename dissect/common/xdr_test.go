// SPDX-License-Identifier: Apache-2.0

package common

import "testing"

func TestOpaque(t *testing.T) {
	for _, tt := range []struct {
		name, bytes, want string
		more, left        int
		bad, cut          bool
	}{
		{name: "padded", bytes: "00000003 616263 00 05", want: "abc", left: 1},
		{name: "empty", bytes: "00000000 05", left: 1},
		{name: "the last zeros left out", bytes: "00000003 616263", want: "abc"},
		{name: "too long", bytes: "00000009 616263646566676869", bad: true},
		{name: "longer than the packet", bytes: "00000004 6162", bad: true},
		{name: "longer than what was captured", bytes: "00000004 6162", more: 2, cut: true},
		{name: "no length", bytes: "0000", bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cursor(t, tt.bytes, tt.more)
			if got := c.Opaque(8); string(got) != tt.want || !c.Failed && c.Wire != tt.left || (c.P.Malformed != nil) != tt.bad || c.P.Truncated != tt.cut {
				t.Errorf("%q, %d left, malformed %v, truncated %v", got, c.Wire, c.P.Malformed != nil, c.P.Truncated)
			}
		})
	}
}

func TestOpaqueLength(t *testing.T) {
	c := cursor(t, "00000003 616263 00 0000000100000002", 0)
	if n := c.OpaqueLength(); n != 3 || c.U64() != 1<<32|2 || c.Failed {
		t.Errorf("length %d, failed %v", n, c.Failed)
	}
	if c = cursor(t, "ffffffff 00", 0); c.OpaqueLength() != 0xffffffff || c.P.Malformed == nil {
		t.Error("a length beyond the packet is not malformed")
	}
}
