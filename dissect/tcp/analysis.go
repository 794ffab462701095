// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"math/bits"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var (
	found       = field.Group("tcp.analysis")
	fFindings   = found.Add("flags", field.Keyword, "tcp.analysis.flags", "What Wireshark's tcp.analysis finds: retransmission (also beside the next two), fast_retransmission, spurious_retransmission, out_of_order, lost_segment, ack_lost_segment, duplicate_ack, zero_window, zero_window_probe, zero_window_probe_ack, window_full, window_update, keep_alive, keep_alive_ack, reused_ports", field.List)
	fDuplicates = found.Add("duplicate_ack_num", field.Uint32, "tcp.analysis.duplicate_ack_num", "How often the acknowledgement was repeated, this one included", field.Rare)
	fAcksFrame  = found.Add("acks_frame", field.Int64, "tcp.analysis.acks_frame", "Number of the packet that this one acknowledges", field.Rare, field.Detail)
	fRTT        = found.Add("rtt", field.Int64, "tcp.analysis.ack_rtt", "Time since the packet that this one acknowledges, nanoseconds", field.Rare)
	fInitialRTT = found.Add("initial_rtt", field.Int64, "tcp.analysis.initial_rtt", "Time from the SYN to the end of the handshake, nanoseconds", field.Rare, field.Detail)
	fRTO        = found.Add("rto", field.Int64, "tcp.analysis.rto", "Time since the retransmitted bytes were sent before, nanoseconds", field.Rare)
	fFlight     = found.Add("bytes_in_flight", field.Uint32, "tcp.analysis.bytes_in_flight", "Bytes sent and not acknowledged yet", field.Rare, field.Detail)
	fPushBytes  = found.Add("push_bytes_sent", field.Uint32, "tcp.analysis.push_bytes_sent", "Bytes sent since the last PSH", field.Rare, field.Detail)
)

// findings are the names by bit of dissect.Findings.
var findings = [...]field.Str{field.Intern("retransmission"), field.Intern("fast_retransmission"), field.Intern("spurious_retransmission"), field.Intern("out_of_order"),
	field.Intern("lost_segment"), field.Intern("ack_lost_segment"), field.Intern("duplicate_ack"), field.Intern("zero_window"), field.Intern("zero_window_probe"),
	field.Intern("zero_window_probe_ack"), field.Intern("window_full"), field.Intern("window_update"), field.Intern("keep_alive"), field.Intern("keep_alive_ack"), field.Intern("reused_ports")}

// analysis writes what the conversation says about the segment. What is 0 is unknown.
func analysis(p *dissect.Packet, c *dissect.Conversation, g *dissect.Segment, info *dissect.SegmentInfo) {
	out := p.Out
	if g.Length >= 0 {
		next := info.RelativeSeq + uint32(g.Length)
		if g.Flags&(flagSYN|flagFIN) != 0 {
			next++
		}
		out.Uint(fNext, uint64(next))
	}
	out.Int(fSinceFirst, p.Time-c.FirstTime)
	out.Int(fSinceLast, c.Delta)
	a := &info.Analysis
	if !a.Known {
		return
	}
	for f := uint(a.Findings); f != 0; f &= f - 1 {
		out.Const(fFindings, findings[bits.TrailingZeros(f)])
	}
	if a.DuplicateACKs != 0 {
		out.Uint(fDuplicates, uint64(a.DuplicateACKs))
	}
	if a.AcksFrame != 0 {
		out.Uint(fAcksFrame, a.AcksFrame)
	}
	if a.RTT != 0 {
		out.Int(fRTT, a.RTT)
	}
	if a.InitialRTT != 0 {
		out.Int(fInitialRTT, a.InitialRTT)
	}
	if a.RTO != 0 {
		out.Int(fRTO, a.RTO)
	}
	if a.BytesInFlight != 0 {
		out.Uint(fFlight, uint64(a.BytesInFlight))
		out.Uint(fPushBytes, uint64(a.PushBytes))
	}
}
