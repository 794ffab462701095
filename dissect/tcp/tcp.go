// SPDX-License-Identifier: Apache-2.0

// Package tcp dissects the Transmission Control Protocol (RFC 9293).
//
//	0          2          4     8     12       13      14       16         18       20
//	| src port | dst port | seq | ack | offset | flags | window | checksum | urgent | options … | payload …
//
// Relative numbers, the scaled window, the analysis (analysis.go) and the stream of bytes come from dissect.State. Options are in options.go. Not decoded
// here: what the bytes of the stream mean.
package tcp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/checksum"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 20
	number    = 6
)

// Protocol is TCP.
var Protocol = &dissect.Protocol{
	Name: "tcp", Title: "TCP", Reference: "RFC 9293",
	IPProtocols: []uint8{number},
	Dissect:     decode,
	Summary:     summary,
}

// MPTCP is Multipath TCP, a layer for each of its options.
var MPTCP = &dissect.Protocol{Name: "mptcp", Title: "MPTCP", Reference: "RFC 8684", Summary: summary}

var (
	fields      = field.Group("tcp")
	fSrcPort    = fields.Add("srcport", field.Uint16, "tcp.srcport", "Source port of each TCP header", field.Address)
	fDstPort    = fields.Add("dstport", field.Uint16, "tcp.dstport", "Destination port of each TCP header", field.Address)
	fStream     = fields.Add("stream", field.Uint32, "tcp.stream", "Number of the connection in its input, from 0", field.Detail, field.Rare)
	fSeq        = fields.Add("seq", field.Uint32, "tcp.seq", "Sequence number, relative to the connection's first", field.Rare)
	fAck        = fields.Add("ack", field.Uint32, "tcp.ack", "Acknowledgement number, relative to the other side's first", field.Rare)
	fSeqRaw     = fields.Add("seq_raw", field.Uint32, "tcp.seq_raw", "Sequence number as sent", field.Rare, field.Detail)
	fAckRaw     = fields.Add("ack_raw", field.Uint32, "tcp.ack_raw", "Acknowledgement number as sent", field.Rare, field.Detail)
	fHeaderLen  = fields.Add("hdr_len", field.Uint8, "tcp.hdr_len", "Header length with options, bytes", field.Rare, field.Detail)
	fLen        = fields.Add("len", field.Uint32, "tcp.len", "Payload length on the wire, bytes", field.Rare)
	fFlags      = fields.Add("flags.value", field.Uint16, "tcp.flags", "The twelve flag bits as a number", field.Detail, field.Rare)
	fFlagNames  = fields.Add("flags.names", field.Keyword, "", "Names of the flags set: fin, syn, rst, psh, ack, urg, ece, cwr, ae", field.List, field.Core)
	fWindowRaw  = fields.Add("window.value", field.Uint16, "tcp.window_size_value", "Window as sent", field.Rare, field.Detail)
	fWindow     = fields.Add("window.size", field.Uint32, "tcp.window_size", "Window in bytes, scaled when the handshake was seen", field.Rare)
	fScale      = fields.Add("window.scale_factor", field.Int64, "tcp.window_size_scalefactor", "Factor of the window: -1 unknown, -2 none in use", field.Rare, field.Detail)
	fChecksum   = fields.Add("checksum.value", field.Uint16, "tcp.checksum", "Checksum", field.Rare, field.Detail)
	fStatus     = fields.Add("checksum.status", field.Uint8, "tcp.checksum.status", "0 bad, 1 good, 2 unverified; when checksums are verified")
	fUrgent     = fields.Add("urgent_pointer", field.Uint16, "tcp.urgent_pointer", "Urgent pointer", field.Rare, field.Sparse)
	fSegments   = fields.Add("segments.count", field.Uint16, "tcp.segment.count", "Segments that the packet's first message came in, when several", field.Rare)
	fWhole      = fields.Add("segments.length", field.Uint32, "tcp.reassembled.length", "Bytes of that message", field.Rare)
	fNext       = fields.Add("nxtseq", field.Uint32, "tcp.nxtseq", "Sequence number after this segment, relative as tcp.seq", field.Rare, field.Detail)
	fSinceFirst = fields.Add("time_relative", field.Int64, "tcp.time_relative", "Time since the connection's first packet, nanoseconds", field.Rare, field.Detail)
	fSinceLast  = fields.Add("time_delta", field.Int64, "tcp.time_delta", "Time since the connection's packet before, nanoseconds", field.Rare, field.Detail)
)

