// SPDX-License-Identifier: Apache-2.0

package lldp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
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
		{name: "all basic TLVs", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000", layers: "lldp",
			want: map[string]string{"lldp.tlv.type": "1,2,3,4,5,6,7,8,0", "lldp.chassis.subtype": "4", "lldp.chassis.mac": "00-02-22-33-44-55", "lldp.port.subtype": "5", "lldp.port.id": "eth0", "lldp.time_to_live": "120", "lldp.port.desc": "la", "lldp.tlv.system.name": "sw1", "lldp.tlv.system.desc": "os", "lldp.tlv.system_cap": "148", "lldp.tlv.enable_system_cap": "20", "lldp.capabilities": "bridge,router", "lldp.mgn.addr": "10.0.0.1", "lldp.mgn.interface.number": "7"}},
		{name: "network addresses and a local name", frame: "0206 05 01 0a000002 0407 03 000222334456 0602 0000 0000", layers: "lldp",
			want: map[string]string{"lldp.chassis.ip": "10.0.0.2", "lldp.port.mac": "00-02-22-33-44-56", "lldp.time_to_live": "0"}},
		{name: "VLANs and frame size", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe06 0080c2 01 000a fe0a 0080c2 03 000a 03 616263 fe06 00120f 04 05f2 0000", layers: "lldp",
			want: map[string]string{"lldp.orgtlv.oui": "32962,32962,4623", "lldp.ieee.802_1.port_vlan.id": "10", "lldp.ieee.802_1.vlan.id": "10", "lldp.ieee.802_1.vlan.name": "abc", "lldp.ieee.802_3.max_frame_size": "1522"}},
		{name: "media endpoint and usage description", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0012bb 02 01 4191ae fe06 0012bb 08 534e fe06 0012bb 0a 4d31 fe05 00005e 01 75 0000", layers: "lldp",
			want: map[string]string{"lldp.media.app_type": "1", "lldp.media.vlan_id": "200", "lldp.media.dscp": "46", "lldp.media.sn": "SN", "lldp.media.model": "M1", "lldp.iana.mudurl": "u"}},
		{name: "link address for management", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 100e 07 06 000222334455 02 00000001 00", layers: "lldp",
			want: map[string]string{"lldp.mgn.mac": "00-02-22-33-44-55", "lldp.mgn.addr": ""}},
		{name: "unknown type", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 c200 0000", layers: "lldp",
			want: map[string]string{"lldp.tlv.type": "1,2,3,97,0"}},
		{name: "no end", frame: "0207 04 000222334455 0405 05 65746830 0602 0078", layers: "lldp",
			want: map[string]string{"lldp.time_to_live": "120"}},
		{name: "port missing", frame: "0207 04 000222334455 0602 0078 0000", layers: "lldp", malformed: "lldp",
			want: map[string]string{"lldp.tlv.type": "1", "lldp.time_to_live": ""}},
		{name: "not LLDP at all", frame: "fe04 00120f04", layers: "lldp", malformed: "lldp",
			want: map[string]string{"lldp.tlv.type": ""}},
		{name: "empty chassis", frame: "0200 0402 0565 0602 0078 0000", layers: "lldp", malformed: "lldp",
			want: map[string]string{"lldp.port.id": "e"}},
		{name: "chassis of an odd address", frame: "0203 04 0001 0402 0565 0602 0078 0000", layers: "lldp",
			want: map[string]string{"lldp.chassis.mac": "", "lldp.chassis.id": "", "lldp.chassis.subtype": "4"}},
		{name: "value beyond the frame", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0a09 7377", layers: "lldp", malformed: "lldp",
			want: map[string]string{"lldp.tlv.type": "1,2,3,5", "lldp.tlv.system.name": ""}},
		{name: "value cut by the capture", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0a09 7377", wire: 60, layers: "lldp", truncated: true},
		{name: "capabilities too short", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0e02 0014 0000", layers: "lldp", malformed: "lldp"},
		{name: "address too long for its TLV", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 1006 09 01 0a000001 0000", layers: "lldp", malformed: "lldp"},
		{name: "address without a family", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 1001 01 0000", layers: "lldp", malformed: "lldp"},
		{name: "organization without a subtype", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe03 0080c2 0000", layers: "lldp", malformed: "lldp"},
		{name: "VLAN name beyond its TLV", frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0080c2 03 000a 09 61 0000", layers: "lldp", malformed: "lldp",
			want: map[string]string{"lldp.ieee.802_1.vlan.id": "10", "lldp.ieee.802_1.vlan.name": ""}},
		{name: "half a header", frame: "02", layers: "lldp", malformed: "lldp"},
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
	frame := unhex(t, "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzLLDP(f *testing.F) {
	f.Add(unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000"), 55)
	f.Add(unhex(f, "0206 05 01 0a000002 0407 03 000222334456 0602 0000 0000"), 23)
	f.Add(unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 fe06 0080c2 01 000a fe0a 0080c2 03 000a 03 616263 fe06 00120f 04 05f2 0000"), 50)
	f.Add(unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0012bb 02 01 4191ae fe06 0012bb 08 534e fe06 0012bb 0a 4d31 fe05 00005e 01 75 0000"), 55)
	f.Add(unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 100e 07 06 000222334455 02 00000001 00"), 36)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
