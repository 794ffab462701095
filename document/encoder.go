// SPDX-License-Identifier: Apache-2.0

package document

import (
	"math/bits"
	"sync"

	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// Encoder makes documents. Each goroutine has its own. The zero value is not usable; see NewEncoder.
type Encoder struct {
	opt   Options
	plan  *plan
	keeps []keep // those of the profile, set by collect

	core  field.Buffer // the fields that the document adds to the record's
	list  []ref        // all fields, core first
	head  []int32      // by rank: first of the chain in list, valid where the bit is set
	tail  []int32
	set   []uint64
	clock clock
	// raw says that the document holds the packet's bytes.
	raw bool
	// cut bounds the values of a document that grew over MaxBytes; zero bounds nothing.
	cut limit
}

// limit bounds a document's values: the bytes of each text, the values of each field, and by how many bytes packet.raw is shorter.
type limit struct{ text, values, raw int }

// limits are tried one after the other on a document over MaxBytes.
var limits = []limit{{256, 16, MaxRaw}, {32, 4, MaxRaw}, {8, 1, MaxRaw}}

// ref is one value: an entry, where its text lies, and the next value of the same field (or array of objects), -1 at the end.
type ref struct {
	field.Entry
	core bool
	next int32
}

// mappers are encoders that make values of documents already encoded.
var mappers = sync.Pool{New: func() any { return NewEncoder(Options{}) }}

// NewEncoder returns an encoder for one source's packets.
func NewEncoder(opt Options) *Encoder {
	p := thePlan()
	e := &Encoder{opt: opt, plan: p, head: make([]int32, len(p.Order)), tail: make([]int32, len(p.Order)), set: make([]uint64, p.words)}
	e.core.Reveal = true // what is secret was redacted when it was read
	return e
}

// Append appends the document of r as one JSON object without a line feed.
func (e *Encoder) Append(dst []byte, b *engine.Batch, r *engine.Record) []byte {
	dst, _, _ = e.append(dst, nil, b, r)
	return dst
}

// Encode makes the document of r in m.
func (e *Encoder) Encode(m *Memory, b *engine.Batch, r *engine.Record) Document {
	if m.spans == nil { // nil would ask for no spans
		m.spans = make([]span, 0, 1024)
	}
	json, keys := len(m.json), len(m.spans)
	var cut limit
	m.json, m.spans, cut = e.append(m.json, m.spans, b, r)
	d := Document{json: m.json[json:len(m.json):len(m.json)], keys: m.spans[keys:len(m.spans):len(m.spans)], time: r.Time, maker: e, batch: b, record: r, cut: cut}
	AppendID(d.id[:0], e.opt.CaptureID, r.Number)
	return d
}

// valueOf implements maker; it reads nothing of e but its options, as e may be at work in another goroutine.
func (e *Encoder) valueOf(d *Document, key string) any {
	m := mappers.Get().(*Encoder)
	defer mappers.Put(m)
	m.opt = e.opt
	return m.toMap(d.batch, d.record, d.cut, key)[key]
}

// append writes the document and, when keys is not nil, notes where each top-level value lies, relative to the start of the object. It also
// returns the limit that the document had to be cut to.
func (e *Encoder) append(dst []byte, keys []span, b *engine.Batch, r *engine.Record) ([]byte, []span, limit) {
	from, first := len(dst), len(keys)
	dst, keys = e.write(dst, keys, b, r, limit{})
	cut := limit{}
	if excess := len(dst) - from - MaxBytes; excess > 0 && len(b.Raw(r)) > 0 {
		cut.raw = rawExcess(excess)
		dst, keys = e.write(dst[:from], keys[:first], b, r, cut)
	}
	for _, l := range limits {
		if len(dst)-from <= MaxBytes {
			break
		}
		cut = l
		dst, keys = e.write(dst[:from], keys[:first], b, r, cut)
	}
	if r.Tshark != nil { // which has a limit of its own
		dst, keys = appendLayers(dst, keys, from, r)
	}
	return dst, keys, cut
}

func (e *Encoder) write(dst []byte, keys []span, b *engine.Batch, r *engine.Record, cut limit) ([]byte, []span) {
	e.cut = cut
	e.collect(b, r)
	return e.object(dst, keys, b.Arena(), r)
}

// object writes the fields that were collected.
func (e *Encoder) object(dst []byte, keys []span, arena []byte, r *engine.Record) ([]byte, []span) {
	from := len(dst)
	dst = append(dst, `{"@timestamp":"`...)
	dst = e.clock.append(dst, r.Time)
	dst = append(dst, '"')
	var last *step // whose objects are open
	start := 0     // of the top-level value that is being written
	for w, word := range e.set {
		for ; word != 0; word &= word - 1 {
			head := e.head[w<<6+bits.TrailingZeros64(word)]
			x := &e.list[head]
			s := &e.plan.steps[x.ID]
			if s.address != noAddress && e.skip(s, r) {
				continue
			}
			shared := 0
			if last != nil {
				shared = common(last.objects, s.objects)
				dst = closeObjects(dst, len(last.objects)-shared)
				if keys != nil && shared == 0 {
					keys = append(keys, span{last.top, start - from, len(dst) - from})
				}
			}
			if shared == 0 {
				start = len(dst) + s.topLen
			}
			dst = append(dst, s.opens[shared]...)
			if s.single && x.next < 0 {
				dst = e.appendValue(dst, x, arena)
			} else {
				dst = e.appendChain(dst, head, arena)
			}
			last = s
		}
	}
	if last != nil {
		dst = closeObjects(dst, len(last.objects))
		if keys != nil {
			keys = append(keys, span{last.top, start - from, len(dst) - from})
		}
	}
	return append(dst, '}'), keys
}

// common is the number of objects that two fields share.
func common(a, b []int) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func closeObjects(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '}')
	}
	return dst
}

