// SPDX-License-Identifier: Apache-2.0

package document

import (
	"github.com/espbeat/espbeat/engine"
)

// notice makes a document that stands for no packet, and the values of its members.
type notice struct {
	opt     Options
	time    int64 // nanoseconds since the epoch
	collect func(*Encoder)
}

// newNotice makes a document of what collect writes. Its id has the form of a packet's.
func newNotice(opt Options, number uint64, time int64, collect func(*Encoder)) *Document {
	m := &notice{opt, time, collect}
	e := NewEncoder(opt)
	collect(e)
	d := &Document{time: time, maker: m}
	d.json, d.keys = e.object(nil, []span{}, nil, m.record())
	AppendID(d.id[:0], opt.CaptureID, number)
	return d
}

// record is one of no packet, with the document's time.
func (m *notice) record() *engine.Record { return &engine.Record{Time: m.time} }

// valueOf implements maker.
func (m *notice) valueOf(_ *Document, key string) any {
	e := mappers.Get().(*Encoder)
	defer mappers.Put(e)
	e.opt, e.cut = m.opt, limit{}
	m.collect(e)
	return e.collected(nil, m.record(), key)[key]
}

var _ maker = (*notice)(nil)
