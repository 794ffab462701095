// SPDX-License-Identifier: Apache-2.0

package sip

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/rtp"
	"github.com/espbeat/espbeat/dissect/sdp"
)

var client, server = dissecttest.Client, dissecttest.Server

func lines(l ...string) string { return strings.Join(l, "\r\n") + "\r\n" }

var (
	invite = lines("INVITE sip:bob:c4n4ry@example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "From: Alice <sip:alice@example.org>;tag=1", "To: sip:bob@example.com;tag=2", "Call-ID: call1", "CSeq: 7 INVITE", "Contact: <sip:alice@192.0.2.1:5060>",
		`Proxy-Authorization: Digest username="alice", response="c4n4ry"`, "User-Agent: phone", "Subject: hi", "Expires: 60", "Content-Type: application/sdp", "Content-Length: 46", "", "c=IN IP4 192.0.2.1", "m=audio 4000 RTP/AVP 0")
	trying   = lines("SIP/2.0 100 Trying", "i: call1", "f: <sip:alice@example.org>", "t: <sip:bob@example.com>", "CSeq: 7 INVITE", "l: 0", "")
	ok       = lines("SIP/2.0 200 OK", "Call-ID: call1", "CSeq: 7 INVITE", "Server: proxy", "Content-Length: 0", "")
	register = lines("REGISTER sip:example.com SIP/2.0", "Call-ID: call2", "CSeq: 1 REGISTER", `Authorization: Digest username="alice",response="c4n4ry"`, "")
	ack      = lines("ACK sip:bob@example.com SIP/2.0", "Call-ID: call1", "CSeq: 7 ACK", "")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, sdp.Protocol, rtp.Protocol, rtp.RTCP)
	b.Port = 5060
	return b
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name, text, layers string
		want               map[string]string
	}{
		{"request", invite, "sip:sdp", map[string]string{"sip.method": "INVITE", "sip.r_uri": "sip:bob:[redacted]@example.com", "sip.from": "sip:alice@example.org", "sip.to": "sip:bob@example.com", "sip.call_id": "call1", "sip.cseq": "7", "sip.cseq_method": "INVITE",
			"sip.contact": "sip:alice@192.0.2.1:5060", "sip.authorization": "[redacted]", "user.name": "alice", "sip.user_agent": "phone", "user_agent.original": "", "sip.subject": "hi", "sip.expires": "60", "sip.content_type": "application/sdp", "sip.content_length": "46",
			"sip.via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "sdp.media": "audio 4000 RTP/AVP 0"}},
		{"response in compact form", trying, "sip", map[string]string{"sip.status_code": "100", "sip.reason_phrase": "Trying", "sip.from": "sip:alice@example.org", "sip.to": "sip:bob@example.com", "sip.call_id": "call1", "sip.method": ""}},
		{"software of a server", ok, "sip", map[string]string{"sip.server": "proxy"}},
		{"a telephone number", lines("MESSAGE tel:+7 SIP/2.0", "To: tel:+7", ""), "sip", map[string]string{"sip.r_uri": "tel:+7", "sip.to": "tel:+7"}},
		{"headers without values", lines("OPTIONS sip:a SIP/2.0", "CSeq: x", "Content-Length: y", "Via:", "User-Agent:", ""), "sip", map[string]string{"sip.cseq": "", "sip.content_length": "", "sip.via": "", "user_agent.original": ""}},
		{"a head without end", lines("OPTIONS sip:a SIP/2.0", "Call-ID: x"), "sip", map[string]string{"sip.call_id": "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newBench().Datagrams(Protocol, client(tt.text))[0]
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	b.P.Options.Wireshark = false
	b.Datagrams(Protocol, client(invite))[0].Check(t, map[string]string{"sip.user_agent": "phone", "user_agent.original": "phone"})
	newBench().Cut(t, Protocol, []byte(invite))
}

func TestTransactions(t *testing.T) {
	b := newBench()
	r := b.Datagrams(Protocol, client(invite), client(register), client(invite), server(trying), server(ok), client(ack), server(ok))
	for i, want := range []map[string]string{{"transaction.id": "flow:1"}, {"transaction.id": "flow:2"}, {"transaction.id": "flow:1"}, {"transaction.id": "flow:1", "request_in": "1", "event.duration": "3000000"},
		{"transaction.id": "flow:1", "request_in": "1", "event.duration": "4000000"}, {"transaction.id": ""}, {"request_in": ""}} {
		r[i].Check(t, want)
	}
}

func TestStream(t *testing.T) {
	b := newBench()
	b.Split(t, Protocol, client(invite+"\r\n\r\n"+register), server(trying+ok))
	r := b.Stream(Protocol, client(invite[:len(invite)-9]), client(invite[len(invite)-9:]+ack))
	if r[0].Layers != "" || r[1].Layers != "sip:sdp:sip" {
		t.Errorf("layers %q %q", r[0].Layers, r[1].Layers)
	}
	long := lines("MESSAGE sip:a SIP/2.0", "Content-Length: 100000", "")
	r = b.Stream(Protocol, client(long+strings.Repeat("x", 50000)), client(strings.Repeat("x", 50000)+ack))
	if r[0].Layers != "sip" || r[1].Layers != "sip" {
		t.Errorf("a long body: layers %q %q", r[0].Layers, r[1].Layers)
	}
	r = b.Stream(Protocol, dissecttest.Piece{Data: []byte(invite[:300]), Wire: len(invite)})
	if r[0].Layers != "sip" || !r[0].Truncated {
		t.Errorf("a head cut by the capture: %+v", r[0])
	}
	for _, bytes := range []string{"GET / HTTP/1.1\r\n\r\n", "INVITE " + strings.Repeat("x", 70000)} {
		if r := b.Stream(Protocol, client(bytes), client(invite)); r[1].Layers != "" {
			t.Errorf("layers %q behind %q", r[1].Layers, bytes[:10])
		}
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{invite: {true, true}, ok: {true, true}, "SIP/2.0 200 OK": {true, true}, "FOO sip:a SIP/2.0\r\n": {true, true}, "INV": {true, false}, "INVITE sip:bob": {true, false}, "SIP/2": {true, false},
		"": {}, "INVITE bob HTTP/1.1\r\n": {}, "SIP/2.0 999 X": {}, "FOO sip:a": {}, "F00 sip:a SIP/2.0\r\n": {}, "GET / HTTP/1.1\r\n": {}, "\r\n\r\n": {}})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for text, want := range map[string]string{register: "Request: REGISTER sip:example.com", ok: "Status: 200 OK (INVITE)"} {
		if b.Dissect(Protocol, []byte(text), len(text)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func TestCanary(t *testing.T) {
	b := newBench()
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal = reveal
		for _, text := range []string{invite, register} {
			if b.Dissect(Protocol, []byte(text), len(text)); strings.Contains(string(b.Out.Arena), "c4n4ry") != reveal {
				t.Errorf("revealed %v: %q", reveal, b.Out.Arena)
			}
		}
	}
}

func FuzzSIP(f *testing.F) {
	f.Add([]byte(invite+ack), []byte(trying+ok), 100)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if len(r.Fields["request_in"]) > len(r.Fields["sip.status_code"]) {
			t.Fatal("more answers than responses")
		}
		b.Datagrams(Protocol, client(string(c)), server(string(s)), dissecttest.Piece{Data: c, Wire: len(c) + 1})
		b.Invariants(t)
		if guess(c) && !accept(c) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
