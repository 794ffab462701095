// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// words are numbers of 32 bits.
func words(n ...uint32) string {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return string(b)
}

// opaque is data behind their length, and zeros.
func opaque(s string) string { return words(uint32(len(s))) + s + strings.Repeat("\x00", -len(s)&3) }

const none = "\x00\x00\x00\x00\x00\x00\x00\x00" // credentials or a verifier

func callOf(xid, program, version, procedure uint32, rest string) string {
	return words(xid, typeCall, 2, program, version, procedure) + rest
}

func replyOf(xid uint32, results string) string {
	return words(xid, typeReply, replyAccepted) + none + words(acceptSuccess) + results
}

// marked marks a message as one fragment.
func marked(message string) string { return words(lastBit|uint32(len(message))) + message }

var (
	sys       = words(flavorSys) + opaque(words(7)+opaque("host1")+words(1000, 100, 2, 4, 24)) + none
	lookup    = callOf(1, 100003, 3, 3, sys+opaque("handle")+opaque("name"))
	found     = replyOf(1, words(2))
	null      = callOf(2, 100003, 3, 0, none+none)
	nothing   = replyOf(2, "")
	sadmin    = callOf(3, 100232, 10, 0, none+none)
	transient = callOf(4, 0x40001234, 1, 1, none+none+"abcd")
)

// nfs stands for the program: its layer is there when it has arguments, and it notes what of the call it is given.
func newBench() *dissecttest.Bench {
	nfs := &dissect.Protocol{Name: "nfs", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		if m := Current(p); m == nil || wire == 0 || m.Program != 100003 {
			p.Pop()
		}
	}}
	b := dissecttest.New(nil, Protocol, nfs, NLM)
	b.Port = 2049
	return b
}

