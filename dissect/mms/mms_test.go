// SPDX-License-Identifier: Apache-2.0

package mms

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// tlv is an element in BER.
func tlv(tag string, parts ...string) string {
	v := strings.Join(parts, "")
	if len(v) < 128 {
		return tag + string([]byte{byte(len(v))}) + v
	}
	return tag + string([]byte{0x82, byte(len(v) >> 8), byte(len(v))}) + v
}

// param is a parameter, or a unit with its parameters, of the session protocol.
func param(code byte, v string) string {
	if len(v) < longLength {
		return string([]byte{code, byte(len(v))}) + v
	}
	return string([]byte{code, longLength, byte(len(v) >> 8), byte(len(v))}) + v
}

// inContext puts a value in a presentation context.
func inContext(id byte, v string) string {
	return tlv("\x61", tlv("\x30", "\x02\x01"+string([]byte{id}), tlv("\xa0", v)))
}

// unit is a data unit with a message of MMS.
func unit(parts ...string) string {
	return "\x01\x00\x01\x00" + inContext(3, tlv(parts[0], parts[1:]...))
}

// associating is a unit of association control that carries a message of MMS.
func associating(tag, result, message string) string {
	return tlv(tag, tlv("\xa1", "\x06\x05\x28\xca\x22\x02\x03"), result, tlv("\xbe", tlv("\x28", "\x06\x02\x51\x01\x02\x01\x03", tlv("\xa0", message))))
}

const initiation = "\x80\x03\x00\xfd\xe8\x81\x01\x05"

var (
	contexts = tlv("\xa4", tlv("\x30", "\x02\x01\x01", tlv("\x06", string(associationOID)), tlv("\x30", "\x06\x02\x51\x01")), tlv("\x30", "\x02\x01\x03", tlv("\x06", string(messageOID)), tlv("\x30", "\x06\x02\x51\x01")))
	request1 = param(connect, "\x05\x06\x13\x01\x00\x16\x01\x02\x14\x02\x00\x02"+param(userData, tlv("\x31", tlv("\xa0", "\x80\x01\x01"), tlv("\xa2", "\x81\x04\x00\x00\x00\x01", contexts, inContext(1, associating("\x60", "", tlv("\xa8", initiation)))))))
	accepted = param(accept, "\x14\x02\x00\x02"+param(userData, tlv("\x31", tlv("\xa0", "\x80\x01\x01"), tlv("\xa2", "\x83\x04\x00\x00\x00\x01", inContext(1, associating("\x61", "\xa2\x03\x02\x01\x00", tlv("\xa9", initiation)))))))
	reading  = unit("\xa0", "\x02\x01\x07", tlv("\xa4", tlv("\xa1", tlv("\xa0", tlv("\x30", tlv("\xa0", tlv("\xa1", tlv("\x1a", "IED1LD0"), tlv("\x1a", "LLN0$ST$Mod"))))))))
	given    = unit("\xa1", "\x02\x01\x07", tlv("\xa4", tlv("\xa1", "\x83\x01\x00")))
	listing  = unit("\xa0", "\x02\x01\x08", tlv("\xa1", tlv("\xa0", "\x80\x01\x00"), tlv("\xa1", tlv("\x81", "IED1LD0"))))
	opening  = unit("\xa0", "\x02\x02\x01\x09", tlv("\xbf\x48", tlv("\xa0", tlv("\x19", "/COMTRADE/x.cfg")), "\x81\x01\x00"))
	missing  = unit("\xa2", "\x80\x01\x07", tlv("\xa2", tlv("\xa0", "\x87\x01\x02")))
	who      = unit("\xa1", "\x02\x01\x08", tlv("\xa2", tlv("\x80", "ACME"), tlv("\x81", "RTU"), tlv("\x82", "1.0")))
	ended    = param(finish, param(userData, inContext(1, tlv("\x62", "\x80\x01\x00"))))
)

// bench hands units to a connection, as the dissector of the transport protocol does.
func bench(s *Connection, wireshark bool) (*dissecttest.Bench, *dissect.Protocol) {
	outer := &dissect.Protocol{Name: "cotp", Dissect: func(p *dissect.Packet, b []byte, wire int) { s.Dissect(p, b, wire) }}
	b := dissecttest.New(nil, outer, Session, Presentation, Association, Protocol)
	b.P.Options.Wireshark = wireshark
	return b, outer
}

func TestConnection(t *testing.T) {
	b, outer := bench(&Connection{}, true)
	pieces := []dissecttest.Piece{}
	for i, m := range []string{request1, accepted, reading, given, listing, who, opening, reading, missing, ended} {
		pieces = append(pieces, dissecttest.Piece{Dir: map[int]int{1: 1, 3: 1, 5: 1, 8: 1}[i], Data: []byte(m)})
	}
	r := b.Datagrams(outer, pieces...)
	for i, want := range []string{"cotp:ses:pres:acse:mms", "cotp:ses:pres:acse:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:mms", "cotp:ses:pres:acse"} {
		if r[i].Layers != want || r[i].Malformed != "" || r[i].Truncated {
			t.Errorf("unit %d: layers %q malformed %q truncated %v", i, r[i].Layers, r[i].Malformed, r[i].Truncated)
		}
	}
	for i, want := range []map[string]string{
		{"ses.type": "13", "acse.acse_apdu": "0", "acse.result": "", "mms.pdu": "8", "mms.invoke_id": ""},
		{"ses.type": "14", "acse.acse_apdu": "1", "acse.result": "0", "mms.pdu": "9"},
		{"ses.type": "1", "mms.pdu": "0", "mms.invoke_id": "7", "mms.service": "4", "mms.domain_id": "IED1LD0", "mms.item_id": "LLN0$ST$Mod", "transaction.id": "flow:1"},
		{"mms.pdu": "1", "mms.invoke_id": "7", "mms.service": "4", "request_in": "3", "event.duration": "1000000"},
		{"mms.service": "1", "mms.domain_id": "IED1LD0", "mms.item_id": ""},
		{"mms.service": "2", "mms.vendor_name": "ACME", "mms.model_name": "RTU", "request_in": "5"},
		{"mms.invoke_id": "265", "mms.service": "72", "mms.file_name": "/COMTRADE/x.cfg"},
		{},
		{"mms.pdu": "2", "mms.invoke_id": "7", "mms.error_class": "7", "request_in": "8"},
		{"ses.type": "9", "acse.acse_apdu": "2", "mms.pdu": ""},
	} {
		r[i].Check(t, want)
	}
}

