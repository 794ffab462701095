// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/espbeat/espbeat/engine"
)

// Tshark is the format ek: {timestamp, layers}, what tshark says of a packet, with the key truncated where that was too much.
type Tshark struct {
	captureID [10]byte
}

// NewTshark returns an encoder of the format ek.
func NewTshark(captureID [10]byte) *Tshark { return &Tshark{captureID: captureID} }

// Keys of the format.
const (
	keyTimestamp = "timestamp"
	keyLayers    = "layers"
	keyCut       = "truncated"
)

// Append appends the document of r as one JSON object without a line feed.
func (t *Tshark) Append(dst []byte, r *engine.Record) []byte {
	dst, _ = t.append(dst, nil, r)
	return dst
}

// append also notes where the values lie when keys is not nil, relative to the start of the object.
func (*Tshark) append(dst []byte, keys []span, r *engine.Record) ([]byte, []span) {
	start := len(dst)
	dst = append(dst, '{')
	member := func(name string, value ...[]byte) {
		dst = append(append(append(comma(dst), '"'), name...), `":`...)
		from := len(dst)
		for _, v := range value {
			dst = append(dst, v...)
		}
		if keys != nil {
			keys = append(keys, span{name, from - start, len(dst) - start})
		}
	}
	member(keyTimestamp, []byte{'"'}, strconv.AppendInt(nil, r.Time/1e6, 10), []byte{'"'})
	member(keyLayers, r.Tshark)
	if r.TsharkCut != nil {
		member(keyCut, r.TsharkCut)
	}
	return append(dst, '}'), keys
}

// appendLayers adds what tshark says to a document of format ecs that begins at from.
func appendLayers(dst []byte, keys []span, from int, r *engine.Record) ([]byte, []span) {
	dst = append(append(append(comma(dst[:len(dst)-1]), '"'), keyLayers...), `":`...)
	start := len(dst) - from
	dst = append(dst, r.Tshark...)
	if keys != nil {
		keys = append(keys, span{keyLayers, start, len(dst) - from})
	}
	return append(dst, '}'), keys
}

// Encode makes the document of r in m.
func (t *Tshark) Encode(m *Memory, b *engine.Batch, r *engine.Record) Document {
	if m.spans == nil { // nil would ask for no spans
		m.spans = make([]span, 0, 1024)
	}
	json, keys := len(m.json), len(m.spans)
	m.json, m.spans = t.append(m.json, m.spans, r)
	d := Document{json: m.json[json:len(m.json):len(m.json)], keys: m.spans[keys:len(m.spans):len(m.spans)], time: r.Time, maker: t, batch: b, record: r}
	AppendID(d.id[:0], t.captureID, r.Number)
	return d
}

// valueOf implements maker.
func (*Tshark) valueOf(d *Document, key string) any {
	switch key {
	case keyTimestamp:
		return strconv.FormatInt(d.record.Time/1e6, 10)
	case keyCut:
		return plain(d.record.TsharkCut)
	}
	return plain(d.record.Tshark)
}

// plain are the plain Go values of a JSON text; nil for one that is none.
func plain(text []byte) any {
	r := json.NewDecoder(bytes.NewReader(text))
	r.UseNumber()
	var v any
	if r.Decode(&v) != nil {
		return nil
	}
	return parsed(v)
}

// parsed turns the numbers of v into int64, or float64 where that does not hold them.
func parsed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			v[key] = parsed(x)
		}
	case []any:
		for i, x := range v {
			v[i] = parsed(x)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return v
}
