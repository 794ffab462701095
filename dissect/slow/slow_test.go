// SPDX-License-Identifier: Apache-2.0

package slow

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, LACP, Marker, OAM, OSSP)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "LACP", frame: "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00", layers: "slow:lacp",
			want: map[string]string{"slow.subtype": "1", "lacp.version": "1", "lacp.actor.sys_priority": "32768", "lacp.actor.sysid": "00-13-C4-12-0F-00", "lacp.actor.key": "13", "lacp.actor.port": "22", "lacp.actor.state.value": "133", "lacp.actor.state.synchronization": "false", "lacp.partner.sysid": "00-0E-83-16-F5-00", "lacp.partner.key": "14", "lacp.partner.port": "25", "lacp.collector.max_delay": "32768"}},
		{name: "marker", frame: "02 01 01 10 0900 000222334455 00000004 0000 0000", layers: "slow:marker",
			want: map[string]string{"marker.version": "1", "marker.tlv_type": "1", "marker.requester_port": "2304", "marker.requester_system": "00-02-22-33-44-55", "marker.requester_trans_id": "4"}},
		{name: "OAM information", frame: "03 0052 00 0110", layers: "slow:oampdu",
			want: map[string]string{"oampdu.flags.value": "82", "oampdu.flags.dying_gasp": "true", "oampdu.flags.link_fault": "false", "oampdu.code": "0"}},
		{name: "synchronization message", frame: "0a 0019a7 0001 10 000000 01 0004 04 0000", layers: "slow:ossp",
			want: map[string]string{"ossp.oui": "6567", "ossp.itu.subtype": "1", "ossp.esmc.tlv_ql_ssm": "4"}},
		{name: "another organization", frame: "0a 001122 0001", layers: "slow:ossp",
			want: map[string]string{"ossp.oui": "4386", "ossp.itu.subtype": ""}},
		{name: "unknown subtype", frame: "0b 00", layers: "slow",
			want: map[string]string{"slow.subtype": "11"}},
		{name: "LACP without a terminator", frame: "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000", layers: "slow:lacp",
			want: map[string]string{"lacp.actor.key": "13"}},
		{name: "LACP with an actor too short", frame: "01 01 0110 8000 0013c4120f00 000d 8000 0016", layers: "slow:lacp", malformed: "lacp",
			want: map[string]string{"lacp.version": "1", "lacp.actor.key": ""}},
		{name: "LACP with a length below the header", frame: "01 01 0101", layers: "slow:lacp", malformed: "lacp"},
		{name: "LACP beyond the frame", frame: "01 01 0114 8000", layers: "slow:lacp", malformed: "lacp"},
		{name: "LACP cut by the capture", frame: "01 01 0114 8000", wire: 110, layers: "slow:lacp", truncated: true},
		{name: "marker too short", frame: "02 01 0104 0900", layers: "slow:marker", malformed: "marker",
			want: map[string]string{"marker.tlv_type": "1", "marker.requester_port": ""}},
		{name: "marker without a TLV", frame: "02 01", layers: "slow:marker", malformed: "marker"},
		{name: "OAM too short", frame: "03 0052", layers: "slow:oampdu", malformed: "oampdu"},
		{name: "OSSP too short", frame: "0a 0019", layers: "slow:ossp", malformed: "ossp"},
		{name: "ITU without a subtype", frame: "0a 0019a7", layers: "slow:ossp", malformed: "ossp"},
		{name: "subtype alone, cut", frame: "01", wire: 110, layers: "slow", truncated: true},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSlow(f *testing.F) {
	f.Add(unhex(f, "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00"), 61)
	f.Add(unhex(f, "02 01 01 10 0900 000222334455 00000004 0000 0000"), 20)
	f.Add(unhex(f, "03 0052 00 0110"), 6)
	f.Add(unhex(f, "0a 0019a7 0001 10 000000 01 0004 04 0000"), 16)
	f.Add(unhex(f, "0a 001122 0001"), 6)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
