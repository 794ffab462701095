// SPDX-License-Identifier: Apache-2.0

package quic

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// The client's CRYPTO frame and the server's packets of RFC 9001, A, and RFC 9369, A.
const (
	clientFrame = `060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b65
		78616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559f
		edba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffff
		ffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff`
	server1 = `cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcb
		a3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee`
	server2 = `dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17f9af
		6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140`
	id = "8394c8f03e515708"
)

// seal protects an Initial packet as open removes it: dcid and scid are the packet's, first is the id that is the key.
func seal(t testing.TB, version uint32, first, dcid, scid string, fromServer bool, number uint32, payload []byte) []byte {
	t.Helper()
	flags := byte(0xc3)
	if version == version2 {
		flags = 0xd3
	}
	b := binary.BigEndian.AppendUint32([]byte{flags}, version)
	for _, id := range []string{dcid, scid} {
		raw := dissecttest.Unhex(t, id)
		b = append(append(b, byte(len(raw))), raw...)
	}
	b = binary.BigEndian.AppendUint16(append(b, 0), uint16(4+len(payload)+tagLen)|0x4000)
	head := len(b)
	b = binary.BigEndian.AppendUint32(b, number)
	k := derive(version, dissecttest.Unhex(t, first), 0)
	side := &k.side[0]
	if fromServer {
		side = &k.side[1]
	}
	nonce := side.iv
	for i := range 4 {
		nonce[8+i] ^= b[head+i]
	}
	b = side.aead.Seal(b, nonce[:], payload, b)
	var mask [16]byte
	side.head.Encrypt(mask[:], b[head+4:head+20])
	b[0] ^= mask[0] & 0x0f
	for i := range 4 {
		b[head+i] ^= mask[1+i]
	}
	return b
}

// hello is the payload of the RFCs' client.
func hello(t testing.TB) []byte {
	b := dissecttest.Unhex(t, clientFrame)
	return append(b, make([]byte, 1162-len(b))...)
}

// crypto is a CRYPTO frame.
func crypto(at int, b []byte) []byte {
	f := binary.BigEndian.AppendUint16([]byte{frameCrypto}, uint16(at)|0x4000)
	return append(binary.BigEndian.AppendUint16(f, uint16(len(b))|0x4000), b...)
}

func client(b []byte) dissecttest.Piece { return dissecttest.Piece{Data: b} }
func server(b []byte) dissecttest.Piece { return dissecttest.Piece{Dir: 1, Data: b} }

// The packets of the RFCs.
func TestVectors(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		version                  uint32
		begin, end, answer, text string
	}{
		{"version 1", version1, "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11", "e221af44860018ab0856972e194cd934", server1, "1"},
		{"version 2", version2, "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485", "a18b2faa745b6fe189cf772a9f84cbfc", server2, "1798521807"},
	} {
		packet := seal(t, tt.version, id, id, "", false, 2, hello(t))
		if text := hex.EncodeToString(packet); text[:64] != tt.begin || text[len(text)-32:] != tt.end || len(packet) != 1200 {
			t.Fatalf("%s: %s…", tt.name, text[:64])
		}
		r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(packet), server(dissecttest.Unhex(t, tt.answer)))
		r[0].Check(t, map[string]string{"quic.header_form": "true", "quic.packet_type": "Initial", "quic.version": tt.text, "quic.dcid": id, "quic.scid": "", "quic.token_length": "0",
			"quic.packet_number": "2", "quic.frame_type": "6,0", "tls.handshake.type": "1", "tls.client.server_name": "example.com", "related.hosts": "example.com",
			"tls.handshake.extensions_alpn_str": "alpn", "tls.handshake.quic_parameter_type": "4,5,7,8,1,9,15,6", "tls.version_protocol": "tls", "transaction.id": "flow:1",
			"tls.client.ja4": "q13d0211an_62ed6f6ca7ad_4d634acda6c0"})
		r[1].Check(t, map[string]string{"quic.scid": "f067a5502a4262b5", "quic.dcid": "", "quic.packet_number": "1", "quic.frame_type": "2,6", "tls.handshake.type": "2", "tls.version": "1.3",
			"tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.curve": "x25519", "request_in": "1", "event.duration": "1000000"})
		for i := range r {
			if r[i].Layers != "quic:tls" || r[i].Malformed != "" || r[i].Core.Application != Protocol {
				t.Errorf("%s, packet %d: layers %q malformed %q", tt.name, i+1, r[i].Layers, r[i].Malformed)
			}
		}
	}
}

