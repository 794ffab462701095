// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"hash/fnv"
	"net/netip"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	// datagramLen is the length of the connectionless header, bytes.
	datagramLen = 80
	// maxPDUs bounds those that a pipe carries at once.
	maxPDUs = 64
)

// Flags of a datagram, and those that must be 0 in each of its two bytes of them (C706, 12.5.2.1).
const (
	flagLastFragment = 0x02
	flagFragment     = 0x04
	reserved1        = 0x81
	reserved2        = 0xfd
)

// repetition is how long after a request the same number asks for the same, nanoseconds: clients repeat a request every few seconds.
const repetition = int64(30 * time.Second)

// guessDatagram recognises the header of a datagram by its version, its type and the bits that must be 0.
func guessDatagram(b []byte) bool {
	return len(b) >= datagramLen && b[0] == 4 && b[1] <= typeCancelAck && b[2]&reserved1 == 0 && b[3]&reserved2 == 0 && b[4]&0xee == 0 && b[5] <= 3 && b[6] == 0
}

// datagram dissects a datagram, or what a pipe carries.
func datagram(p *dissect.Packet, b []byte, wire int) {
	if len(b) >= commonLen && header(b) {
		piped(p, b, wire)
		return
	}
	if !guessDatagram(b) {
		p.Pop()
		return
	}
	p.Message(Protocol)
	p.Truncated = p.Truncated || len(b) < wire
	r := reader{p: p, b: b[8:], order: order(b[4]), cut: len(b) < wire}
	kind, flags, o := b[1], b[2], p.Out
	o.Uint(fType, uint64(kind))
	o.Uint(fFlags, uint64(flags))
	object, in, activity := r.uuid(), find(r.uuid()), r.uuid()
	r.bytes(8) // when the server started, version
	sequence, opnum := r.u32(), r.u16()
	r.bytes(4) // hints
	length, fragment := int(r.u16()), r.u16()
	r.bytes(2) // authentication, serial number
	if object != (uuid{}) {
		object.write(o, fObject)
	}
	in.write(o)
	activity.write(o, fActivity)
	o.Uint(fCallID, uint64(sequence))
	o.Uint(fOpnum, uint64(opnum))
	if length > wire-datagramLen {
		p.Bad()
	}
	r.b = r.b[:min(length, len(r.b))]
	if (kind == typeFault || kind == typeReject) && len(r.b) >= 4 {
		o.Uint(fStatus, uint64(r.order.Uint32(r.b)))
	}
	last := flags&flagFragment == 0 || flags&flagLastFragment != 0
	if kind == typeRequest || kind == typeResponse {
		in.called(p, opnum, last)
	}
	f := exchange(p, activity, sequence, kind, fragment == 0, last)
	if (kind == typeRequest || kind == typeResponse) && length > 0 {
		f.opnum, f.iface = opnum, in
		f.arguments(&r, int(kind/typeResponse), fragment == 0, last)
	}
}

// piped dissects the PDUs that a message of a pipe's carrier holds, the last maybe in part. What is known of the connection is kept in the packet's conversation,
// which the carrier has set to the pipe's, unless that is another protocol's.
func piped(p *dissect.Packet, b []byte, wire int) {
	p.Truncated = p.Truncated || len(b) < wire
	a, c := &association{}, p.Conversation
	if c != nil {
		if known, ok := c.AppState.(*association); ok {
			a = known
		} else if c.AppState == nil {
			c.AppState = a
		} else {
			c = nil
		}
	}
	for n := 0; n < maxPDUs && len(b) >= commonLen && header(b); n++ {
		end := min(fragmentLen(b), len(b))
		a.pdu(p, c, b[:end])
		b = b[end:]
	}
}

// exchange ties a response to its request by activity and sequence number: servers answer from ports of their own.
func exchange(p *dissect.Packet, activity uuid, sequence uint32, kind uint8, first, last bool) *call {
	h := fnv.New64a()
	h.Write(activity[:]) //nolint:errcheck,gosec // never fails
	c := p.State.Exchange(p, Protocol, netip.Addr{}, h.Sum64())
	f, ok := c.AppState.(*call)
	if !ok || f.id != sequence {
		f = &call{id: sequence}
		c.AppState = f
	}
	switch kind {
	case typeRequest:
		if first {
			common.Repeatable(p, c, uint64(sequence), repetition)
		}
	case typeResponse, typeFault, typeReject:
		if last {
			common.Response(p, c, uint64(sequence))
		} else {
			common.Interim(p, c, uint64(sequence))
		}
	}
	return f
}
