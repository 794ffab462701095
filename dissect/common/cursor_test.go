// SPDX-License-Identifier: Apache-2.0

package common_test

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/field"
)

var (
	cursorFields = field.Group("cursor_test")
	fNumber      = cursorFields.Add("number", field.Uint32, "", "")
	fAddress     = cursorFields.Add("address", field.IP, "", "")
	fName        = cursorFields.Add("name", field.Keyword, "", "")
)

func TestCursor(t *testing.T) {
	var read func(c *common.Cursor)
	proto := &dissect.Protocol{Name: "cursor", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		c := common.Read(p, b, wire)
		read(&c)
	}}
	bench := dissecttest.New(nil, proto)
	frame := []byte{1, 2, 3, 4, 5, 6}
	tests := []struct {
		name      string
		wire      int
		read      func(c *common.Cursor)
		malformed string
		truncated bool
		want      map[string]string
	}{
		{name: "numbers", wire: 6, read: func(c *common.Cursor) { c.Uint8(fNumber); c.Uint16(fNumber); c.Number(fNumber, 3) },
			want: map[string]string{"cursor_test.number": "1,515,263430"}},
		{name: "the least significant byte first", wire: 6, read: func(c *common.Cursor) {
			c.LittleNumber(fNumber, 3)
			c.P.Out.Uint(fNumber, uint64(c.Little16()))
			c.P.Out.Uint(fNumber, uint64(c.Little32()))
		}, malformed: "cursor", want: map[string]string{"cursor_test.number": "197121,1284,0"}},
		{name: "nothing after a failure", wire: 6, read: func(c *common.Cursor) { c.Skip(3); c.Uint32(fNumber); c.Uint8(fNumber) },
			malformed: "cursor", want: map[string]string{"cursor_test.number": ""}},
		{name: "cut", wire: 9, read: func(c *common.Cursor) { c.Skip(3); c.Uint32(fNumber) }, truncated: true, want: map[string]string{"cursor_test.number": ""}},
		{name: "prefix", wire: 6, read: func(c *common.Cursor) { c.Prefix(fAddress, 20, 4); c.Prefix(fAddress, 0, 4) },
			want: map[string]string{"cursor_test.address": "1.2.3.0,0.0.0.0"}},
		{name: "prefix longer than the address", wire: 6, read: func(c *common.Cursor) { c.Prefix(fAddress, 33, 4) }, malformed: "cursor"},
		{name: "sub", wire: 6, read: func(c *common.Cursor) { s := c.Sub(2); s.Uint8(fNumber); c.Uint8(fNumber) }, want: map[string]string{"cursor_test.number": "1,3"}},
		{name: "sub beyond the end", wire: 6, read: func(c *common.Cursor) {
			s := c.Sub(9)
			s.Uint8(fNumber)
			if c.More() {
				c.Uint8(fNumber)
			}
		}, malformed: "cursor", want: map[string]string{"cursor_test.number": "1"}},
		{name: "sub of a negative length", wire: 6, read: func(c *common.Cursor) { s := c.Sub(-1); s.Uint8(fNumber); c.Uint8(fNumber) }, malformed: "cursor",
			want: map[string]string{"cursor_test.number": ""}},
		{name: "sub cut by the capture", wire: 20, read: func(c *common.Cursor) { s := c.Sub(9); s.Skip(9); c.Uint8(fNumber) }, truncated: true},
		{name: "text", wire: 6, read: func(c *common.Cursor) { c.B = []byte("ab\x00\x00\x00\x00"); c.Text(fName, 6) }, want: map[string]string{"cursor_test.name": "ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read = tt.read
			r := bench.Run(proto, frame, tt.wire)
			if r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("malformed %q truncated %v, want %q %v", r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
	plain := &dissect.Protocol{Name: "cursor", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		c := common.Read(p, b, wire)
		s := c.Sub(5)
		s.Uint8(fNumber)
		s.Prefix(fAddress, 20, 4)
	}}
	if n := testing.AllocsPerRun(100, func() { bench.Dissect(plain, frame, 6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
