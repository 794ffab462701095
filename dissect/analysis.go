// SPDX-License-Identifier: Apache-2.0

package dissect

// Findings are what TCP analysis finds out about one segment, a set of bits. They mean what Wireshark's tcp.analysis.* flags mean.
type Findings uint16

// The findings.
const (
	// Retransmission also stands beside FastRetransmission and SpuriousRetransmission.
	Retransmission Findings = 1 << iota
	FastRetransmission
	SpuriousRetransmission
	OutOfOrder
	// LostSegment says that something before this segment was not captured.
	LostSegment
	// ACKLostSegment says that this segment acknowledges something that was not captured.
	ACKLostSegment
	DuplicateACK
	ZeroWindow
	ZeroWindowProbe
	ZeroWindowProbeACK
	WindowFull
	WindowUpdate
	KeepAlive
	KeepAliveACK
	ReusedPorts
)

// Analysis is what the segments before say about a segment. Times are nanoseconds of packet time.
type Analysis struct {
	Findings Findings
	// Known is set when there is anything to say; InitialRTT is valid only then.
	Known bool
	// DuplicateACKs counts the repetitions of one acknowledgement, this one included; 0 for a segment that is none.
	DuplicateACKs uint32
	// AcksFrame is the number of the packet whose last byte this one acknowledges, 0 when none does; RTT is the time since then.
	AcksFrame uint64
	RTT       int64
	// InitialRTT is the time from the SYN to the end of the handshake, 0 while unknown.
	InitialRTT int64
	// RTO is the time since the bytes of a retransmission were sent first.
	RTO int64
	// BytesInFlight is what this side has sent and the other has not acknowledged, 0 while unknown.
	BytesInFlight uint32
	// PushBytes is what this side has sent since the last segment with PSH; valid with BytesInFlight.
	PushBytes uint32
}
