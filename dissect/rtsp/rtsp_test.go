// SPDX-License-Identifier: Apache-2.0

package rtsp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/rtp"
	"github.com/espbeat/espbeat/dissect/sdp"
)

// expecting is a State that notes what is expected.
type expecting struct {
	dissecttest.Stateless
	got *[]string
}

func (s expecting) Expect(_ *dissect.Packet, e dissect.Expectation) {
	*s.got = append(*s.got, fmt.Sprintf("%s %s", e.App.Name, e.At))
}

var client, server = dissecttest.Client, dissecttest.Server

func lines(l ...string) string { return strings.Join(l, "\r\n") + "\r\n" }

var (
	describe  = lines("DESCRIBE rtsp://alice:c4n4ry@example.com/a RTSP/1.0", "CSeq: 1", "User-Agent: player", "Authorization: Basic c4n4ry", "")
	described = lines("RTSP/1.0 200 OK", "CSeq: 1", "Server: camera", "Content-Type: application/sdp", "Content-Length: 25", "", "c=IN IP4 192.0.2.1", "m=x 0")
	setup     = lines("RTSP/1.0 200 OK", "CSeq: 2", "Session: c4n4ry", "Transport: RTP/AVP;unicast;client_port=5000-5001;server_port=6000;x=1;client_port=0", "")
	voice     = "$\x00\x00\x0e\x80\x00\x00\x01\x00\x00\x00\x10\x00\x00\x00\x02aa"
	control   = "$\x01\x00\x08\x81\xcb\x00\x01\x00\x00\x00\x02"
)

func newBench(got *[]string) *dissecttest.Bench {
	b := dissecttest.New(expecting{got: got}, Protocol, sdp.Protocol, rtp.Protocol, rtp.RTCP)
	b.P.Core.Source.Addr = netip.MustParseAddr("192.0.2.1")
	return b
}

func TestConversation(t *testing.T) {
	var got []string
	b := newBench(&got)
	r := b.Stream(Protocol, client(describe), server(described), client(lines("SETUP rtsp://example.com/a RTSP/1.0", "CSeq: 2", "")), server(setup), server(voice+control), server(lines("OPTIONS * RTSP/1.0", "CSeq: 2", "")), client(lines("RTSP/1.0 100 Continue", "CSeq: 2", "")), client(lines("RTSP/1.0 200 OK", "CSeq: 2", "")))
	if l := dissecttest.Merge(r...).Layers; l != "rtsp:rtsp:sdp:rtsp:rtsp:rtsp:rtp:rtsp:rtcp:rtsp:rtsp:rtsp" {
		t.Errorf("layers %q", l)
	}
	for i, want := range map[int]map[string]string{
		0: {"rtsp.method": "DESCRIBE", "rtsp.url": "rtsp://alice:[redacted]@example.com/a", "rtsp.cseq": "1", "user_agent.original": "", "rtsp.authorization": "[redacted]", "transaction.id": "flow:1"},
		1: {"rtsp.status": "200", "rtsp.phrase": "OK", "rtsp.server": "camera", "rtsp.content_type": "application/sdp", "request_in": "1", "sdp.media": "x 0"},
		3: {"rtsp.session": "[redacted]", "request_in": "3"},
		4: {"rtsp.channel": "0,1", "rtp.seq": "1", "rtcp.pt": "203"},
		6: {"request_in": "6"},
		7: {"request_in": "6", "transaction.id": "flow:3"},
	} {
		r[i].Check(t, want)
	}
	b = newBench(&got)
	b.P.Options.Wireshark = false
	b.Stream(Protocol, client(describe))[0].Check(t, map[string]string{"user_agent.original": "player"})
}

// The ports that the server has agreed to are expected, each with the next one for control.
func TestExpectation(t *testing.T) {
	var got []string
	p := &dissect.Packet{State: expecting{got: &got}}
	p.Core.Source.Addr, p.Core.Destination.Addr = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	m := message{status: 200, transport: []byte("RTP/AVP;unicast;client_port=5000-5001;server_port=6000;x=1;client_port=0")}
	expect(p, &m)
	if s := strings.Join(got, " "); s != "rtp 192.0.2.2:5000 rtcp 192.0.2.2:5001 rtp 192.0.2.1:6000 rtcp 192.0.2.1:6001" {
		t.Errorf("expects %s", s)
	}
	got = nil
	expect(p, &message{status: 404, transport: []byte("client_port=5000")})
	expect(p, &message{request: true, transport: []byte("client_port=5000")})
	if got != nil {
		t.Errorf("expects %s", got)
	}
}

func TestStream(t *testing.T) {
	var got []string
	b := newBench(&got)
	b.Split(t, Protocol, client(describe), server(described+voice+"\r\n"+setup))
	for name, tt := range map[string]struct {
		piece  dissecttest.Piece
		layers string
	}{"a head cut by the capture": {dissecttest.Piece{Data: []byte(described[:60]), Wire: 200}, "rtsp"}, "media before a message": {client(voice), ""}, "another protocol": {client("GET / HTTP/1.1\r\n\r\n"), ""},
		"a head without end": {client("PLAY " + strings.Repeat("x", 70000)), ""}} {
		if r := b.Stream(Protocol, tt.piece); r[0].Layers != tt.layers {
			t.Errorf("%s: layers %q", name, r[0].Layers)
		}
	}
	cut := dissecttest.Piece{Data: []byte(voice[:10]), Wire: len(voice)}
	if r := b.Stream(Protocol, client(describe), cut); r[1].Layers != "rtsp:rtp" || r[1].Malformed != "" {
		t.Errorf("%+v", r[1])
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{describe: {true, true}, described: {true, true}, "PLAY rtsp://": {true, false}, "PL": {true, false}, "RTS": {true, false}, "RTSP/1": {true, false}, "": {}, "PLAY a HTTP/1.1\r\n": {},
		"FOO rtsp://a RTSP/1.0\r\n": {}, "OPTIONS * HTTP/1.1\r\n": {}})
}

func TestSummary(t *testing.T) {
	var got []string
	b := newBench(&got)
	for _, tt := range []struct{ data, want string }{{lines("PLAY rtsp://a RTSP/1.0", ""), "PLAY rtsp://a"}, {setup, "Reply: 200 OK"}} {
		b.Stream(Protocol, client(tt.data))
		if s := b.Summary(Protocol); s != tt.want {
			t.Errorf("%q, want %q", s, tt.want)
		}
	}
	if b.Stream(Protocol, client(describe), client(voice)); b.Summary(Protocol) != "Interleaved channel 0" {
		t.Errorf("%q", b.Summary(Protocol))
	}
}

func TestCanary(t *testing.T) {
	var got []string
	b := newBench(&got)
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal = reveal
		for _, text := range []string{describe, setup} {
			if b.Stream(Protocol, client(text)); strings.Contains(string(b.Out.Arena), "c4n4ry") != reveal {
				t.Errorf("revealed %v: %q", reveal, b.Out.Arena)
			}
		}
	}
}

func FuzzRTSP(f *testing.F) {
	f.Add([]byte(describe+voice), []byte(described+setup+control), 20)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		var got []string
		b := newBench(&got)
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))...)
		b.Invariants(t)
		if len(r.Fields["request_in"]) > len(r.Fields["rtsp.status"]) {
			t.Fatal("more answers than responses")
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1}, dissecttest.Piece{Dir: 1, Data: s, Wire: len(s) + 1})
		b.Invariants(t)
	})
}
