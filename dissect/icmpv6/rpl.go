// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Codes of RPL control messages (RFC 6550, 6); the high bit marks the secured ones.
const (
	rplSecure = 0x80
	rplDIS    = 0
	rplDIO    = 1
	rplDAO    = 2
	rplDAOAck = 3
	rplCheck  = 0x8a

	rplPad1 = 0
)

var (
	rplFields   = field.Group("icmpv6.rpl")
	fDIOInst    = rplFields.Add("dio.instance", field.Uint8, "icmpv6.rpl.dio.instance", "Instance of a DODAG information object")
	fDIOVersion = rplFields.Add("dio.version", field.Uint8, "icmpv6.rpl.dio.version", "DODAG version", field.Rare, field.Detail)
	fDIORank    = rplFields.Add("dio.rank", field.Uint16, "icmpv6.rpl.dio.rank", "Rank of the sender")
	fDIOFlags   = rplFields.Add("dio.flag", field.Uint8, "icmpv6.rpl.dio.flag", "Grounded, mode of operation and preference", field.Rare, field.Detail)
	fDTSN       = rplFields.Add("dio.dtsn", field.Uint8, "icmpv6.rpl.dio.dtsn", "Destination advertisement trigger sequence number", field.Rare, field.Detail)
	fDODAG      = rplFields.Add("dio.dagid", field.IP, "icmpv6.rpl.dio.dagid", "DODAG")
	fDAOInst    = rplFields.Add("dao.instance", field.Uint8, "icmpv6.rpl.dao.instance", "Instance of a destination advertisement")
	fDAOFlags   = rplFields.Add("dao.flag", field.Uint8, "icmpv6.rpl.dao.flag", "Flags of a destination advertisement", field.Rare, field.Detail)
	fDAOSeq     = rplFields.Add("dao.sequence", field.Uint8, "icmpv6.rpl.dao.sequence", "Sequence number of a destination advertisement", field.Rare, field.Detail)
	fDAODODAG   = rplFields.Add("dao.dodagid", field.IP, "icmpv6.rpl.dao.dodagid", "DODAG of a destination advertisement", field.Rare)
	fAckInst    = rplFields.Add("daoack.instance", field.Uint8, "icmpv6.rpl.daoack.instance", "Instance of an acknowledgement", field.Rare, field.Detail)
	fAckSeq     = rplFields.Add("daoack.sequence", field.Uint8, "icmpv6.rpl.daoack.sequence", "Sequence number of an acknowledgement", field.Rare, field.Detail)
	fAckStatus  = rplFields.Add("daoack.status", field.Uint8, "icmpv6.rpl.daoack.status", "Status of an acknowledgement", field.Rare, field.Detail)
	fAckDODAG   = rplFields.Add("daoack.dodagid", field.IP, "icmpv6.rpl.daoack.dodagid", "DODAG of an acknowledgement", field.Rare, field.Detail)
	fCCInst     = rplFields.Add("cc.instance", field.Uint8, "icmpv6.rpl.cc.instance", "Instance of a consistency check", field.Rare, field.Detail)
	fCCDODAG    = rplFields.Add("cc.dodagid", field.IP, "icmpv6.rpl.cc.dodagid", "DODAG of a consistency check", field.Rare, field.Detail)
	fSecAlgo    = rplFields.Add("secure.algorithm", field.Uint8, "icmpv6.rpl.secure.algorithm", "Algorithm of a secured message", field.Rare, field.Detail)
	fSecCounter = rplFields.Add("secure.counter", field.Uint32, "icmpv6.rpl.secure.counter", "Counter of a secured message", field.Rare, field.Detail)
	fRPLOpt     = rplFields.Add("opt.type", field.Uint8, "icmpv6.rpl.opt.type", "Types of the RPL options in order", field.List)
)

// rplMessage writes a RPL control message. A secured one begins with its security section, of which the key's source is 0 to 8 bytes
// by key identifier mode (RFC 6550, 6.1).
func rplMessage(p *dissect.Packet, code uint8, b []byte, wire int) {
	b, wire = b[fixedLen:], wire-fixedLen
	if code&rplSecure != 0 {
		const sectionLen = 8
		if !p.Need(b, wire, sectionLen) {
			return
		}
		p.Out.Uint(fSecAlgo, uint64(b[1]))
		p.Out.Uint(fSecCounter, uint64(binary.BigEndian.Uint32(b[4:])))
		n := sectionLen + [...]int{1, 0, 8, 9}[b[2]>>6]
		if !p.Need(b, wire, n) {
			return
		}
		b, wire = b[n:], wire-n
	}
	if code != rplCheck {
		code &^= rplSecure
	}
	if n := base(p, code, b, wire); n > 0 && p.Need(b, wire, n) {
		rplOptions(p, b[n:], wire-n)
	}
}

// baseLengths are the lengths of the base objects by code, bytes.
var baseLengths = [256]int{rplDIS: 2, rplDIO: 24, rplDAO: 4, rplDAOAck: 4, rplCheck: 24}

// base writes the base object and returns its length, 0 when it is unknown or cut.
func base(p *dissect.Packet, code uint8, b []byte, wire int) int {
	n := baseLengths[code]
	if n == 0 || !p.Need(b, wire, n) {
		return 0
	}
	out := p.Out
	switch code {
	case rplDIO:
		out.Uint(fDIOInst, uint64(b[0]))
		out.Uint(fDIOVersion, uint64(b[1]))
		out.Uint(fDIORank, uint64(binary.BigEndian.Uint16(b[2:])))
		out.Uint(fDIOFlags, uint64(b[4]))
		out.Uint(fDTSN, uint64(b[5]))
		out.IP(fDODAG, b[8:24])
	case rplDAO:
		out.Uint(fDAOInst, uint64(b[0]))
		out.Uint(fDAOFlags, uint64(b[1]))
		out.Uint(fDAOSeq, uint64(b[3]))
		return n + dodag(p, fDAODODAG, b[1]&0x40 != 0, b[n:])
	case rplDAOAck:
		out.Uint(fAckInst, uint64(b[0]))
		out.Uint(fAckSeq, uint64(b[2]))
		out.Uint(fAckStatus, uint64(b[3]))
		return n + dodag(p, fAckDODAG, b[1]&0x80 != 0, b[n:])
	case rplCheck:
		out.Uint(fCCInst, uint64(b[0]))
		out.IP(fCCDODAG, b[4:20])
	}
	return n
}

// dodag writes the optional DODAG identifier and returns its length.
func dodag(p *dissect.Packet, id field.ID, present bool, b []byte) int {
	if !present {
		return 0
	}
	if len(b) >= 16 {
		p.Out.IP(id, b[:16])
	}
	return 16
}

func rplOptions(p *dissect.Packet, b []byte, wire int) {
	for wire > 0 && len(b) > 0 {
		p.Out.Uint(fRPLOpt, uint64(b[0]))
		n := 1
		if b[0] != rplPad1 {
			if !p.Need(b, wire, 2) {
				return
			}
			n = 2 + int(b[1])
		}
		if !p.Need(b, wire, n) {
			return
		}
		b, wire = b[n:], wire-n
	}
}
