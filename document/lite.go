// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strconv"

	"github.com/espbeat/espbeat/engine"
)

// Lite is the format of four fields, {srcip, srcport, dstip, dstport}, of TCP packets over IPv4 or IPv6.
type Lite struct {
	captureID [10]byte
}

// NewLite returns an encoder of the lite format.
func NewLite(captureID [10]byte) *Lite { return &Lite{captureID: captureID} }

// Has reports whether the format has a document for r.
func (l *Lite) Has(r *engine.Record) bool {
	return r.Core.IPVersion != 0 && r.Core.IPProtocol == protoTCP && r.Core.Ports
}

// Encode makes the document of r in m.
func (l *Lite) Encode(m *Memory, b *engine.Batch, r *engine.Record) Document {
	json, keys := len(m.json), len(m.spans)
	m.json = append(m.json, '{')
	member := func(name, quote string, value func([]byte) []byte) {
		m.json = append(append(append(comma(m.json), '"'), name...), `":`...)
		at := len(m.json)
		m.json = append(value(append(m.json, quote...)), quote...)
		m.spans = append(m.spans, span{name, at - json, len(m.json) - json})
	}
	src, dst := &r.Core.Source, &r.Core.Destination
	member("srcip", `"`, src.Addr.AppendTo)
	member("srcport", "", func(b []byte) []byte { return strconv.AppendUint(b, uint64(src.Port), 10) })
	member("dstip", `"`, dst.Addr.AppendTo)
	member("dstport", "", func(b []byte) []byte { return strconv.AppendUint(b, uint64(dst.Port), 10) })
	m.json = append(m.json, '}')
	d := Document{json: m.json[json:len(m.json):len(m.json)], keys: m.spans[keys:len(m.spans):len(m.spans)], time: r.Time, maker: l, batch: b, record: r}
	AppendID(d.id[:0], l.captureID, r.Number)
	return d
}

// valueOf implements maker.
func (l *Lite) valueOf(d *Document, key string) any {
	src, dst := &d.record.Core.Source, &d.record.Core.Destination
	switch key {
	case "srcip":
		return src.Addr.String()
	case "srcport":
		return int64(src.Port)
	case "dstip":
		return dst.Addr.String()
	}
	return int64(dst.Port)
}
