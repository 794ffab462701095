// SPDX-License-Identifier: Apache-2.0

package nbss

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/flow"
)

var client, server = dissecttest.Client, dissecttest.Server

// inner stands for SMB: it pushes its layer and keeps what it was called with.
type inner struct {
	proto    dissect.Protocol
	got      string
	wire     int
	sessions []*Session
}

func newInner(name string) *inner {
	in := &inner{proto: dissect.Protocol{Name: name}}
	in.proto.Dissect = func(p *dissect.Packet, b []byte, wire int) {
		in.got, in.wire = string(b), wire
		p.Truncated = p.Truncated || len(b) < wire
		in.sessions = append(in.sessions, Of(p))
	}
	return in
}

func newBench(port uint16) (*dissecttest.Bench, *inner, *inner) {
	smb, smb2 := newInner("smb"), newInner("smb2")
	b := dissecttest.New(nil, Protocol, &smb.proto, &smb2.proto)
	b.Port = port
	return b, smb, smb2
}

// encode is the first-level encoding of a name (RFC 1001, 14.1) of 16 bytes.
func encode(name string) string {
	var b strings.Builder
	b.WriteByte(2 * 16)
	for _, c := range []byte(name) {
		b.WriteByte('A' + c>>4)
		b.WriteByte('A' + c&15)
	}
	return b.String() + "\x00"
}

// session puts the header of a session message before what it carries.
func session(payload string) string {
	n := len(payload)
	return string([]byte{0, byte(n >> 16), byte(n >> 8), byte(n)}) + payload
}

