// SPDX-License-Identifier: Apache-2.0

package bittorrent

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var (
	client, server = dissecttest.Client, dissecttest.Server
	hello          = greeting + strings.Repeat("\x00", 8) + "aaaaaaaaaaaaaaaaaaaa" + "-XX0001-000000000000"
	hash           = strings.Repeat("61", 20)
)

// sized puts the length before a message.
func sized(m string) string {
	return fmt.Sprintf("\x00\x00%c%s", len(m)>>8, string([]byte{byte(len(m))})+m)
}

func newBench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, Bencode, DHT, LSD) }

func TestPeers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"handshake", []dissecttest.Piece{client(hello), server(hello)}, "bittorrent:bittorrent", map[string]string{"bittorrent.info_hash": hash + "," + hash, "bittorrent.msg_type": ""}},
		{"messages", []dissecttest.Piece{client(hello + sized("\x14\x00d1:v6:Client1:xi1ee") + sized("\x05\xff") + sized("") + sized("\x04\x00\x00\x00\x09"))}, "bittorrent:bencode",
			map[string]string{"bittorrent.msg_type": "20,5,4", "bittorrent.version": "Client", "bittorrent.piece_index": "9"}},
		{"pieces", []dissecttest.Piece{client(hello), client(sized("\x07\x00\x00\x00\x01\x00\x00\x00\x00data") + sized("\x07\x00\x00\x00\x02\x00\x00\x00\x00da")[:9]), client("\x00\x00\x00\x00da")}, "bittorrent:bittorrent:bittorrent",
			map[string]string{"bittorrent.msg_type": "7,7", "bittorrent.data_length": "4,2", "bittorrent.piece_index": "1,2"}},
		{"no message", []dissecttest.Piece{client(hello), client("\xff\xff\xff\xff\x00"), client(sized("\x00"))}, "bittorrent", nil},
		{"a message of no type", []dissecttest.Piece{client(hello), client(sized("\x63"))}, "bittorrent", map[string]string{"bittorrent.msg_type": ""}},
		{"an extension without a name", []dissecttest.Piece{client(hello + sized("\x14") + sized("\x14\x01i5e"))}, "bittorrent:bencode", map[string]string{"bittorrent.msg_type": "20,20", "bittorrent.version": ""}},
		{"cut by the capture", []dissecttest.Piece{client(hello), {Data: []byte(sized("\x07\x00\x00\x00\x01\x00\x00\x00\x00data")[:8]), Wire: 17}}, "bittorrent:bittorrent", map[string]string{"bittorrent.msg_type": ""}},
		{"the middle of a connection", []dissecttest.Piece{client(sized("\x04\x00\x00\x00\x09"))}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	b.Split(t, Protocol, client(hello+sized("\x05\xff")), server(hello), client(sized("\x04\x00\x00\x00\x09")))
	r := b.Stream(Protocol, client(hello+strings.Repeat(sized("\x01"), maxListed+9)))
	if n := len(r[0].Fields["bittorrent.msg_type"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d messages, cut %v", n, b.Out.Cut)
	}
}

// extension hands malformed bencoded data over.
func TestBencode(t *testing.T) {
	for data, good := range map[string]bool{"d1:ai1e1:bl1:cd1:di-5eeee": true, "de": true, "le": true, "i1": false, "ie": false, "3:ab": false, "1x:a": false, ":": false, "x": false, "d1:a": false, "l1:a": false,
		strings.Repeat("l", 9) + strings.Repeat("e", 9): true, strings.Repeat("l", 10) + strings.Repeat("e", 10): false, "l" + strings.Repeat("0:", maxItems) + "e": false, "1234567:": false} {
		b := newBench()
		if r := b.Run(Bencode, []byte(data), len(data)); (r.Malformed == "") != good {
			t.Errorf("%q: malformed %q", data, r.Malformed)
		}
		if r := b.Run(Bencode, []byte(data), len(data)+1); r.Malformed != "" || r.Truncated == good {
			t.Errorf("%q: %+v", data, r)
		}
	}
	if n, ok := integer([]byte("i99999999999999999999e")); ok {
		t.Errorf("%d", n)
	}
}

const (
	ping     = "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"
	pong     = "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re"
	peers    = "d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:v4:UT121:y1:re"
	announce = "d1:ad2:id20:abcdefghij01234567899:info_hash20:aaaaaaaaaaaaaaaaaaaa4:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe"
	refusal  = "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee"
)

func TestDHT(t *testing.T) {
	nodes := "d1:rd2:id20:abcdefghij01234567895:nodes52:" + strings.Repeat("n", 52) + "e1:t2:aa1:y1:re"
	for text, want := range map[string]map[string]string{
		ping:     {"bt_dht.type": "q", "bt_dht.query": "ping", "bt_dht.transaction_id": "6161", "bt_dht.id": "6162636465666768696a30313233343536373839", "transaction.id": "flow:1"},
		peers:    {"bt_dht.type": "r", "bt_dht.peers": "2", "bt_dht.query": ""},
		nodes:    {"bt_dht.nodes": "2"},
		announce: {"bt_dht.info_hash": hash, "bt_dht.port": "6881", "bt_dht.query": "announce_peer"},
		refusal:  {"bt_dht.type": "e", "bt_dht.error_code": "201", "bt_dht.error_message": "A Generic Error Ocurred"},
		"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe": {"bt_dht.query": "ping", "bt_dht.transaction_id": "", "transaction.id": ""},
		"d1:el1:ae1:y1:ee": {"bt_dht.error_code": ""},
	} {
		b := newBench()
		r := b.Datagrams(DHT, client(text))[0]
		r.Check(t, want)
	}
	for _, text := range []string{ping, pong, peers, announce, refusal} {
		if !guessDHT([]byte(text)) {
			t.Errorf("%q is not recognised", text)
		}
	}
	b := newBench()
	b.Cut(t, DHT, []byte(announce))
	for _, answer := range []string{pong, refusal} {
		r := b.Datagrams(DHT, client(ping), client(ping), server(answer), server(answer))
		r[1].Check(t, map[string]string{"transaction.id": "flow:1"})
		r[2].Check(t, map[string]string{"transaction.id": "flow:1", "request_in": "1"})
		r[3].Check(t, map[string]string{"transaction.id": ""})
	}
	for text, bad := range map[string]bool{ping: false, ping[:30]: true, "d1:rd2:id20:": true} {
		if r := b.Run(DHT, []byte(text), len(text)); (r.Malformed != "") != bad {
			t.Errorf("%q: malformed %q", text, r.Malformed)
		}
	}
	if guessDHT([]byte("d1:q4:ping1:rd2:id20:")) || guessDHT(nil) {
		t.Error("keys out of order are recognised")
	}
}

func TestLSD(t *testing.T) {
	m := search + "1\r\nHost: 239.192.152.143:6771\r\nPort: 53808\r\nInfohash: " + hash + "\r\ninfohash: zz\r\ncookie: 7e16ba75\r\n\r\n\r\n"
	b := newBench()
	b.P.Options.Wireshark = false
	r := b.Run(LSD, []byte(m), len(m))
	r.Check(t, map[string]string{"lsd.infohash": hash, "lsd.port": "53808"})
	if got := b.Summary(LSD); got != "Port 53808, "+hash {
		t.Errorf("%q", got)
	}
	if r := b.Run(LSD, []byte(m[:40]), len(m)); !r.Truncated {
		t.Error("not truncated")
	}
	many := search + "1\r\n" + strings.Repeat("Infohash: "+hash+"\r\n", maxTorrents+1)
	if n := len(b.Run(LSD, []byte(many), len(many)).Fields["lsd.infohash"]); n != maxTorrents || !b.Out.Cut {
		t.Errorf("%d torrents, cut %v", n, b.Out.Cut)
	}
	b.P.Options.Wireshark = true
	if r := b.Run(LSD, []byte(m), len(m)); r.Layers != "" {
		t.Errorf("layers %q to no group", r.Layers)
	}
	b.P.Core.Destination.Addr = netip.MustParseAddr("239.192.152.143")
	if !LSD.GuessUDP([]byte(m)) || LSD.GuessUDP([]byte("M-SEARCH * HTTP/1.1")) {
		t.Error("an announcement is not told from SSDP")
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{hello: {true, true}, greeting: {true, true}, "\x13Bit": {true, false}, "\x13": {true, false}, "": {}, "\x13bit": {}, "\x14BitTorrent": {}})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{hello + sized("\x14\x00de") + sized("\x05\xff"): "Handshake, Extended, Bitfield", hello + sized("\x07\x00\x00\x00\x01\x00\x00\x00\x00data") + sized("\x16"): "Handshake, Piece, Message 22, 4 bytes",
		hello + strings.Repeat(sized("\x01"), 9): "Handshake" + strings.Repeat(", Unchoke", 8) + ", …"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for data, want := range map[string]string{ping: "BitTorrent DHT Protocol query ping", peers: "BitTorrent DHT Protocol reply 2 peers", refusal: "BitTorrent DHT Protocol error 201 A Generic Error Ocurred", announce: "BitTorrent DHT Protocol query announce_peer " + hash} {
		if b.Dissect(DHT, []byte(data), len(data)); b.Summary(DHT) != want {
			t.Errorf("%q, want %q", b.Summary(DHT), want)
		}
	}
}

func FuzzPeers(f *testing.F) {
	f.Add([]byte(hello+sized("\x14\x00d1:v6:Cliente")+sized("\x07\x00\x00\x00\x01\x00\x00\x00\x00data")), 70)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(data)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(data[:at])), client(string(data[at:])), server(string(data)))...)
		b.Invariants(t)
		if len(r.Fields["bittorrent.info_hash"]) > 2 {
			t.Fatalf("%d handshakes of two sides", len(r.Fields["bittorrent.info_hash"]))
		}
		b.Stream(Protocol, dissecttest.Piece{Data: data, Wire: len(data) + 1})
		b.Invariants(t)
	})
}

func FuzzDHT(f *testing.F) {
	for _, m := range []string{ping, pong, peers, announce, refusal} {
		f.Add([]byte(m), 0)
	}
	f.Add([]byte(search+"1\r\nPort: 1\r\nInfohash: "+hash+"\r\n"), 0)
	b := newBench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(DHT, data, max(wire, len(data)))
		b.Invariants(t)
		items := maxItems
		if n := span(data, 0, &items); n > len(data) {
			t.Fatalf("a value of %d bytes in %d", n, len(data))
		}
		b.Dissect(LSD, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
