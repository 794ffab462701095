// SPDX-License-Identifier: Apache-2.0

package pppoe

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// payload is how many bytes the last session handed on.
var payload int

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Discovery, Session, &dissect.Protocol{Name: "ppp", Dissect: func(p *dissect.Packet, b []byte, wire int) { payload = wire }})
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		proto             *dissect.Protocol
		payload           int // bytes handed on
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "session", proto: Session, payload: 3, frame: "11 00 0001 0003 0021 45 0000", layers: "pppoes:ppp",
			want: map[string]string{"pppoe.code": "0", "pppoe.session_id": "1", "pppoe.payload_length": "3", "tunnel.type": "pppoe", "tunnel.id": "1"}},
		{name: "session that claims more than it has", proto: Session, payload: 3, frame: "11 00 0001 00ff 0021 45", layers: "pppoes:ppp",
			want: map[string]string{"pppoe.payload_length": "255"}},
		{name: "session without a payload", proto: Session, frame: "11 00 0001 0000", layers: "pppoes"},
		{name: "offer", proto: Discovery, frame: "11 07 0000 000d 0102 0002 6163 0101 0003 737276", layers: "pppoed",
			want: map[string]string{"pppoe.code": "7", "pppoed.tags.ac_name": "ac", "pppoed.tags.service_name": "srv"}},
		{name: "initiation for any service", proto: Discovery, frame: "11 09 0000 000c 0101 0000 0103 0004 aabbccdd 0000", layers: "pppoed",
			want: map[string]string{"pppoe.code": "9", "pppoed.tags.service_name": ""}},
		{name: "error", proto: Discovery, frame: "11 65 0000 0006 0203 0002 6e6f", layers: "pppoed",
			want: map[string]string{"pppoed.tags.generic_error": "no"}},
		{name: "all tags", proto: Discovery, frame: "11 65 0001 0054 0103 0002 abcd 0104 0002 1122 0110 0001 33 0120 0002 05dc 0201 0001 61 0202 0001 62 0105 000e 00000de9 01 04 6c696e65 02 02 6d65 0105 0004 0000abcd 0fff 0000 0000 0000 0000 0000 0000 0000", layers: "pppoed",
			want: map[string]string{"pppoed.tag": "259,260,272,288,513,514,261,261,4095,0", "pppoed.tags.host_uniq": "abcd", "pppoed.tags.ac_cookie": "1122", "pppoed.tags.relay_session_id": "33", "pppoed.tags.max_payload": "1500", "pppoed.tags.service_name_error": "a", "pppoed.tags.ac_system_error": "b", "pppoed.tags.vendor_id": "3561,43981", "pppoed.tags.circuit_id": "line", "pppoed.tags.remote_id": "me"}},
		{name: "vendor without a number", proto: Discovery, frame: "11 09 0000 0006 0105 0002 0000", layers: "pppoed", malformed: "pppoed"},
		{name: "vendor's tag beyond its tag", proto: Discovery, frame: "11 09 0000 000b 0105 0007 00000de9 01 09 61", layers: "pppoed", malformed: "pppoed",
			want: map[string]string{"pppoed.tags.vendor_id": "3561", "pppoed.tags.circuit_id": ""}},
		{name: "largest payload of a byte", proto: Discovery, frame: "11 09 0000 0005 0120 0001 05", layers: "pppoed", malformed: "pppoed"},
		{name: "end of list", proto: Discovery, frame: "11 07 0000 000a 0000 0000 0102 0002 6163", layers: "pppoed",
			want: map[string]string{"pppoed.tags.ac_name": ""}},
		{name: "tag beyond the packet", proto: Discovery, frame: "11 07 0000 0006 0102 0008 6163", layers: "pppoed", malformed: "pppoed"},
		{name: "half a tag", proto: Discovery, frame: "11 07 0000 0002 0102", layers: "pppoed", malformed: "pppoed"},
		{name: "tag cut by the capture", proto: Discovery, frame: "11 07 0000 000c 0102 0008 6163", wire: 60, layers: "pppoed", truncated: true},
		{name: "too short", proto: Session, frame: "11 00 00", layers: "pppoes", malformed: "pppoes"},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := dissecttest.Unhex(t, tt.frame)
			payload = 0
			r := b.Run(tt.proto, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
			if payload != tt.payload {
				t.Errorf("%d bytes handed on, want %d", payload, tt.payload)
			}
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "11 00 0001 0003 0021 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Session, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPPoE(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "11 00 0001 0003 0021 45 0000"), 11)
	f.Add(dissecttest.Unhex(f, "11 00 0001 00ff 0021 45"), 9)
	f.Add(dissecttest.Unhex(f, "11 00 0001 0000"), 6)
	f.Add(dissecttest.Unhex(f, "11 07 0000 000d 0102 0002 6163 0101 0003 737276"), 19)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Session, data, max(wire, len(data)))
		b.Invariants(t)
		b.Dissect(Discovery, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
