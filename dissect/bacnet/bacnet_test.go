// SPDX-License-Identifier: Apache-2.0

package bacnet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// ip makes a datagram of BACnet/IP, in hex: a function and what follows.
func ip(function, body string) string {
	return fmt.Sprintf("81 %s %04x %s", function, linkLen+len(strings.Join(strings.Fields(body), ""))/2, body)
}

const (
	readProperty  = "00 05 5e 0c 0c 020000fe 19 4c"                   // of device,254: object-list
	told          = "38 5e 00 04 0c 0c 020000fe 19 4c 3e c4 00c00000" // its first segment, which ends within the list
	toldMore      = "38 5e 01 04 0c c4 00c04e21 3f"
	whole         = "30 5e 0c 0c 020000fe 19 4d 3e 75 04 00 6e616d 3f"
	unknownObject = "50 5e 0c 91 01 91 1f"
	iAmDevice     = "10 00 c4 020000fe 22 0400 91 00 21 9a"
)

var cases = []dissecttest.Case{
	{Name: "a property is read", Frame: ip("0a", "01 04"+readProperty), Layers: "bvlc:bacnet:bacapp", Want: map[string]string{"bvlc.function": "10", "bacnet.control": "4", "bacapp.type": "0", "bacapp.invoke_id": "94",
		"bacapp.confirmed_service": "12", "bacapp.service": "readProperty", "bacapp.object_id": "device,254", "bacapp.property": "object-list", "bacapp.property_identifier": "76", "bacapp.more_segments": ""}},
	{Name: "a segment", Frame: ip("0a", "01 00"+told), Layers: "bvlc:bacnet:bacapp", Want: map[string]string{"bacapp.type": "3", "bacapp.sequence_number": "0", "bacapp.confirmed_service": "12", "bacapp.object_id": "device,254", "bacapp.property": "object-list"}},
	{Name: "a segment that is not the first", Frame: ip("0a", "01 00"+toldMore), Want: map[string]string{"bacapp.sequence_number": "1", "bacapp.confirmed_service": "12", "bacapp.object_id": ""}},
	{Name: "a property is told", Frame: ip("0a", "01 00"+whole), Want: map[string]string{"bacapp.type": "3", "bacapp.property": "object-name", "bacapp.object_name": ""}},
	{Name: "an error", Frame: ip("0a", "01 00"+unknownObject), Want: map[string]string{"bacapp.type": "5", "bacapp.confirmed_service": "12", "bacapp.error_class": "1", "bacapp.error_code": "31"}},
	{Name: "an error within a tag", Frame: ip("0a", "01 00 50 01 10 0e 91 02 91 28 0f"), Want: map[string]string{"bacapp.service": "writePropertyMultiple", "bacapp.error_class": "2", "bacapp.error_code": "40"}},
	{Name: "an acknowledgement", Frame: ip("0a", "01 00 20 01 0f"), Want: map[string]string{"bacapp.type": "2", "bacapp.service": "writeProperty"}},
	{Name: "segments acknowledged", Frame: ip("0a", "01 00 40 5e 00 04"), Want: map[string]string{"bacapp.type": "4", "bacapp.sequence_number": "0", "bacapp.confirmed_service": ""}},
	{Name: "a reject", Frame: ip("0a", "01 00 60 3a 09"), Want: map[string]string{"bacapp.type": "6", "bacapp.invoke_id": "58", "bacapp.reject_reason": "9"}},
	{Name: "an abort", Frame: ip("0a", "01 00 71 3a 04"), Want: map[string]string{"bacapp.type": "7", "bacapp.abort_reason": "4"}},
	{Name: "a type that nobody has", Frame: ip("0a", "01 00 90"), Layers: "bvlc:bacnet:bacapp", Malformed: "bacapp", Want: map[string]string{"bacapp.type": "9"}},
	{Name: "a device", Frame: ip("0b", "01 00"+iAmDevice), Want: map[string]string{"bacapp.type": "1", "bacapp.unconfirmed_service": "0", "bacapp.service": "i-Am", "bacapp.object_id": "device,254", "bacapp.vendor_identifier": "154"}},
	{Name: "an object and its name", Frame: ip("0b", "01 00 10 01 c4 020000fe c4 05c00005 75 06 00 6d65746572"), Want: map[string]string{"bacapp.object_id": "device,254,accumulator,5", "bacapp.object_name": "meter"}},
	{Name: "who has a name", Frame: ip("0b", "01 00 10 07 3d 06 00 6d65746572"), Want: map[string]string{"bacapp.service": "who-Has", "bacapp.object_name": "meter"}},
	{Name: "a name in UCS-2", Frame: ip("0b", "01 00 10 07 3d 05 04 0041 00e4"), Want: map[string]string{"bacapp.object_name": "Aä"}},
	{Name: "a name in ISO 8859-1", Frame: ip("0b", "01 00 10 07 3d 03 05 41 e4"), Want: map[string]string{"bacapp.object_name": "Aä"}},
	{Name: "several properties", Frame: ip("0a", "01 04 00 05 01 0e 0c 020000fe 1e 09 4d 09 4c 1f 0c 00000001 1e 09 55 1f"), Want: map[string]string{"bacapp.object_id": "device,254,analog-input,1", "bacapp.property": "object-name,object-list,present-value"}},
	{Name: "several properties are told", Frame: ip("0a", "01 00 30 01 0e 0c 00000001 1e 29 55 4e 44 3f800000 4f 29 6f 5e 91 02 91 20 5f 1f"), Want: map[string]string{"bacapp.object_id": "analog-input,1", "bacapp.property": "present-value,status-flags"}},
	{Name: "a change of value", Frame: ip("0b", "01 00 10 02 09 12 1c 02000002 2c 00c00004 39 00 4e 09 55 2e 91 01 2f 4f"), Want: map[string]string{"bacapp.object_id": "device,2,binary-input,4", "bacapp.property": "present-value"}},
	{Name: "numbers that have no names", Frame: ip("0a", "01 04 00 05 01 0c 0c 20000001 1a 0200"), Want: map[string]string{"bacapp.object_id": "128,1", "bacapp.property": "512"}},
	{Name: "a service that has no name", Frame: ip("0a", "01 04 00 05 01 7f"), Want: map[string]string{"bacapp.confirmed_service": "127", "bacapp.service": ""}},
	{Name: "to and from other networks", Frame: ip("04", "0a000001 bac0 01 28 000d 01 3d 0014 06 020000000001 ff 10 08"), Layers: "bvlc:bacnet:bacapp", Want: map[string]string{"bvlc.fwd_ip": "10.0.0.1", "related.ip": "10.0.0.1",
		"bacnet.dnet": "13", "bacnet.dadr": "3d", "bacnet.snet": "20", "bacnet.sadr": "020000000001", "bacnet.hopc": "255", "bacapp.service": "who-Is"}},
	{Name: "a network message", Frame: ip("0b", "01 80 01 000d"), Layers: "bvlc:bacnet", Want: map[string]string{"bacnet.mesgtyp": "1"}},
	{Name: "a network message of a vendor", Frame: ip("0b", "01 80 80 0007"), Layers: "bvlc:bacnet"},
	{Name: "no APDU", Frame: ip("0a", "01 20 000d 01 3d ff"), Layers: "bvlc:bacnet:bacapp", Malformed: "bacapp"},
	{Name: "a result", Frame: ip("00", "0030"), Layers: "bvlc", Want: map[string]string{"bvlc.result": "48"}},
	{Name: "a registration", Frame: ip("05", "003c"), Layers: "bvlc", Want: map[string]string{"bvlc.function": "5"}},
	{Name: "over IPv6", Frame: "82 01 0010 000001 000002 01 00 10 08 00 00", Layers: "bvlc:bacnet:bacapp", Want: map[string]string{"bacapp.unconfirmed_service": "8"}},
	{Name: "forwarded over IPv6", Frame: "82 08 001d 000001 20010db8000000000000000000000001 bac0 01 00 10 08", Layers: "bvlc:bacnet:bacapp", Want: map[string]string{"bvlc.fwd_ip": "2001:db8::1"}},
	{Name: "resolved over IPv6", Frame: "82 03 000a 000001 000002", Layers: "bvlc"},
	{Name: "longer than it is", Frame: "81 0a 00ff 01 00 10 08", Layers: "bvlc:bacnet:bacapp", Malformed: "bvlc"},
	{Name: "shorter than its header", Frame: "81 0a 0003 01 00 10 08", Layers: "bvlc", Malformed: "bvlc"},
	{Name: "a tag that is closed and was not opened", Frame: ip("0a", "01 04 00 05 01 0e 1f"), Malformed: "bacapp"},
	{Name: "a tag that is not closed", Frame: ip("0a", "01 04 00 05 01 0e 1e"), Malformed: "bacapp"},
	{Name: "a value beyond the end", Frame: ip("0a", "01 04 00 05 01 0c 0c 0200"), Malformed: "bacapp", Want: map[string]string{"bacapp.object_id": ""}},
	{Name: "long forms of numbers and lengths", Frame: ip("0a", "01 04 00 05 01 0c f9 20 00 0d fe 0004 020000fe 1d ff 00000001 4c"), Want: map[string]string{"bacapp.object_id": "device,254", "bacapp.property": "object-list"}},
}

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, BVLC, Application, MSTP) }

