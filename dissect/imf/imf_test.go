// SPDX-License-Identifier: Apache-2.0

package imf

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/field"
)

const head = "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nFrom: \"Doe, John\" <jdoe@machine.example>, mary@example.net (Mary (Smith, M.))\r\n" +
	"Sender: <secretary@example.com>\r\nReply-To: a@b\r\nTo: Group:\"A, B\" <a@x.example>,\r\n\tc@y.example; , d@z.example\r\nCc: undisclosed-recipients:;\r\nBCC: e@f\r\n" +
	"SUBJECT: =?utf-8?q?caf=C3=A9?=\r\n =?iso-8859-1?B?5A==?= x\r\nMessage-ID: <1234@local.machine.example>\r\nX-Mailer: mutt\r\nContent-Type: Text/Plain; charset=x\r\n\r\nFrom: body@example.com\r\n"

func TestHead(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	r := b.Run(Protocol, []byte(head), len(head))
	r.Check(t, map[string]string{
		"email.from.address": "jdoe@machine.example,mary@example.net", "email.sender.address": "secretary@example.com", "email.reply_to.address": "a@b",
		"email.to.address": "a@x.example,c@y.example,d@z.example", "email.cc.address": "", "email.bcc.address": "e@f", "email.subject": "caféä x",
		"email.message_id": "1234@local.machine.example", "email.x_mailer": "mutt", "email.content_type": "text/plain", "email.origination_timestamp": "1997-11-21T15:55:06.000000000Z",
		"imf.subject": "=?utf-8?q?caf=C3=A9?=\r\n =?iso-8859-1?B?5A==?= x"})
	if got, want := b.Summary(Protocol), "from: \"Doe, John\" <jdoe@machine.example>, mary@example.net (Mary (Smith, M.)), subject: caféä x"; got != want {
		t.Errorf("summary %q", got)
	}
}

func TestEdges(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		want       map[string]string
	}{
		{"another character set", "Subject: =?gb2312?B?suLK1A==?=\n", map[string]string{"email.subject": "=?gb2312?B?suLK1A==?="}},
		{"no address", "From: nobody\nTo: \"a@b\"\n", map[string]string{"email.from.address": "", "email.to.address": "", "imf.from": "nobody"}},
		{"brackets that do not end", "From: <a@b\nTo: \"x <c@d>\n", map[string]string{"email.from.address": "a@b", "email.to.address": "c@d"}},
		{"no such date", "Date: yesterday\n", map[string]string{"email.origination_timestamp": ""}},
		{"a date before the epoch", "Date: Fri, 21 Nov 1897 09:55:06 -0600\n", map[string]string{"email.origination_timestamp": ""}},
		{"a line that is no field", "X\nFrom: a@b\n", map[string]string{"email.from.address": "a@b"}},
		{"a name with a space", "From : a@b\n", map[string]string{"email.from.address": "a@b"}},
		{"no end", "From: a@b", map[string]string{"email.from.address": "a@b"}},
		{"too many addresses", "To: " + strings.Repeat("a@b, c@d, ", 200), map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := dissecttest.New(nil, Protocol)
			b.P.Options.Wireshark = false
			r := b.Run(Protocol, []byte(tt.head), len(tt.head))
			r.Check(t, tt.want)
			if n := len(r.Fields["email.to.address"]); n > maxAddresses {
				t.Errorf("%d addresses", n)
			}
		})
	}
	b := dissecttest.New(nil, Protocol) // to tshark, a line ends in CR and LF, and a head in an empty line
	lf, cut := []byte("From: a@b\nTo: c@d\r\n\r\n"), []byte("To: a@bcd\r\nFrom: e@fgh\r\n")
	b.Run(Protocol, lf, len(lf)).Check(t, map[string]string{"imf.from": "a@b\nTo: c@d", "email.to.address": ""})
	b.Run(Protocol, cut, len(cut)).Check(t, map[string]string{"imf.from": "e@f", "email.to.address": "a@bcd"})
}

func TestHeadEnd(t *testing.T) {
	for b, want := range map[string]int{"": -1, "a": -1, "a: b\r\n": -1, "a: b\r\n\r\nc": 8, "a\n\nb": 3, "\r\nx": 2, "\n": 1, "a\r\n\r": -1} {
		if got := HeadEnd([]byte(b)); got != want {
			t.Errorf("%q: %d, want %d", b, got, want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Run(Protocol, []byte("\n"), 1)
	for _, path := range []string{"<>", "<@a,@b:c@d>", " e@f SIZE=1", "<g>"} {
		Envelope(b.P.Out, []byte(path), true)
	}
	var got []string
	for _, e := range b.Out.Entries {
		got = append(got, string(field.AppendText(nil, field.Keyword, e, b.Out.Arena)))
	}
	if s := strings.Join(got, ","); s != "c@d,e@f,g" {
		t.Errorf("%s", s)
	}
}

// The end of a message is found wherever it is cut, and no dot within a line is one.
func TestMessageEnd(t *testing.T) {
	for _, text := range []string{"a\r\n.\r\n", ".\r\n", "a\n.\n", "..\r\n.a\r\n.\ra\r\na.\r\n.\r\n", "\r\n\r\n.\r\n"} {
		for at := range len(text) + 1 {
			var m Message
			n, next, end := m.scan([]byte(text[:at]))
			if m.line = next; end != 0 && at < len(text) {
				t.Errorf("%q: ends at %d of %d", text, n, at)
			}
			if at < len(text) {
				if rest, _, end := m.scan([]byte(text[at:] + "QUIT\r\n")); end == 0 || at+rest != len(text) {
					t.Errorf("%q cut at %d: ends at %d", text, at, at+rest)
				}
			}
		}
	}
}

func FuzzIMF(f *testing.F) {
	f.Add([]byte(head))
	f.Add([]byte("To: <a\\\n b>, \"c\\\" (d <e@f>\n\n"))
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		end := HeadEnd(data)
		if end < 0 {
			end = len(data)
		}
		if again := b.Run(Protocol, data[:end], len(data)); len(again.Fields) != len(r.Fields) {
			t.Fatalf("the body made fields: %v, %v", r.Fields, again.Fields)
		}
		for _, v := range r.Fields["email.to.address"] {
			if strings.ContainsAny(v, "\r\n") && !strings.Contains(string(data), v) {
				t.Fatalf("%q", v)
			}
		}
	})
}