var (
	old      = "\xffSMB" + strings.Repeat("a", 40)
	modern   = "\xfeSMB" + strings.Repeat("b", 70)
	request  = "\x81\x00\x00\x44" + encode("SERVER         \x20") + encode("PC             \x00")
	refused  = "\x83\x00\x00\x01\x82"
	retarget = "\x84\x00\x00\x06\x0a\x00\x00\x01\x01\xbd"
)

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		port   uint16
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"a session of NetBIOS", 139, []dissecttest.Piece{client(request), server("\x82\x00\x00\x00"), client(session(old)), server("\x85\x00\x00\x00")}, "nbss:nbss:nbss:smb:nbss",
			map[string]string{"nbss.type": "129,130,0,133", "nbss.called_name": "SERVER<20>", "nbss.calling_name": "PC<00>", "nbss.length": "68,0,44,0"}},
		{"refused", 139, []dissecttest.Piece{client(request), server(refused)}, "nbss:nbss", map[string]string{"nbss.type": "129,131", "nbss.error_code": "130"}},
		{"sent elsewhere", 139, []dissecttest.Piece{client(request), server(retarget)}, "nbss:nbss", map[string]string{"nbss.retarget_ip_address": "10.0.0.1", "nbss.retarget_port": "445"}},
		{"a length of 17 bits", 139, []dissecttest.Piece{client("\x00\x01\x00\x01\xffSMB"), client(strings.Repeat("x", 0x10001-4))}, "nbss:smb", map[string]string{"nbss.length": "65537"}},
		{"a flag that nobody defined", 139, []dissecttest.Piece{client(session(old)), client("\x85\x02\x00\x00")}, "nbss:smb:nbss", map[string]string{"nbss.type": "0"}},
		{"several messages of a packet share a layer", 445, []dissecttest.Piece{client(session(old) + session(modern))}, "nbss:smb:smb2", map[string]string{"nbss.type": "0,0"}},
		{"the middle of a message", 445, []dissecttest.Piece{client(session(old)), client("\x00\x00\x00\x10lost beginnings"), client(session(modern))}, "nbss:smb:nbss:nbss:smb2", map[string]string{"nbss.type": "0,0"}},
		{"nothing carried", 445, []dissecttest.Piece{client(session(old) + "\x00\x00\x00\x00" + session(old))}, "nbss:smb:smb", map[string]string{"nbss.length": "44,0,44"}},
		{"another protocol", 445, []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
		{"another protocol in a session message", 445, []dissecttest.Piece{client(session("hello"))}, "", nil},
		{"another port", 8445, []dissecttest.Piece{client(session(modern))}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _, _ := newBench(tt.port)
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Truncated || r.Malformed != "" {
				t.Errorf("layers %q, want %q; truncated %v, malformed %q", r.Layers, tt.layers, r.Truncated, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// Where tshark looks at its own ports only, the first bytes tell.
func TestAnotherPort(t *testing.T) {
	b, _, smb2 := newBench(8445)
	b.P.Options.Wireshark = false
	if r := b.Stream(Protocol, client(session(modern)))[0]; r.Layers != "nbss:smb2" || smb2.got != modern {
		t.Errorf("layers %q, carried %q", r.Layers, smb2.got)
	}
}

// wire is a connection through IP, TCP and the state that spans packets.
func wire(t *testing.T) (smb *inner, send func(client bool, data string, seq, ack uint32) string) {
	t.Helper()
	smb, smb2 := newInner("smb"), newInner("smb2")
	b := dissecttest.New(flow.New(flow.Options{}), ip.Protocol, tcp.Protocol, Protocol, &smb.proto, &smb2.proto)
	from, to := netip.MustParseAddrPort("10.0.0.1:50000"), netip.MustParseAddrPort("10.0.0.2:445")
	return smb, func(client bool, data string, seq, ack uint32) string {
		s := dissecttest.Segment{Src: from, Dst: to, Flags: 0x18, Seq: seq, Ack: ack, Data: data}
		if !client {
			s.Src, s.Dst = to, from
		}
		f := s.Frame()
		return b.Run(ip.Protocol, f, len(f)).Layers
	}
}

// tshark's dissector is called for a message that came in pieces, and again for those behind it.
func TestLayersBehindPieces(t *testing.T) {
	_, send := wire(t)
	data := session(old) + session(modern) + session(modern)
	if got := send(true, data[:9], 1, 1); got != "ip:tcp" {
		t.Errorf("layers %q", got)
	}
	if got := send(true, data[9:], 10, 1); got != "ip:tcp:nbss:smb:nbss:smb2:smb2" {
		t.Errorf("layers %q", got)
	}
}

// What is known of a connection holds behind what the capture lost.
func TestGap(t *testing.T) {
	smb, send := wire(t)
	const lost = 1000
	next := lost + uint32(len(session(old))) //nolint:gosec // short
	send(true, session(old), 1, 1)
	send(true, session(old), lost, 1)
	send(false, session(modern), 1, next)
	if got := send(true, session(old), next, 1); got != "ip:tcp:nbss:smb:smb" {
		t.Errorf("layers %q", got)
	}
	if s := smb.sessions; len(s) != 3 || s[0] == nil || s[0] != s[1] || s[1] != s[2] {
		t.Errorf("sessions %v are not one", s)
	}
}

func TestSession(t *testing.T) {
	b, smb, smb2 := newBench(445)
	b.Stream(Protocol, client(session(old)), server(session(old)), client(session(modern)))
	if s := smb.sessions; len(s) != 2 || s[0] == nil || s[0] != s[1] || s[0] != smb2.sessions[0] {
		t.Errorf("sessions %v and %v are not one", s, smb2.sessions)
	}
}

func TestLargeMessages(t *testing.T) {
	const size = 200 << 10
	b, _, smb2 := newBench(445)
	head := session("\xfeSMB" + strings.Repeat("x", size-4))
	r := b.Stream(Protocol, client(head[:1000]), client(head[1000:80000]), client(head[80000:]+session(modern)))
	if r[0].Layers != "" || r[1].Layers != "nbss:smb2" || r[1].Truncated || r[2].Layers != "nbss:smb2" || smb2.got != modern {
		t.Errorf("%q, %q (truncated %v), %q", r[0].Layers, r[1].Layers, r[1].Truncated, r[2].Layers)
	}
}

func TestTruncated(t *testing.T) {
	b, smb, smb2 := newBench(445)
	whole := session(old)
	r := b.Stream(Protocol, dissecttest.Piece{Data: []byte(whole)[:20], Wire: len(whole)}, client(whole[20:]+session(modern)))
	if r[0].Layers != "nbss:smb" || !r[0].Truncated || smb.wire != len(old) || r[1].Layers != "nbss:smb2" || smb2.got != modern {
		t.Errorf("%q (truncated %v, wire %d), %q", r[0].Layers, r[0].Truncated, smb.wire, r[1].Layers)
	}
	if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte{0, 0}, Wire: 60}); r[0].Layers != "nbss" {
		t.Errorf("half a header: %q", r[0].Layers)
	}
}

func TestMalformed(t *testing.T) {
	b, _, _ := newBench(139)
	if r := b.Stream(Protocol, client("\x81\x00\x00\x44"+strings.Repeat("\xff", 68)))[0]; r.Malformed != "nbss" {
		t.Errorf("a name of no letters: layers %q, malformed %q", r.Layers, r.Malformed)
	}
}

func TestSegmentation(t *testing.T) {
	b, _, _ := newBench(139)
	b.Split(t, Protocol, client(request), server("\x82\x00\x00\x00"), client(session(old)), server(session(modern)))
}

func TestRecognised(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its ports, on any
		session(old):       {true, true},
		session(modern):    {true, true},
		request:            {true, false},
		"\x85\x00\x00\x00": {true, false},
		"\x00":             {true, false},
		"\x00\x00\x00\x44": {true, false},
		session(old)[:6]:   {true, false},
		session("\xfeSMC" + strings.Repeat("b", 70)): {false, false},
		session("GET / HTTP/1.1\r\n"):                {false, false},
		"\x82\x00\x00\x01":                           {false, false},
		"\x16\x03\x01\x02\x00\x01":                   {false, false},
	})
}

func TestSummary(t *testing.T) {
	b, _, _ := newBench(139)
	for data, want := range map[string]string{session(old): "Session message", request: "Session request, to SERVER<20> from PC<00>", refused: "Negative session response, Called name not present",
		retarget: "Retarget session response, to 10.0.0.1", "\x85\x00\x00\x00": "Session keep-alive", "\x83\x00\x00\x01\x99": "Negative session response, error 153"} {
		b.Stream(Protocol, client(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	b.Stream(Protocol, client(session(old)), client("in the middle"))
	if got := b.Summary(Protocol); got != "NBSS Continuation Message" {
		t.Errorf("%q", got)
	}
}

func FuzzNBSS(f *testing.F) {
	f.Add([]byte(request+session(old)), []byte(refused+retarget+session(modern)), 7, uint16(139))
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int, port uint16) {
		b, smb, smb2 := newBench(port)
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["nbss.type"]) != len(r.Fields["nbss.length"]) {
			t.Fatalf("%v", r.Fields)
		}
		if calls := len(smb.sessions) + len(smb2.sessions); calls > len(r.Fields["nbss.type"]) {
			t.Fatalf("%d calls for %d messages", calls, len(r.Fields["nbss.type"]))
		}
	})
}
