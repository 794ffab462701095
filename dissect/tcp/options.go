// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"encoding/binary"
	"iter"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Option kinds (IANA, TCP Parameters).
const (
	kindEnd       = 0
	kindNop       = 1
	kindMSS       = 2  // RFC 9293, 3.2
	kindScale     = 3  // RFC 7323, 2
	kindSACKPerm  = 4  // RFC 2018, 2
	kindSACK      = 5  // RFC 2018, 3
	kindTimestamp = 8  // RFC 7323, 3
	kindUserTime  = 28 // RFC 5482
	kindMPTCP     = 30 // RFC 8684
	kindFastOpen  = 34 // RFC 7413
)

var (
	opts         = field.Group("tcp.options")
	fKinds       = opts.Add("kind", field.Uint8, "tcp.option_kind", "Kinds of the options in order, no-operation and end of list included", field.Rare, field.Detail)
	fMSS         = opts.Add("mss_val", field.Uint16, "tcp.options.mss_val", "Maximum segment size, bytes")
	fShift       = opts.Add("wscale.shift", field.Uint8, "tcp.options.wscale.shift", "Window scale, bits")
	fSACKPerm    = opts.Add("sack_perm", field.Bool, "tcp.options.sack_perm", "Selective acknowledgement permitted")
	fSACKLeft    = opts.Add("sack.left_edge", field.Uint32, "tcp.options.sack_le", "Left edges of selectively acknowledged blocks, relative as tcp.ack", field.Rare)
	fSACKRight   = opts.Add("sack.right_edge", field.Uint32, "tcp.options.sack_re", "Right edges of selectively acknowledged blocks, relative as tcp.ack", field.Rare)
	fTSVal       = opts.Add("timestamp.tsval", field.Uint32, "tcp.options.timestamp.tsval", "Timestamp value", field.Rare, field.Detail)
	fTSEcr       = opts.Add("timestamp.tsecr", field.Uint32, "tcp.options.timestamp.tsecr", "Timestamp echo reply", field.Rare, field.Detail)
	fUserTimeout = opts.Add("user_to", field.Uint16, "tcp.options.user_to_val", "User timeout, with its granularity bit")
	fMPTCP       = opts.Add("mptcp.subtype", field.Uint8, "tcp.options.mptcp.subtype", "Multipath TCP subtype")
	fCookie      = opts.Add("tfo.cookie", field.Hex, "tcp.options.tfo.cookie", "Fast Open cookie", field.Rare)
)

// options dissects the options. What contradicts itself ends them. Edges of selective acknowledgements are written relative to base.
func options(p *dissect.Packet, b []byte, base uint32) {
	for kind, value := range each(b) {
		p.Out.Uint(fKinds, uint64(kind))
		option(p, kind, value, base)
	}
}

// negotiated reads what the state of the connection needs: the window scale, -1 without one, and how many bytes are selectively acknowledged.
func negotiated(b []byte) (scale int, sacked uint32) {
	scale = -1
	for kind, v := range each(b) {
		switch {
		case kind == kindScale && len(v) == 1:
			scale = int(v[0])
		case kind == kindSACK:
			for ; len(v) >= 8; v = v[8:] {
				sacked += binary.BigEndian.Uint32(v[4:]) - binary.BigEndian.Uint32(v)
			}
		}
	}
	return scale, sacked
}

// each yields the options, end of list and no-operation included; of one whose length is impossible only the kind.
func each(b []byte) iter.Seq2[uint8, []byte] {
	return func(yield func(uint8, []byte) bool) {
		for len(b) > 0 {
			kind, size := b[0], 1
			bad := false
			if kind > kindNop {
				bad = len(b) < 2 || b[1] < 2 || int(b[1]) > len(b)
				if !bad {
					size = int(b[1])
				}
			}
			if !yield(kind, b[min(2, size):size]) || bad || kind == kindEnd {
				return
			}
			b = b[size:]
		}
	}
}

// option dissects the value of one option.
func option(p *dissect.Packet, kind uint8, v []byte, base uint32) {
	switch {
	case kind == kindMSS && len(v) == 2:
		p.Out.Uint(fMSS, uint64(binary.BigEndian.Uint16(v)))
	case kind == kindScale && len(v) == 1:
		p.Out.Uint(fShift, uint64(v[0]))
	case kind == kindSACKPerm && len(v) == 0:
		p.Out.Bool(fSACKPerm, true)
	case kind == kindSACK:
		for ; len(v) >= 8; v = v[8:] {
			p.Out.Uint(fSACKLeft, uint64(binary.BigEndian.Uint32(v)-base))
			p.Out.Uint(fSACKRight, uint64(binary.BigEndian.Uint32(v[4:])-base))
		}
	case kind == kindTimestamp && len(v) == 8:
		p.Out.Uint(fTSVal, uint64(binary.BigEndian.Uint32(v)))
		p.Out.Uint(fTSEcr, uint64(binary.BigEndian.Uint32(v[4:])))
	case kind == kindUserTime && len(v) == 2:
		p.Out.Uint(fUserTimeout, uint64(binary.BigEndian.Uint16(v)))
	case kind == kindMPTCP && len(v) > 0:
		p.Push(MPTCP)
		p.Out.Uint(fMPTCP, uint64(v[0]>>4))
	case kind == kindFastOpen && len(v) > 0:
		p.Out.Bytes(fCookie, v)
	}
}
