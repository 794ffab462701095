// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// What a header must hold so that it counts in its connection: everything up to the window.
const countedLen = 16

// partial writes what is there of a header that ends early, by the capture or by its sender.
func partial(p *dissect.Packet, b []byte, wire int) {
	if len(b) < countedLen {
		if len(b) >= 8 {
			p.Out.Uint(fSeqRaw, uint64(binary.BigEndian.Uint32(b[4:])))
		}
		if len(b) >= 12 {
			p.Out.Uint(fAckRaw, uint64(binary.BigEndian.Uint32(b[8:])))
		}
		return
	}
	flags := binary.BigEndian.Uint16(b[12:]) & 0x0fff
	seg := dissect.Segment{Seq: binary.BigEndian.Uint32(b[4:]), Ack: binary.BigEndian.Uint32(b[8:]), Flags: uint8(flags),
		Window: binary.BigEndian.Uint16(b[14:]), WindowScale: -1}
	p.Core.TCPFlags = seg.Flags
	p.Out.Uint(fHeaderLen, uint64(b[12]>>4)*4)
	p.Out.Uint(fSeqRaw, uint64(seg.Seq))
	p.Out.Uint(fAckRaw, uint64(seg.Ack))
	p.Out.Uint(fFlags, uint64(flags))
	for i, name := range flagNames {
		if flags&(1<<i) != 0 {
			p.Out.Const(fFlagNames, name)
		}
	}
	p.Out.Uint(fWindowRaw, uint64(seg.Window))
	if p.Quoted {
		return
	}
	var c *dissect.Conversation
	if flags&(flagSYN|flagACK) == flagSYN {
		c = p.State.Connect(p, seg.Seq)
	} else {
		c = p.State.Converse(p)
	}
	p.Out.Uint(fStream, c.Number)
	seg.Length = max(wire-int(b[12]>>4)*4, 0)
	info := p.State.Segment(p, c, seg)
	p.Out.Uint(fSeq, uint64(info.RelativeSeq))
	p.Out.Uint(fAck, uint64(info.RelativeAck))
	p.Out.Uint(fWindow, uint64(info.Window))
}