var flagNames = [9]field.Str{field.Intern("fin"), field.Intern("syn"), field.Intern("rst"), field.Intern("psh"), field.Intern("ack"),
	field.Intern("urg"), field.Intern("ece"), field.Intern("cwr"), field.Intern("ae")}

const (
	flagFIN = 1 << 0
	flagSYN = 1 << 1
	flagACK = 1 << 4
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if len(b) >= 4 {
		src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		p.SetPorts(src, dst)
		p.Out.Uint(fSrcPort, uint64(src))
		p.Out.Uint(fDstPort, uint64(dst))
	}
	if !p.Need(b, wire, headerLen) {
		partial(p, b, wire)
		return
	}
	offset := int(b[12]>>4) * 4
	flags := binary.BigEndian.Uint16(b[12:]) & 0x0fff
	seg := dissect.Segment{Seq: binary.BigEndian.Uint32(b[4:]), Ack: binary.BigEndian.Uint32(b[8:]), Flags: uint8(flags),
		Window: binary.BigEndian.Uint16(b[14:]), Length: wire - offset}
	p.Core.TCPFlags = seg.Flags
	p.Out.Uint(fHeaderLen, uint64(offset))
	if offset < headerLen {
		p.Bad()
		return
	}
	numbers(p, &seg, flags)
	p.Out.Uint(fChecksum, uint64(binary.BigEndian.Uint16(b[16:])))
	if p.Options.Checksums {
		p.Out.Uint(fStatus, uint64(status(p, b, wire)))
	}
	p.Out.Uint(fUrgent, uint64(binary.BigEndian.Uint16(b[18:])))
	if wire >= offset {
		p.Out.Uint(fLen, uint64(seg.Length))
	}
	seg.Options = b[headerLen:min(offset, len(b))]
	seg.WindowScale, seg.SACKed = negotiated(seg.Options)
	p.Carry(b[min(offset, len(b)):])
	if p.Quoted {
		options(p, seg.Options, 0)
		if p.InQuote && p.Options.Wireshark && len(b) > offset {
			quoted(p, b[offset:])
		}
		return
	}
	c, info := relate(p, &seg)
	if flags&flagSYN == 0 {
		factor := int64(info.WindowScale)
		if factor >= 0 {
			factor = 1 << factor
		}
		p.Out.Int(fScale, factor)
	}
	analysis(p, c, &seg, &info)
	options(p, seg.Options, seg.Ack-info.RelativeAck)
	if !p.Need(b, wire, offset) {
		return
	}
	before := mark(p)
	d := p.State.Deliver(p, c, seg, b[offset:], wire-offset)
	if p.Options.Wireshark && info.Analysis.Findings&(dissect.Retransmission|dissect.OutOfOrder) != 0 {
		before.restore(p)
	}
	if d.Segments > 0 {
		p.Out.Uint(fSegments, uint64(d.Segments))
		p.Out.Uint(fWhole, d.Length)
	}
	if p.Core.Application == nil && c.App != nil {
		p.Core.Application = c.App
	}
	p.Unnamed = p.Unnamed || c.App == nil && seg.Length > 0
}

// numbers writes what a header has up to the window, as it was sent.
func numbers(p *dissect.Packet, seg *dissect.Segment, flags uint16) {
	p.Out.Uint(fSeqRaw, uint64(seg.Seq))
	p.Out.Uint(fAckRaw, uint64(seg.Ack))
	p.Out.Uint(fFlags, uint64(flags))
	for i, name := range flagNames {
		if flags&(1<<i) != 0 {
			p.Out.Const(fFlagNames, name)
		}
	}
	p.Out.Uint(fWindowRaw, uint64(seg.Window))
}

// relate finds the segment's connection, and writes what its numbers mean there.
func relate(p *dissect.Packet, seg *dissect.Segment) (*dissect.Conversation, dissect.SegmentInfo) {
	var c *dissect.Conversation
	if seg.Flags&(flagSYN|flagACK) == flagSYN {
		c = p.State.Connect(p, seg.Seq)
	} else {
		c = p.State.Converse(p)
	}
	p.Out.Uint(fStream, c.Number)
	info := p.State.Segment(p, c, *seg)
	p.Out.Uint(fSeq, uint64(info.RelativeSeq))
	p.Out.Uint(fAck, uint64(info.RelativeAck))
	p.Out.Uint(fWindow, uint64(info.Window))
	return c, info
}

func status(p *dissect.Packet, b []byte, wire int) checksum.Status {
	if p.Quoted {
		return checksum.Unverified
	}
	return checksum.Transport(p, number, b, wire)
}
