// SPDX-License-Identifier: Apache-2.0

package fr

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing}, &dissect.Protocol{Name: "eth", Dissect: nothing}, &dissect.Protocol{Name: "ppp", Dissect: nothing}, &dissect.Protocol{Name: "cdp", Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "Cisco's encapsulation", Frame: "1861 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "102", "fr.chdlctype": "2048", "fr.nlpid": "", "fr.fecn": "false", "fr.de": "false"}},
		{Name: "Cisco's discovery", Frame: "1861 2000 02", Layers: "fr:cdp"},
		{Name: "IPv4 by NLPID", Frame: "1861 03 cc 45", Layers: "fr:ip",
			Want: map[string]string{"fr.control": "3", "fr.nlpid": "204"}},
		{Name: "IPv6 by NLPID", Frame: "1861 03 8e 60", Layers: "fr:ipv6"},
		{Name: "SNAP with padding", Frame: "1861 03 00 80 000000 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.nlpid": "128", "fr.snap.oui": "0", "fr.snaptype": "2048"}},
		{Name: "bridged Ethernet", Frame: "1861 03 00 80 0080c2 0007 ff", Layers: "fr:eth",
			Want: map[string]string{"fr.snap.oui": "32962", "fr.snap.pid": "7", "fr.snaptype": ""}},
		{Name: "PPP", Frame: "1861 03 cf 0021 45", Layers: "fr:ppp"},
		{Name: "congestion and discard bits", Frame: "1a6f 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "102", "fr.cr": "true", "fr.fecn": "true", "fr.becn": "true", "fr.de": "true"}},
		{Name: "information frame", Frame: "000c05 2200 cc 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "1", "fr.control": "34", "fr.nlpid": "204"}},
		{Name: "Ethernet as it is", Frame: "d40000a5 000102030405 0a0b0c0d0e0f 0011 42", Layers: "fr:eth",
			Want: map[string]string{"fr.control": ""}},
		{Name: "Ethernet with a known type", Frame: "1861 000102030405 0a0b0c0d0e0f 0800 45", Layers: "fr:eth"},
		{Name: "an NLPID rather than Ethernet", Frame: "1861 2200 8e 020304 050607080900 0011 42", Layers: "fr:ipv6"},
		{Name: "neither a length nor a known type", Frame: "1861 000102030405 0a0b0c0d0e0f 0801 45", Layers: "fr",
			Want: map[string]string{"fr.control": "0"}},
		{Name: "one-byte address", Frame: "19 03 cc 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "6", "fr.fecn": ""}},
		{Name: "three-byte address", Frame: "80ea9d 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "33703"}},
		{Name: "four-byte address", Frame: "d40000a5 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "6946857"}},
		{Name: "four-byte address with DL-CORE control", Frame: "800000ff 0800 45", Layers: "fr:ip",
			Want: map[string]string{"fr.dlci": "65536"}},
		{Name: "unknown NLPID", Frame: "1861 03 81 00", Layers: "fr",
			Want: map[string]string{"fr.nlpid": "129"}},
		{Name: "DLCI 0 without UI is LAPF", Frame: "0001 0800 45", Layers: "fr",
			Want: map[string]string{"fr.dlci": "0", "fr.control": "8", "fr.chdlctype": ""}},
		{Name: "XID", Frame: "1861 af 82", Layers: "fr",
			Want: map[string]string{"fr.control": "175", "fr.nlpid": ""}},
		{Name: "address without an end", Frame: "3030303030303030303030303030303030303030", Layers: "fr", Malformed: "fr",
			Want: map[string]string{"fr.dlci": ""}},
		{Name: "address alone", Frame: "1861", Layers: "fr", Malformed: "fr",
			Want: map[string]string{"fr.dlci": "102"}},
		{Name: "half an address", Frame: "18", Layers: "fr", Malformed: "fr"},
		{Name: "padding alone", Frame: "1861 03 00", Layers: "fr",
			Want: map[string]string{"fr.nlpid": "0"}},
		{Name: "half a SNAP header", Frame: "1861 03 80 000000", Layers: "fr", Malformed: "fr"},
		{Name: "control without an NLPID", Frame: "1861 2200", Layers: "fr", Malformed: "fr", Want: map[string]string{"fr.control": "34", "fr.nlpid": ""}},
		{Name: "cut behind the control", Frame: "1861 2200", Wire: 60, Layers: "fr", Truncated: true},
		{Name: "cut by the capture", Frame: "1860", Wire: 60, Layers: "fr", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "1861 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzFrameRelay(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "1861 0800 45"), 5)
	f.Add(dissecttest.Unhex(f, "1861 03 cc 45"), 5)
	f.Add(dissecttest.Unhex(f, "1861 03 8e 60"), 5)
	f.Add(dissecttest.Unhex(f, "1861 03 00 80 000000 0800 45"), 11)
	f.Add(dissecttest.Unhex(f, "1861 03 00 80 0080c2 0007 ff"), 11)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
