// SPDX-License-Identifier: Apache-2.0

package irc

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/field"
)

var client, server = dissecttest.Client, dissecttest.Server

const register = "PASS c4n4ry\r\nNICK alice\r\nUSER al 0 * :Alice\r\n"

func newBench(compat bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = compat
	b.Port = 6667
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"registration", []dissecttest.Piece{client(register), server(":irc.example.com 001 alice :Welcome\r\n:irc.example.com NOTICE alice :hi\r\n")}, "irc:irc", map[string]string{"irc.request_command": "PASS,NICK,USER", "irc.response_command": "001,NOTICE", "irc.nick": "alice", "user.name": "al", "irc.target": "alice"}},
		{"talk", []dissecttest.Piece{client("JOIN #espbeat\r\nPRIVMSG #espbeat :c4n4ry\r\nwho\r\n"), server("PING :x\r\n")}, "irc:irc", map[string]string{"irc.request_command": "JOIN,PRIVMSG,who", "irc.target": "#espbeat,#espbeat", "irc.response_command": "PING"}},
		{"a line over two packets", []dissecttest.Piece{client("NICK al"), client("ice\r\n")}, "irc", map[string]string{"irc.request_command": "NICK", "irc.nick": "alice"}},
		{"lines without a command", []dissecttest.Piece{client("NICK a\r\n\r\n:x\r\n" + strings.Repeat("y", 99) + "\r\n")}, "irc", map[string]string{"irc.request_command": "NICK"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n"), server(":a 001 b\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(false).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
	newBench(false).Split(t, Protocol, client(register), server(":irc.example.com 001 alice :Welcome\r\n"))
	b := newBench(false)
	if n := len(b.Stream(Protocol, client(strings.Repeat("PING x\n", maxListed+1)))[0].Fields["irc.request_command"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d lines, cut %v", n, b.Out.Cut)
	}
}

// tshark takes the rest of a line for a line.
func TestWireshark(t *testing.T) {
	b := newBench(true)
	r := b.Stream(Protocol, client("NICK alice\r\nSE"), client("ND x\r\n"))
	r[0].Check(t, map[string]string{"irc.request_command": "NICK,SE"})
	r[1].Check(t, map[string]string{"irc.request_command": "ND"})
	b.Port = 6668
	if r := b.Stream(Protocol, client(register)); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
}

// Where the begin was not seen, the port tells who the server is.
func TestMiddle(t *testing.T) {
	for source, want := range map[uint16]int{6667: 0, 12345: 1} {
		p, c := &dissect.Packet{Options: &dissect.Options{}, Out: &field.Buffer{}}, &dissect.Conversation{}
		p.Core.Source.Port = source
		stream(p, c, []byte("PRIVMSG a :b\r\n"))
		if s := c.AppState.(*state); s.server != want {
			t.Errorf("from port %d: the server is side %d", source, s.server)
		}
	}
}

// What is said stays out of the document, and so do passwords.
func TestCanary(t *testing.T) {
	b := newBench(false)
	b.Stream(Protocol, client(register+"PRIVMSG NickServ :IDENTIFY c4n4ry\r\nOPER alice c4n4ry\r\n"))
	if strings.Contains(string(b.Out.Arena), "c4n4ry") {
		t.Error("a password is in the record")
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{"NICK a\r\nUSER a\r\n": {true, true}, "CAP LS 302\r\n": {true, true}, ":a.b NOTICE AUTH :x\r\n": {true, true}, ":a.b 001 x\r\n": {true, true}, "NOTICE AUTH :x\r\n": {true, true}, "NICK a\r\n": {true, false},
		"NI": {true, false}, ":a.b 375 x\r\n": {true, false}, "\r\n": {}, "": {}, "220 x\r\n": {}, "GET / HTTP/1.1\r\n": {}, ":\n": {}})
}

func TestSummary(t *testing.T) {
	b := newBench(false)
	for data, want := range map[string]string{register: "Request: PASS, NICK, USER", strings.Repeat("PING x\n", 9): "Request: PING" + strings.Repeat(", PING", 7) + ", …"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzIRC(f *testing.F) {
	f.Add([]byte(register+"JOIN #a\r\n"), []byte(":a 001 b\r\n"), 9, false)
	f.Fuzz(func(t *testing.T, c, s []byte, at int, compat bool) {
		b := newBench(compat)
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if len(r.Fields["irc.nick"]) > len(r.Fields["irc.request_command"]) {
			t.Fatal("more names than commands")
		}
		if guess(c) && !accept(c) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
