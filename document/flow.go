// SPDX-License-Identifier: Apache-2.0

package document

import (
	"crypto/sha256"

	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

var (
	sConnection  = field.Intern("connection")
	sNetworkFlow = field.Intern("network_flow")
	sFlowDataset = field.Intern(FlowDataset)
)

// FlowCaptureID is the capture id of a source's flow documents, which count by the number of each flow's first packet. It is made of the packets'
// own, so that the same capture gives the same ids.
func FlowCaptureID(packets [10]byte) [10]byte {
	h := sha256.Sum256(append(packets[:], FlowDataset...))
	return [10]byte(h[:10])
}

// EncodeFlow makes the document of a flow that has ended in m. Its source is the initiator, where it is not known the sender of the first packet.
func (e *Encoder) EncodeFlow(m *Memory, f *engine.Flow) Document {
	if m.spans == nil { // nil would ask for no spans
		m.spans = make([]span, 0, 1024)
	}
	json, keys := len(m.json), len(m.spans)
	m.json, m.spans = e.appendFlow(m.json, m.spans, f)
	d := Document{json: m.json[json:len(m.json):len(m.json)], keys: m.spans[keys:len(m.spans):len(m.spans)], time: f.End, maker: &flowMaker{e.opt, f}}
	AppendID(d.id[:0], FlowCaptureID(e.opt.CaptureID), f.Number)
	return d
}

// AppendFlow appends the document of a flow that has ended as one JSON object without a line feed.
func (e *Encoder) AppendFlow(dst []byte, f *engine.Flow) []byte {
	dst, _ = e.appendFlow(dst, nil, f)
	return dst
}

func (e *Encoder) appendFlow(dst []byte, keys []span, f *engine.Flow) ([]byte, []span) {
	r := flowRecord(f)
	e.cut = limit{}
	e.collectFlow(f, &r)
	return e.object(dst, keys, nil, &r)
}

// flowMaker makes values of a flow's document.
type flowMaker struct {
	opt  Options
	flow *engine.Flow
}

// valueOf implements maker.
func (m *flowMaker) valueOf(_ *Document, key string) any {
	e := mappers.Get().(*Encoder)
	defer mappers.Put(e)
	r := flowRecord(m.flow)
	e.opt, e.cut = m.opt, limit{}
	e.collectFlow(m.flow, &r)
	return e.collected(nil, &r, key)[key]
}

// flowRecord is one of no packet, with what the headers of all packets of a flow say.
func flowRecord(f *engine.Flow) engine.Record {
	r := engine.Record{Time: f.End, Core: f.First, FlowID: f.ID, CommunityID: f.CommunityID, InitiatorKnown: f.InitiatorKnown, Interface: f.Interface}
	c := &r.Core
	if f.Direction != 0 {
		c.Source, c.Destination = c.Destination, c.Source
	}
	c.Application = f.Application
	return r
}

func (e *Encoder) collectFlow(f *engine.Flow, r *engine.Record) {
	e.begin(e.opt.Profile)
	o := &e.core
	o.Const(fKind, sEvent)
	o.Const(fCategory, sNetwork)
	o.Const(fType, sConnection)
	o.Const(fType, sEnd)
	o.Const(fDataset, sFlowDataset)
	o.Const(fAction, sNetworkFlow)
	o.Int(fStart, f.Start)
	o.Int(fEnd, f.End)
	o.Int(field.EventDuration, f.End-f.Start)
	if !e.opt.Shipped {
		o.Const(fECSVersion, sECS)
	}
	e.writeEndpoints(r)
	o.Uint(fSrcBytes, f.Bytes[0])
	o.Uint(fSrcPackets, f.Packets[0])
	o.Uint(fDstBytes, f.Bytes[1])
	o.Uint(fDstPackets, f.Packets[1])
	e.writeNetwork(r)
	o.Uint(fNetBytes, f.Bytes[0]+f.Bytes[1])
	o.Uint(fNetPackets, f.Packets[0]+f.Packets[1])
	e.writeObserver(r)
	o.Bool(fFlowFinal, true)
	o.String(fEndReason, f.Reason.String())
	for _, s := range f.TunnelTypes {
		o.String(field.TunnelType, s)
	}
	for _, s := range f.TunnelIDs {
		o.String(field.TunnelID, s)
	}
	e.addCore()
}

var _ maker = (*flowMaker)(nil)
