// SPDX-License-Identifier: Apache-2.0

package cdp

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
		{name: "a switch", frame: "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01", layers: "cdp",
			want: map[string]string{"cdp.version": "2", "cdp.ttl": "180", "cdp.checksum": "4660", "cdp.tlv.type": "1,3,4,5,6,2,10,11", "cdp.deviceid": "R1", "cdp.portid": "et0", "cdp.capabilities.value": "40", "cdp.capabilities.names": "switch,igmp", "cdp.software_version": "IOS", "cdp.platform": "cs", "cdp.address": "10.0.0.1", "cdp.native_vlan": "5", "cdp.duplex": "true"}},
		{name: "names, voice VLAN, MTU", frame: "02b4 1234 0009 0007 4c6162 000e 0007 01 0005 0011 0008 000005dc 0014 0007 616200 0017 0007 00 6162", layers: "cdp",
			want: map[string]string{"cdp.vtp_management_domain": "Lab", "cdp.voice_vlan": "5", "cdp.mtu": "1500", "cdp.system_name": "ab", "cdp.location": "ab"}},
		{name: "IPv6 and another address", frame: "02b4 1234 0016 002c 00000002 02 08 aaaa0300000086dd 0010 20010db8000000000000000000000001 01 01 81 0003 490001", layers: "cdp",
			want: map[string]string{"cdp.address": "2001:db8::1"}},
		{name: "unknown TLV", frame: "02b4 1234 0fff 0005 00 0001 0005 61", layers: "cdp",
			want: map[string]string{"cdp.deviceid": "a"}},
		{name: "empty names", frame: "02b4 1234 0001 0004 0003 0004 0017 0005 00", layers: "cdp",
			want: map[string]string{"cdp.deviceid": "", "cdp.location": ""}},
		{name: "length below the header", frame: "02b4 1234 0001 0003 61", layers: "cdp", malformed: "cdp",
			want: map[string]string{"cdp.deviceid": ""}},
		{name: "length beyond the packet", frame: "02b4 1234 0001 0009 61", layers: "cdp", malformed: "cdp"},
		{name: "cut by the capture", frame: "02b4 1234 0001 0009 61", wire: 60, layers: "cdp", truncated: true},
		{name: "half a TLV", frame: "02b4 1234 0001", layers: "cdp", malformed: "cdp"},
		{name: "more addresses than there are", frame: "02b4 1234 0002 0008 ffffffff", layers: "cdp", malformed: "cdp"},
		{name: "address beyond its TLV", frame: "02b4 1234 0002 000f 00000001 01 01 cc 0009 0a00", layers: "cdp", malformed: "cdp",
			want: map[string]string{"cdp.address": ""}},
		{name: "capabilities too short", frame: "02b4 1234 0004 0006 0001", layers: "cdp", malformed: "cdp"},
		{name: "too short", frame: "02b4 12", layers: "cdp", malformed: "cdp",
			want: map[string]string{"cdp.version": ""}},
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
	frame := unhex(t, "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzCDP(f *testing.F) {
	f.Add(unhex(f, "02b4 1234 0001 0006 5231 0003 0007 657430 0004 0008 00000028 0005 0007 494f53 0006 0006 6373 0002 0011 00000001 01 01 cc 0004 0a000001 000a 0006 0005 000b 0005 01"), 66)
	f.Add(unhex(f, "02b4 1234 0009 0007 4c6162 000e 0007 01 0005 0011 0008 000005dc 0014 0007 616200 0017 0007 00 6162"), 40)
	f.Add(unhex(f, "02b4 1234 0016 002c 00000002 02 08 aaaa0300000086dd 0010 20010db8000000000000000000000001 01 01 81 0003 490001"), 48)
	f.Add(unhex(f, "02b4 1234 0fff 0005 00 0001 0005 61"), 14)
	f.Add(unhex(f, "02b4 1234 0001 0004 0003 0004 0017 0005 00"), 17)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
