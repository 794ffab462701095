// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	clientPort = 40000
	serverPort = 7
)

// bench sends TCP segments between a client and a server through a State.
type bench struct {
	t *testing.T
	s *State
	p dissect.Packet
	// got are the bytes that the application consumed, by direction.
	got [2][]byte
	// take says how much of data the application has done with; nil takes all.
	take func(dir int, data []byte) int
	ends int // calls without data
	// delivered is what the last segment's Deliver returned.
	delivered dissect.Delivered
}

func newBench(t *testing.T, opt Options) *bench {
	b := &bench{t: t, s: New(opt)}
	app := &dissect.Protocol{Name: "echo", TCPPorts: []uint16{serverPort}}
	app.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		if len(data) == 0 {
			b.ends++
		}
		n := len(data)
		if b.take != nil {
			n = b.take(p.Direction, data)
		}
		if n > 0 {
			b.got[p.Direction] = append(b.got[p.Direction], data[:min(n, len(data))]...)
		}
		return n
	}
	b.p = dissect.Packet{Registry: dissect.NewRegistry(app), Options: &dissect.Options{}, State: b.s, Out: &field.Buffer{}}
	return b
}

// segment is one TCP segment; the client sends it unless server is set.
type segment struct {
	server   bool
	port     uint16 // the client's, clientPort when 0
	flags    uint8
	seq, ack uint32
	data     string
	wire     int // length on the wire when larger than that of data
	scale    int // window scale of a SYN plus 1; 0 for none
	window   uint16
	wait     int64 // nanoseconds since the last segment beyond 1 ms
	sacked   uint32
}

// send delivers one segment and returns its conversation and what is said of it.
func (b *bench) send(g segment) (*dissect.Conversation, dissect.SegmentInfo) {
	b.t.Helper()
	p := &b.p
	p.Begin()
	p.Number++
	p.Time += 1e6 + g.wait
	p.Length = 54 + max(g.wire, len(g.data))
	client, server := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	port := g.port
	if port == 0 {
		port = clientPort
	}
	from, to := dissect.Endpoint{Addr: client, Port: port}, dissect.Endpoint{Addr: server, Port: serverPort}
	if g.server {
		from, to = to, from
	}
	p.Core = dissect.Core{Source: from, Destination: to, IPVersion: 4, IPProtocol: protoTCP, Ports: true, TCPFlags: g.flags}
	seg := dissect.Segment{Seq: g.seq, Ack: g.ack, Flags: g.flags, Window: g.window, Length: max(g.wire, len(g.data)), WindowScale: g.scale - 1, SACKed: g.sacked}
	var c *dissect.Conversation
	if g.flags&(flagSYN|flagACK) == flagSYN {
		c = b.s.Connect(p, g.seq)
	} else {
		c = b.s.Converse(p)
	}
	info := b.s.Segment(p, c, seg)
	b.delivered = b.s.Deliver(p, c, seg, []byte(g.data), seg.Length)
	b.check()
	return c, info
}

// check compares the accounting with what is held.
func (b *bench) check() {
	b.t.Helper()
	checkStreams(b.t, b.s)
}

func checkStreams(t *testing.T, s *State) {
	t.Helper()
	held := 0
	for _, f := range s.table {
		for d := range f.tcp {
			st := &f.tcp[d].stream
			cost := 0
			for _, w := range st.waiting {
				cost += len(w.data) + waitingCost
			}
			if cost != st.ahead || st.counted != st.held() || len(st.waiting) > maxWaiting || len(st.pending) > maxMessage || st.held() > s.opt.StreamBytes {
				t.Fatalf("stream holds %d waiting of cost %d, says %d; %d pending; counted %d", len(st.waiting), cost, st.ahead, len(st.pending), st.counted)
			}
			held += st.held()
		}
	}
	if got := s.Stats().StreamBytes; got != held || held > s.opt.StreamsBytes {
		t.Fatalf("StreamBytes = %d, held are %d, at most %d", got, held, s.opt.StreamsBytes)
	}
}

func (b *bench) want(dir int, want string) {
	b.t.Helper()
	if got := string(b.got[dir]); got != want {
		b.t.Fatalf("direction %d got %q, want %q", dir, got, want)
	}
}

// connect makes the handshake: client numbers from 1000, server's from 5000; data begins one later.
func (b *bench) connect() *dissect.Conversation {
	b.t.Helper()
	c, _ := b.send(segment{flags: flagSYN, seq: 1000})
	b.send(segment{server: true, flags: flagSYN | flagACK, seq: 5000, ack: 1001})
	b.send(segment{flags: flagACK, seq: 1001, ack: 5001})
	return c
}
