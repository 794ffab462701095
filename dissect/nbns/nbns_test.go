// SPDX-License-Identifier: Apache-2.0

package nbns

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/flow"
)

// encode is a name's first-level encoding as a label, in hex.
func encode(text string, service byte) string {
	name := append([]byte(text+strings.Repeat(" ", nameLen-1-len(text))), service)
	label := []byte{encodedLen}
	for _, c := range name {
		label = append(label, 'A'+c>>4, 'A'+c&15)
	}
	return hex.EncodeToString(label)
}

var (
	query1   = "d339 0110 0001 0000 0000 0000 " + encode("PC", 0x20) + "00 0020 0001"
	register = "d339 2910 0001 0000 0000 0001 " + encode("PC", 0x20) + "00 0020 0001 c00c 0020 0001 000493e0 0006 0000 c0a8017c"
	positive = "d339 8500 0000 0001 0000 0000 " + encode("PC", 0x20) + "00 0020 0001 000493e0 000c 6000 c0a8017c e000 0a000001"
	status1  = "0007 8400 0000 0001 0000 0000 " + encode("*", 0) + "00 0021 0001 00000000 002c 02 " + hex.EncodeToString([]byte("PC             ")) + "20 0400 " +
		hex.EncodeToString([]byte("\x01\x02__MSBROWSE__\x02")) + "01 8400 0a0b0c0d0e0f 00"
	negative = "d339 8583 0000 0001 0000 0000 " + encode("PC", 0x20) + "00 000a 0001 00000000 0000"
	group    = "11 02 8001 c0a8017c 008a 0060 0000 " + encode("PC", 0) + "00 " + encode("WORKGROUP", 0x1d) + "00 ff534d42"
)

func TestNames(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "query", Frame: query1, Layers: "nbns", Want: map[string]string{"nbns.id": "54073", "nbns.flags.response": "false", "nbns.flags.opcode": "0", "nbns.flags.broadcast": "true",
			"nbns.flags.rcode": "", "nbns.name": "PC<20>", "nbns.type": "32"}},
		{Name: "registration, whose record points at the name", Frame: register, Want: map[string]string{"nbns.flags.opcode": "5", "nbns.name": "PC<20>,PC<20>", "nbns.type": "32,32",
			"nbns.nb_flags": "0", "nbns.addr": "192.168.1.124", "related.ip": "192.168.1.124"}},
		{Name: "response with two addresses", Frame: positive, Want: map[string]string{"nbns.flags.response": "true", "nbns.flags.rcode": "0",
			"nbns.addr": "192.168.1.124,10.0.0.1", "nbns.nb_flags": "24576,57344"}},
		{Name: "no such name", Frame: negative, Want: map[string]string{"nbns.flags.rcode": "3", "nbns.addr": "", "nbns.type": "10"}},
		{Name: "status", Frame: status1, Want: map[string]string{"nbns.name": "*<00>", "nbns.netbios_name": "PC<20>,<01><02>__MSBROWSE__<02><01>", "nbns.name_flags": "1024,33792",
			"nbns.unit_id": "0A-0B-0C-0D-0E-0F"}},
		{Name: "a scope", Frame: strings.Replace(query1, "00 0020 0001", "02 6162 01 63 00 0020 0001", 1), Want: map[string]string{"nbns.name": "PC<20>.ab.c"}},
		{Name: "a name of 3 bytes", Frame: "d339 0110 0001 0000 0000 0000 03 616263 00 0020 0001", Malformed: "nbns", Want: map[string]string{"nbns.name": "", "nbns.type": "32"}},
		{Name: "a name of other letters", Frame: strings.Replace(query1, "4641", "7a7a", 1), Malformed: "nbns", Want: map[string]string{"nbns.name": ""}},
		{Name: "a pointer to itself", Frame: "d339 0110 0001 0000 0000 0000 c00c 0020 0001", Malformed: "nbns", Want: map[string]string{"nbns.name": ""}},
		{Name: "a pointer to a pointer", Frame: strings.Replace(register, "c00c 0020", "c032 0020", 1), Malformed: "nbns", Want: map[string]string{"nbns.name": "PC<20>"}},
		{Name: "a label of a type that nobody defined", Frame: "d339 0110 0001 0000 0000 0000 40 00 0020 0001", Malformed: "nbns", Want: map[string]string{"nbns.type": ""}},
		{Name: "fewer records than the header says", Frame: strings.Replace(query1, "0001 0000", "0002 0000", 1), Malformed: "nbns", Want: map[string]string{"nbns.name": "PC<20>"}},
		{Name: "cut in the name", Frame: query1[:60], Wire: 50, Truncated: true, Want: map[string]string{"nbns.id": "54073", "nbns.name": ""}},
	})
	for _, frame := range []string{query1, register, positive, status1} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

