// SPDX-License-Identifier: Apache-2.0

// Package ipcomp dissects the IP Payload Compression Protocol (RFC 3173) and inflates what is compressed by DEFLATE (RFC 2394).
//
//	0             1       2     4
//	| next header | flags | CPI | compressed …
//
// A compression parameter index from 256 on was negotiated: whatever inflates was compressed so. Limits: 64 KiB inflated, and once a packet. Not inflated: LZS
// and LZJH (RFC 2395, RFC 3051), and what the capture cut.
package ipcomp

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"slices"
	"sync"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	cpiDeflate      = 2
	firstNegotiated = 256
	// maxInflated is over the longest payload of IP, bytes.
	maxInflated = 64 << 10
)

// Protocol is IPComp.
var Protocol = &dissect.Protocol{
	Name: "ipcomp", Title: "IPComp", Reference: "RFC 3173",
	IPProtocols: []uint8{108}, Dissect: decode, Summary: summary,
}

var (
	fields = field.Group("ipcomp")
	fNext  = fields.Add("next_header", field.Uint8, "ipcomp.next_header", "Next header", field.Rare, field.Detail)
	fFlags = fields.Add("flags", field.Uint8, "ipcomp.flags", "Flags", field.Rare, field.Detail)
	fCPI   = fields.Add("cpi", field.Uint16, "ipcomp.cpi", "Compression parameter index")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 4) {
		return
	}
	p.Out.Uint(fNext, uint64(b[0]))
	p.Out.Uint(fFlags, uint64(b[1]))
	cpi := binary.BigEndian.Uint16(b[2:])
	p.Out.Uint(fCPI, uint64(cpi))
	if len(b) < wire || cpi != cpiDeflate && cpi < firstNegotiated || slices.Contains(p.Layers[:p.Depth-1], p.Top()) {
		return
	}
	z := inflaters.Get().(*inflater)
	defer inflaters.Put(z)
	if whole := z.inflate(b[4:]); len(whole) > 0 {
		p.Core.IPProtocol = b[0]
		p.IPProtocol(b[0], whole, len(whole))
	}
}

// inflater is a decompressor with its output; both are used again.
type inflater struct {
	in     bytes.Reader
	stream io.ReadCloser
	out    [maxInflated]byte
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// inflate returns what b is compressed of, nil when it is no whole stream of DEFLATE or too long.
func (z *inflater) inflate(b []byte) []byte {
	z.in.Reset(b)
	if z.stream == nil {
		z.stream = flate.NewReader(&z.in)
	} else if err := z.stream.(flate.Resetter).Reset(&z.in, nil); err != nil {
		return nil
	}
	for n := 0; n < len(z.out); {
		m, err := z.stream.Read(z.out[n:])
		n += m
		switch {
		case err == io.EOF:
			return z.out[:n:n]
		case err != nil:
			return nil
		}
	}
	return nil
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "CPI="...), fCPI)
	return dst
}
