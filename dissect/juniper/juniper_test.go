// SPDX-License-Identifier: Apache-2.0

package juniper

import (
	"fmt"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	protos := []*dissect.Protocol{Protocol, {Name: "osi", LLCSAPs: []uint8{sapOSI}, Dissect: nothing}}
	for _, name := range []string{"ip", "ipv6", "mpls", "ppp", "llc", "eth", "fr", "chdlc"} {
		protos = append(protos, &dissect.Protocol{Name: name, Dissect: nothing})
	}
	return dissecttest.New(nil, protos...)
}

func nothing(*dissect.Packet, []byte, int) {}

const (
	in, out        = "4d4743 01", "4d4743 00"
	noLink         = "4d4743 03"
	withExtensions = "4d4743 80 0010 03 01 01  06 01 0e  01 02 8a00  04 04 4b010000"
)

// Every kind of card: what stands before its packets, and what they are.
func TestCards(t *testing.T) {
	for _, c := range []struct {
		link  uint32
		cases []dissecttest.Case
	}{
		{linkEthernet, []dissecttest.Case{
			{Name: "in", Frame: in + "ff", Layers: "juniper:eth", Want: map[string]string{"juniper.direction": "1", "juniper.payload_type": "204", "juniper.ext.ifd": ""}},
			{Name: "with extensions", Frame: withExtensions + "ff", Layers: "juniper:eth",
				Want: map[string]string{"juniper.direction": "0", "juniper.ext.ifmt": "1", "juniper.ext.ifle": "14", "juniper.ext.ifd": "138", "juniper.ext.ifl": "331", "juniper.ext.unit": ""}},
			{Name: "extensions that are unknown, empty and too long", Frame: "4d4743 81 0010 80 02 0001  05 00  02 05 fe2d302f30  05 01 07 ff", Layers: "juniper:eth",
				Want: map[string]string{"juniper.ext.unit": "7", "juniper.ext.ifd": ""}},
			{Name: "an extension beyond the extensions", Frame: "4d4743 80 0004 03 05 0102 ff", Layers: "juniper:eth", Malformed: "juniper"},
			{Name: "extensions beyond the packet", Frame: "4d4743 80 0030 03 01 01", Layers: "juniper", Malformed: "juniper"},
			{Name: "no header", Frame: "ffffff", Layers: "juniper:eth", Want: map[string]string{"juniper.direction": ""}},
			{Name: "flags missing", Frame: "4d4743", Layers: "juniper", Malformed: "juniper"},
			{Name: "two bytes", Frame: "4d47", Layers: "juniper", Malformed: "juniper"},
			{Name: "cut in the extensions", Frame: "4d4743 80 0010 03", Wire: 60, Layers: "juniper", Truncated: true},
			{Name: "no link header, IPv4", Frame: noLink + "02000000 45", Layers: "juniper:ip", Want: map[string]string{"juniper.payload_type": "2"}},
			{Name: "no link header, MPLS", Frame: noLink + "05000000 00", Layers: "juniper:mpls"},
			{Name: "no link header, OSI", Frame: noLink + "0a000000 83", Layers: "juniper:osi"},
			{Name: "no link header, an unknown protocol", Frame: noLink + "63000000 00", Layers: "juniper", Want: map[string]string{"juniper.payload_type": "99"}},
			{Name: "no link header, and no protocol", Frame: noLink + "0200", Layers: "juniper", Malformed: "juniper"},
		}},
		{linkPPPoE, []dissecttest.Case{{Name: "Ethernet", Frame: out + "ff", Layers: "juniper:eth"}}},
		{linkPPP, []dissecttest.Case{{Name: "address and control", Frame: out + "ff03 0021", Layers: "juniper:ppp"}, {Name: "cut off", Frame: out + "ff", Layers: "juniper", Malformed: "juniper"}}},
		{linkFrameRelay, []dissecttest.Case{{Name: "address", Frame: out + "1861", Layers: "juniper:fr"}}},
		{linkCHDLC, []dissecttest.Case{{Name: "address", Frame: out + "0f", Layers: "juniper:chdlc"}}},
		{linkVoice, []dissecttest.Case{{Name: "IPv4", Frame: out + "000000000000000000000000000000000000 45", Layers: "juniper:ip"}}},
		{linkServices, []dissecttest.Case{{Name: "in", Frame: in + "00000000000000000000000000000000 45", Layers: "juniper:ip"}, {Name: "out", Frame: out + "000000000000000000000000 45", Layers: "juniper:ip"}}},
		{linkGGSN, []dissecttest.Case{{Name: "IPv6", Frame: in + "0600 6400 60", Layers: "juniper:ipv6", Want: map[string]string{"juniper.vlan": "100", "juniper.payload_type": "6"}},
			{Name: "cut off", Frame: in + "0600", Layers: "juniper", Malformed: "juniper"}}},
		{linkATM1, []dissecttest.Case{
			{Name: "SNAP", Frame: in + "04000010 aaaa03", Layers: "juniper:llc", Want: map[string]string{"juniper.payload_type": "203"}},
			{Name: "OSI over LLC", Frame: in + "04000010 fefe03", Layers: "juniper:llc", Want: map[string]string{"juniper.payload_type": "202"}},
			{Name: "IPv4 alone", Frame: in + "04000010 450000", Layers: "juniper:ip"},
			{Name: "PPP is not for this card", Frame: in + "04000010 c02101", Layers: "juniper"},
			{Name: "an OAM cell", Frame: in + "80000010 450000", Layers: "juniper"},
			{Name: "too short to tell", Frame: in + "04000010 45", Layers: "juniper", Malformed: "juniper"},
		}},
		{linkATM2, []dissecttest.Case{
			{Name: "PPP alone", Frame: in + "0000000000000000 c02101", Layers: "juniper:ppp"},
			{Name: "OSI by its NLPID", Frame: in + "0000000000000000 038300", Layers: "juniper:osi"},
			{Name: "IPv6 alone", Frame: in + "0000000000000000 600000", Layers: "juniper:ipv6"},
			{Name: "bridged Ethernet", Frame: out + "0000000200000000 ffffff", Layers: "juniper:eth"},
			{Name: "nothing known", Frame: in + "0000000200000000 ffffff", Layers: "juniper"},
			{Name: "an OAM cell", Frame: in + "0000000000000010 450000", Layers: "juniper"},
		}},
	} {
		t.Run(fmt.Sprint(c.link), func(t *testing.T) {
			b := bench()
			b.P.LinkType = c.link
			b.Cases(t, Protocol, c.cases)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	b.P.LinkType = linkEthernet
	frame := dissecttest.Unhex(t, withExtensions+"ff")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzJuniper(f *testing.F) {
	f.Add(uint32(linkEthernet), dissecttest.Unhex(f, withExtensions+"ff"), 26)
	f.Add(uint32(linkATM1), dissecttest.Unhex(f, in+"04000010 aaaa03"), 11)
	f.Add(uint32(linkATM2), dissecttest.Unhex(f, noLink+"0a000000 83"), 9)
	f.Add(uint32(linkGGSN), dissecttest.Unhex(f, in+"0600 6400 60"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, link uint32, data []byte, wire int) {
		b.P.LinkType = link
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
