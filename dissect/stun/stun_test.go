// SPDX-License-Identifier: Apache-2.0

package stun

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const id = " 000102030405060708090a0b "

// message4 is a message with the cookie.
func message4(typ, attributes string) string {
	return dissecttest.Sized(typ, "")[:len(typ)+1] + strings.Fields(dissecttest.Sized("", attributes))[0] + " 2112a442" + id + attributes
}

var (
	binding  = message4("0001", "0006 0003 613a6200")
	mapped   = message4("0101", "0020 0008 0001 8cd1 e115a641 8022 0004 74657374")
	mapped6  = message4("0101", "0020 0014 0002 8cd1 0113a9fa 00010203 04050607 08090a0b")
	refused  = message4("0113", "0009 0010 0000 0401 556e617574686f72697a6564 0014 0003 612e6200")
	allocate = message4("0103", "0016 0008 0001 8cd1 e115a641 000d 0004 00000258 0020 0008 0001 8cd1 e115a641")
	bind     = message4("0009", "000c 0004 40000000 0012 0008 0001 8cd1 e115a641")
	send     = message4("0016", "0013 0003 01020300")
	old      = "0101 000c 000102030405060708090a0b0c0d0e0f 0001 0008 0001 0d96 c0000201"
	oldAsk   = "0001 0008 000102030405060708090a0b0c0d0e0f 0003 0004 00000000"
	relayed  = "4001 0003 010203"
)

func TestMessages(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Classic, Channel)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "binding request", Frame: binding, Layers: "stun", Want: map[string]string{"stun.type": "1", "stun.id": "000102030405060708090a0b", "stun.att_type": "6", "stun.username": "a:b"}},
		{Name: "mapped address", Frame: mapped, Layers: "stun", Want: map[string]string{"stun.type": "257", "stun.att_type": "32,32802", "stun.mapped_address": "192.7.2.3", "stun.mapped_port": "44483", "stun.software": "test", "related.ip": "192.7.2.3"}},
		{Name: "mapped IPv6 address", Frame: mapped6, Layers: "stun", Want: map[string]string{"stun.mapped_address": "2001:db8::", "stun.mapped_port": "44483"}},
		{Name: "refused", Frame: refused, Layers: "stun", Want: map[string]string{"stun.type": "275", "stun.error_code": "401", "stun.error_reason": "Unauthorized", "stun.realm": "a.b"}},
		{Name: "relay", Frame: allocate, Layers: "stun", Want: map[string]string{"stun.relayed_address": "192.7.2.3", "stun.relayed_port": "44483", "stun.lifetime": "600"}},
		{Name: "channel", Frame: bind, Layers: "stun", Want: map[string]string{"stun.channel": "16384", "stun.peer_address": "192.7.2.3", "stun.peer_port": "44483"}},
		{Name: "relayed data", Frame: send, Layers: "stun", Want: map[string]string{"stun.type": "22", "stun.data_length": "3"}},
		{Name: "channel data", Frame: relayed, Layers: "turnchannel", Want: map[string]string{"turnchannel.id": "16385", "turnchannel.length": "3"}},
		{Name: "without a cookie", Frame: old, Layers: "classicstun", Want: map[string]string{"classicstun.type": "257", "classicstun.id": "000102030405060708090a0b0c0d0e0f", "stun.mapped_address": "192.0.2.1", "stun.mapped_port": "3478", "stun.type": "", "stun.att_type": ""}},
		{Name: "neither", Frame: strings.Repeat("ff", 30), Layers: ""},
		{Name: "the last attribute lacks its padding", Frame: message4("0001", "0014 0001 61"), Layers: "stun", Want: map[string]string{"stun.realm": "a"}},
		{Name: "an attribute beyond the end", Frame: message4("0101", "0001 ffff 0001 11fc 46c7802e"), Layers: "stun", Malformed: "stun", Want: map[string]string{"stun.att_type": "1", "stun.mapped_address": "70.199.128.46", "stun.mapped_port": "4604"}},
		{Name: "an address of two bytes", Frame: message4("0101", "0020 0006 0001 8cd1 e115 0000"), Layers: "stun", Malformed: "stun", Want: map[string]string{"stun.mapped_address": ""}},
		{Name: "a length beyond the end", Frame: "0001 0008 2112a442" + id, Layers: "stun", Malformed: "stun", Want: map[string]string{"stun.type": "1"}},
		{Name: "a short one", Frame: "0001 00", Layers: "stun", Malformed: "stun"},
	})
	for _, m := range []string{mapped, refused, allocate, bind} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, m))
	}
}

