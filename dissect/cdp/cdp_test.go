// SPDX-License-Identifier: Apache-2.0

package cdp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "a switch", Frame: "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01", Layers: "cdp",
			Want: map[string]string{"cdp.version": "2", "cdp.ttl": "180", "cdp.checksum": "4660", "cdp.tlv.type": "1,3,4,5,6,2,10,11", "cdp.deviceid": "R1", "cdp.portid": "et0", "cdp.capabilities.value": "40", "cdp.capabilities.names": "switch,igmp", "cdp.software_version": "IOS", "cdp.platform": "cs", "cdp.address": "10.0.0.1", "cdp.native_vlan": "5", "cdp.duplex": "true"}},
		{Name: "names, voice VLAN, MTU", Frame: "02b4 1234 0009 0007 4c6162 000e 0007 01 0005 0011 0008 000005dc 0014 0007 616200 0017 0007 00 6162", Layers: "cdp",
			Want: map[string]string{"cdp.vtp_management_domain": "Lab", "cdp.voice_vlan": "5", "cdp.mtu": "1500", "cdp.system_name": "ab", "cdp.location": "ab"}},
		{Name: "IPv6 and another address", Frame: "02b4 1234 0016 002c 00000002 02 08 aaaa0300000086dd 0010 20010db8000000000000000000000001 01 01 81 0003 490001", Layers: "cdp",
			Want: map[string]string{"cdp.address": "2001:db8::1"}},
		{Name: "unknown TLV", Frame: "02b4 1234 0fff 0005 00 0001 0005 61", Layers: "cdp",
			Want: map[string]string{"cdp.deviceid": "a"}},
		{Name: "empty names", Frame: "02b4 1234 0001 0004 0003 0004 0017 0005 00", Layers: "cdp",
			Want: map[string]string{"cdp.deviceid": "", "cdp.location": ""}},
		{Name: "length below the header", Frame: "02b4 1234 0001 0003 61", Layers: "cdp", Malformed: "cdp",
			Want: map[string]string{"cdp.deviceid": ""}},
		{Name: "length beyond the packet", Frame: "02b4 1234 0001 0009 61", Layers: "cdp", Malformed: "cdp"},
		{Name: "cut by the capture", Frame: "02b4 1234 0001 0009 61", Wire: 60, Layers: "cdp", Truncated: true},
		{Name: "half a TLV", Frame: "02b4 1234 0001", Layers: "cdp", Malformed: "cdp"},
		{Name: "more addresses than there are", Frame: "02b4 1234 0002 0008 ffffffff", Layers: "cdp", Malformed: "cdp"},
		{Name: "address beyond its TLV", Frame: "02b4 1234 0002 000f 00000001 01 01 cc 0009 0a00", Layers: "cdp", Malformed: "cdp",
			Want: map[string]string{"cdp.address": ""}},
		{Name: "capabilities too short", Frame: "02b4 1234 0004 0006 0001", Layers: "cdp", Malformed: "cdp"},
		{Name: "too short", Frame: "02b4 12", Layers: "cdp", Malformed: "cdp",
			Want: map[string]string{"cdp.version": ""}},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCDP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01"), 66)
	f.Add(dissecttest.Unhex(f, "02b4 1234 0009 0007 4c6162 000e 0007 01 0005 0011 0008 000005dc 0014 0007 616200 0017 0007 00 6162"), 40)
	f.Add(dissecttest.Unhex(f, "02b4 1234 0016 002c 00000002 02 08 aaaa0300000086dd 0010 20010db8000000000000000000000001 01 01 81 0003 490001"), 48)
	f.Add(dissecttest.Unhex(f, "02b4 1234 0fff 0005 00 0001 0005 61"), 14)
	f.Add(dissecttest.Unhex(f, "02b4 1234 0001 0004 0003 0004 0017 0005 00"), 17)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
