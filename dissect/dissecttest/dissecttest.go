// SPDX-License-Identifier: Apache-2.0

// Package dissecttest runs dissectors in tests: one packet in, its layers and fields out.
package dissecttest

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Result is what a packet was dissected to.
type Result struct {
	Layers    string              // joined by colons, as frame.protocols
	Fields    map[string][]string // values in order, as they read in a document
	Core      dissect.Core
	Truncated bool
	Malformed string // the layer's name
}

// Bench is a packet and its surroundings, reused from run to run.
type Bench struct {
	P   dissect.Packet
	Out field.Buffer
	// Port is the responder's in Stream and Datagrams, 0 for conversations without ports.
	Port uint16
}

// New returns a Bench for the given protocols. state may be nil: then Stateless is used.
func New(state dissect.State, protos ...*dissect.Protocol) *Bench {
	b := &Bench{}
	if state == nil {
		state = Stateless{}
	}
	b.P = dissect.Packet{Registry: dissect.NewRegistry(protos...), Options: &dissect.Options{Wireshark: true, Checksums: true}, State: state, Out: &b.Out}
	return b
}

// Dissect runs one frame from proto on. wire is the length on the wire.
func (b *Bench) Dissect(proto *dissect.Protocol, frame []byte, wire int) {
	b.Out.Reset()
	b.Out.Start()
	b.P.Begin()
	b.P.Number++
	b.P.Length = wire
	b.P.Call(proto, frame, wire)
}

// Run dissects and collects.
func (b *Bench) Run(proto *dissect.Protocol, frame []byte, wire int) Result {
	b.Dissect(proto, frame, wire)
	r := Result{Fields: map[string][]string{}, Core: b.P.Core, Truncated: b.P.Truncated}
	names := make([]string, b.P.Depth)
	for i := range names {
		names[i] = b.P.Layers[i].Name
	}
	r.Layers = strings.Join(names, ":")
	if b.P.Malformed != nil {
		r.Malformed = b.P.Malformed.Name
	}
	defs := field.Seal().Defs
	for _, e := range b.Out.Entries {
		d := &defs[e.ID]
		r.Fields[d.Name] = append(r.Fields[d.Name], string(field.AppendText(nil, d.Type, e, b.Out.Arena)))
	}
	return r
}

// Check compares the named fields: want maps a field's name to its values joined by commas, "" for a field that must be absent.
func (r Result) Check(t *testing.T, want map[string]string) {
	t.Helper()
	for name, w := range want {
		if _, ok := field.Lookup(name); !ok {
			t.Errorf("field %s is not defined", name)
		}
		if got := strings.Join(r.Fields[name], ","); got != w {
			t.Errorf("%s = %q, want %q", name, got, w)
		}
	}
}

// Invariants are what must hold for any bytes; fuzz targets call it after Dissect.
func (b *Bench) Invariants(t *testing.T) {
	t.Helper()
	if len(b.Out.Entries) > field.MaxEntries || len(b.Out.Arena) > field.MaxArena {
		t.Fatalf("budget exceeded: %d entries, %d bytes", len(b.Out.Entries), len(b.Out.Arena))
	}
	if b.P.Depth > dissect.MaxLayers {
		t.Fatalf("%d layers", b.P.Depth)
	}
	defs := field.Seal().Defs
	var text []byte
	for _, e := range b.Out.Entries {
		text = field.AppendText(text[:0], defs[e.ID].Type, e, b.Out.Arena) // must not panic: offsets lie in the arena
	}
}

// Stateless is a State that knows no other packet: no fragments are joined, every packet is a conversation of its own.
type Stateless struct{}

func (Stateless) Converse(p *dissect.Packet) *dissect.Conversation {
	p.Conversation = &dissect.Conversation{InitiatorKnown: true, Packets: [2]uint64{1, 0}}
	return p.Conversation
}
func (Stateless) Known(*dissect.Packet) *dissect.Conversation { return nil }
func (Stateless) Exchange(*dissect.Packet, *dissect.Protocol, netip.Addr, uint64) *dissect.Conversation {
	return &dissect.Conversation{}
}
func (s Stateless) Connect(p *dissect.Packet, _ uint32) *dissect.Conversation { return s.Converse(p) }
func (Stateless) Fragment(*dissect.Packet, dissect.FragmentKey, dissect.Fragment) (j dissect.Joined) {
	return
}
func (Stateless) Segment(_ *dissect.Packet, _ *dissect.Conversation, s dissect.Segment) dissect.SegmentInfo {
	return dissect.SegmentInfo{RelativeSeq: s.Seq, RelativeAck: s.Ack, WindowScale: -1}
}
func (Stateless) Expect(*dissect.Packet, dissect.Expectation) {}

// Deliver offers the payload to the application as if it were the whole stream.
func (Stateless) Deliver(p *dissect.Packet, c *dissect.Conversation, _ dissect.Segment, payload []byte, _ int) (d dissect.Delivered) {
	app := p.TCPApplication(c, payload)
	for app != nil && len(payload) > 0 {
		n := app.Stream(p, c, payload)
		if n <= 0 || n >= len(payload) {
			return d
		}
		payload = payload[n:]
	}
	return d
}

// Lacks fails when a field's values hold the secret.
func (r Result) Lacks(t testing.TB, secret string) {
	t.Helper()
	for name, values := range r.Fields {
		if strings.Contains(strings.Join(values, ""), secret) {
			t.Errorf("%s holds the secret", name)
		}
	}
}