func TestBounds(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	m := dissecttest.Unhex(t, message4("0001", strings.Repeat("8023 0000", maxAttributes+1)))
	if n := len(b.Run(Protocol, m, len(m)).Fields["stun.att_type"]); n != maxAttributes || !b.Out.Cut {
		t.Errorf("%d attributes, cut %v", n, b.Out.Cut)
	}
}

func TestTransactions(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Classic, Channel)
	piece := func(dir int, m string) dissecttest.Piece {
		return dissecttest.Piece{Dir: dir, Data: dissecttest.Unhex(t, m)}
	}
	for _, tt := range []struct{ request, response string }{{binding, mapped}, {oldAsk, old}} {
		r := b.Datagrams(Protocol, piece(0, tt.request), piece(0, tt.request), piece(1, tt.response), piece(1, tt.response))
		r[1].Check(t, map[string]string{"transaction.id": "flow:1"})
		r[2].Check(t, map[string]string{"transaction.id": "flow:1", "request_in": "1", "event.duration": "2000000"})
		r[3].Check(t, map[string]string{"transaction.id": ""})
	}
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Classic, Channel)
	client := func(m string) dissecttest.Piece { return dissecttest.Piece{Data: dissecttest.Unhex(t, m)} }
	b.Split(t, Protocol, client(bind+relayed+"00"+binding))
	r := dissecttest.Merge(b.Stream(Protocol, client(bind+relayed+"00"+binding))...)
	if r.Layers != "stun:turnchannel:stun" {
		t.Errorf("layers %q", r.Layers)
	}
	if r := b.Stream(Protocol, client(relayed+"00")); r[0].Layers != "" {
		t.Errorf("channel data without a message before: %q", r[0].Layers)
	}
	cut := client(mapped)
	cut.Data, cut.Wire = cut.Data[:32], len(cut.Data)
	if r := b.Stream(Protocol, cut); r[0].Layers != "stun" || !r[0].Truncated || r[0].Malformed != "" {
		t.Errorf("%+v", r[0])
	}
}

func TestRecognition(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes                          string
		port, modern, classic, streams bool
	}{
		"binding": {bytes: binding, port: true, modern: true, streams: true}, "without a cookie": {bytes: old, classic: true}, "channel data": {bytes: relayed, port: true},
		"a header without a cookie": {bytes: "0001 0000" + strings.Repeat("11", 16), port: true}, "attributes that do not fill it": {bytes: "0101 000c" + strings.Repeat("00", 16) + "0001 0009 00010d96c0000201"},
		"a bit too many": {bytes: "8001" + binding[4:]}, "DNS": {bytes: "0001 0100 0001 0000 0000 0000 0161 0000 0100 01"}, "text": {bytes: "475542"},
		"a method that nobody has": {bytes: message4("0ee1", ""), port: true, modern: true},
	} {
		b := dissecttest.Unhex(t, tt.bytes)
		if accept(b) != tt.port || guess(b) != tt.modern || guessClassic(b) != tt.classic || guessStream(b) != tt.streams {
			t.Errorf("%s: %v %v %v %v", name, accept(b), guess(b), guessClassic(b), guessStream(b))
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Classic, Channel)
	for frame, want := range map[string]string{mapped: "Binding Success Response mapped: 192.7.2.3:44483", refused: "Allocate Error Response realm: a.b error: 401", message4("0ee1", ""): "Method 1009 Request"} {
		m := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, m, len(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
	m := dissecttest.Unhex(t, old)
	if b.Dissect(Protocol, m, len(m)); b.Summary(Classic) != "Message: Binding Response mapped: 192.0.2.1:3478" {
		t.Errorf("%q", b.Summary(Classic))
	}
	m = dissecttest.Unhex(t, relayed)
	if b.Dissect(Protocol, m, len(m)); b.Summary(Channel) != "ChannelData TURN Message, Channel 16385, Length 3" {
		t.Errorf("%q", b.Summary(Channel))
	}
}

func FuzzSTUN(f *testing.F) {
	for _, m := range []string{binding, mapped, mapped6, refused, allocate, bind, send, old, relayed} {
		f.Add(dissecttest.Unhex(f, m), 0)
	}
	b := dissecttest.New(nil, Protocol, Classic, Channel)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && (!accept(data) || guessClassic(data)) {
			t.Fatal("what is told by its bytes is not accepted on the port, or is taken for the STUN before it as well")
		}
		b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, Wire: len(data) + 1})
		b.Invariants(t)
	})
}
