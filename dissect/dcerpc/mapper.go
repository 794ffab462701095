// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
)

// Operations of the endpoint mapper (C706, appendix O).
const (
	opnumLookup = 2
	opnumMap    = 3
)

// Protocols of a tower's floors (C706, appendix I).
const (
	floorUUID = 0x0d
	floorTCP  = 0x07
	floorUDP  = 0x08
	floorIP   = 0x09
)

const (
	protoTCP  = 6
	protoUDP  = 17
	maxTowers = 64
	handleLen = 20
)

// mapper reads the towers of the endpoint mapper's map: what is asked for, or where it is served.
//
//	request:  object pointer 4, object 16 if it points, tower pointer 4, tower, handle 20, maximum 4
//	response: handle 20, count 4, maximum 4, offset 4, count 4, pointers 4 each, towers, status 4
//	tower:    size 4, length 4, octets, padding to 4
func mapper(r *reader, opnum uint16, response bool) {
	if opnum != opnumMap {
		return
	}
	count := 1
	if response {
		r.bytes(handleLen + 12)
		if count = int(min(r.u32(), maxTowers)); count > 0 {
			r.bytes(4 * count)
		}
	} else {
		if r.u32() != 0 {
			r.bytes(uuidLen)
		}
		if r.u32() == 0 {
			return
		}
	}
	for ; count > 0; count-- {
		r.u32()
		n := r.u32()
		if r.failed || n > uint32(len(r.b)) { //nolint:gosec // shorter than a datagram
			break
		}
		tower(r.p, r.bytes(int(n)), response)
		r.bytes(int(-n & 3))
	}
	if count > 0 && response {
		r.p.Bad()
	}
}

// tower reads the floors of one tower, whose integers are little-endian; addresses and ports are in network byte order. It announces the conversation
// with a server's port.
func tower(p *dissect.Packet, b []byte, served bool) {
	r := reader{p: p, b: b, order: binary.LittleEndian}
	floors := r.u16()
	addr, port, transport := p.Core.Source.Addr, uint16(0), uint8(0)
	for i := uint16(0); i < floors; i++ {
		left := r.bytes(int(r.u16()))
		right := r.bytes(int(r.u16()))
		if r.failed || len(left) == 0 {
			break
		}
		switch {
		case left[0] == floorUUID && i == 0 && len(left) > uuidLen:
			u := (&reader{b: left[1:], order: binary.LittleEndian}).uuid()
			u.write(p.Out, fMappedIf)
		case left[0] == floorTCP && len(right) == 2:
			port, transport = binary.BigEndian.Uint16(right), protoTCP
		case left[0] == floorUDP && len(right) == 2:
			port, transport = binary.BigEndian.Uint16(right), protoUDP
		case left[0] == floorIP && len(right) == 4:
			if a := netip.AddrFrom4([4]byte(right)); !a.IsUnspecified() {
				addr = a
			}
		}
	}
	if !served || port == 0 {
		return
	}
	p.Out.Uint(fMapped, uint64(port))
	p.State.Expect(p, dissect.Expectation{Transport: transport, At: netip.AddrPortFrom(addr, port), App: Protocol, Lifetime: patience})
}

// Spotlight is what macOS asks a file server for by the interface MDSSVC. Wireshark's dissector of it is one of AFP's.
var Spotlight = &dissect.Protocol{Name: "afp", Title: "AFP", Reference: "Spotlight", Dissect: func(*dissect.Packet, []byte, int) {}}

// opnumCommand is the operation of MDSSVC that carries a query, and maxQueryHead bounds what stands before the query, bytes.
const (
	opnumCommand = 2
	maxQueryHead = 128
)

// spotlight finds the query by what it begins with, in either byte order.
func spotlight(r *reader, opnum uint16, _ bool) {
	if opnum != opnumCommand {
		return
	}
	for _, magic := range [...]string{"432130dm", "md031234"} {
		if at := bytes.Index(r.b[:min(len(r.b), maxQueryHead)], []byte(magic)); at >= 0 {
			r.p.Call(Spotlight, r.b[at:], len(r.b)-at)
			return
		}
	}
}
