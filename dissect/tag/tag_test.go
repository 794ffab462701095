// SPDX-License-Identifier: Apache-2.0

package tag

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eth"
)

// next stands for the protocols that follow.
func next(name string, etherType uint16) *dissect.Protocol {
	return &dissect.Protocol{Name: name, EtherTypes: []uint16{etherType}, Dissect: func(*dissect.Packet, []byte, int) {}}
}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, eth.Protocol, VNTag, ETag, ITag, Arista, MetaData, FabricPath, ISL, next("ip", 0x0800), gre)
}

// gre stands for GRE: here the EtherType 0xb7ea carries what GRE's protocol type 0x8909 does.
var gre = &dissect.Protocol{Name: "gre", EtherTypes: []uint16{0xb7ea}, Dissect: func(p *dissect.Packet, b []byte, wire int) { p.GRE(0x8909, b, wire) }}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "VN-Tag", Frame: "000102030405 0a0b0c0d0e0f 8926 c0050007 0800 45", Layers: "eth:vntag:ip",
			Want: map[string]string{"vntag.dst": "5", "vntag.src": "7", "vntag.etype": "2048"}},
		{Name: "VN-Tag too short", Frame: "000102030405 0a0b0c0d0e0f 8926 00050007 08", Layers: "eth:vntag", Malformed: "vntag",
			Want: map[string]string{"vntag.dst": ""}},
		{Name: "E-Tag", Frame: "000102030405 0a0b0c0d0e0f 893f 1001 00d3 0000 0800 45", Layers: "eth:etag:ip",
			Want: map[string]string{"etag.iecid_base": "1", "etag.ecid_base": "211"}},
		{Name: "E-Tag cut by the capture", Frame: "000102030405 0a0b0c0d0e0f 893f 1001 00d3", Wire: 60, Layers: "eth:etag", Truncated: true},
		{Name: "I-Tag", Frame: "000102030405 0a0b0c0d0e0f 88e7 e01ebb30 010203040506 0708090a0b0c 0800 45", Layers: "eth:ieee8021ah:ip",
			Want: map[string]string{"ieee8021ah.isid": "2014000", "ieee8021ah.cdst": "01-02-03-04-05-06", "ieee8021ah.csrc": "07-08-09-0A-0B-0C"}},
		{Name: "I-Tag too short", Frame: "000102030405 0a0b0c0d0e0f 88e7 001ebb30 010203040506", Layers: "eth:ieee8021ah", Malformed: "ieee8021ah"},
		{Name: "time stamp of 64 bits", Frame: "000102030405 0a0b0c0d0e0f d28b 0001 0110 5ceeed57 00000009 0800 45", Layers: "eth:avsp:ip",
			Want: map[string]string{"avsp.ver": "272", "avsp.seconds": "1559162199", "avsp.nanoseconds": "9", "avsp.etype": "2048"}},
		{Name: "time stamp of 48 bits", Frame: "000102030405 0a0b0c0d0e0f d28b 0001 0020 ed95 00000009 0800 45", Layers: "eth:avsp:ip",
			Want: map[string]string{"avsp.seconds": "60821"}},
		{Name: "time stamp of another version", Frame: "000102030405 0a0b0c0d0e0f d28b 0001 0011 5ceeed57", Layers: "eth:avsp",
			Want: map[string]string{"avsp.ver": "17", "avsp.seconds": ""}},
		{Name: "time stamp cut short", Frame: "000102030405 0a0b0c0d0e0f d28b 0001 0010 5ceeed57", Layers: "eth:avsp", Malformed: "avsp"},
		{Name: "half a time stamp of 48 bits", Frame: "000102030405 0a0b0c0d0e0f d28b 0001 0020 5cee", Layers: "eth:avsp", Malformed: "avsp"},
		{Name: "another sub-type", Frame: "000102030405 0a0b0c0d0e0f d28b 0002 0010", Layers: "eth:avsp",
			Want: map[string]string{"avsp.sub_type": "2"}},
		{Name: "no sub-type", Frame: "000102030405 0a0b0c0d0e0f d28b 00", Layers: "eth:avsp", Malformed: "avsp"},
		{Name: "security group", Frame: "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45", Layers: "eth:cmd:ip",
			Want: map[string]string{"cmd.version": "1", "cmd.length": "1", "cmd.options": "1", "cmd.sgt": "2", "cmd.type": "2048"}},
		{Name: "security group in GRE", Frame: "000102030405 0a0b0c0d0e0f b7ea 0800 01 01 0001 0002 45", Layers: "eth:gre:cmd:ip",
			Want: map[string]string{"cmd.version": "1", "cmd.length": "1", "cmd.options": "1", "cmd.sgt": "2", "cmd.type": "2048"}},
		{Name: "security group cut short", Frame: "000102030405 0a0b0c0d0e0f 8909 01 01 0001 00", Layers: "eth:cmd", Malformed: "cmd"},
		{Name: "FabricPath", Frame: "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45 01020304", Layers: "eth:cfp:eth:ip",
			Want: map[string]string{"cfp.ftag": "1", "cfp.ttl": "32", "eth.src": "0A-0B-0C-0D-0E-0F", "eth.type": "2048"}},
		{Name: "Inter-Switch Link", Frame: "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000", Layers: "eth:isl:eth:ip",
			Want: map[string]string{"isl.dst": "01-00-0C-00-00-00", "isl.src": "0A-0B-0C-0D-0E-0F", "isl.len": "27", "isl.vlan_id": "10", "isl.bpdu": "true", "eth.type": "2048"}},
		{Name: "Inter-Switch Link of Token Ring", Frame: "03000c0000 10 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000", Layers: "eth:isl",
			Want: map[string]string{"isl.bpdu": "true", "eth.type": ""}},
		{Name: "Inter-Switch Link with nothing but an FCS", Frame: "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 00000000", Layers: "eth:isl"},
		{Name: "Inter-Switch Link too short", Frame: "01000c0000 04 0a0b0c0d0e0f 001b", Layers: "eth:isl", Malformed: "isl"},
		{Name: "FabricPath too short", Frame: "f351d64e6200 964ebf4e521d 8903", Layers: "eth:cfp", Malformed: "cfp",
			Want: map[string]string{"eth.src": ""}},
	}
	bench().Cases(t, eth.Protocol, tests)
}

// Wireshark's mode cuts an FCS off; espbeat's own keeps what may be payload.
func TestFabricPathFCS(t *testing.T) {
	frame := dissecttest.Unhex(t, "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45000000")
	b := bench()
	if got := b.Run(eth.Protocol, frame, len(frame)).Layers; got != "eth:cfp:eth" {
		t.Errorf("as Wireshark: layers %q", got)
	}
	b.P.Options.Wireshark = false
	if got := b.Run(eth.Protocol, frame, len(frame)).Layers; got != "eth:cfp:eth:ip" {
		t.Errorf("layers %q", got)
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(eth.Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzTag(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000"), 45)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 8926 c0050007 0800 45"), 21)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 893f 1001 00d3 0000 0800 45"), 23)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 88e7 e01ebb30 010203040506 0708090a0b0c 0800 45"), 33)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f d28b 0001 0110 5ceeed57 00000009 0800 45"), 29)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f d28b 0001 0020 ed95 00000009 0800 45"), 27)
	f.Add(dissecttest.Unhex(f, "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45"), 23)
	f.Add(dissecttest.Unhex(f, "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45"), 31)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(eth.Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
