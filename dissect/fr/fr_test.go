// SPDX-License-Identifier: Apache-2.0

package fr

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing}, &dissect.Protocol{Name: "ipv6", EtherTypes: []uint16{0x86dd}, Dissect: nothing}, &dissect.Protocol{Name: "eth", Dissect: nothing}, &dissect.Protocol{Name: "ppp", Dissect: nothing}, &dissect.Protocol{Name: "cdp", Dissect: nothing})
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
		{name: "Cisco's encapsulation", frame: "1861 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "102", "fr.chdlctype": "2048", "fr.nlpid": "", "fr.fecn": "false", "fr.de": "false"}},
		{name: "Cisco's discovery", frame: "1861 2000 02", layers: "fr:cdp"},
		{name: "IPv4 by NLPID", frame: "1861 03 cc 45", layers: "fr:ip",
			want: map[string]string{"fr.control": "3", "fr.nlpid": "204"}},
		{name: "IPv6 by NLPID", frame: "1861 03 8e 60", layers: "fr:ipv6"},
		{name: "SNAP with padding", frame: "1861 03 00 80 000000 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.nlpid": "128", "fr.snap.oui": "0", "fr.snaptype": "2048"}},
		{name: "bridged Ethernet", frame: "1861 03 00 80 0080c2 0007 ff", layers: "fr:eth",
			want: map[string]string{"fr.snap.oui": "32962", "fr.snap.pid": "7", "fr.snaptype": ""}},
		{name: "PPP", frame: "1861 03 cf 0021 45", layers: "fr:ppp"},
		{name: "congestion and discard bits", frame: "1a6f 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "102", "fr.cr": "true", "fr.fecn": "true", "fr.becn": "true", "fr.de": "true"}},
		{name: "information frame", frame: "000c05 2200 cc 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "1", "fr.control": "34", "fr.nlpid": "204"}},
		{name: "one-byte address", frame: "19 03 cc 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "6", "fr.fecn": ""}},
		{name: "three-byte address", frame: "80ea9d 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "33703"}},
		{name: "four-byte address", frame: "d40000a5 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "6946857"}},
		{name: "four-byte address with DL-CORE control", frame: "800000ff 0800 45", layers: "fr:ip",
			want: map[string]string{"fr.dlci": "65536"}},
		{name: "unknown NLPID", frame: "1861 03 81 00", layers: "fr",
			want: map[string]string{"fr.nlpid": "129"}},
		{name: "DLCI 0 without UI is LAPF", frame: "0001 0800 45", layers: "fr",
			want: map[string]string{"fr.dlci": "0", "fr.control": "8", "fr.chdlctype": ""}},
		{name: "XID", frame: "1861 af 82", layers: "fr",
			want: map[string]string{"fr.control": "175", "fr.nlpid": ""}},
		{name: "address without an end", frame: "3030303030303030303030303030303030303030", layers: "fr", malformed: "fr",
			want: map[string]string{"fr.dlci": ""}},
		{name: "address alone", frame: "1861", layers: "fr", malformed: "fr",
			want: map[string]string{"fr.dlci": "102"}},
		{name: "half an address", frame: "18", layers: "fr", malformed: "fr"},
		{name: "padding alone", frame: "1861 03 00", layers: "fr",
			want: map[string]string{"fr.nlpid": "0"}},
		{name: "half a SNAP header", frame: "1861 03 80 000000", layers: "fr", malformed: "fr"},
		{name: "cut by the capture", frame: "1860", wire: 60, layers: "fr", truncated: true},
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
	frame := unhex(t, "1861 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzFrameRelay(f *testing.F) {
	f.Add(unhex(f, "1861 0800 45"), 5)
	f.Add(unhex(f, "1861 03 cc 45"), 5)
	f.Add(unhex(f, "1861 03 8e 60"), 5)
	f.Add(unhex(f, "1861 03 00 80 000000 0800 45"), 11)
	f.Add(unhex(f, "1861 03 00 80 0080c2 0007 ff"), 11)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
