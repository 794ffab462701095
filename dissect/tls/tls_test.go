// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"bytes"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func TestExtensions(t *testing.T) {
	list := func(b []byte) []byte { return sized(2, b) }
	o := offer{version: 0x0303, suites: []uint16{0x1301}, extensions: []extension{
		{extServerName, list(slices.Concat([]byte{1}, sized(2, []byte("no host")), []byte{0}, sized(2, []byte("a.example"))))},
		{extMaxFragment, []byte{2}}, {extHeartbeat, []byte{1}}, {extRecordLimit, u16(4096)}, {extTicket, make([]byte, 160)}, {extEarlyData, nil}, {extCookie, list(make([]byte, 7))},
		{extPSKModes, []byte{2, 0, 1}}, {extKeyShare, list(slices.Concat(u16(4588), sized(2, make([]byte, 1216)), u16(29), sized(2, make([]byte, 32))))},
		{extPreShared, slices.Concat(list(slices.Concat(sized(2, []byte("one")), make([]byte, 4), sized(2, []byte("two")), make([]byte, 4))), list(make([]byte, 33)))},
		{extEncryptedClient, slices.Concat([]byte{0}, u16(1, 3), []byte{42}, list(make([]byte, 32)), list(make([]byte, 100)))},
		{extSchemesCert, list(u16(0x0809))}, {extTransport, []byte{1, 2, 0x40, 0x64, 0x40, 0x80, 0}},
	}}
	r := dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Data: o.hello()})
	r[0].Check(t, map[string]string{"tls.client.server_name": "a.example", "tls.handshake.max_fragment_length": "2", "tls.handshake.extensions_heartbeat_mode": "1",
		"tls.handshake.record_size_limit": "4096", "tls.handshake.session_ticket_length": "160", "tls.handshake.early_data": "true", "tls.handshake.cookie": "00000000000000",
		"tls.handshake.extensions_psk_ke_mode": "0,1", "tls.handshake.extensions_key_share_group": "4588,29", "tls.handshake.extensions_psk_identities": "2", "tls.handshake.ech_type": "0",
		"tls.handshake.ech_config_id": "42", "tls.handshake.sig_hash_alg": "2057", "tls.handshake.quic_parameter_type": "1,128"})
	if r[0].Malformed != "" || r[0].Truncated {
		t.Errorf("malformed %q truncated %v", r[0].Malformed, r[0].Truncated)
	}
}

// A message that contradicts itself is malformed; what was read of it stays, and the next record is read.
func TestMalformed(t *testing.T) {
	alert := []byte{alert, 3, 3, 0, 2, 1, 0}
	name := extension{extServerName, sized(2, append([]byte{0}, u16(200)...))}
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"server name beyond its list", offer{version: 0x0303, suites: []uint16{1}, extensions: []extension{name}}.hello()},
		{"ClientHello of two bytes", message(clientHello, []byte{3, 3})},
		{"suites beyond the end", message(clientHello, append(append([]byte{3, 3}, make([]byte, 33)...), 0xff, 0xfe, 0, 1))},
		{"certificate that is none", message(certificate, sized(3, sized(3, []byte{0x30, 0x82, 9, 9})))},
		{"certificate list beyond the end", message(certificate, []byte{0, 1, 0, 0})},
	} {
		r := dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Data: append(tt.data, alert...)})
		if r[0].Malformed != "tls" {
			t.Errorf("%s: malformed %q", tt.name, r[0].Malformed)
		}
		r[0].Check(t, map[string]string{"tls.record.content_type": "22,21", "tls.alert_message.desc": "0"})
	}
}