// Wireshark names the services of records, not those of questions.
func TestWiresharksNames(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "registration", Frame: register, Want: map[string]string{"nbns.name": "PC<20>,PC<20> (Server service)"}},
		{Name: "no address", Frame: negative, Want: map[string]string{"nbns.name": "PC<20>"}},
		{Name: "a service that it does not know", Frame: strings.Replace(positive, encode("PC", 0x20), encode("PC", 0x99), 1), Want: map[string]string{"nbns.name": "PC<99> (Unknown)"}},
	})
}

func TestDatagrams(t *testing.T) {
	dissecttest.New(nil, Datagram).Cases(t, Datagram, []dissecttest.Case{
		{Name: "to a group", Frame: group, Layers: "nbdgm", Want: map[string]string{"nbdgm.type": "17", "nbdgm.dgram_id": "32769",
			"nbdgm.source_name": "PC<00>", "nbdgm.destination_name": "WORKGROUP<1d>"}},
		{Name: "error", Frame: "13 02 8001 c0a8017c 008a 82", Want: map[string]string{"nbdgm.error_code": "130"}},
		{Name: "query", Frame: "14 02 8001 c0a8017c 008a " + encode("PC", 0) + "00", Want: map[string]string{"nbdgm.destination_name": "PC<00>"}},
		{Name: "a type that nobody defined", Frame: "99 02 8001 c0a8017c 008a", Want: map[string]string{"nbdgm.type": "153"}},
		{Name: "a header of 9 bytes", Frame: "11 02 8001 c0a8017c 00", Malformed: "nbdgm", Want: map[string]string{"nbdgm.source_name": ""}},
	})
	b := dissecttest.New(nil, Datagram, &dissect.Protocol{Name: "smb", Dissect: func(*dissect.Packet, []byte, int) {}})
	if r := b.Run(Datagram, dissecttest.Unhex(t, group), 0x60); r.Layers != "nbdgm:smb" {
		t.Errorf("layers %q", r.Layers)
	}
	if got, want := b.Summary(Datagram), "Direct_group datagram, from PC<00> to WORKGROUP<1d>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	for frame, want := range map[string]string{query1: "Name query NB PC<20>", register: "Registration NB PC<20> 192.168.1.124",
		positive: "Name query response NB PC<20> 192.168.1.124", negative: "Name query response PC<20>, error 3"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

// A broadcast request is answered from the server's own address, maybe by several.
func TestTransactions(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), Protocol)
	at := func(src, dst, frame string) dissecttest.Result {
		addressed := &dissect.Protocol{Name: "addressed", Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Core.Source.Addr, p.Core.Destination.Addr = netip.MustParseAddr(src), netip.MustParseAddr(dst)
			p.Time += 1e6
			p.Call(Protocol, b, wire)
		}}
		f := dissecttest.Unhex(t, frame)
		return b.Run(addressed, f, len(f))
	}
	id := func(r dissecttest.Result) string { return strings.Join(r.Fields["transaction.id"], ",") }
	request, again := at("10.0.0.1", "10.0.0.255", query1), at("10.0.0.1", "10.0.0.255", query1)
	if id(request) == "" || id(request) != id(again) {
		t.Errorf("request %q, again %q", id(request), id(again))
	}
	for _, server := range []string{"10.0.0.2", "10.0.0.3"} {
		r := at(server, "10.0.0.1", positive)
		r.Check(t, map[string]string{"transaction.id": id(request), "request_in": "1"})
	}
	if r := at("10.0.0.2", "10.0.0.9", positive); id(r) != "" {
		t.Errorf("who did not ask is answered in transaction %s", id(r))
	}
}

func TestGuess(t *testing.T) {
	for name, tt := range map[string]struct {
		frame string
		want  bool
	}{
		"query": {query1, true}, "registration": {register, true}, "response": {positive, true},
		"DNS": {"1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001", false}, "zeros": {strings.Repeat("00", 64), false},
		"an opcode that nobody defined": {strings.Replace(query1, "0110", "1110", 1), false}, "cut": {query1[:80], false},
	} {
		if got := guess(dissecttest.Unhex(t, tt.frame)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !guessDatagram(dissecttest.Unhex(t, group)) || guessDatagram(dissecttest.Unhex(t, query1)) {
		t.Error("datagrams are told by the sender's name")
	}
}

func FuzzNBNS(f *testing.F) {
	for _, s := range []string{query1, register, positive, status1, negative, group} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, Datagram)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{Protocol, Datagram} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
		if guess(data) && guessDatagram(data) {
			t.Fatal("the bytes are of both services")
		}
	})
}
