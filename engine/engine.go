// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"io"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/flow"
)

// Options of an Engine.
type Options struct {
	Dissect dissect.Options
	Flow    flow.Options
	// Filter leaves packets out before they are dissected; nil keeps all.
	Filter func(*capture.Packet) bool
	// Dedup leaves copies of packets out, before they are dissected.
	Dedup Dedup
	// Sampling yields the records of some packets only.
	Sampling Sampling
	// Keep leaves records out by what was dissected; what spans packets has seen them. nil keeps all.
	Keep func(*Batch, *Record) bool
	// Shedding makes less of packets while their records are not taken fast enough.
	Shedding Shedding
	// Frames tells of which records the batch keeps the captured bytes (Batch.Frame); nil: of none.
	Frames func(*Batch, *Record) bool
	// Count ends the input after that many records; 0 means no end.
	Count uint64
	// From resumes a source that is read from its start again: packets numbered up to it
	// are dissected for the flows, fragments and streams that they leave, and not yielded.
	From uint64
	// Before is the number of packets that stand before the source's first; they count as rebuilt, and are fewer than From.
	Before uint64
	// Payload is how many bytes of a packet's payload its record holds.
	Payload int
	// Raw is how many of a packet's captured bytes its record holds.
	Raw int
	// Reveal keeps secrets.
	Reveal bool
	// Flows yields the flows that have ended, in Batch.Flows.
	Flows bool
}

// Stats counts an engine's packets. Counters only grow.
type Stats struct {
	Seen     uint64 // packets taken from the source: all of those below but the last two
	Filtered uint64 // by Filter or Keep
	// Rebuilt counts those up to Options.From, filtered ones and those before the source included: an earlier run has accounted for them.
	Rebuilt      uint64
	Deduplicated uint64
	Sampled      uint64 // dissected, and left out by Sampling or Shedding
	Yielded      uint64
	// DedupEvicted counts packets that were forgotten within Dedup's window for want of room: their copies are no longer known.
	DedupEvicted uint64
	// UnknownLink counts the yielded packets whose link-layer header type nobody dissects.
	UnknownLink uint64
}

// Engine dissects the packets of one source. It is used by one goroutine.
type Engine struct {
	source capture.Source
	opt    Options
	in     capture.Batch
	packet dissect.Packet
	state  *flow.State
	copies *copies // nil keeps them
	shed   shedder
	digits []byte // of a payload
	stats  Stats
	offset int64 // of the last packet
}

// New returns the engine of a source.
func New(source capture.Source, registry *dissect.Registry, opt Options) *Engine {
	field.Seal()
	if opt.Dissect.Wireshark { // whose conversations last as long as the capture
		opt.Flow.Idle, opt.Flow.IdleTCP, opt.Flow.Wireshark = -1, -1, true
	}
	e := &Engine{source: source, opt: opt, state: flow.New(opt.Flow), stats: Stats{Seen: opt.Before, Rebuilt: opt.Before}}
	if opt.Dedup.Window > 0 {
		e.copies = newCopies(opt.Dedup, dedupPackets)
	}
	e.packet = dissect.Packet{Registry: registry, Options: &e.opt.Dissect, State: e.state}
	return e
}

// Stats returns the counters. Call it from the goroutine that calls Next.
func (e *Engine) Stats() Stats {
	st := e.stats
	if e.copies != nil {
		st.DedupEvicted = e.copies.evicted
	}
	return st
}

// Last is the number of the last packet taken from the source, and where its record begins, bytes.
func (e *Engine) Last() (number uint64, offset int64) { return e.stats.Seen, e.offset }

// Shedding returns what is made of packets at the moment. Call it from the goroutine that calls Next.
func (e *Engine) Shedding() Shed { return e.shed.Shed }

// FlowStats returns the counters of the flow state.
func (e *Engine) FlowStats() flow.Stats { return e.state.Stats() }