func TestStream(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"call and reply", []dissecttest.Piece{client(marked(lookup)), server(marked(found))}, "rpc:nfs:rpc:nfs", map[string]string{"rpc.xid": "1,1", "rpc.msgtyp": "0,1", "rpc.program": "100003,100003",
			"rpc.program_name": "NFS,NFS", "rpc.programversion": "3,3", "rpc.procedure": "3,3", "rpc.procedure_name": "LOOKUP,LOOKUP", "rpc.status": "SUCCESS", "rpc.auth.flavor": "1",
			"rpc.auth.machinename": "host1", "rpc.auth.uid": "1000", "rpc.auth.gid": "100,4,24", "related.hosts": "host1", "request_in": "1", "event.duration": "1000000", "transaction.id": "flow:1,flow:1"}},
		{"several in a packet", []dissecttest.Piece{client(marked(lookup) + marked(null)), server(marked(nothing) + marked(found))}, "rpc:nfs:rpc:rpc:rpc:nfs", map[string]string{"rpc.procedure": "3,0,0,3", "request_in": "1,1"}},
		{"fragments", []dissecttest.Piece{client(words(40) + lookup[:40] + words(lastBit|uint32(len(lookup)-40)) + lookup[40:])}, "rpc:nfs", map[string]string{"rpc.auth.uid": "1000", "rpc.length": "96"}},
		{"a program that nobody knows", []dissecttest.Piece{client(marked(sadmin))}, "rpc", map[string]string{"rpc.program_name": "SADMIND", "rpc.procedure_name": ""}},
		{"the rest of a message", []dissecttest.Piece{client(marked(null)), client("what continues another"), client(marked(lookup))}, "rpc:rpc:rpc:nfs", map[string]string{"rpc.procedure": "0,3"}},
		{"a program without a layer of its own", []dissecttest.Piece{client(marked(callOf(9, 100021, 4, 2, none+none+words(1)) + ""))}, "rpc:nlm", map[string]string{"rpc.procedure_name": "LOCK"}},
		{"a reply that says no", []dissecttest.Piece{client(marked(lookup)), server(marked(words(1, typeReply, 1, 1, 5)))}, "rpc:nfs:rpc", map[string]string{"rpc.status": "AUTH_ERROR", "rpc.state_auth": "5"}},
		{"another version of RPC", []dissecttest.Piece{client(marked(lookup)), server(marked(words(1, typeReply, 1, 0, 2, 2)))}, "rpc:nfs:rpc", map[string]string{"rpc.status": "RPC_MISMATCH"}},
		{"no such program", []dissecttest.Piece{client(marked(lookup)), server(marked(words(1, typeReply, 0) + none + words(1)))}, "rpc:nfs:rpc", map[string]string{"rpc.status": "PROG_UNAVAIL", "rpc.state_accept": "1"}},
		{"a machine that does not say its name", []dissecttest.Piece{client(marked(callOf(1, 100003, 3, 3, words(flavorSys)+opaque(words(7)+opaque("")+words(5, 6, 0))+none)))}, "rpc", map[string]string{"rpc.auth.machinename": "", "rpc.auth.uid": "5"}},
		{"integrity", []dissecttest.Piece{client(marked(callOf(1, 100003, 3, 3, words(flavorGSS)+opaque(words(1, 0, 17, 2)+opaque("ctx"))+none+opaque(words(17, 9))+opaque("sum"))))}, "rpc:nfs",
			map[string]string{"rpc.auth.gss_seqnum": "17", "rpc.auth.gss_service": "2", "rpc.auth.gss_context": "637478"}},
		{"privacy", []dissecttest.Piece{client(marked(callOf(1, 100003, 3, 3, words(flavorGSS)+opaque(words(1, 0, 17, 3)+opaque("ctx"))+none+opaque("secret"))))}, "rpc", nil},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n\r\nand so on and on and on")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated {
				t.Errorf("layers %q, want %q; malformed %q, truncated %v", r.Layers, tt.layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// A reply whose call was not captured says what it says itself; tshark takes it for the rest of a message.
func TestReplyAlone(t *testing.T) {
	for wireshark, want := range map[bool]string{false: "2,1", true: "2"} {
		b := newBench()
		b.P.Options.Wireshark = wireshark
		r := dissecttest.Merge(b.Stream(Protocol, client(marked(null)), server(marked(found)))...)
		r.Check(t, map[string]string{"rpc.xid": want, "rpc.program": "100003", "request_in": ""})
		if r.Layers != "rpc:rpc" {
			t.Errorf("compat %v: layers %q", wireshark, r.Layers)
		}
	}
}

// Programs of which nothing is known are RPC, but tshark says nothing of them.
func TestUnknownPrograms(t *testing.T) {
	for wireshark, want := range map[bool]string{false: "rpc", true: ""} {
		b := newBench()
		b.P.Options.Wireshark = wireshark
		if r := b.Stream(Protocol, client(marked(transient)))[0]; r.Layers != want {
			t.Errorf("compat %v: stream %q", wireshark, r.Layers)
		}
		if r := b.Datagrams(Protocol, client(transient))[0]; r.Layers != want {
			t.Errorf("compat %v: datagram %q", wireshark, r.Layers)
		}
	}
}

// Of a record that is too long to be waited for the beginning is dissected, and the end is passed over, whatever its fragments are.
func TestLongRecord(t *testing.T) {
	long := lookup + strings.Repeat("x", maxWait)
	more := strings.Repeat("y", 10)
	for name, pieces := range map[string][]dissecttest.Piece{
		"one fragment":   {client(words(lastBit|uint32(len(long))) + long[:2000]), client(long[2000:] + marked(null))},
		"two fragments":  {client(words(uint32(len(long))) + long[:2000]), client(long[2000:] + words(lastBit|uint32(len(more))) + more[:2]), client(more[2:] + marked(null))},
		"many fragments": {client(words(uint32(len(lookup))) + lookup + strings.Repeat(words(2)+"yy", maxFragments)), client(words(lastBit|2) + "yy" + marked(null))},
	} {
		r := dissecttest.Merge(newBench().Stream(Protocol, pieces...)...)
		if r.Truncated || r.Malformed != "" {
			t.Errorf("%s: truncated %v, malformed %q", name, r.Truncated, r.Malformed)
		}
		r.Check(t, map[string]string{"rpc.procedure_name": "LOOKUP,NULL"})
	}
}

func TestDatagrams(t *testing.T) {
	b := newBench()
	r := b.Datagrams(Protocol, client(lookup), server(found), server("neither"), server(replyOf(77, "")), dissecttest.Piece{Data: []byte(lookup[:30]), Wire: len(lookup)})
	for i, want := range []string{"rpc:nfs", "rpc:nfs", "", "", "rpc"} {
		if r[i].Layers != want || r[i].Truncated != (i == 4) {
			t.Errorf("datagram %d: %q, truncated %v", i, r[i].Layers, r[i].Truncated)
		}
	}
	r[1].Check(t, map[string]string{"request_in": "1", "rpc.procedure_name": "LOOKUP"})
}

// A call that is sent again is the same request; calls beyond the bound are forgotten, oldest first.
func TestCalls(t *testing.T) {
	r := newBench().Datagrams(Protocol, client(lookup), client(lookup), server(found))
	r[1].Check(t, map[string]string{"transaction.id": "flow:1"})
	r[2].Check(t, map[string]string{"request_in": "1"})
	s := &session{}
	for i := range uint32(maxCalls + 1) {
		s.asked(Call{XID: i})
	}
	if len(s.calls) != maxCalls || s.find(0) != nil || s.find(1) == nil || s.find(maxCalls) == nil {
		t.Errorf("%d calls", len(s.calls))
	}
}

func TestMalformed(t *testing.T) {
	for name, bytes := range map[string]string{
		"credentials beyond their bound": callOf(1, 100003, 3, 3, words(1, 401)+strings.Repeat("x", 404)),
		"credentials beyond the message": callOf(1, 100003, 3, 3, words(1, 100)),
		"a machine's name too long":      callOf(1, 100003, 3, 3, words(flavorSys)+opaque(words(7, 300))+none),
		"no verifier":                    callOf(1, 100003, 3, 3, none),
	} {
		inside := &dissect.Protocol{Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Layers[p.Depth-1] = Protocol
			message(p, &session{}, b, wire)
		}}
		if r := newBench().Run(inside, []byte(bytes), len(bytes)); r.Malformed != "rpc" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(marked(lookup)), server(marked(found)), client(marked(null)+marked(sadmin)))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, acceptTCP, guessTCP, map[string][2]bool{ // on its port, on any
		marked(lookup):                          {true, true},
		marked(transient):                       {true, true},
		marked(lookup)[:28]:                     {true, true},
		marked(lookup)[:14]:                     {true, false},
		"\x80":                                  {true, false},
		marked(found):                           {false, false},
		"GET / HTTP/1.1\r\n":                    {false, false},
		strings.Repeat("\x00", 64):              {false, false},
		marked(callOf(1, 99999, 3, 3, sys)):     {false, false},
		marked(callOf(1, 100003, 4000, 3, sys)): {false, false},
		marked(callOf(1, 0x40001234, 1, 1, words(9, 0)+none)):   {false, false},
		marked(callOf(1, 0x40001234, 1, 1, words(1, 404)+none)): {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{
		"V3 NULL Call":                  {client(marked(null))},
		"V3 LOOKUP Call | V3 NULL Call": {client(marked(lookup) + marked(null))},
		"V3 NULL Reply":                 {client(marked(null)), server(marked(nothing))},
		"V10 proc-0 Call":               {client(marked(sadmin))},
		"V3 NULL Reply PROG_MISMATCH":   {client(marked(null)), server(marked(words(2, typeReply, 0) + none + words(2, 2, 4)))},
	} {
		b.Stream(Protocol, pieces...)
		if b.P.Core.Headline == 0 {
			t.Errorf("%q: no program's name", want)
		}
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestContinuation(t *testing.T) {
	b := newBench()
	b.Stream(Protocol, client(marked(null)), client("something else altogether"))
	if got := b.Summary(Protocol); got != "Continuation" || b.P.Core.Headline != 0 {
		t.Errorf("%q", got)
	}
}

func FuzzRPC(f *testing.F) {
	for _, m := range []string{lookup, null, sadmin, transient} {
		f.Add([]byte(marked(m)), []byte(marked(found)+marked(nothing)), 9)
	}
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if len(r.Fields["rpc.program"]) != len(r.Fields["rpc.procedure"]) || len(r.Fields["rpc.xid"]) < len(r.Fields["rpc.program"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Datagrams(Protocol, client(string(fromClient)), dissecttest.Piece{Dir: 1, Data: fromServer, Wire: len(fromServer) + 1})
		b.Invariants(t)
		if len(fromClient) > 0 && guessTCP(fromClient) && !acceptTCP(fromClient) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
