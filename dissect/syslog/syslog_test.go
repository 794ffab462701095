// SPDX-License-Identifier: Apache-2.0

package syslog

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	modern = "<34>1 2003-10-11T22:14:15.003Z host.example su 77 ID47 [a b=\"c\"] 'su root' failed"
	old    = "<13>Feb  5 17:32:18 mymachine su[1234]: failed for lonvick"
	relay  = "<13>2013-09-12T19:16:34.457849+04:00 localhost rsyslog: test"
)

func TestMessages(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, tt := range map[string]struct {
		text string
		want map[string]string
	}{
		"RFC 5424": {modern, map[string]string{"log.syslog.facility.code": "4", "log.syslog.facility.name": "auth", "log.syslog.severity.code": "2",
			"log.syslog.severity.name": "crit", "syslog.timestamp": "2003-10-11T22:14:15.003000000Z", "log.syslog.hostname": "host.example", "log.syslog.appname": "su",
			"log.syslog.procid": "77", "log.syslog.msgid": "ID47", "syslog.msg": modern[4:], "related.hosts": "host.example"}},
		"RFC 5424 without values":  {"<165>1 - - - - - -", map[string]string{"log.syslog.facility.name": "local4", "syslog.timestamp": "", "log.syslog.hostname": "", "log.syslog.msgid": ""}},
		"RFC 5424 that ends early": {"<165>1 2003-10-11T22:14:15Z host", map[string]string{"syslog.timestamp": "2003-10-11T22:14:15.000000000Z", "log.syslog.hostname": ""}},
		"RFC 3164": {old, map[string]string{"log.syslog.hostname": "mymachine", "log.syslog.appname": "su", "log.syslog.procid": "1234",
			"syslog.msg": old[4:]}},
		"RFC 3164 with a zone":    {relay, map[string]string{"syslog.timestamp": "2013-09-12T15:16:34.457849000Z", "log.syslog.hostname": "localhost", "log.syslog.appname": "rsyslog", "log.syslog.procid": ""}},
		"RFC 3164 without a host": {"<13>Feb  5 17:32:18 su: failed", map[string]string{"log.syslog.hostname": "", "log.syslog.appname": ""}},
		"no header":               {"<13>%PIX-6-302014: Teardown", map[string]string{"log.syslog.severity.name": "notice", "syslog.msg": "%PIX-6-302014: Teardown", "log.syslog.hostname": ""}},
		"no priority":             {"hello", map[string]string{"log.syslog.facility.code": "", "syslog.msg": "hello"}},
		"zeros at the end":        {"<13>hello\x00\x00", map[string]string{"syslog.msg": "hello"}},
		"a priority of 999":       {"<999>hello", map[string]string{"log.syslog.facility.code": "124", "log.syslog.facility.name": "", "log.syslog.severity.name": "debug"}},
		"a priority of 4 digits":  {"<1000>hello", map[string]string{"log.syslog.facility.code": "", "syslog.msg": "<1000>hello"}},
		"an empty priority":       {"<>hello", map[string]string{"log.syslog.facility.code": "", "syslog.msg": "<>hello"}},
		"a priority alone":        {"<13>", map[string]string{"log.syslog.facility.code": "1", "syslog.msg": ""}},
		"a year of two digits":    {"<13>1 03-10-11T22:14:15.003Z host.example su", map[string]string{"syslog.timestamp": "", "log.syslog.hostname": "host.example"}},
		"a tag without end":       {"<13>Feb  5 17:32:18 h su", map[string]string{"log.syslog.hostname": "h", "log.syslog.appname": ""}},
		"a process without end":   {"<13>Feb  5 17:32:18 h su[12", map[string]string{"log.syslog.appname": "su", "log.syslog.procid": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.Run(Protocol, []byte(tt.text), len(tt.text))
			if r.Malformed != "" || r.Truncated {
				t.Errorf("malformed %q, truncated %v", r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
	b.Cut(t, Protocol, []byte(modern))
	if r := b.Run(Protocol, []byte("<13>"+strings.Repeat("x", 9000)), 9004); len(r.Fields["syslog.msg"][0]) != 8191 || !b.Out.Cut {
		t.Errorf("%d bytes of a long message, cut %v", len(r.Fields["syslog.msg"][0]), b.Out.Cut)
	}
}

func TestStreams(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, tt := range map[string]struct {
		text, want string
	}{
		"counted": {"9 <13>hello8 <13>back", "hello,back"}, "lines": {"<13>hello\n<13>back\n", "hello,back"}, "the last line has no end": {"<13>hello\n<13>back", "hello,back"},
		"an empty line": {"<13>hello\n\n<13>back\n", "hello,back"}, "a count of six digits": {"123456 <13>hello\n", "123456 <13>hello"},
	} {
		t.Run(name, func(t *testing.T) {
			piece := dissecttest.Piece{Data: []byte(tt.text), FIN: true}
			dissecttest.Merge(b.Stream(Protocol, piece)...).Check(t, map[string]string{"syslog.msg": tt.want})
			b.Split(t, Protocol, piece)
		})
	}
	for name, text := range map[string]string{"a long line": strings.Repeat("x", maxMessage), "a long count": "99999 <13>"} {
		if r := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: []byte(text)}, dissecttest.Piece{Data: []byte("\n")})...); r.Layers != "" {
			t.Errorf("%s: %s", name, r.Layers)
		}
	}
}

func TestGuess(t *testing.T) {
	for text, want := range map[string]bool{modern: true, old: true, relay: false, "<165>1 - - - - - -": true, "<13>hello": false, "<html><body>": false, "<192>1 - ": false, "<13>Feb 99 17:32:18 x": false,
		"<13>anF  5 17:32:18 x": false, "": false} {
		if guess([]byte(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	for text, want := range map[string]bool{"80 " + modern: true, old: true, "80 <html>": false, "GET / HTTP/1.1": false, "12": false} {
		if guessStream([]byte(text)) != want {
			t.Errorf("stream %q: %v", text, !want)
		}
	}
	if !acceptStream([]byte("<13>hello")) || !acceptStream([]byte("9 <13>hello")) || acceptStream([]byte("hello")) {
		t.Error("on its ports a stream is told by its priority")
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for text, want := range map[string]string{"<13>hello": "USER.NOTICE: hello", "hello": "hello"} {
		if b.Dissect(Protocol, []byte(text), len(text)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzSyslog(f *testing.F) {
	for _, text := range []string{modern, old, relay, "9 <13>hello8 <13>back", "<13>hello\n<13>back"} {
		f.Add([]byte(text), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		b.Stream(Protocol, dissecttest.Piece{Data: data, FIN: true})
		b.Invariants(t)
		if _, _, ok := priority(data); guess(data) && !ok {
			t.Fatal("guessed without a priority")
		}
	})
}
