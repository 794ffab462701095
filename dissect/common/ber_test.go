// SPDX-License-Identifier: Apache-2.0

package common

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

func cursor(t *testing.T, digits string, more int) Cursor {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	p := &dissect.Packet{Out: &field.Buffer{}}
	p.Push(&dissect.Protocol{Name: "test"})
	return Read(p, b, len(b)+more)
}

func TestElement(t *testing.T) {
	for _, tt := range []struct {
		name, bytes string
		more        int
		tag         uint8
		contents    int // bytes on the wire
		left        int
		bad, cut    bool
	}{
		{name: "short", bytes: "04 02 0102 05", tag: 4, contents: 2, left: 1},
		{name: "empty", bytes: "05 00", tag: 5},
		{name: "length in more bytes than it needs", bytes: "30 82 0003 010203", tag: 0x30, contents: 3},
		{name: "length in four bytes", bytes: "30 84 00000001 01", tag: 0x30, contents: 1},
		{name: "length in five bytes", bytes: "30 85 0000000001 01", tag: 0x30, bad: true},
		{name: "indefinite", bytes: "30 80 0000", tag: 0x30, bad: true},
		{name: "tag of two bytes", bytes: "3f 81 01 00", tag: 0x3f, bad: true},
		{name: "longer than the packet", bytes: "30 05 01", tag: 0x30, contents: 1, bad: true},
		{name: "longer than what was captured", bytes: "30 05 01", more: 4, tag: 0x30, contents: 5, cut: true},
		{name: "no length", bytes: "30", tag: 0x30, bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cursor(t, tt.bytes, tt.more)
			tag, v := c.Element()
			if tag != tt.tag || v.Wire != tt.contents || !c.Failed && c.Wire != tt.left || (c.P.Malformed != nil) != tt.bad || c.P.Truncated != tt.cut {
				t.Errorf("tag %x, %d bytes, %d left, malformed %v, truncated %v", tag, v.Wire, c.Wire, c.P.Malformed != nil, c.P.Truncated)
			}
		})
	}
}

func TestInteger(t *testing.T) {
	for digits, want := range map[string]int64{"00": 0, "7f": 127, "ff": -1, "0080": 128, "ff7f": -129, "00ffffffff": 1<<32 - 1, "8000000000000000": -1 << 63, "00ffffffffffffffff": -1} {
		if c := cursor(t, digits, 0); c.Integer() != want || c.Failed {
			c = cursor(t, digits, 0)
			t.Errorf("%s = %d", digits, c.Integer())
		}
	}
	for _, digits := range []string{"", "010000000000000000", "00000000000000000000"} {
		if c := cursor(t, digits, 0); c.Integer() != 0 || c.P.Malformed == nil {
			t.Errorf("%q is not malformed", digits)
		}
	}
}

func TestAppendOID(t *testing.T) {
	for digits, want := range map[string]string{"2b06010201010100": "1.3.6.1.2.1.1.1.0", "883703": "2.999.3", "00": "0.0", "2b8fffffff7f": "1.3.4294967295"} {
		if c := cursor(t, digits, 0); string(c.AppendOID(nil)) != want {
			c = cursor(t, digits, 0)
			t.Errorf("%s = %s, want %s", digits, c.AppendOID(nil), want)
		}
	}
	for _, digits := range []string{"", "2b80", "2bffffffffffffffffffff7f", strings.Repeat("01", maxArcs+1)} {
		if c := cursor(t, digits, 0); string(c.AppendOID([]byte("x"))) != "x" || c.P.Malformed == nil {
			t.Errorf("%q is not malformed", digits)
		}
	}
}
