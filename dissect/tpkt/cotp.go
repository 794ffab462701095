// SPDX-License-Identifier: Apache-2.0

package tpkt

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/mms"
	"github.com/espbeat/espbeat/dissect/s7comm"
	"github.com/espbeat/espbeat/field"
)

// Types of units (ITU-T X.224, 13.3 and on).
const (
	connectionRequest = 0xe
	connectionConfirm = 0xd
	disconnectRequest = 0x8
	data              = 0xf
	failure           = 0x7
)

const (
	dataLen       = 3 // header of a data unit in class 0
	lastUnit      = 0x80
	connectionLen = 7 // header of a connection request without parameters
	// maxTSDU bounds what is put together of data units, bytes.
	maxTSDU = 64 << 10
	// maxParams bounds the parameters of a connection, maxTSAP an access point, bytes.
	maxParams = 32
	maxTSAP   = 64
)

// Parameters of a connection (ITU-T X.224, 13.3.4).
const (
	paramSource      = 0xc1
	paramDestination = 0xc2
)

var (
	fields    = field.Group("cotp")
	fType     = fields.Add("type", field.Uint8, "cotp.type", "Type of each unit: 14 connection request, 13 connection confirmation, 8 disconnect request, 15 data, 7 error")
	fDstRef   = fields.Add("dstref", field.Uint16, "cotp.destref", "Reference of the connection at who the unit is for", field.Rare, field.Detail)
	fSrcRef   = fields.Add("srcref", field.Uint16, "cotp.srcref", "Reference of the connection at who sends the unit", field.Rare, field.Detail)
	fSrcTSAP  = fields.Add("src_tsap", field.Keyword, "cotp.src-tsap, cotp.src-tsap-bytes", "Access point that the connection is from, as text or as 0x and hex digits")
	fDstTSAP  = fields.Add("dst_tsap", field.Keyword, "cotp.dst-tsap, cotp.dst-tsap-bytes", "Access point that the connection is to: of a controller, kind of connection, rack and slot")
	fReason   = fields.Add("cause", field.Uint8, "cotp.cause, cotp.reject_cause", "Why a connection or a unit is refused", field.Rare)
	fLastUnit = fields.Add("eot", field.Bool, "cotp.eot", "The data unit is the last of what it is part of", field.Rare, field.Detail)
)

// transport dissects one unit.
func transport(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	size := int(c.U8())
	header := c.Sub(size)
	first := header.U8()
	if header.Failed {
		return
	}
	kind := first >> 4
	p.Message(COTP)
	p.Out.Uint(fType, uint64(kind))
	s := &state{} // of a unit that no stream brought
	if p.Conversation != nil {
		if known, ok := p.Conversation.AppState.(*state); ok {
			s = known
		}
	}
	switch kind {
	case connectionRequest, connectionConfirm:
		header.Uint16(fDstRef)
		header.Uint16(fSrcRef)
		header.Skip(1) // class and options
		if kind == connectionRequest && s.session.Request(p, header.B) || kind == connectionConfirm && s.session.Confirm(p, header.B) {
			return
		}
		parameters(&header)
	case disconnectRequest:
		header.Uint16(fDstRef)
		header.Uint16(fSrcRef)
		header.Uint8(fReason)
	case failure:
		header.Uint16(fDstRef)
		header.Uint8(fReason)
	case data:
		last := true
		if size == dataLen-1 {
			last = header.U8()&lastUnit != 0
			p.Out.Bool(fLastUnit, last)
		}
		s.deliver(p, c, last)
	}
}

// parameters reads the access points.
func parameters(c *common.Cursor) {
	for n := 0; c.More() && n < maxParams; n++ {
		code := c.U8()
		v := c.Sub(int(c.U8()))
		id := fSrcTSAP
		switch code {
		case paramSource:
		case paramDestination:
			id = fDstTSAP
		default:
			continue
		}
		if tsap := v.Bytes(min(v.Wire, maxTSAP)); len(tsap) > 0 {
			var buf [2 + 2*maxTSAP]byte
			c.P.Out.Text(id, common.AppendOctets(buf[:0], tsap))
		}
	}
}

// deliver puts a unit's data behind those that came before and, when they are the last, hands all to who speaks.
func (s *state) deliver(p *dissect.Packet, c common.Cursor, last bool) {
	held := &s.tsdu[p.Direction]
	whole := len(c.B) == c.Wire
	p.Truncated = p.Truncated || !whole
	if len(*held)+len(c.B) > maxTSDU || !whole && len(*held) > 0 {
		*held, p.Out.Cut = nil, true
		return
	}
	if !last {
		*held = append(*held, c.B...)
		return
	}
	b, wire := c.B, c.Wire
	if len(*held) > 0 {
		b = append(*held, b...)
		wire, *held = len(b), nil
	}
	if len(b) == 0 {
		return
	}
	b = b[:len(b):len(b)]
	switch {
	case s.session.Data(p, b, wire):
	case s7comm.Guess(b):
		p.Call(s7comm.Protocol, b, wire)
	case mms.Guess(b):
		s.mms.Dissect(p, b, wire)
	}
}

// guessData recognises data of who speaks over the transport protocol.
func guessData(b []byte) bool { return s7comm.Guess(b) || mms.Guess(b) }

var types = map[uint64]string{connectionRequest: "CR", connectionConfirm: "CC", disconnectRequest: "DR", 0xc: "DC", data: "DT", 1: "ED", 6: "AK", 2: "EA", 5: "RJ", failure: "ER"}

// summary reads "CR TPDU src-ref: 0x0001 dst-ref: 0x0000".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fType)
	if !ok {
		return dst
	}
	if name := types[kind]; name != "" {
		dst = append(append(dst, name...), " TPDU"...)
	} else {
		dst = fmt.Appendf(dst, "TPDU %d", kind)
	}
	if n, ok := v.Uint(fSrcRef); ok {
		dst = fmt.Appendf(dst, " src-ref: 0x%04x", n)
	}
	if n, ok := v.Uint(fDstRef); ok {
		dst = fmt.Appendf(dst, " dst-ref: 0x%04x", n)
	}
	return dst
}
