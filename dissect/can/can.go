// SPDX-License-Identifier: Apache-2.0

// Package can dissects frames of the Controller Area Network (ISO 11898) as Linux captures them: LINKTYPE_CAN_SOCKETCAN.
//
//	0                                         4        5       8
//	| extended, RTR, error flag, ID 29 bits   | length | FD 3  | data …
//
// The identifier is big-endian and has 11 bits unless extended. Not decoded: data and what speaks over it, error frames, CAN XL.
package can

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8

	flagExtended, flagRemote, flagError = 1 << 31, 1 << 30, 1 << 29

	maskExtended, maskStandard = 1<<29 - 1, 1<<11 - 1
)

// Protocol is CAN.
var Protocol = &dissect.Protocol{
	Name: "can", Title: "CAN", Reference: "ISO 11898",
	LinkTypes: []uint32{227},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields    = field.Group("can")
	fID       = fields.Add("id", field.Uint32, "can.id", "Identifier")
	fExtended = fields.Add("flags.xtd", field.Bool, "can.flags.xtd", "Identifier of 29 bits")
	fRemote   = fields.Add("flags.rtr", field.Bool, "can.flags.rtr", "Remote transmission request")
	fError    = fields.Add("flags.err", field.Bool, "can.flags.err", "Error message of the controller")
	fLength   = fields.Add("len", field.Uint8, "can.len", "Length of the data, bytes")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	id := binary.BigEndian.Uint32(b)
	mask := uint32(maskStandard)
	if id&(flagExtended|flagError) != 0 {
		mask = maskExtended
	}
	p.Out.Uint(fID, uint64(id&mask))
	p.Out.Bool(fExtended, id&flagExtended != 0)
	p.Out.Bool(fRemote, id&flagRemote != 0)
	p.Out.Bool(fError, id&flagError != 0)
	p.Out.Uint(fLength, uint64(b[4]))
	if id&flagRemote == 0 && int(b[4]) > wire-headerLen {
		p.Bad()
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fID)
	dst = fmt.Appendf(dst, "ID 0x%x, length ", n)
	dst, _ = v.Text(dst, fLength)
	return dst
}