// Next fills b with the records of the next captured packets; b may stay empty when all were filtered or rebuilt. It returns io.EOF at the end, or
// the source's error, after all records before were yielded.
func (e *Engine) Next(b *Batch) error {
	b.Reset()
	if e.opt.Count > 0 && e.stats.Yielded >= e.opt.Count {
		return io.EOF
	}
	if err := e.source.Next(&e.in); err != nil {
		return err
	}
	if e.opt.Shedding.Pressure != nil {
		e.shed.step(e.opt.Shedding.Pressure(), e.in.Packets[0].Clock())
		e.opt.Dissect.HeadersOnly = e.shed.Level != Full
	}
	b.buffer.Reveal = e.opt.Reveal
	if e.opt.Flows {
		e.state.Collect(&b.Flows)
	}
	for i := range e.in.Packets {
		p := &e.in.Packets[i]
		e.stats.Seen++
		e.offset = p.Offset
		rebuild := e.stats.Seen <= e.opt.From
		if rebuild {
			e.stats.Rebuilt++
		}
		if e.opt.Filter != nil && !e.opt.Filter(p) {
			if !rebuild {
				e.stats.Filtered++
			}
			continue
		}
		if e.copies != nil && e.copies.repeats(p) {
			if !rebuild {
				e.stats.Deduplicated++
			}
			continue
		}
		kept := e.dissect(b, p)
		if rebuild {
			b.Reset() // it holds nothing else: rebuilt packets come first, and flows that ended with them
			continue
		}
		if !kept {
			e.stats.Sampled++
			continue
		}
		r := &b.Records[len(b.Records)-1]
		if e.opt.Keep != nil && !e.opt.Keep(b, r) {
			b.drop()
			e.stats.Filtered++
			continue
		}
		if e.opt.Frames != nil && e.opt.Frames(b, r) {
			r.frame = len(b.frames)
			b.frames = append(b.frames, p.Data...)
			r.frameEnd, r.framed = len(b.frames), true
		}
		e.stats.Yielded++
		if r.UnknownLink {
			e.stats.UnknownLink++
		}
		if e.stats.Yielded == e.opt.Count {
			break
		}
	}
	e.in.Release() // records own their bytes
	return nil
}

// End yields the flows that have not ended, when the source has no more packets.
func (e *Engine) End(b *Batch) {
	b.Reset()
	if e.opt.Flows {
		e.state.Collect(&b.Flows)
		e.state.End()
	}
}

// dissect adds the record of a packet to b. It reports false when sampling or shedding leaves the packet out, after what spans packets has seen it.
func (e *Engine) dissect(b *Batch, c *capture.Packet) bool {
	p := &e.packet
	p.Begin()
	p.Number, p.Time, p.Length, p.LinkType, p.Out = e.stats.Seen, c.Clock(), c.Length, uint32(c.LinkType), &b.buffer
	p.ChecksumOffload = c.Offload&capture.OffloadChecksum != 0
	first, arena := b.buffer.Start(), len(b.buffer.Arena)
	link := p.Registry.Link(uint32(c.LinkType))
	p.Call(link, c.Data, max(c.Length, len(c.Data)))
	if e.opt.Flows && p.Conversation != nil {
		e.noteFlow(c, b.buffer.Entries[first:], b.buffer.Arena)
	}
	if !e.opt.Sampling.keeps(p.Number, p.Conversation) || !e.shed.keeps(p.Number, p.Conversation) {
		b.buffer.Truncate(first)
		b.buffer.Arena = b.buffer.Arena[:arena]
		return false
	}
	if e.opt.Payload > 0 && len(p.Payload) > 0 {
		e.writePayload(&b.buffer, p.Payload, e.opt.Payload)
	}
	if p.Conversation != nil {
		writeFlow(&b.buffer, p.Conversation, p.Direction)
	}
	raw := len(b.buffer.Arena)
	b.buffer.Arena = append(b.buffer.Arena, c.Data[:min(len(c.Data), e.opt.Raw)]...)
	b.Records = append(b.Records, Record{
		Number: p.Number, Time: c.Time, TimeValid: c.TimeValid, TimeRaw: c.TimeRaw, Length: c.Length, Captured: len(c.Data),
		LinkType: c.LinkType, UnknownLink: link == nil, Interface: c.Interface, Offload: c.Offload, Offset: c.Offset, File: c.File, Comments: c.Comments,
		Core: p.Core, Truncated: p.Truncated, Unnamed: p.Unnamed, Cut: b.buffer.Cut, Malformed: p.Malformed, Shed: e.shed.Shed,
		fields: first, fieldsEnd: b.buffer.Len(), arena: arena, layers: len(b.layers), layersEnd: len(b.layers) + p.Depth,
		raw: raw, rawEnd: len(b.buffer.Arena),
	})
	b.layers = append(b.layers, p.Layers[:p.Depth]...)
	r := &b.Records[len(b.Records)-1]
	if r.own = r.layersEnd; p.QuotedFrom > 0 {
		r.own = r.layers + p.QuotedFrom
	}
	if conv := p.Conversation; conv != nil {
		r.FlowID, r.CommunityID = conv.ID, conv.CommunityID
		r.Direction, r.InitiatorKnown = p.Direction, conv.InitiatorKnown
	} else if p.Core.Networks > 0 {
		r.CommunityID = flow.CommunityID(&p.Core)
	}
	if p.Options.Wireshark {
		r.CommunityID = flow.WiresharkCommunityID(p)
	}
	return true
}