// comma separates a member from the one before it.
func comma(dst []byte) []byte {
	if c := dst[len(dst)-1]; c == '{' || c == '[' {
		return dst
	}
	return append(dst, ',')
}

// collect gathers the record's fields and the core's, sorted by rank.
func (e *Encoder) collect(b *engine.Batch, r *engine.Record) {
	e.begin(e.opt.Profile)
	e.writeCore(b, r)
	e.addCore()
	for _, x := range b.Fields(r) {
		e.add(x, false)
		if r.Core.Networks > 1 && e.plan.steps[x.ID].address == networkAddress {
			x.ID = field.RelatedIP // the core knows the innermost addresses only
			e.add(x, false)
		}
	}
}

// begin forgets what was collected.
func (e *Encoder) begin(p field.Profile) {
	e.keeps = e.plan.keeps[p]
	e.list = e.list[:0]
	clear(e.set)
	e.core.Reset()
	e.core.Start()
}

// addCore adds what was written to the core.
func (e *Encoder) addCore() {
	for _, x := range e.core.Entries {
		e.add(x, true)
	}
}

// add adds a value, if documents of the profile have it.
func (e *Encoder) add(x field.Entry, core bool) {
	if k := e.keeps[x.ID]; k == never && !(core && e.always(x.ID)) || k == notZero && x.Val == 0 {
		return
	}
	if e.cut.text > 0 && isText(e.plan.Defs[x.ID].Type) && !x.Constant() {
		x.Len = min(x.Len, uint32(e.cut.text))
	}
	rank := e.plan.Rank[x.ID]
	i := int32(len(e.list))
	e.list = append(e.list, ref{Entry: x, core: core, next: -1})
	w, bit := rank>>6, uint64(1)<<(rank&63)
	if e.set[w]&bit == 0 {
		e.set[w] |= bit
		e.head[rank] = i
	} else {
		e.list[e.tail[rank]].next = i
	}
	e.tail[rank] = i
}

// skip reports whether a field is left out although it has values: a header's own address that source.* or destination.* says.
func (e *Encoder) skip(s *step, r *engine.Record) bool {
	switch s.address {
	case noAddress:
		return false
	case linkAddress:
		return r.Core.Links <= 1 && !e.opt.AllAddresses
	case networkAddress:
		return r.Core.Networks <= 1 && !e.opt.AllAddresses
	}
	return r.Core.Transports <= 1 && r.Core.Ports && !e.opt.AllAddresses
}