// A client of SSL 2.0, or one that offers more in its form, is followed by records.
func TestSSL2(t *testing.T) {
	old := dissecttest.Unhex(t, "803a 01 0301 0021 0000 0010 000039 000038 000035 000016 000013 00000a 0700c0 000033 000032 00002f 030080 000102030405060708090a0b0c0d0e0f")
	old[1] = byte(len(old) - 2)
	b := dissecttest.New(nil, Protocol)
	r := b.Stream(Protocol, dissecttest.Piece{Data: old[:20]}, dissecttest.Piece{Data: append(slices.Clone(old[20:]), changeCipherSpec, 3, 1, 0, 1, 1)})
	if r[0].Layers != "" || r[1].Layers != "tls" {
		t.Fatalf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
	r[1].Check(t, map[string]string{"tls.handshake.type": "1", "tls.handshake.version": "769", "tls.record.version": "2,769", "tls.handshake.session_id_length": "0", "tls.record.content_type": "20",
		"tls.client.supported_ciphers": "TLS_DHE_RSA_WITH_AES_256_CBC_SHA,TLS_DHE_DSS_WITH_AES_256_CBC_SHA,TLS_RSA_WITH_AES_256_CBC_SHA,TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA,TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA,TLS_RSA_WITH_3DES_EDE_CBC_SHA,TLS_DHE_RSA_WITH_AES_128_CBC_SHA,TLS_DHE_DSS_WITH_AES_128_CBC_SHA,TLS_RSA_WITH_AES_128_CBC_SHA"})
	for n := range old {
		if guess(old[:n]) != (n >= ssl2Header) {
			t.Errorf("%d bytes: recognised %v", n, !(n >= ssl2Header))
		}
	}
}

// With a suite that does not encrypt, the Finished can be read.
func TestNoEncryption(t *testing.T) {
	server := append(append(u16(0x0301), make([]byte, 33)...), 0, 2, 0)
	finished := append(message(20, make([]byte, 12)), make([]byte, 20)...)
	finished[4] += 20 // the MAC
	b := dissecttest.New(nil, Protocol)
	r := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Dir: 1, Data: slices.Concat(message(serverHello, server), []byte{changeCipherSpec, 3, 1, 0, 1, 1}, finished)})...)
	r.Check(t, map[string]string{"tls.cipher": "TLS_RSA_WITH_NULL_SHA", "tls.handshake.type": "2,20"})
}

// Messages are put together from any records: here 3 bytes each, with the head of one message in the record that ends another.
func TestFragments(t *testing.T) {
	o := browser("h2").hello()[headerLen:]
	var data []byte
	for part := range slices.Chunk(slices.Concat(o, o), 3) {
		data = append(append(data, handshake, 3, 1), sized(2, part)...)
	}
	r := dissecttest.Merge(dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Data: data[:900]}, dissecttest.Piece{Data: data[900:]})...)
	r.Check(t, map[string]string{"tls.handshake.type": "1,1", "tls.client.ja4": "t13d1516h2_8daaf6152771_e5627efa2ab1,t13d1516h2_8daaf6152771_e5627efa2ab1"})
}

