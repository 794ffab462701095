// SPDX-License-Identifier: Apache-2.0

package dissecttest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// Piece is the payload of one packet of a conversation.
type Piece struct {
	Dir  int // 0 from the initiator
	Data []byte
	FIN  bool // ends its direction
	// Wire is the length on the wire, bytes, where the capture cut Data.
	Wire int
}

const (
	flagFIN    = 1
	packetStep = 1e6 // nanoseconds between two packets
)

// Datagrams hands each piece to proto as the payload of one datagram of one new conversation, 1 ms apart.
func (b *Bench) Datagrams(proto *dissect.Protocol, pieces ...Piece) []Result {
	c := &dissect.Conversation{ID: "flow", InitiatorKnown: true}
	return b.carry(c, pieces, func(p *dissect.Packet, pc Piece) {
		p.Call(proto, pc.Data, max(pc.Wire, len(pc.Data)))
	})
}

// Stream hands the pieces to proto as the two streams of one new conversation, 1 ms apart: what it does not consume comes again with the
// next piece of the direction, what it passes over does not come, and after a Reject nothing comes. FIN offers the rest once
// more, however little that is. Behind a HandOver, another protocol gets what comes; of none, nothing comes.
func (b *Bench) Stream(proto *dissect.Protocol, pieces ...Piece) []Result {
	c := &dissect.Conversation{ID: "flow", InitiatorKnown: true, App: proto}
	var pending [2][]byte
	var skip [2]int
	rejected := false
	return b.carry(c, pieces, func(p *dissect.Packet, pc Piece) {
		d := pc.Dir
		p.Truncated = pc.Wire > len(pc.Data)
		n := min(skip[d], len(pc.Data))
		skip[d] -= n
		data := append(pending[d], pc.Data[n:]...)
		for first := true; !rejected && (len(data) > 0 || first && pc.FIN); first = false {
			app := c.App
			n := app.Stream(p, c, data[:len(data):len(data)])
			if rejected = n < 0 || c.App == nil; n < 0 || n == 0 && c.App == app {
				break
			}
			skip[d] += max(0, n-len(data))
			data = data[min(n, len(data)):]
		}
		pending[d] = slices.Clone(data)
	})
}

func (b *Bench) carry(c *dissect.Conversation, pieces []Piece, deliver func(*dissect.Packet, Piece)) []Result {
	results := make([]Result, 0, len(pieces))
	b.P.Number, b.P.Time = 0, 0
	for _, pc := range pieces {
		packet := &dissect.Protocol{Name: "packet", Dissect: func(p *dissect.Packet, _ []byte, _ int) {
			p.Pop()
			p.Conversation, p.Direction, p.Time = c, pc.Dir, p.Time+packetStep
			if b.Port != 0 {
				p.Core.Ports = true
				[]*dissect.Endpoint{&p.Core.Destination, &p.Core.Source}[pc.Dir].Port = b.Port
			}
			if pc.FIN {
				p.Core.TCPFlags = flagFIN
			}
			deliver(p, pc)
		}}
		results = append(results, b.Run(packet, []byte{0}, 1))
	}
	return results
}

// Merge adds the results of several packets up, in order.
func Merge(results ...Result) Result {
	m := Result{Fields: map[string][]string{}}
	for _, r := range results {
		if m.Layers != "" && r.Layers != "" {
			m.Layers += ":"
		}
		m.Layers += r.Layers
		m.Truncated = m.Truncated || r.Truncated
		if m.Malformed == "" {
			m.Malformed = r.Malformed
		}
		for name, v := range r.Fields {
			m.Fields[name] = append(m.Fields[name], v...)
		}
	}
	return m
}

// Split checks that what a stream protocol says does not depend on segmentation: the pieces cut in two at every byte, and into single
// bytes, must give the same fields as they are. Fields that tell of time and packets are not compared.
func (b *Bench) Split(t *testing.T, proto *dissect.Protocol, pieces ...Piece) {
	t.Helper()
	want := timeless(Merge(b.Stream(proto, pieces...)...))
	check := func(how string, at int, cut []Piece) {
		t.Helper()
		if got := timeless(Merge(b.Stream(proto, cut...)...)); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s at %d: %v\nwhole: %v", how, at, got, want)
		}
	}
	var bytes []Piece
	for i, pc := range pieces {
		for at := 1; at < len(pc.Data); at++ {
			cut := slices.Concat(pieces[:i], []Piece{{Dir: pc.Dir, Data: pc.Data[:at]}, {Dir: pc.Dir, Data: pc.Data[at:], FIN: pc.FIN}}, pieces[i+1:])
			check("split", at, cut)
		}
		for at := range pc.Data {
			bytes = append(bytes, Piece{Dir: pc.Dir, Data: pc.Data[at : at+1], FIN: pc.FIN && at == len(pc.Data)-1})
		}
	}
	check("bytes", 1, bytes)
}

func timeless(r Result) Result {
	for _, name := range []string{"request_in", "event.duration", "http.request_in", "http.time", "dns.response_to", "dns.time"} {
		delete(r.Fields, name)
	}
	r.Core = dissect.Core{}
	return r
}
