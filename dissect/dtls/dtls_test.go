// SPDX-License-Identifier: Apache-2.0

package dtls

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// rec makes a record; seq holds the epoch, too.
func rec(kind uint8, seq uint64, body []byte) []byte {
	b := binary.BigEndian.AppendUint64([]byte{kind, 0xfe, 0xfd}, seq)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

// frag makes one fragment of a message of whole bytes.
func frag(kind uint8, seq uint16, whole, offset int, body []byte) []byte {
	u24 := func(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }
	b := append([]byte{kind}, u24(whole)...)
	b = binary.BigEndian.AppendUint16(b, seq)
	return slices.Concat(b, u24(offset), u24(len(body)), body)
}

func message(kind uint8, seq uint16, body []byte) []byte { return frag(kind, seq, len(body), 0, body) }

// clientHello has a cookie, a server name, and a connection id of 3 bytes.
func clientHello(t testing.TB) []byte {
	return dissecttest.Unhex(t, "fefd 0001020304050607080910111213141516171819202122232425262728293031 00 02 cafe 0004 c02b 00ff 01 00 "+
		"0026 0000 000e 000c 00 0009 612e6578616d706c65 0036 0004 03 112233 000a 0004 0002 001d 0023 0000")
}

func serverHello(t testing.TB, version, extra string) []byte {
	return dissecttest.Unhex(t, "fefd 0001020304050607080910111213141516171819202122232425262728293031 00 "+version+" 00 "+extra)
}

func client(b ...[]byte) dissecttest.Piece { return dissecttest.Piece{Data: slices.Concat(b...)} }
func server(b ...[]byte) dissecttest.Piece {
	return dissecttest.Piece{Dir: 1, Data: slices.Concat(b...)}
}

const epoch1 = 1 << 48

func TestHandshake(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	r := b.Datagrams(Protocol,
		client(rec(handshake, 0, message(1, 0, clientHello(t)))),
		server(rec(handshake, 0, message(3, 0, dissecttest.Unhex(t, "fefd 02 cafe")))),
		client(rec(handshake, 1, message(1, 1, clientHello(t)))),
		server(rec(handshake, 1, message(2, 1, serverHello(t, "c02b", "000b 0036 0003 02 4455 0017 0000"))), rec(handshake, 2, message(14, 2, nil))),
		client(rec(changeCipherSpec, 2, []byte{1}), rec(handshake, epoch1, make([]byte, 40))),
		server(rec(changeCipherSpec, 3, []byte{1}), rec(handshake, epoch1, make([]byte, 40))),
		client(rec(applicationData, epoch1|7, make([]byte, 30))),
		server(rec(alert, epoch1|2, make([]byte, 30))))
	for i := range r {
		if r[i].Layers != "dtls" || r[i].Malformed != "" {
			t.Errorf("datagram %d: layers %q malformed %q", i+1, r[i].Layers, r[i].Malformed)
		}
	}
	r[0].Check(t, map[string]string{"tls.version_protocol": "dtls", "dtls.record.content_type": "22", "dtls.record.version": "65277", "dtls.record.epoch": "0", "dtls.handshake.type": "1",
		"tls.handshake.type": "1", "tls.client.server_name": "a.example", "tls.handshake.cookie": "cafe", "tls.handshake.connection_id": "112233",
		"tls.client.ja4": "dd2d020400_6d4732649639_48b35888af60", "transaction.id": "flow:1"})
	r[1].Check(t, map[string]string{"tls.handshake.type": "3", "request_in": "1", "tls.handshake.cookie": "cafe"})
	r[3].Check(t, map[string]string{"tls.handshake.type": "2,14", "tls.version": "1.2", "tls.cipher": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "request_in": "3", "event.duration": "1000000"})
	r[5].Check(t, map[string]string{"dtls.record.content_type": "20,22", "dtls.record.epoch": "0,1", "tls.established": "true", "tls.handshake.type": ""})
	r[6].Check(t, map[string]string{"tls.app_data.bytes": "30", "dtls.record.sequence_number": "7"})
	r[7].Check(t, map[string]string{"tls.alert_message.desc": ""})
	alerted := b.Datagrams(Protocol, server(rec(alert, 3, []byte{2, 40})))
	alerted[0].Check(t, map[string]string{"tls.alert_message.level": "2", "tls.alert_message.desc": "40"})
	if got, want := b.Summary(Protocol), "Alert (Fatal: Handshake Failure)"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

// Fragments are put together in any order, also when they come twice or overlap; the message stands in the datagram that completes it.
func TestFragments(t *testing.T) {
	h := clientHello(t)
	part := func(from, to int) dissecttest.Piece {
		return client(rec(handshake, 0, frag(1, 0, len(h), from, h[from:to])))
	}
	for name, pieces := range map[string][]dissecttest.Piece{
		"in order":  {part(0, 30), part(30, 60), part(60, len(h))},
		"backwards": {part(60, len(h)), part(30, 60), part(0, 30)},
		"twice":     {part(0, 30), part(0, 30), part(60, len(h)), part(60, len(h)), part(30, 60)},
		"overlap":   {part(0, 30), part(50, len(h)), part(55, 70), part(20, 60)},
	} {
		r := dissecttest.New(nil, Protocol).Datagrams(Protocol, pieces...)
		for i, want := range append(make([]string, len(pieces)-1), "1") {
			r[i].Check(t, map[string]string{"tls.handshake.type": want, "dtls.handshake.type": "1"})
		}
		if got := r[len(r)-1].Fields["tls.client.server_name"]; len(got) != 1 || got[0] != "a.example" {
			t.Errorf("%s: server name %q", name, got)
		}
	}
	// A message that is never whole is given up for the next one.
	r := dissecttest.Merge(dissecttest.New(nil, Protocol).Datagrams(Protocol, part(0, 30), client(rec(handshake, 1, frag(1, 1, len(h), 0, h[:50]))), client(rec(handshake, 2, frag(1, 1, len(h), 50, h[50:]))))...)
	r.Check(t, map[string]string{"tls.handshake.type": "1", "dtls.handshake.message_seq": "0,1,1"})
}

// Encrypted records of DTLS 1.3 are known by the handshake before them; others may share the conversation.
func TestVersion13(t *testing.T) {
	other := &dissect.Protocol{Name: "other", GuessUDP: func(b []byte) bool { return b[0] == 0x80 }, Dissect: func(*dissect.Packet, []byte, int) {}}
	b := dissecttest.New(nil, Protocol, other)
	r := b.Datagrams(Protocol,
		client(rec(handshake, 0, message(1, 0, clientHello(t)))),
		server(rec(handshake, 0, message(2, 0, serverHello(t, "1301", "000d 002b 0002 fefc 0036 0003 02 4455"))), dissecttest.Unhex(t, "2e 1234 0005 0102030405"), dissecttest.Unhex(t, "2a 1234 0102030405")),
		client(dissecttest.Unhex(t, "36 4455 77 0003 010203")), // a connection id, a short number
		client(dissecttest.Unhex(t, "80 01 02")),
		client(dissecttest.Unhex(t, "2e 1234 0099 0102030405")))
	r[1].Check(t, map[string]string{"tls.version": "1.3", "dtls.record.content_type": "22", "tls.record.opaque_type": "23,23", "dtls.record.epoch": "0,2,2", "tls.app_data.bytes": "5,5", "tls.established": ""})
	r[2].Check(t, map[string]string{"dtls.record.connection_id": "4455", "tls.app_data.bytes": "3", "tls.established": "true", "dtls.record.epoch": "2"})
	if r[3].Layers != "other" || r[4].Malformed != "dtls" {
		t.Errorf("layers %q, malformed %q", r[3].Layers, r[4].Malformed)
	}
}

// Records with a connection id are read when its length is known, and else when it can be found out.
func TestConnectionID(t *testing.T) {
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(dissecttest.Unhex(t, "19 fefd 0001 000000000005 aabbcc 0004 01020304")))
	r[0].Check(t, map[string]string{"dtls.record.content_type": "25", "dtls.record.connection_id": "aabbcc", "dtls.record.length": "4", "dtls.record.sequence_number": "5", "tls.app_data.bytes": "4"})
}

func TestCut(t *testing.T) {
	frame := rec(handshake, 0, message(1, 0, clientHello(t)))
	dissecttest.New(nil, Protocol).Cut(t, Protocol, frame)
}

func TestMalformed(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, frame := range map[string][]byte{
		"no record":                rec(60, 0, []byte{1}),
		"fragment beyond":          rec(handshake, 0, frag(1, 0, 4, 3, []byte{1, 2})),
		"no fragment":              rec(handshake, 0, []byte{1, 2, 3}),
		"record beyond the end":    rec(applicationData, epoch1, make([]byte, 9))[:15],
		"fragment beyond a record": rec(handshake, 0, message(1, 0, make([]byte, 40))[:20]),
	} {
		if r := b.Run(Protocol, frame, len(frame)); r.Malformed != "dtls" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestGuess(t *testing.T) {
	hello := rec(handshake, 0, message(1, 0, clientHello(t)))
	for _, tt := range []struct {
		name string
		data []byte
		want bool
	}{
		{"hello", hello, true},
		{"hello, cut", hello[:40], true},
		{"hello, cut in its header", hello[:20], false},
		{"two records", slices.Concat(hello, rec(alert, 1, []byte{1, 0})), true},
		{"application data", rec(applicationData, epoch1, make([]byte, 30)), true},
		{"application data, cut", rec(applicationData, epoch1, make([]byte, 30))[:30], false},
		{"more behind", append(rec(applicationData, epoch1, make([]byte, 30)), 1), false},
		{"no such message", rec(handshake, 0, message(99, 0, nil)), false},
		{"fragment beyond its message", rec(handshake, 0, frag(1, 0, 4, 3, []byte{1, 2})), false},
		{"no such version", append([]byte{22, 3, 3}, hello[3:]...), false},
		{"STUN", dissecttest.Unhex(t, "0001 0000 2112a442 000102030405060708090a0b"), false},
		{"empty", nil, false},
	} {
		if guess(tt.data) != tt.want {
			t.Errorf("%s: %v", tt.name, !tt.want)
		}
	}
}

// A handshake message is read once, when it is whole: never more of them than fragments.
func FuzzDTLS(f *testing.F) {
	hello := rec(handshake, 0, message(1, 0, clientHello(f)))
	f.Add(hello, rec(handshake, 0, message(2, 0, serverHello(f, "1301", "0006 002b 0002 fefc"))), []byte("\x2e\x12\x34\x00\x02\x01\x02"))
	f.Add(rec(handshake, 0, frag(1, 0, 9, 0, []byte{1, 2, 3})), rec(changeCipherSpec, 0, []byte{1}), dissecttest.Unhex(f, "19 fefd 0001 000000000005 aabbcc 0004 01020304"))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, first, second, third []byte) {
		if len(first) == 0 || len(second) == 0 || len(third) == 0 {
			return
		}
		r := b.Datagrams(Protocol, client(first), server(second), client(third), client(first))
		b.Invariants(t)
		m := dissecttest.Merge(r...)
		if len(m.Fields["tls.handshake.type"]) > len(m.Fields["dtls.handshake.type"]) || len(m.Fields["dtls.record.content_type"])+len(m.Fields["tls.record.opaque_type"]) != len(m.Fields["dtls.record.epoch"]) {
			t.Fatalf("fields %v", m.Fields)
		}
		if guess(first) && r[0].Layers == "" {
			t.Fatalf("%x is recognised and no layer", first)
		}
	})
}