// A connection: packets that share a datagram, short headers with the id that long ones gave, the end of the handshake.
func TestConnection(t *testing.T) {
	handshake := dissecttest.Unhex(t, "e0 00000001 00 08 f067a5502a4262b5 18 000102030405060708090a0b0c0d0e0f1011121314151617")
	reply := dissecttest.Unhex(t, "e0 00000001 08 f067a5502a4262b5 00 18 000102030405060708090a0b0c0d0e0f1011121314151617")
	short := dissecttest.Unhex(t, "60 f067a5502a4262b5 0102030405060708090a0b0c0d0e0f101112131415161718")
	b := dissecttest.New(nil, Protocol)
	r := b.Datagrams(Protocol,
		client(seal(t, version1, id, id, "", false, 0, hello(t))),
		server(slices.Concat(dissecttest.Unhex(t, server1), handshake, dissecttest.Unhex(t, "40 0102030405060708090a0b0c0d0e0f101112131415161718"))),
		client(slices.Concat(reply, short)),
		client(short[:1]),
		client(append([]byte{0x40, 1}, short[2:]...)),
		server(dissecttest.Unhex(t, server1)))
	r[1].Check(t, map[string]string{"quic.header_form": "true,true,false", "quic.packet_type": "Initial,Handshake,1-RTT", "quic.long.packet_type": "0,2", "quic.version": "1,1",
		"quic.scid": "f067a5502a4262b5,f067a5502a4262b5", "tls.established": ""})
	r[2].Check(t, map[string]string{"quic.packet_type": "Handshake,1-RTT", "quic.dcid": "f067a5502a4262b5,f067a5502a4262b5", "quic.spin_bit": "true", "tls.established": "true"})
	r[3].Check(t, map[string]string{"quic.packet_type": "1-RTT", "quic.dcid": ""})
	r[4].Check(t, map[string]string{"quic.packet_type": "1-RTT", "quic.dcid": "", "tls.established": ""})
	r[5].Check(t, map[string]string{"quic.packet_type": "Initial", "quic.packet_number": "1", "tls.handshake.type": ""})
	if got, want := b.Summary(Protocol), "Initial, SCID=f067a5502a4262b5, PKN: 1"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

// A ClientHello is put together from frames and packets in any order, among frames that say nothing; what is sent again is not read again.
func TestFragments(t *testing.T) {
	message := dissecttest.Unhex(t, clientFrame)[4:]
	ack := []byte{frameACKECN, 5, 0, 1, 0, 1, 1, 1, 2, 3}
	one := slices.Concat(crypto(100, message[100:150]), []byte{framePing, 0, 0, 0, framePing}, ack, crypto(200, message[200:]))
	two := slices.Concat(crypto(150, message[150:220]), crypto(0, message[:60]))
	three := slices.Concat([]byte{framePing}, crypto(40, message[40:120]))
	packet := func(n uint32, payload []byte) dissecttest.Piece {
		return client(seal(t, version1, id, id, "c1", false, n, payload))
	}
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, packet(0, one), packet(1, two), packet(2, three), packet(3, three))
	for i, want := range []string{"", "", "1", ""} {
		r[i].Check(t, map[string]string{"tls.handshake.type": want})
	}
	r[0].Check(t, map[string]string{"quic.frame_type": "6,1,0,1,3,6"}) // the document has each once
	r[2].Check(t, map[string]string{"tls.client.server_name": "example.com"})
}