// onPort runs a case as a datagram on BACnet's port.
func onPort() *dissect.Protocol {
	return &dissect.Protocol{Name: "udp", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.Pop()
		p.Core.Source.Port = port
		p.Call(BVLC, b, wire)
	}}
}

func TestDissect(t *testing.T) { bench().Cases(t, onPort(), cases) }

func TestOtherPorts(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, cases[0].Frame)
	if r := b.Run(BVLC, frame, len(frame)); r.Layers != "" {
		t.Errorf("where tshark does not look: %q", r.Layers)
	}
	b.P.Options.Wireshark = false
	if r := b.Run(BVLC, frame, len(frame)); r.Layers != "bvlc:bacnet:bacapp" {
		t.Errorf("layers %q", r.Layers)
	}
	for name, tt := range map[string]struct {
		frame          string
		accepted, told bool
	}{"unicast": {cases[0].Frame, true, true}, "forwarded": {ip("04", "0a000001 bac0 01 00 10 08"), true, true}, "a result": {ip("00", "0030"), true, false}, "IPv6": {"82 02 000b 000001 01 00 10 08", true, false},
		"a byte too many": {cases[0].Frame + "00", true, false}, "reserved flags": {ip("0a", "01 40 10 08"), true, false}, "version 2": {ip("0a", "02 00 10 08"), true, false},
		"a function that nobody has": {ip("0d", "01 00 10 08"), false, false}, "text": {"48656c6c6f", false, false}, "3 bytes": {"810a00", false, false}} {
		frame := dissecttest.Unhex(t, tt.frame)
		if accept(frame) != tt.accepted || guess(frame) != tt.told {
			t.Errorf("%s: accepted %v, told %v", name, accept(frame), guess(frame))
		}
	}
}

