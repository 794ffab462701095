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

// Encode makes the document of r, whose JSON it appends to dst.
func (l *Lite) Encode(dst []byte, r *engine.Record) ([]byte, Document) {
	from := len(dst)
	keys := make([]span, 0, 4)
	dst = append(dst, '{')
	member := func(name string, quoted bool, value func([]byte) []byte) {
		dst = append(comma(dst), '"')
		dst = append(append(dst, name...), '"', ':')
		at := len(dst)
		if quoted {
			dst = append(dst, '"')
		}
		dst = value(dst)
		if quoted {
			dst = append(dst, '"')
		}
		keys = append(keys, span{name, at - from, len(dst) - from})
	}
	src, dest := r.Core.Source, r.Core.Destination
	member("srcip", true, src.Addr.AppendTo)
	member("srcport", false, func(b []byte) []byte { return strconv.AppendUint(b, uint64(src.Port), 10) })
	member("dstip", true, dest.Addr.AppendTo)
	member("dstport", false, func(b []byte) []byte { return strconv.AppendUint(b, uint64(dest.Port), 10) })
	dst = append(dst, '}')
	d := Document{json: dst[from:len(dst):len(dst)], keys: keys, time: r.Time}
	AppendID(d.id[:0], l.captureID, r.Number)
	d.value = func(key string) any {
		switch key {
		case "srcip":
			return src.Addr.String()
		case "srcport":
			return int64(src.Port)
		case "dstip":
			return dest.Addr.String()
		}
		return int64(dest.Port)
	}
	return dst, d
}