// Without the connection's beginning, the usual contexts are taken, but not in tshark's way.
func TestUnknownContexts(t *testing.T) {
	for wireshark, want := range map[bool]string{true: "cotp:ses:pres", false: "cotp:ses:pres:mms"} {
		b, outer := bench(&Connection{}, wireshark)
		if r := b.Run(outer, []byte(reading), len(reading)); r.Layers != want {
			t.Errorf("layers %q, want %q", r.Layers, want)
		}
	}
	b, outer := bench(&Connection{contexts: []context{{id: 5, syntax: messageSyntax}}}, false)
	if r := b.Run(outer, []byte(reading), len(reading)); r.Layers != "cotp:ses:pres" {
		t.Errorf("a context that was not agreed on: layers %q", r.Layers)
	}
}

func TestBroken(t *testing.T) {
	for name, tt := range map[string]struct{ unit, layers, malformed string }{
		"a message without an end":      {unit("\xa0", "\x02\x01\x07\xa4\x7f"), "cotp:ses:pres:mms", "mms"},
		"an invoke id of ten bytes":     {unit("\xa0", "\x02\x0a0123456789"), "cotp:ses:pres:mms", "mms"},
		"an abort":                      {"\x19\x03\x11\x01\x0b", "cotp:ses", ""},
		"a parameter beyond the unit":   {"\x0d\x03\xc1\x7f\x00", "cotp:ses:pres", "ses"},
		"data without any":              {"\x01\x00\x01\x00", "cotp:ses", ""},
		"a unit that conclusion begins": {unit("\x8b"), "cotp:ses:pres:mms", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, outer := bench(&Connection{}, false)
			r := b.Run(outer, []byte(tt.unit), len(tt.unit))
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q %q", r.Layers, r.Malformed, tt.layers, tt.malformed)
			}
		})
	}
	for _, m := range []string{request1, accepted, reading, opening, who} {
		b, outer := bench(&Connection{}, false)
		b.Cut(t, outer, []byte(m))
	}
}

func TestBounds(t *testing.T) {
	name := tlv("\x30", tlv("\xa0", tlv("\xa1", tlv("\x1a", "LD"), tlv("\x1a", "x"))))
	many := unit("\xa0", "\x02\x01\x07", tlv("\xa4", tlv("\xa1", tlv("\xa0", strings.Repeat(name, 2*maxNames)))))
	b, outer := bench(&Connection{}, false)
	if n := len(b.Run(outer, []byte(many), len(many)).Fields["mms.item_id"]); n != maxNames {
		t.Errorf("%d names", n)
	}
	s := &Connection{}
	b, outer = bench(s, false)
	one := tlv("\x30", "\x02\x01\x01", tlv("\x06", string(associationOID)))
	lots := param(connect, param(userData, tlv("\x31", tlv("\xa2", tlv("\xa4", strings.Repeat(one, 100))))))
	b.Run(outer, []byte(lots), len(lots))
	if len(s.contexts) != maxContexts {
		t.Errorf("%d contexts", len(s.contexts))
	}
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{request1: true, accepted: true, reading: true, ended: true, request1[:20]: false, "\x01\x00\x01\x00\x60": false, "\x0d\xff\x00": false, "\x32\x01": false, "\x0d": false} {
		if Guess([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	for data, want := range map[string][2]string{reading: {"7 confirmed-RequestPDU read IED1LD0 LLN0$ST$Mod", ""}, opening: {"265 confirmed-RequestPDU fileOpen /COMTRADE/x.cfg", ""}, missing: {"7 confirmed-ErrorPDU", ""},
		ended: {"", "Release-Request"}, unit("\xa0", "\x02\x01\x07\x9f\x30\x00"): {"7 confirmed-RequestPDU service 48", ""}} {
		b, outer := bench(&Connection{}, false)
		b.Dissect(outer, []byte(data), len(data))
		if got := b.Summary(Protocol); got != want[0] {
			t.Errorf("%q, want %q", got, want[0])
		}
		if got := b.Summary(Association); got != want[1] {
			t.Errorf("%q, want %q", got, want[1])
		}
	}
	b, outer := bench(&Connection{}, false)
	b.Dissect(outer, []byte("\x19\x03\x11\x01\x0b"), 5)
	if got := b.Summary(Session); got != "ABORT (AB) SPDU" {
		t.Errorf("%q", got)
	}
}

func FuzzMMS(f *testing.F) {
	for _, m := range []string{request1, accepted, reading, given, listing, opening, missing, who, ended} {
		f.Add([]byte(request1), []byte(m), true)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, wireshark bool) {
		s := &Connection{}
		b, outer := bench(s, wireshark)
		for _, data := range [][]byte{first, second} {
			b.Dissect(outer, data, len(data))
			b.Invariants(t)
		}
		if len(s.contexts) > maxContexts {
			t.Fatalf("%d contexts", len(s.contexts))
		}
	})
}