func TestTransactions(t *testing.T) {
	b := bench()
	b.Port = port
	send := func(apdu string) dissecttest.Piece {
		return dissecttest.Piece{Data: dissecttest.Unhex(t, ip("0a", "01 04"+apdu))}
	}
	reply := func(apdu string) dissecttest.Piece {
		return dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, ip("0a", "01 00"+apdu))}
	}
	got := b.Datagrams(BVLC, send(readProperty), send(readProperty), reply(whole), reply(whole))
	got[0].Check(t, map[string]string{"transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"transaction.id": "flow:1"}) // sent again
	got[2].Check(t, map[string]string{"transaction.id": "flow:1", "request_in": "1", "event.duration": "2000000"})
	got[3].Check(t, map[string]string{"request_in": "", "transaction.id": ""})
	both := b.Datagrams(BVLC, send(readProperty), dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, ip("0a", "01 04"+readProperty))}, reply("20 5e 0c"), send("20 5e 0c"))
	both[2].Check(t, map[string]string{"request_in": "1"})
	both[3].Check(t, map[string]string{"request_in": "2"})
	segments := b.Datagrams(BVLC, send(readProperty), reply("3c 5e 00 04 0c"), reply("38 5e 01 04 0c"))
	segments[1].Check(t, map[string]string{"request_in": "1", "bacapp.more_segments": "true"})
	segments[2].Check(t, map[string]string{"request_in": "1", "bacapp.more_segments": "false"})
}

