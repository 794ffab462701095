// SPDX-License-Identifier: Apache-2.0

// Package profinet dissects PROFINET (IEC 61158-6-10): the real-time frames of EtherType 0x8892 and UDP port 34962 (data, alarms, DCP for discovery and
// configuration, PTCP for time), and the context management over DCE/RPC.
//
//	0          2
//	| frame ID | data of IO … padding | cycle 2 | data status 1 | transfer status 1 |      cyclic
//	| frame ID | destination 2 | source 2 | type 1 | flags 1 | sequence 2 | acknowledged 2 | length 2 | a block, or a status      an alarm
//	| frame ID | service | type | xid 4 | delay 2 | length 2 | blocks …                    DCP
//	| option | suboption | length 2 | value … | padding to 2 bytes                        a block of DCP
//	| frame ID | padding 12 | sequence 2 | padding 2 | delay 4 | TLVs …                    PTCP
//	| frame ID | length 1 | status 1 | data                                               a fragment
//	| maximum, or status 4 | length 4 | maximum 4 | offset 4 | count 4 | blocks …          a request or response of context management
//	| type 2 | length 2 | version 2 | …                                                  a block
//
// Limits: 1024 blocks. Not decoded: the data (its form stands in what was agreed on by context management), other values of DCP than names, addresses and identities, records,
// most of PTCP's TLVs, media redundancy; fragments are not joined.
package profinet

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const reference = "IEC 61158-6-10"

// statusLen is the length of what ends a cyclic frame, bytes.
const statusLen = 4

// Protocol is the real-time header; IO, DCP, PTCP and MRRT are what it carries. IO is the context management's, too.
var (
	Protocol = &dissect.Protocol{Name: "pn_rt", Title: "PN-RT", Reference: reference, EtherTypes: []uint16{0x8892}, UDPPorts: []uint16{34962}, Summary: summary}
	IO       = &dissect.Protocol{Name: "pn_io", Title: "PNIO", Reference: reference, Dissect: manage, Summary: ioSummary}
	DCP      = &dissect.Protocol{Name: "pn_dcp", Title: "PN-DCP", Reference: reference, Summary: dcpSummary}
	PTCP     = &dissect.Protocol{Name: "pn_ptcp", Title: "PN-PTCP", Reference: reference, Dissect: ptcp, Summary: ptcpSummary}
	MRRT     = &dissect.Protocol{Name: "pn_mrrt", Title: "PN-MRRT", Reference: reference, Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
)

// The dissectors name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Dissect, Protocol.AcceptUDP, DCP.Dissect = decode, accept, dcp }

var (
	fields    = field.Group("pn_rt")
	fFrameID  = fields.Add("frame_id", field.Uint16, "pn_rt.frame_id", "Frame ID")
	fCycle    = fields.Add("cycle_counter", field.Uint16, "pn_rt.cycle_counter", "Cycle counter, units of 31.25 µs", field.Rare, field.Detail)
	fStatus   = fields.Add("ds", field.Uint8, "pn_rt.ds", "Data status: 1 primary, 4 valid, 16 running, 32 no problem", field.Rare, field.Detail)
	fTransfer = fields.Add("transfer_status", field.Uint8, "pn_rt.transfer_status", "Transfer status: 0 OK", field.Rare, field.Detail)
	fFragment = fields.Add("frag_number", field.Uint8, "pn_rt.frag_status.fragment_number", "Number of a fragment", field.Rare, field.Detail)
	fMore     = fields.Add("frag_more", field.Bool, "pn_rt.frag_status.more_follows", "More fragments follow", field.Rare, field.Detail)
)

// form is how a frame goes on behind its ID.
type form uint8

const (
	acyclic form = iota
	cyclic
	fragment
)

// Bounds of ranges of frame IDs: of class 3, of acyclic frames, and of DCP.
const (
	lastClass3   = 0x0fff
	firstAcyclic = 0xfc00
	firstDCP     = 0xfefc
)

// carried says what frames of that ID carry, nil when nothing that is told apart here, and how.
func carried(id uint16) (next *dissect.Protocol, f form) {
	switch {
	case id < 0x0100, id >= 0xff00 && id <= 0xff5f:
		return PTCP, acyclic
	case id <= lastClass3, id >= 0x8000 && id <= 0xfbff:
		return IO, cyclic
	case id == alarmHigh, id == alarmLow, id == remoteAccess:
		return IO, acyclic
	case id >= firstDCP && id <= 0xfeff:
		return DCP, acyclic
	case id == 0xff60:
		return MRRT, acyclic
	case id >= 0xff80 && id <= 0xff8f:
		return Protocol, fragment
	}
	return nil, acyclic
}

// accept says what may be a datagram on PROFINET's port.
func accept(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	next, _ := carried(uint16(b[0])<<8 | uint16(b[1]))
	return next != nil
}

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	id := c.Uint16(fFrameID)
	if c.Failed {
		return
	}
	switch next, f := carried(id); {
	case next == nil:
		if id >= firstAcyclic && id < firstDCP {
			p.Core.Headline = headlineAcyclic
		}
	case f == fragment:
		c.Skip(1) // the length
		const more, number = 0x80, 0x3f
		if status := c.U8(); !c.Failed {
			p.Out.Uint(fFragment, uint64(status&number))
			p.Out.Bool(fMore, status&more != 0)
			p.Push(Protocol)
		}
	case f == cyclic:
		if status := len(c.B) - statusLen; status >= 0 && len(c.B) == c.Wire {
			end := common.Read(p, c.B[status:], statusLen)
			end.Uint16(fCycle)
			end.Uint8(fStatus)
			end.Uint8(fTransfer)
			c.B, c.Wire = c.B[:status], status
		}
		inOut(c, id)
	case next == IO:
		inOut(c, id)
	default:
		p.Call(next, c.B, c.Wire)
	}
}

// Wireshark's names of frames that it tells apart within a layer.
var (
	headlineAcyclic    = field.Intern("PN-RTA")
	headlineClass3     = field.Intern("PN-RTC3")
	headlineAlarm      = field.Intern("PNIO-AL")
	headlineRemote     = field.Intern("PNIO-RSI")
	headlineManagement = field.Intern("PNIO-CM")
)

// inOut is the data of a cyclic frame, which is passed over, or an alarm.
func inOut(c common.Cursor, id uint16) {
	switch {
	case c.Wire <= 0:
	case len(c.B) == 0:
		c.P.Truncated = true
	case !c.P.Push(IO):
	case id == alarmHigh, id == alarmLow:
		c.P.Core.Headline = headlineAlarm
		alarm(c)
	case id == remoteAccess:
		c.P.Core.Headline = headlineRemote
	case id <= lastClass3:
		c.P.Core.Headline = headlineClass3
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fFrameID)
	if !ok {
		return dst
	}
	dst = fmt.Appendf(dst, "ID 0x%04x", n)
	if n, ok = v.Uint(fCycle); ok {
		dst = fmt.Appendf(dst, ", cycle %d", n)
	}
	if n, ok = v.Uint(fFragment); ok {
		dst = fmt.Appendf(dst, ", fragment %d", n)
	}
	return dst
}
