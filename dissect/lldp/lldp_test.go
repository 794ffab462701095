// SPDX-License-Identifier: Apache-2.0

package lldp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "all basic TLVs", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000", Layers: "lldp",
			Want: map[string]string{"lldp.tlv.type": "1,2,3,4,5,6,7,8,0", "lldp.chassis.subtype": "4", "lldp.chassis.mac": "00-02-22-33-44-55", "lldp.port.subtype": "5", "lldp.port.id": "eth0", "lldp.time_to_live": "120", "lldp.port.desc": "la", "lldp.tlv.system.name": "sw1", "lldp.tlv.system.desc": "os", "lldp.tlv.system_cap": "148", "lldp.tlv.enable_system_cap": "20", "lldp.capabilities": "bridge,router", "lldp.mgn.addr": "10.0.0.1", "lldp.mgn.interface.number": "7"}},
		{Name: "network addresses and a local name", Frame: "0206 05 01 0a000002 0407 03 000222334456 0602 0000 0000", Layers: "lldp",
			Want: map[string]string{"lldp.chassis.ip": "10.0.0.2", "lldp.port.mac": "00-02-22-33-44-56", "lldp.time_to_live": "0"}},
		{Name: "VLANs and frame size", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe06 0080c2 01 000a fe0a 0080c2 03 000a 03 616263 fe06 00120f 04 05f2 0000", Layers: "lldp",
			Want: map[string]string{"lldp.orgtlv.oui": "32962,32962,4623", "lldp.ieee.802_1.port_vlan.id": "10", "lldp.ieee.802_1.vlan.id": "10", "lldp.ieee.802_1.vlan.name": "abc", "lldp.ieee.802_3.max_frame_size": "1522"}},
		{Name: "media endpoint and usage description", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0012bb 02 01 4191ae fe06 0012bb 08 534e fe06 0012bb 0a 4d31 fe05 00005e 01 75 0000", Layers: "lldp",
			Want: map[string]string{"lldp.media.app_type": "1", "lldp.media.vlan_id": "200", "lldp.media.dscp": "46", "lldp.media.sn": "SN", "lldp.media.model": "M1", "lldp.iana.mudurl": "u"}},
		{Name: "link address for management", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 100e 07 06 000222334455 02 00000001 00", Layers: "lldp",
			Want: map[string]string{"lldp.mgn.mac": "00-02-22-33-44-55", "lldp.mgn.addr": ""}},
		{Name: "unknown type", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 c200 0000", Layers: "lldp",
			Want: map[string]string{"lldp.tlv.type": "1,2,3,97,0"}},
		{Name: "no end", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078", Layers: "lldp",
			Want: map[string]string{"lldp.time_to_live": "120"}},
		{Name: "port missing", Frame: "0207 04 000222334455 0602 0078 0000", Layers: "lldp", Malformed: "lldp",
			Want: map[string]string{"lldp.tlv.type": "1", "lldp.time_to_live": ""}},
		{Name: "not LLDP at all", Frame: "fe04 00120f04", Layers: "lldp", Malformed: "lldp",
			Want: map[string]string{"lldp.tlv.type": ""}},
		{Name: "empty chassis", Frame: "0200 0402 0565 0602 0078 0000", Layers: "lldp", Malformed: "lldp",
			Want: map[string]string{"lldp.port.id": "e"}},
		{Name: "chassis of an odd address", Frame: "0203 04 0001 0402 0565 0602 0078 0000", Layers: "lldp",
			Want: map[string]string{"lldp.chassis.mac": "", "lldp.chassis.id": "", "lldp.chassis.subtype": "4"}},
		{Name: "value beyond the frame", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0a09 7377", Layers: "lldp", Malformed: "lldp",
			Want: map[string]string{"lldp.tlv.type": "1,2,3,5", "lldp.tlv.system.name": ""}},
		{Name: "value cut by the capture", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0a09 7377", Wire: 60, Layers: "lldp", Truncated: true},
		{Name: "capabilities too short", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 0e02 0014 0000", Layers: "lldp", Malformed: "lldp"},
		{Name: "address too long for its TLV", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 1006 09 01 0a000001 0000", Layers: "lldp", Malformed: "lldp"},
		{Name: "address without a family", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 1001 01 0000", Layers: "lldp", Malformed: "lldp"},
		{Name: "organization without a subtype", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe03 0080c2 0000", Layers: "lldp", Malformed: "lldp"},
		{Name: "VLAN name beyond its TLV", Frame: "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0080c2 03 000a 09 61 0000", Layers: "lldp", Malformed: "lldp",
			Want: map[string]string{"lldp.ieee.802_1.vlan.id": "10", "lldp.ieee.802_1.vlan.name": ""}},
		{Name: "half a header", Frame: "02", Layers: "lldp", Malformed: "lldp"},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzLLDP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 0802 6c61 0a03 737731 0c02 6f73 0e04 0094 0014 100c 05 01 0a000001 02 00000007 00 0000"), 55)
	f.Add(dissecttest.Unhex(f, "0206 05 01 0a000002 0407 03 000222334456 0602 0000 0000"), 23)
	f.Add(dissecttest.Unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 fe06 0080c2 01 000a fe0a 0080c2 03 000a 03 616263 fe06 00120f 04 05f2 0000"), 50)
	f.Add(dissecttest.Unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 fe08 0012bb 02 01 4191ae fe06 0012bb 08 534e fe06 0012bb 0a 4d31 fe05 00005e 01 75 0000"), 55)
	f.Add(dissecttest.Unhex(f, "0207 04 000222334455 0405 05 65746830 0602 0078 100e 07 06 000222334455 02 00000001 00"), 36)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