// After a Retry, the client begins anew with the id that the server gave; version negotiation is told and changes nothing.
func TestRetry(t *testing.T) {
	retry := dissecttest.Unhex(t, "f0 00000001 00 04 aabbccdd 746f6b656e 000102030405060708090a0b0c0d0e0f")
	versions := dissecttest.Unhex(t, "80 00000000 00 08 8394c8f03e515708 00000001 6b3343cf 0a0a0a0a")
	b := dissecttest.New(nil, Protocol)
	r := b.Datagrams(Protocol, client(seal(t, version1, id, id, "", false, 0, hello(t))), server(retry), client(seal(t, version1, "aabbccdd", "aabbccdd", "", false, 1, hello(t))), server(versions))
	r[1].Check(t, map[string]string{"quic.packet_type": "Retry", "quic.scid": "aabbccdd"})
	r[2].Check(t, map[string]string{"tls.handshake.type": "1", "quic.packet_number": "1"})
	r[3].Check(t, map[string]string{"quic.packet_type": "Version Negotiation", "quic.version": "0", "quic.supported_version": "1,1798521807,168430090", "quic.long.packet_type": ""})
	for i := range r {
		if r[i].Malformed != "" {
			t.Errorf("packet %d is malformed", i+1)
		}
	}
}

// The server may choose another version than the client began with (RFC 9368): the same id gives other keys.
func TestOtherVersion(t *testing.T) {
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(seal(t, version1, id, id, "", false, 0, hello(t))), server(dissecttest.Unhex(t, server2)))
	r[1].Check(t, map[string]string{"tls.handshake.type": "2", "quic.long.packet_type_v2": "1"})
}

func TestClose(t *testing.T) {
	frame := append([]byte{frameClose, 0x41, 0x28, 0, 4}, "nope"...)
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(seal(t, version1, id, id, "", false, 0, append(frame, make([]byte, 20)...))))
	r[0].Check(t, map[string]string{"quic.cc.error_code": "296", "quic.cc.reason_phrase": "nope"})
}

// What does not decrypt is told by its header.
func TestNotDecrypted(t *testing.T) {
	packet := seal(t, version1, id, id, "", false, 0, hello(t))
	packet[500] ^= 1
	draft := slices.Clone(packet)
	binary.BigEndian.PutUint32(draft[1:], 0xff000017)
	r := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(packet), server(dissecttest.Unhex(t, server1)), client(draft))
	r[0].Check(t, map[string]string{"quic.packet_type": "Initial", "quic.packet_number": "", "tls.handshake.type": ""})
	r[1].Check(t, map[string]string{"quic.packet_type": "Initial", "quic.packet_number": ""})
	r[2].Check(t, map[string]string{"quic.version": "4278190103", "quic.dcid": id})
	// An unknown frame ends what can be read of a packet.
	bad := dissecttest.New(nil, Protocol).Datagrams(Protocol, client(seal(t, version1, id, id, "", false, 0, append([]byte{0x3f}, make([]byte, 40)...))))
	if bad[0].Malformed != "quic" {
		t.Errorf("malformed %q", bad[0].Malformed)
	}
}

// In compat mode, port 853 is DTLS's, as tshark has it.
func TestPort853(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	udp := &dissect.Protocol{Name: "udp", Dissect: func(p *dissect.Packet, payload []byte, wire int) {
		p.SetPorts(40000, dnsPort)
		p.Call(Protocol, payload, wire)
	}}
	for compat, want := range map[bool]string{true: "udp:dtls", false: "udp:quic:tls"} {
		b.P.Options.Wireshark = compat
		if r := b.Run(udp, seal(t, version1, id, id, "", false, 0, hello(t)), 1200); r.Layers != want {
			t.Errorf("compat %v: layers %q, want %q", compat, r.Layers, want)
		}
	}
}

func TestPacketNumber(t *testing.T) {
	if n := expandNumber(0x9b32, 2, 0xa82f30ea); n != 0xa82f9b32 { // RFC 9000, A.3
		t.Errorf("%x", n)
	}
	for _, tt := range []struct{ sent, largest, want int64 }{{0, -1, 0}, {5, -1, 5}, {1, 255, 257}, {255, 256, 255}} {
		if n := expandNumber(tt.sent, 1, tt.largest); n != tt.want {
			t.Errorf("%d after %d: %d", tt.sent, tt.largest, n)
		}
	}
}

