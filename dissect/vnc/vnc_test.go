// SPDX-License-Identifier: Apache-2.0

package vnc

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// raw is the text that hex digits stand for.
func raw(digits string) string {
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		panic(err)
	}
	return string(b)
}

var (
	client, server = dissecttest.Client, dissecttest.Server

	zeros     = strings.Repeat("00", challengeLen)
	pixels    = "20 18 00 01 00ff 00ff 00ff 10 08 00 000000"
	params    = "0002 0003" + pixels + "00000004 6465736b"
	handshake = []dissecttest.Piece{
		server("RFB 003.008\n"), client("RFB 003.008\n"), server(raw("02 01 02")), client(raw("02")), server(raw(zeros)), client(raw(zeros)), server(raw("00000000")), client("\x01"), server(raw(params)),
	}
)

// after is the handshake with pieces behind it.
func after(pieces ...dissecttest.Piece) []dissecttest.Piece {
	return append(handshake[:len(handshake):len(handshake)], pieces...)
}

func rect(w, h, encoding, rest string) string { return "0000 0000" + w + h + encoding + rest }

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"handshake", handshake, map[string]string{"vnc.server_proto_ver": "003.008", "vnc.client_proto_ver": "003.008", "vnc.security_type": "1,2", "vnc.client_security_type": "2", "vnc.auth_result": "0",
			"vnc.share_desktop_flag": "true", "vnc.width": "2", "vnc.height": "3", "vnc.desktop_name": "desk", "vnc.data_length": "16,16"}},
		{"version 3.3", []dissecttest.Piece{server("RFB 003.008\n"), client("RFB 003.003\n"), server(raw("00000002")), server(raw(zeros)), client(raw(zeros)), server(raw("00000001")), server("x")},
			map[string]string{"vnc.client_proto_ver": "003.003", "vnc.security_type": "2", "vnc.auth_result": "1", "vnc.auth_error": "", "vnc.data_length": "16,16,1"}},
		{"no security of version 3.7 has no result", []dissecttest.Piece{server("RFB 003.007\n"), client("RFB 003.007\n"), server("\x01\x01"), client("\x01"), client("\x00"), server(raw(params))},
			map[string]string{"vnc.client_security_type": "1", "vnc.share_desktop_flag": "false", "vnc.desktop_name": "desk", "vnc.auth_result": ""}},
		{"no security of version 3.8 has one", []dissecttest.Piece{server("RFB 003.008\n"), client("RFB 003.008\n"), server("\x01\x01"), client("\x01"), server(raw("00000001 00000003 626164"))},
			map[string]string{"vnc.auth_result": "1", "vnc.auth_error": "bad"}},
		{"refused", []dissecttest.Piece{server("RFB 003.008\n"), client("RFB 003.008\n"), server(raw("00 00000004 6e6f7065"))}, map[string]string{"vnc.auth_error": "nope", "vnc.security_type": ""}},
		{"refused in version 3.3", []dissecttest.Piece{server("RFB 003.003\n"), client("RFB 003.003\n"), server(raw("00000000 00000004 6e6f7065"))}, map[string]string{"vnc.auth_error": "nope", "vnc.security_type": "0"}},
		{"a reason of gigabytes", []dissecttest.Piece{server("RFB 003.003\n"), client("RFB 003.003\n"), server(raw("00000000 7fffffff 6e6f7065"))}, map[string]string{"vnc.auth_error": "", "vnc.data_length": "8"}},
		{"Apple's security is counted", []dissecttest.Piece{server("RFB 003.889\n"), client("RFB 003.008\n"), server(raw("01 1e")), client(raw("1e")), server("challenge"), client("response")},
			map[string]string{"vnc.client_security_type": "30", "vnc.data_length": "9,8"}},
		{"the client's messages", after(client(raw("00 000000" + pixels + "02 00 0002 00000000 ffffff11 03 00 00000000 0002 0003 04 01 0000 00000061 05 00 0001 0001 06 000000 00000003 616263"))),
			map[string]string{"vnc.client_message_type": "0,2,3,4,5,6", "vnc.client_set_encodings_encoding_type": "0,-239", "vnc.data_length": "16,16,3"}},
		{"the server's messages", after(server(raw("02 01 00 0000 0001 010203040506 03 000000 00000001 61 00 00 0000"))), map[string]string{"vnc.server_message_type": "2,1,3,0", "vnc.data_length": "16,16,7"}},
		{"rectangles", after(server(raw("00 00 000b" + rect("0001", "0002", "00000000", strings.Repeat("11", 8)) + rect("0001", "0001", "00000001", "22222222") +
			rect("0001", "0001", "00000002", "00000001"+strings.Repeat("33", 4+12)) + rect("0001", "0001", "00000004", "00000001"+strings.Repeat("44", 4+8)) + rect("0001", "0001", "00000010", "00000002 5555") +
			rect("0009", "0001", "ffffff11", strings.Repeat("66", 36+2)) + rect("0001", "0001", "ffffff10", strings.Repeat("77", 6+2)) + rect("0000", "0000", "ffffff10", "") + rect("0001", "0001", "fffffecc", "01000000"+strings.Repeat("88", 16)) +
			rect("0005", "0005", "ffffff21", "") + rect("0000", "0000", "ffffff20", "") + "02"))),
			map[string]string{"vnc.fb_update_encoding_type": "0,1,2,4,16,-239,-240,-240,-308,-223,-224", "vnc.server_message_type": "0,2"}},
		{"an encoding that does not say how long it is", after(server(raw("00 00 0001"+rect("0001", "0001", "00000005", "02"))), server("\x02")), map[string]string{"vnc.server_message_type": "0", "vnc.data_length": "16,16,13,1"}},
		{"a message that nobody knows", after(client("\xfe\x05\x00\x00")), map[string]string{"vnc.client_message_type": "", "vnc.data_length": "16,16,4"}},
		{"a cut packet", []dissecttest.Piece{server("RFB 003.008\n"), {Data: []byte("RFB 0"), Wire: 12}}, map[string]string{"vnc.client_proto_ver": ""}},
		{"the middle of a connection", []dissecttest.Piece{client(raw("05 00 0001 0001"))}, map[string]string{"vnc.client_message_type": ""}},
		{"no version behind the first", []dissecttest.Piece{server("RFB 003.008\n"), client("HELLO WORLD!")}, map[string]string{"vnc.data_length": "12"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dissecttest.Merge(dissecttest.New(nil, Protocol).Stream(Protocol, tt.pieces...)...).Check(t, tt.want)
		})
	}
}

