// SPDX-License-Identifier: Apache-2.0

package common

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

func TestLine(t *testing.T) {
	long := strings.Repeat("x", MaxLine+1)
	for _, tt := range []struct {
		data, line string
		n          int
		truncated  bool
	}{
		{data: "a b\r\nc", line: "a b", n: 5},
		{data: "a\nb", line: "a", n: 2},
		{data: "\r\n", line: "", n: 2},
		{data: "a\r", n: 0},
		{data: "a\r\r\n", line: "a\r", n: 4},
		{data: "a", line: "a", n: 1, truncated: true},
		{data: long, line: long, n: len(long)},
	} {
		line, n := Line(&dissect.Packet{Truncated: tt.truncated}, []byte(tt.data))
		if string(line) != tt.line || n != tt.n {
			t.Errorf("%.9q: %.9q, %d", tt.data, line, n)
		}
	}
}

func TestParseReply(t *testing.T) {
	for line, want := range map[string]Reply{"220 a b": {220, false, []byte("a b")}, "250-a": {250, true, []byte("a")}, "250": {250, false, nil}, "250 ": {250, false, nil}} {
		if r, ok := ParseReply([]byte(line)); !ok || r.Code != want.Code || r.More != want.More || string(r.Text) != string(want.Text) {
			t.Errorf("%q: %+v, %v", line, r, ok)
		}
	}
	for _, line := range []string{"", "25", "2500", "25x a", "250a", "-250"} {
		if r, ok := ParseReply([]byte(line)); ok {
			t.Errorf("%q: %+v", line, r)
		}
	}
}

func TestOpens(t *testing.T) {
	commands := map[string]bool{"QUIT": true, "AUTH": true}
	for data, want := range map[string]bool{"QUIT\r\n": true, "quit x": true, "QUIT": true, "qu": true, "220 a": true, "220-a": true, "22": true, "220\r\n": true, "22 a": false, "2201 a": false,
		"QUITS": false, "QUI\r\n": false, "X": false, "": false, "\r\n": false, " QUIT": false, strings.Repeat("Q", 20): false} {
		if got := Opens([]byte(data), commands); got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}

func TestServer(t *testing.T) {
	for _, tt := range []struct {
		known     bool
		direction int
		reply     bool
		want      int
	}{{true, 0, true, 1}, {true, 1, false, 1}, {false, 0, true, 0}, {false, 0, false, 1}, {false, 1, false, 0}} {
		if got := Server(&dissect.Packet{Direction: tt.direction}, &dissect.Conversation{InitiatorKnown: tt.known}, tt.reply); got != tt.want {
			t.Errorf("%+v: %d", tt, got)
		}
	}
}

func TestStartTLS(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	for data, want := range map[string]bool{"\x16\x03\x01\x00": true, "\x16\x03\x04": true, "\x16\x03\x00": true, "\x16\x03\x05": false, "\x17\x03\x03": false, "\x16\x03": false, "": false, "EHLO": false} {
		p, c := &dissect.Packet{Registry: dissect.NewRegistry(tls)}, &dissect.Conversation{}
		if got := StartTLS(p, c, []byte(data)); got != want || (c.App == tls) != want {
			t.Errorf("%q: %v, application %v", data, got, c.App)
		}
	}
}

func TestSASL(t *testing.T) {
	for _, tt := range []struct {
		mechanism string
		responses []string
		want      string
	}{
		{"plain", []string{"AGFsaWNlAHg="}, "alice"},
		{"PLAIN", []string{"Ym9iAGFsaWNlAHg="}, "alice"},
		{"PLAIN", []string{"YWxpY2U="}, ""},
		{"LOGIN", []string{"YWxpY2U=", "eA=="}, "alice"},
		{"LOGIN", []string{"*"}, ""},
		{"LOGIN", []string{strings.Repeat("YWxp", maxSASL)}, ""},
		{"XOAUTH2", []string{"YWxpY2U="}, ""},
	} {
		p := &dissect.Packet{Out: &field.Buffer{}}
		p.Out.Start()
		s := NewSASL([]byte(tt.mechanism))
		for _, r := range tt.responses {
			s.Response(p, []byte(r))
		}
		got := ""
		if p.Out.Len() > 0 {
			got = string(field.AppendText(nil, field.Keyword, p.Out.Entries[0], p.Out.Arena))
		}
		if got != tt.want || p.Out.Len() > 2 {
			t.Errorf("%s %q: %q", tt.mechanism, tt.responses, got)
		}
	}
}

// The beginnings of streams are looked at on any port: that must not allocate.
func TestUpper(t *testing.T) {
	var b [16]byte
	word := []byte("aUtH-1 x, and more than sixteen bytes")
	if got := string(Upper(&b, word)); got != "AUTH-1 X, AND MO" {
		t.Errorf("%q", got)
	}
	if n := testing.AllocsPerRun(10, func() { Upper(&b, word) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
