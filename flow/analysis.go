// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"

	"github.com/espbeat/espbeat/dissect"
)

// TCP analysis: what the segments before say about a segment. Terms and conditions are those of Wireshark's User's Guide, chapter "TCP
// Analysis", and of its version 4.0 where the guide is silent. Multipath TCP's tolerated duplicates are not told apart.

const (
	// fastWindow is how soon after the last duplicate acknowledgement a repetition counts as fast retransmission, nanoseconds.
	fastWindow = 20e6
	// fastACKs is how many duplicate acknowledgements ask for one.
	fastACKs = 2
	// reorderTime is how late a segment may come and be out of order rather than retransmitted, while the round-trip time is unknown.
	reorderTime = 3e6
	// maxFlight bounds bytes in flight; a larger number comes from numbers that do not belong together.
	maxFlight = 2e9
	// unseen stands for the number of duplicate acknowledgements after something was acknowledged that was not captured.
	unseen = -1
)

// analysis is what is known of one direction. 0 stands for a number not seen yet.
type analysis struct {
	high       uint32 // one after the highest number sent
	highTime   int64
	continuous uint32 // one after the highest number before any gap
	ack        uint32 // last one sent
	ackTime    int64
	window     uint32 // last one sent, unscaled; noWindow before
	findings   dissect.Findings
	duplicates int32
	sacked     uint32 // bytes selectively acknowledged by the last segment
	pushBytes  uint32
	pushed     bool // the last segment with payload had PSH
	// uncertain is set after a gap until the other side acknowledges something: bytes in flight are unknown.
	uncertain bool
	// unscaled is set between a SYN and the first acknowledgement after it: the window is not scaled yet.
	unscaled bool
	unacked
}

// noWindow is the window before one was seen.
const noWindow = math.MaxUint32

// examined is one segment while it is analysed.
type examined struct {
	dissect.Segment
	fwd, rev *direction
	now      int64
	number   uint64
	out      dissect.Analysis
}

func (x *examined) is(f dissect.Findings) bool { return x.out.Findings&f != 0 }

func (x *examined) find(f dissect.Findings) { x.out.Findings |= f }

// control says that the segment opens, ends or breaks the connection.
func (x *examined) control() bool { return x.Flags&(flagSYN|flagFIN|flagRST) != 0 }

// counted says that the segment takes sequence numbers.
func (x *examined) counted() bool { return x.Length > 0 || x.Flags&(flagSYN|flagFIN) != 0 }

// end is the number after the segment.
func (x *examined) end() uint32 {
	n := x.Seq + uint32(x.Length)
	if x.Flags&(flagSYN|flagFIN) != 0 {
		n++
	}
	return n
}

// analyze says what there is to say of a segment, and remembers it. reused says that its SYN found an older connection.
func (s *State) analyze(p *dissect.Packet, f *conversation, g dissect.Segment, reused bool) dissect.Analysis {
	x := examined{Segment: g, fwd: &f.connection()[p.Direction], rev: &f.connection()[1-p.Direction], now: p.Time, number: p.Number}
	if reused {
		x.find(dissect.ReusedPorts)
	}
	if g.Flags&flagACK != 0 {
		x.rev.uncertain = false
	}
	x.examine()
	x.acknowledgesUnseen()
	if x.counted() {
		x.repeats(f.initialRTT)
	}
	x.out.Known = x.out.Known || x.out.Findings != 0
	s.remember(&x)
	if m, ok := s.acknowledge(&x.rev.unacked, g.Ack); ok {
		x.out.Known, x.out.AcksFrame, x.out.RTT = true, m.number, x.now-m.time
	}
	x.flight()
	x.fwd.sacked = g.SACKed
	f.handshake(p.Time, g.Flags, s.opt.Wireshark)
	x.out.InitialRTT = f.initialRTT
	return x.out
}

// handshake measures the initial round-trip time: from the last SYN to the first segment after it that acknowledges and is none itself.
// To Wireshark, a SYN at time 0 was not seen.
func (f *conversation) handshake(now int64, flags uint8, wireshark bool) {
	switch flags & (flagSYN | flagACK) {
	case flagSYN:
		f.synTime, f.synSeen = now, now != 0 || !wireshark
	case flagACK:
		if f.synSeen && f.initialRTT == 0 {
			f.initialRTT = now - f.synTime
			f.Handshake = f.initialRTT
		}
	}
}