func TestMSTP(t *testing.T) {
	bench().Cases(t, MSTP, []dissecttest.Case{
		{Name: "the token", Frame: "55ff 00 00 7e 0000 a7", Layers: "mstp", Want: map[string]string{"mstp.frame_type": "0", "mstp.dst": "0", "mstp.src": "126"}},
		{Name: "data", Frame: "55ff 06 ff 07 0010 33 01 00" + iAmDevice + "ffff", Layers: "mstp:bacnet:bacapp", Want: map[string]string{"bacapp.object_id": "device,254"}},
		{Name: "data without all of it", Frame: "55ff 06 ff 07 0010 33 01 00 10 08", Layers: "mstp:bacnet:bacapp", Malformed: "mstp"},
		{Name: "a reply", Frame: "55ff 06 07 01 0009 33 01 00" + unknownObject + "ffff", Layers: "mstp:bacnet:bacapp", Want: map[string]string{"bacapp.error_code": "31"}},
		{Name: "a test", Frame: "55ff 03 ff 07 0001 33 01 ffff", Layers: "mstp"},
		{Name: "cut by the capture", Frame: "55ff 06 ff", Wire: 30, Layers: "mstp", Truncated: true},
	})
}

// TestPasswords: requests to restart and to be silent carry passwords.
func TestPasswords(t *testing.T) {
	b := bench()
	for _, service := range []string{"14 09 01 1d", "11 19 01 2d"} {
		frame := dissecttest.Unhex(t, ip("0a", "01 04 00 05 01"+service+"07 00 63616e617279"))
		b.Out.Reveal = true
		if r := b.Run(onPort(), frame, len(frame)); r.Malformed != "" || bytes.Contains(b.Out.Arena, []byte("canary")) {
			t.Errorf("malformed %q, record %q", r.Malformed, b.Out.Arena)
		}
	}
}

func TestBounds(t *testing.T) {
	b := bench()
	run := func(apdu string) dissecttest.Result {
		frame := dissecttest.Unhex(t, apdu)
		return b.Run(Application, frame, len(frame))
	}
	if r := run("00 05 01 0e" + strings.Repeat("0c 00000001 1e 09 55 1f", 200)); len(r.Fields["bacapp.object_id"]) != maxNamed || len(r.Fields["bacapp.property"]) != maxNamed || !b.Out.Cut {
		t.Errorf("%d objects, cut %v", len(r.Fields["bacapp.object_id"]), b.Out.Cut)
	}
	if r := run("00 05 01 0e" + strings.Repeat("1e", 2*maxDepth)); !b.Out.Cut || r.Malformed != "" {
		t.Errorf("cut %v, malformed %q", b.Out.Cut, r.Malformed)
	}
	if r := run("10 08" + strings.Repeat("00", 2000)); !b.Out.Cut || r.Malformed != "" {
		t.Errorf("cut %v, malformed %q", b.Out.Cut, r.Malformed)
	}
}

func TestCut(t *testing.T) {
	for _, frame := range []string{cases[0].Frame, cases[6].Frame, ip("0b", "01 00"+iAmDevice)} {
		bench().Cut(t, onPort(), dissecttest.Unhex(t, frame))
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for want, tt := range map[string]struct {
		proto *dissect.Protocol
		frame string
	}{
		"Confirmed-REQ readProperty[ 94] device,254 object-list": {Application, readProperty},
		"Error readProperty[ 94], error 31":                      {Application, unknownObject},
		"Unconfirmed-REQ i-Am device,254":                        {Application, iAmDevice},
		"Network message 1":                                      {Protocol, "01 80 01 000d"},
		"Token, 126 to 0":                                        {MSTP, "55ff 00 00 7e 0000 a7"},
		"Frame type 32, 7 to 255":                                {MSTP, "55ff 20 ff 07 0000 a7"},
	} {
		frame := dissecttest.Unhex(t, tt.frame)
		if b.Dissect(tt.proto, frame, len(frame)); b.Summary(tt.proto) != want {
			t.Errorf("%q, want %q", b.Summary(tt.proto), want)
		}
	}
}

func FuzzBACnet(f *testing.F) {
	for _, c := range cases {
		f.Add(dissecttest.Unhex(f, c.Frame), 0)
	}
	f.Add(dissecttest.Unhex(f, "55ff 06 ff 07 0004 33 01 00 10 08 ffff"), 0)
	b, udp := bench(), onPort()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{udp, MSTP, Application} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
