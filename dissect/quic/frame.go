// SPDX-License-Identifier: Apache-2.0

package quic

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/tls"
)

// Frames that an Initial packet may have (RFC 9000, 12.4).
const (
	framePadding = 0x00
	framePing    = 0x01
	frameACK     = 0x02
	frameACKECN  = 0x03
	frameCrypto  = 0x06
	frameClose   = 0x1c
)

// maxOffset bounds the offset of CRYPTO frames that are looked at: handshakes end far before it.
const maxOffset = 1 << 20

// frames reads the frames of an Initial packet, and the handshake messages that they complete.
func (s *connection) frames(p *dissect.Packet, d *direction, payload []byte) {
	r := common.Read(p, payload, len(payload))
	between, depth := len(d.crypto.Front()) == 0, p.Depth
	for r.More() {
		kind := tls.Varint(&r)
		p.Out.Uint(fFrame, kind)
		switch kind {
		case framePadding:
			for len(r.B) > 0 && r.B[0] == 0 {
				r.Skip(1)
			}
		case framePing:
		case frameACK, frameACKECN:
			skipACK(&r, kind == frameACKECN)
		case frameCrypto:
			at, n := tls.Varint(&r), tls.Varint(&r)
			data := r.Sub(int(min(n, 1<<16)))
			if at <= maxOffset {
				d.crypto.Add(int(at), data.B)
			}
		case frameClose:
			code := tls.Varint(&r)
			tls.Varint(&r) // the type of the frame that is the cause
			n := tls.Varint(&r)
			if !r.Failed {
				p.Out.Uint(fCloseCode, code)
				r.Text(fCloseWords, int(min(n, 1<<16)))
			}
		default:
			p.Bad()
			return
		}
	}
	d.crypto.Messages(p, &s.Session)
	if p.Options.Wireshark && between && p.Depth == depth && len(d.crypto.Front()) > 0 { // tshark has the layer where a message begins, too
		p.Push(tls.Protocol)
	}
}

// skipACK passes over an ACK frame (RFC 9000, 19.3).
func skipACK(r *common.Cursor, ecn bool) {
	tls.Varint(r)
	tls.Varint(r)
	ranges := tls.Varint(r)
	for tls.Varint(r); ranges > 0 && r.More(); ranges-- {
		tls.Varint(r)
		tls.Varint(r)
	}
	if ecn {
		for range 3 {
			tls.Varint(r)
		}
	}
}
