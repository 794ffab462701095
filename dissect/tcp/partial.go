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
	numbers(p, &seg, flags)
	if p.Quoted {
		return
	}
	seg.Length = max(wire-int(b[12]>>4)*4, 0)
	relate(p, &seg)
}
