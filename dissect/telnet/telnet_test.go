// SPDX-License-Identifier: Apache-2.0

package telnet

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

const negotiated = "\xff\xfd\x18\xff\xfb\x1f"

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"options", []dissecttest.Piece{client(negotiated), server("\xff\xfa\x18\x01\xff\xf0login: ")}, "telnet:telnet", map[string]string{"telnet.cmd": "253,251,250,240", "telnet.option": "24,31,24", "telnet.data_length": "7"}},
		{"text", []dissecttest.Piece{server("\r\nlogin: "), client("a")}, "telnet:telnet", map[string]string{"telnet.cmd": "", "telnet.data_length": "9,1"}},
		{"the byte 255 is doubled", []dissecttest.Piece{client("\xff\xf1a\xff\xffb"), client("\xff\xfa\x18\x01\xff\xff\x02\xff\xf0c")}, "telnet:telnet", map[string]string{"telnet.cmd": "241,250,240", "telnet.data_length": "3,1"}},
		{"a command over two packets", []dissecttest.Piece{client("a\xff"), client("\xfd"), client("\x01b")}, "telnet:telnet:telnet", map[string]string{"telnet.cmd": "253", "telnet.option": "1", "telnet.data_length": "1,1"}},
		{"SSH", []dissecttest.Piece{server("SSH-2.0-x\r\n"), client("\xff\xf1")}, "telnet", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := dissecttest.New(nil, Protocol)
			r := b.Stream(Protocol, tt.pieces...)
			if tt.name == "SSH" {
				if r[0].Layers+r[1].Layers != "" {
					t.Errorf("layers %q %q", r[0].Layers, r[1].Layers)
				}
				return
			}
			m := dissecttest.Merge(r...)
			if m.Layers != tt.layers {
				t.Errorf("layers %q", m.Layers)
			}
			m.Check(t, tt.want)
		})
	}
	b := dissecttest.New(nil, Protocol)
	if n := len(b.Stream(Protocol, client(strings.Repeat("\xff\xf1", maxListed+1)))[0].Fields["telnet.cmd"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d commands, cut %v", n, b.Out.Cut)
	}
}

// What is typed stays out of the document.
func TestCanary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Stream(Protocol, client("c4n4ry\r\n\xff\xfa\x27\x00c4n4ry\xff\xf0"))
	if strings.Contains(string(b.Out.Arena), "c4n4ry") {
		t.Error("what was typed is in the record")
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{negotiated: {true, true}, "\xff": {true, false}, "\xff\x01": {}, "login: ": {true, false}, "a\xff\xfd": {true, false}, "SSH-2.0-x": {}, "GET / HTTP/1.1\r\n": {}, "": {}, "\x16\x03\x01": {},
		"\xff\xfd\x18\xff\xfb\xee": {true, false}})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for data, want := range map[string]string{negotiated + "ab": "Do, Will, Telnet Data, 2 bytes", strings.Repeat("\xff\xf1", 9): "NOP" + strings.Repeat(", NOP", 7) + ", …", "ab": "Telnet Data, 2 bytes", "\xff\xf0\xff\x01": "Suboption End, Command 1"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte(negotiated+"text\xff\xfa\x18\x01\xff\xf0\xff\xff"), 3)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		b := dissecttest.New(nil, Protocol)
		at = max(0, min(at, len(data)))
		whole := dissecttest.Merge(b.Stream(Protocol, client(string(data)))...)
		b.Invariants(t)
		cut := dissecttest.Merge(b.Stream(Protocol, client(string(data[:at])), client(string(data[at:])))...)
		if accept(data) && accept(data[:at]) && len(data) < maxListed && strings.Join(whole.Fields["telnet.cmd"], ",") != strings.Join(cut.Fields["telnet.cmd"], ",") {
			t.Fatalf("%q, cut at %d %q", whole.Fields, at, cut.Fields)
		}
	})
}