// examine finds what the segment's own numbers say beside those of the last ones.
func (x *examined) examine() {
	fwd, rev := x.fwd, x.rev
	empty, window, control := x.Length == 0, uint32(x.Window), x.control()
	expected, sameACK := x.Seq == fwd.high, x.Ack == fwd.ack
	repeats := empty && !control && expected && sameACK
	switch {
	case x.Length == 1 && expected && rev.window == 0:
		x.find(dissect.ZeroWindowProbe)
		return
	case window == 0 && !control:
		x.find(dissect.ZeroWindow)
	}
	if fwd.high != 0 && before(fwd.high, x.Seq) && x.Flags&flagRST == 0 {
		x.find(dissect.LostSegment)
		fwd.uncertain = true
	}
	if x.Length <= 1 && x.Seq == fwd.high-1 && !control {
		x.find(dissect.KeepAlive)
	}
	if repeats && window != 0 && window != fwd.window {
		x.find(dissect.WindowUpdate)
	}
	if !empty && !control && rev.scale != scaleUnknown && x.Seq+uint32(x.Length) == rev.ack+rev.lastWindow() {
		x.find(dissect.WindowFull)
	}
	switch {
	case !repeats || window != fwd.window:
	case window != 0 && rev.findings&dissect.KeepAlive != 0:
		x.find(dissect.KeepAliveACK)
	case window == 0 && rev.findings&dissect.ZeroWindowProbe != 0:
		x.find(dissect.ZeroWindowProbeACK)
	case window != 0:
		fwd.duplicates = max(fwd.duplicates, 0) + 1
		x.find(dissect.DuplicateACK)
		x.out.DuplicateACKs = uint32(fwd.duplicates)
	}
}

// lastWindow is the direction's window in bytes.
func (d *direction) lastWindow() uint32 {
	if d.unscaled || d.scale < 0 {
		return d.window
	}
	return d.window << d.scale
}

// acknowledgesUnseen finds an acknowledgement of what was not captured.
func (x *examined) acknowledgesUnseen() {
	fwd, rev := x.fwd, x.rev
	if x.Ack != fwd.ack {
		fwd.duplicates = 0
	}
	if rev.continuous == 0 || !before(rev.continuous, x.Ack) || x.Flags&flagACK == 0 {
		return
	}
	x.out.Known = true
	if before(rev.continuous, rev.high) {
		rev.continuous = rev.high
		x.find(dissect.ACKLostSegment)
		return
	}
	// The other side is not seen to send anything: one finding is enough, until it acknowledges something new.
	if rev.duplicates == 0 {
		x.find(dissect.ACKLostSegment)
	}
	rev.duplicates = unseen
}

// repeats finds out whether a segment that does not go on where the last one ended is a retransmission, and of which kind.
func (x *examined) repeats(initialRTT int64) {
	fwd, rev := x.fwd, x.rev
	if x.is(dissect.KeepAlive) {
		return
	}
	// One number back and longer than a byte: the last one was probably a probe of a zero window, and this is new.
	back := fwd.high != 0 && before(x.Seq, fwd.high) && (x.Length <= 1 || x.Seq != fwd.high-1)
	reorder := uint64(reorderTime)
	if initialRTT != 0 {
		reorder = uint64(initialRTT)
	}
	switch {
	case x.Length > 0 && rev.ack != 0 && !before(rev.ack, x.Seq+uint32(x.Length)):
		x.find(dissect.SpuriousRetransmission | dissect.Retransmission)
	case !back:
	case rev.duplicates >= fastACKs && rev.ack == x.Seq && uint64(x.now-rev.ackTime) < fastWindow:
		x.find(dissect.FastRetransmission | dissect.Retransmission)
	case uint64(x.now-fwd.highTime) < reorder && fwd.high != x.end():
		x.find(dissect.OutOfOrder)
	default:
		x.find(dissect.Retransmission)
		x.out.RTO = x.now - fwd.highTime
		if all := fwd.all(); len(all) > 0 { // the earliest is the likeliest that is sent again
			x.out.RTO = x.now - all[0].time
		}
	}
}

// remember notes what later segments are compared with.
func (s *State) remember(x *examined) {
	fwd := x.fwd
	end := x.Seq + uint32(x.Length)
	if x.counted() {
		end = x.end()
		s.note(&fwd.unacked, sent{seq: x.Seq, next: end, time: x.now, number: x.number})
	}
	if !x.is(dissect.ZeroWindowProbe) {
		if fwd.high == 0 || before(fwd.high, end) {
			fwd.high, fwd.highTime = end, x.now
		}
		if fwd.continuous == 0 || fwd.continuous == x.Seq {
			fwd.continuous = fwd.high
		}
	}
	fwd.window, fwd.ack, fwd.ackTime, fwd.findings = uint32(x.Window), x.Ack, x.now, x.out.Findings
}

// flight counts the bytes on their way.
func (x *examined) flight() {
	fwd := x.fwd
	if x.Length <= 0 || len(fwd.all()) == 0 || fwd.uncertain {
		return
	}
	x.out.Known = true
	if n := fwd.span(fwd.base) - x.rev.sacked; n > 0 && n < maxFlight {
		if x.Flags&(flagSYN|flagFIN) != 0 { // whose number is no byte
			n--
		}
		x.out.BytesInFlight = n
	}
	if fwd.pushed {
		fwd.pushBytes = 0
	}
	fwd.pushBytes += uint32(x.Length)
	fwd.pushed = x.Flags&flagPSH != 0
	x.out.PushBytes = fwd.pushBytes
}