func TestCut(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	packet := seal(t, version1, id, id, "01", false, 0, hello(t))
	for n := 1; n < len(packet); n++ {
		if b.Dissect(Protocol, packet[:n:n], len(packet)); !b.P.Truncated {
			t.Fatalf("%d bytes are not truncated", n)
		}
		b.Invariants(t)
		if b.Dissect(Protocol, packet[:n:n], n); b.P.Malformed != Protocol {
			t.Fatalf("%d bytes are sound", n)
		}
	}
}

func TestGuess(t *testing.T) {
	packet := seal(t, version1, id, id, "", false, 0, hello(t))
	greased := slices.Clone(packet)
	binary.BigEndian.PutUint32(greased[1:], 0x1a2a3a4a)
	for _, tt := range []struct {
		name string
		data []byte
		want bool
	}{
		{"Initial", packet, true},
		{"of version 2", seal(t, version2, id, id, "", false, 0, hello(t)), true},
		{"of a reserved version", greased, true},
		{"of a reserved version, too short", greased[:1199], false},
		{"of no version", append([]byte{0xc0, 0, 0, 0, 9}, packet[5:]...), false},
		{"without the fixed bit", append([]byte{0x80}, packet[1:]...), false},
		{"id too long", append([]byte{0xc0, 0, 0, 0, 1, 21}, make([]byte, 1200)...), false},
		{"token beyond the end", dissecttest.Unhex(t, "c0 00000001 00 00 09 01"), false},
		{"payload too short", dissecttest.Unhex(t, "c0 00000001 00 00 00 05 0102030405"), false},
		{"Retry", dissecttest.Unhex(t, "f0 00000001 00 00 01 000102030405060708090a0b0c0d0e0f"), true},
		{"versions", dissecttest.Unhex(t, "80 00000000 00 00 00000001 0a0a0a0a"), true},
		{"versions and a byte", dissecttest.Unhex(t, "80 00000000 00 00 00000001 0a"), false},
		{"unknown versions", dissecttest.Unhex(t, "80 00000000 00 00 00000009"), false},
		{"short header", append([]byte{0x40}, packet[1:]...), false},
		{"RTP", dissecttest.Unhex(t, "80 00 0001 00000000 00000000 000102030405060708090a0b"), false},
		{"empty", nil, false},
	} {
		if guess(tt.data) != tt.want {
			t.Errorf("%s: %v", tt.name, !tt.want)
		}
	}
}

// A datagram that is recognised is QUIC, and what was sealed is read as it was, whatever else comes.
func FuzzQUIC(f *testing.F) {
	f.Add(seal(f, version1, id, id, "", false, 0, hello(f)), []byte{framePing, 0, 0}, []byte{0x40, 1, 2})
	f.Add(dissecttest.Unhex(f, server2), crypto(3, []byte{1, 0, 0, 1, 9}), dissecttest.Unhex(f, "80 00000000 00 00 00000001 0a0a0a0a"))
	f.Add(dissecttest.Unhex(f, "f0 00000001 00 04 aabbccdd 746f6b656e 000102030405060708090a0b0c0d0e0f"), append([]byte{frameClose, 0x41, 0x28, 0, 4}, "nope"...), []byte{0x20})
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, first, payload, last []byte) {
		if len(first) == 0 || len(last) == 0 || len(payload) > 1<<13 {
			return
		}
		sealed := seal(t, version1, id, id, "", false, 7, append(bytes.Clone(payload), make([]byte, tagLen)...))
		r := b.Datagrams(Protocol, client(first), server(last), client(sealed), server(first), client(last))
		b.Invariants(t)
		if guess(first) && len(r[0].Fields["quic.header_form"]) == 0 {
			t.Fatalf("%x is recognised and no packet", first)
		}
		if got := r[2].Fields["quic.packet_number"]; len(got) != 1 || got[0] != "7" {
			t.Fatalf("packet numbers %v", got)
		}
		for _, r := range r {
			if len(r.Fields["quic.packet_type"]) < len(r.Fields["quic.version"]) || len(r.Fields["quic.header_form"]) > dissect.MaxLayers*10 {
				t.Fatalf("fields %v", r.Fields)
			}
		}
	})
}
