// SPDX-License-Identifier: Apache-2.0

package tag

import (
	"encoding/hex"
	"strings"
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
		{name: "VN-Tag", frame: "000102030405 0a0b0c0d0e0f 8926 c0050007 0800 45", layers: "eth:vntag:ip",
			want: map[string]string{"vntag.dst": "5", "vntag.src": "7", "vntag.etype": "2048"}},
		{name: "VN-Tag too short", frame: "000102030405 0a0b0c0d0e0f 8926 00050007 08", layers: "eth:vntag", malformed: "vntag",
			want: map[string]string{"vntag.dst": ""}},
		{name: "E-Tag", frame: "000102030405 0a0b0c0d0e0f 893f 1001 00d3 0000 0800 45", layers: "eth:etag:ip",
			want: map[string]string{"etag.iecid_base": "1", "etag.ecid_base": "211"}},
		{name: "E-Tag cut by the capture", frame: "000102030405 0a0b0c0d0e0f 893f 1001 00d3", wire: 60, layers: "eth:etag", truncated: true},
		{name: "I-Tag", frame: "000102030405 0a0b0c0d0e0f 88e7 e01ebb30 010203040506 0708090a0b0c 0800 45", layers: "eth:ieee8021ah:ip",
			want: map[string]string{"ieee8021ah.isid": "2014000", "ieee8021ah.cdst": "01-02-03-04-05-06", "ieee8021ah.csrc": "07-08-09-0A-0B-0C"}},
		{name: "I-Tag too short", frame: "000102030405 0a0b0c0d0e0f 88e7 001ebb30 010203040506", layers: "eth:ieee8021ah", malformed: "ieee8021ah"},
		{name: "time stamp of 64 bits", frame: "000102030405 0a0b0c0d0e0f d28b 0001 0110 5ceeed57 00000009 0800 45", layers: "eth:avsp:ip",
			want: map[string]string{"avsp.ver": "272", "avsp.seconds": "1559162199", "avsp.nanoseconds": "9", "avsp.etype": "2048"}},
		{name: "time stamp of 48 bits", frame: "000102030405 0a0b0c0d0e0f d28b 0001 0020 ed95 00000009 0800 45", layers: "eth:avsp:ip",
			want: map[string]string{"avsp.seconds": "60821"}},
		{name: "time stamp of another version", frame: "000102030405 0a0b0c0d0e0f d28b 0001 0011 5ceeed57", layers: "eth:avsp",
			want: map[string]string{"avsp.ver": "17", "avsp.seconds": ""}},
		{name: "time stamp cut short", frame: "000102030405 0a0b0c0d0e0f d28b 0001 0010 5ceeed57", layers: "eth:avsp", malformed: "avsp"},
		{name: "half a time stamp of 48 bits", frame: "000102030405 0a0b0c0d0e0f d28b 0001 0020 5cee", layers: "eth:avsp", malformed: "avsp"},
		{name: "another sub-type", frame: "000102030405 0a0b0c0d0e0f d28b 0002 0010", layers: "eth:avsp",
			want: map[string]string{"avsp.sub_type": "2"}},
		{name: "no sub-type", frame: "000102030405 0a0b0c0d0e0f d28b 00", layers: "eth:avsp", malformed: "avsp"},
		{name: "security group", frame: "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45", layers: "eth:cmd:ip",
			want: map[string]string{"cmd.version": "1", "cmd.length": "1", "cmd.options": "1", "cmd.sgt": "2", "cmd.type": "2048"}},
		{name: "security group in GRE", frame: "000102030405 0a0b0c0d0e0f b7ea 0800 01 01 0001 0002 45", layers: "eth:gre:cmd:ip",
			want: map[string]string{"cmd.version": "1", "cmd.length": "1", "cmd.options": "1", "cmd.sgt": "2", "cmd.type": "2048"}},
		{name: "security group cut short", frame: "000102030405 0a0b0c0d0e0f 8909 01 01 0001 00", layers: "eth:cmd", malformed: "cmd"},
		{name: "FabricPath", frame: "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45 01020304", layers: "eth:cfp:eth:ip",
			want: map[string]string{"cfp.ftag": "1", "cfp.ttl": "32", "eth.src": "0A-0B-0C-0D-0E-0F", "eth.type": "2048"}},
		{name: "Inter-Switch Link", frame: "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000", layers: "eth:isl:eth:ip",
			want: map[string]string{"isl.dst": "01-00-0C-00-00-00", "isl.src": "0A-0B-0C-0D-0E-0F", "isl.len": "27", "isl.vlan_id": "10", "isl.bpdu": "true", "eth.type": "2048"}},
		{name: "Inter-Switch Link of Token Ring", frame: "03000c0000 10 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000", layers: "eth:isl",
			want: map[string]string{"isl.bpdu": "true", "eth.type": ""}},
		{name: "Inter-Switch Link with nothing but an FCS", frame: "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 00000000", layers: "eth:isl"},
		{name: "Inter-Switch Link too short", frame: "01000c0000 04 0a0b0c0d0e0f 001b", layers: "eth:isl", malformed: "isl"},
		{name: "FabricPath too short", frame: "f351d64e6200 964ebf4e521d 8903", layers: "eth:cfp", malformed: "cfp",
			want: map[string]string{"eth.src": ""}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(eth.Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// Wireshark's mode cuts an FCS off; espbeat's own keeps what may be payload.
func TestFabricPathFCS(t *testing.T) {
	frame := unhex(t, "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45000000")
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
	frame := unhex(t, "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(eth.Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzTag(f *testing.F) {
	f.Add(unhex(f, "01000c0000 04 0a0b0c0d0e0f 001b aaaa03 00000c 0015 0000 0000 000102030405 0a0b0c0d0e0f 0800 45 00000000"), 45)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f 8926 c0050007 0800 45"), 21)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f 893f 1001 00d3 0000 0800 45"), 23)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f 88e7 e01ebb30 010203040506 0708090a0b0c 0800 45"), 33)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f d28b 0001 0110 5ceeed57 00000009 0800 45"), 29)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f d28b 0001 0020 ed95 00000009 0800 45"), 27)
	f.Add(unhex(f, "000102030405 0a0b0c0d0e0f 8909 01 01 0001 0002 0800 45"), 23)
	f.Add(unhex(f, "f351d64e6200 964ebf4e521d 8903 0060 000102030405 0a0b0c0d0e0f 0800 45"), 31)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(eth.Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