// The records of a transfer cost no memory.
func TestApplicationDataAllocatesNothing(t *testing.T) {
	data := append(append([]byte{applicationData, 3, 3}, sized(2, make([]byte, 1000))...), applicationData, 3, 3, 0x40, 0)
	last := []byte{0}
	b := dissecttest.New(nil, Protocol)
	c := &dissect.Conversation{AppState: &connection{}}
	b.Dissect(Protocol, nil, 0)
	if n := testing.AllocsPerRun(100, func() {
		b.Out.Reset()
		b.P.Begin()
		if n := stream(&b.P, c, data); n != len(data)+1<<14-1 {
			t.Fatalf("%d bytes are done with", n)
		}
		stream(&b.P, c, last)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHeartbeat(t *testing.T) {
	r := dissecttest.New(nil, Protocol).Stream(Protocol, dissecttest.Piece{Data: append([]byte{heartbeat, 3, 2, 0, 19, 1, 0x40, 0}, make([]byte, 16)...)})
	r[0].Check(t, map[string]string{"tls.heartbeat_message.type": "1", "tls.heartbeat_message.payload_length": "16384"})
}

// What is no record is another protocol's at the start, and passed over later.
func TestOtherBytes(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	hello := dissecttest.Piece{Data: browser("h2").hello()}
	r := b.Stream(Protocol, dissecttest.Piece{Data: []byte("GET / HTTP/1.1\r\n")}, hello)
	if r[0].Layers != "" || r[1].Layers != "" { // the bench offers nothing more after a Reject
		t.Errorf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
	r = b.Stream(Protocol, hello, dissecttest.Piece{Data: []byte("GET / HTTP/1.1\r\n")}, hello)
	if r[1].Layers != "" || r[2].Layers != "tls" {
		t.Errorf("layers %q, %q", r[1].Layers, r[2].Layers)
	}
}

func TestGuess(t *testing.T) {
	hello := browser("h2").hello()
	for _, tt := range []struct {
		data string
		any  bool // on any port
		own  bool
	}{
		{string(hello), true, true},
		{string(hello[:5]), true, true},
		{string(hello[:4]), false, true},
		{string(hello[:1]), false, true},
		{"\x17\x03\x03\x00\x20", true, true},
		{"\x14\x03\x01\x00\x01\x01", true, true},
		{"\x14\x03\x01\x00\x01\x02", false, false},
		{"\x15\x03\x03\x00\x02\x02\x28", true, true},
		{"\x15\x03\x03\x00\x02\x07\x28", false, false},
		{"\x15\x03\x03\x00\x1a\x00\x00", true, true},
		{"\x16\x03\x01\xff\xff\x01", false, false},
		{"\x16\x03\x01\x00\x20\x07\x00", true, true}, // encrypted
		{"\x16\x03\x01\x00\x20\x01\x01", false, false},
		{"\x16\x02\x01\x00\x20\x01\x00", false, false},
		{"\x17\x03\x05\x00\x20", false, false},
		{"\x17\x03\x03\x00\x00", false, false},
		{"GET / HTTP/1.1\r\n", false, false},
		{"", false, false},
		{"SSH-2.0-x\r\n", false, false},
		{"\x00\x00\x00\x00\x00\x00\x00\x00", false, false},
		{"\x80\x2e\x01\x00\x02\x00\x07\x00\x00\x00\x10", false, false}, // specs are no multiple of 3
	} {
		if guess([]byte(tt.data)) != tt.any || accept([]byte(tt.data)) != tt.own {
			t.Errorf("%q: on any port %v, on its own %v", tt.data, guess([]byte(tt.data)), accept([]byte(tt.data)))
		}
	}
}

// A whole message yields whole fields: what is told does not depend on how the bytes come, and nothing is claimed beyond them.
func FuzzTLS(f *testing.F) {
	f.Add(browser("h2").hello(), message(serverHello, append(append(u16(0x0303), make([]byte, 33)...), 0x13, 1, 0)), uint16(7))
	f.Add(dissecttest.Unhex(f, "802e 01 0002 0015 0000 0010 000039 000038 000035 000016 000013 00000a 0700c0 000102030405060708090a0b0c0d0e0f"), []byte{alert, 3, 0, 0, 2, 2, 40}, uint16(1))
	f.Add(message(certificateRequest, []byte{1, 1, 0, 0}), message(certificateStatus, []byte{1, 0, 0, 3, 0x30, 1, 0}), uint16(3))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, client, server []byte, at uint16) {
		whole := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: client}, dissecttest.Piece{Dir: 1, Data: server})...)
		b.Invariants(t)
		n := min(int(at), len(client))
		cut := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: client[:n]}, dissecttest.Piece{Data: client[n:]}, dissecttest.Piece{Dir: 1, Data: server})...)
		if readable(client) {
			if w, c := whole.Fields["tls.handshake.type"], cut.Fields["tls.handshake.type"]; !slices.Equal(w, c) {
				t.Fatalf("messages %v, cut at %d %v", w, n, c)
			}
		}
		if len(whole.Fields["tls.client.ja3"]) != len(whole.Fields["tls.client.ja4"]) {
			t.Fatalf("fingerprints %v", whole.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: client, Wire: len(client) + 1}, dissecttest.Piece{Dir: 1, Data: server})
		b.Invariants(t)
		if guess(client) && !accept(client) {
			t.Fatalf("%x is TLS on any port and not on its own", client)
		}
	})
}

// readable reports whether b is records to its end: what is no record is passed over as it comes.
func readable(b []byte) bool {
	for len(b) >= headerLen {
		h, ok := readHeader(b)
		if !ok || h.length > len(b)-headerLen {
			return false
		}
		b = b[headerLen+h.length:]
	}
	return len(b) == 0 || bytes.HasPrefix([]byte{handshake, 3, 1}, b)
}
