// SPDX-License-Identifier: Apache-2.0

// Package engine is the loop of one input: it takes captured packets, dissects them with the state of their flows, and yields records
// in capture order.
package engine

import (
	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Record is one dissected packet. It owns nothing of the captured bytes: its fields lie in its Batch.
type Record struct {
	// Number is the packet's position in its source, from 1, filtered packets included.
	Number    uint64
	Time      int64 // nanoseconds since the epoch
	TimeValid bool
	TimeRaw   uint64 // the record's own seconds, when TimeValid is false
	Length    int    // bytes on the wire
	Captured  int    // bytes captured
	LinkType  capture.LinkType
	// UnknownLink says that nobody dissects the link type.
	UnknownLink bool
	Interface   int
	Offload     capture.Offload
	// Offset is where the record begins in its (decompressed) file, bytes. File is the name of that of a live packet in the capture store;
	// empty for any other.
	Offset   int64
	File     string
	Comments []string

	Core      dissect.Core
	Truncated bool
	// Unnamed says that nobody dissects some of the packet's bytes (dissect.Packet.Unnamed).
	Unnamed bool
	// Cut says that a limit left fields out.
	Cut       bool
	Malformed *dissect.Protocol
	// Shed says what was left out of the record, and of how many flows it stands for one.
	Shed Shed

	// Tshark is what tshark says of the packet, the JSON of an object of protocols under its names; nil when it was not asked. TsharkCut is that of
	// an object that says what was left out of it, nil for nothing.
	Tshark, TsharkCut []byte

	// Of the packet's conversation; empty without one.
	FlowID         string
	CommunityID    string
	Direction      int // 0 from the initiator
	InitiatorKnown bool

	fields, fieldsEnd int
	frame, frameEnd   int // of its captured bytes, where framed
	framed            bool
	arena             int // where its texts begin
	layers, layersEnd int
	own               int // end of the layers that are not quoted
	raw, rawEnd       int // the captured bytes in the arena
}

// Batch is a run of records with the memory that their fields lie in. It is reused: Engine.Next overwrites what it held.
type Batch struct {
	Records []Record
	// Flows are those that ended with the batch's packets, in the order in which they did; see Options.Flows.
	Flows  []*Flow
	buffer field.Buffer
	layers []*dissect.Protocol
	frames []byte
}

// Reset forgets the records and flows and keeps the memory.
func (b *Batch) Reset() {
	clear(b.Records)
	b.Records = b.Records[:0]
	clear(b.Flows)
	b.Flows = b.Flows[:0]
	b.layers, b.frames = b.layers[:0], b.frames[:0]
	b.buffer.Reset()
}

// drop takes the last record back.
func (b *Batch) drop() {
	last := len(b.Records) - 1
	r := &b.Records[last]
	b.buffer.Truncate(r.fields)
	b.buffer.Arena = b.buffer.Arena[:r.arena]
	b.layers = b.layers[:r.layers]
	b.Records[last] = Record{}
	b.Records = b.Records[:last]
}

// Fields are the entries of record r, in the order of dissection.
func (b *Batch) Fields(r *Record) []field.Entry { return b.buffer.Entries[r.fields:r.fieldsEnd] }

// Arena is where the text of entries lies.
func (b *Batch) Arena() []byte { return b.buffer.Arena }

// Layers are the protocols of record r, outermost first.
func (b *Batch) Layers(r *Record) []*dissect.Protocol { return b.layers[r.layers:r.layersEnd] }

// Frame is what was captured of record r; ok is false where Options.Frames did not ask for it.
func (b *Batch) Frame(r *Record) (data []byte, ok bool) {
	return b.frames[r.frame:r.frameEnd:r.frameEnd], r.framed
}

// Own are the protocols of record r itself, without those of a packet that it quotes (an ICMP error).
func (b *Batch) Own(r *Record) []*dissect.Protocol { return b.layers[r.layers:r.own] }

// Raw are the first captured bytes of record r, as many as Options.Raw asks for.
func (b *Batch) Raw(r *Record) []byte { return b.buffer.Arena[r.raw:r.rawEnd] }

// Bytes is the memory that the records of the batch take, for bounding what is in flight.
func (b *Batch) Bytes() int {
	const recordSize, entrySize = 400, 16
	n := len(b.Records)*recordSize + len(b.buffer.Entries)*entrySize + len(b.buffer.Arena) + len(b.frames)
	for i := range b.Records {
		n += len(b.Records[i].Tshark) + len(b.Records[i].TsharkCut)
	}
	return n
}