// Every packet with bytes of the protocol has its layer.
func TestLayers(t *testing.T) {
	r := dissecttest.New(nil, Protocol).Stream(Protocol, after(server(raw("00 00 0001"+rect("0001", "0001", "00000000", "11"))), server(raw("111111 02")))...)
	for i := range r {
		if r[i].Layers != "vnc" {
			t.Errorf("packet %d: %q", i, r[i].Layers)
		}
	}
}

func TestBounds(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	r := b.Stream(Protocol, after(server(strings.Repeat("\x02", maxItems+9)))...)
	if n := len(r[len(r)-1].Fields["vnc.server_message_type"]); n != maxItems || !b.Out.Cut {
		t.Errorf("%d messages, cut %v", n, b.Out.Cut)
	}
}

// What is typed and cut stays out of the document.
func TestContents(t *testing.T) {
	const canary = "c4n4ry"
	for name, values := range dissecttest.Merge(dissecttest.New(nil, Protocol).Stream(Protocol, after(client(raw("06 000000 00000006")+canary), server(raw("03 000000 00000006")+canary))...)...).Fields {
		if strings.Contains(strings.Join(values, " "), canary) {
			t.Errorf("%s = %q", name, values)
		}
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{"RFB 003.008\n": {true, true}, "RFB 003.008\nx": {true, true}, "RFB 00": {true, false}, "RF": {true, false}, "": {}, "RFB 003.00x\n": {}, "RFC 003": {}, "\x05\x00": {}})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for i, want := range []string{"Server protocol version: 003.008", "Client protocol version: 003.008", "Security types supported: None, VNC", "Security type selected by client: VNC", "Data, 16 bytes", "Data, 16 bytes",
		"Authentication result: OK", "Share desktop flag: true", "Server framebuffer parameters: desk", "Server ring bell on client, Type 77"} {
		b.Stream(Protocol, after(server("\x02"))[:i+1]...)
		if i == len(handshake) {
			b.Out.Uint(fServerType, 77)
		}
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzVNC(f *testing.F) {
	var c, s []byte
	for _, p := range after(client(raw("02 00 0001 00000000 06 000000 00000003 616263")), server(raw("00 00 0001"+rect("0001", "0002", "00000000", strings.Repeat("11", 8))+"02"))) {
		if p.Dir == 0 {
			c = append(c, p.Data...)
		} else {
			s = append(s, p.Data...)
		}
	}
	f.Add(c, s, 20)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := dissecttest.New(nil, Protocol)
		at = max(0, min(at, len(s)))
		r := dissecttest.Merge(b.Stream(Protocol, server(string(s[:at])), client(string(c)), server(string(s[at:])))...)
		b.Invariants(t)
		sum := 0
		for _, v := range r.Fields["vnc.data_length"] {
			n := 0
			for _, c := range v {
				n = 10*n + int(c-'0')
			}
			sum += n
		}
		if sum > len(c)+len(s) {
			t.Fatalf("%d bytes counted of %d", sum, len(c)+len(s))
		}
		b.Stream(Protocol, dissecttest.Piece{Dir: 1, Data: s, Wire: len(s) + 1})
		b.Invariants(t)
	})
}
