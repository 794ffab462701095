// SPDX-License-Identifier: Apache-2.0

package iec104

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	unitLen    = 6 // before the first object
	addressLen = 3
)

// Parts of the unit's identifier (IEC 60870-5-101, 7.2).
const (
	sequence     = 0x80 // one address, of the first of several elements
	numberMask   = 0x7f
	test         = 0x80
	negative     = 0x40
	causeMask    = 0x3f
	activation   = 6
	activated    = 7
	deactivation = 8
	deactivated  = 9
	lastCause    = 47
)

// Types of units whose element is decoded: commands, without and with a time.
const (
	singleCommand    = 45
	doubleCommand    = 46
	singleCommandTag = 58
	doubleCommandTag = 59
	interrogation    = 100
)

// sizes are those of an element of each type, bytes (IEC 60870-5-101, 7.3; IEC 60870-5-104, 8); 255 stands for none that is known.
var sizes = func() (s [256]uint8) {
	for i := range s {
		s[i] = 255
	}
	for size, types := range map[uint8][]uint8{
		0: {102}, 1: {1, 3, 45, 46, 47, 70, 100, 101, 105, 113}, 2: {5, 21, 104, 106}, 3: {9, 11, 48, 49, 110, 111}, 4: {2, 4, 51, 122, 124}, 5: {6, 7, 13, 15, 20, 50, 112, 123},
		6: {10, 12, 17, 120}, 7: {18, 19, 103, 121}, 8: {8, 14, 16, 30, 31, 58, 59, 60}, 9: {32, 107}, 10: {34, 35, 38, 61, 62}, 11: {39, 40, 64}, 12: {33, 36, 37, 63}, 13: {126}, 16: {127},
	} {
		for _, t := range types {
			s[t] = size
		}
	}
	return s
}()

var (
	units      = field.Group("iec60870_asdu")
	fType      = units.Add("typeid", field.Uint8, "iec60870_asdu.typeid", "Type of each unit: 1 single point, 9 to 13 measured values, 30 to 37 with time, 45 to 51 and 58 to 64 commands, 70 end of initialisation, 100 interrogation, 103 clock, 105 reset, 120 to 127 files, …")
	fCause     = units.Add("causetx", field.Uint8, "iec60870_asdu.causetx", "Cause of transmission: 1 periodic, 3 spontaneous, 5 requested, 6 activation, 7 its confirmation, 8 deactivation, 10 termination, 20 interrogated, 44 to 47 unknown type, cause, address, object")
	fNegative  = units.Add("nega", field.Bool, "iec60870_asdu.nega", "The confirmation is a refusal", field.Sparse)
	fTest      = units.Add("test", field.Bool, "iec60870_asdu.test", "The unit is a test", field.Rare, field.Detail)
	fOrigin    = units.Add("oa", field.Uint8, "iec60870_asdu.oa", "Address of who asked", field.Rare, field.Detail)
	fAddress   = units.Add("addr", field.Uint16, "iec60870_asdu.addr", "Common address: the station")
	fObject    = units.Add("ioa", field.Uint32, "iec60870_asdu.ioa", "Address of each object; of a sequence that of the first")
	fCount     = units.Add("numix", field.Uint8, "iec60870_asdu.numix", "How many objects or elements", field.Rare, field.Detail)
	fSingle    = units.Add("sco", field.Uint8, "iec60870_asdu.sco", "Single command: 1 on; 128 select", field.Rare)
	fDouble    = units.Add("dco", field.Uint8, "iec60870_asdu.dco", "Double command: 1 off, 2 on; 128 select", field.Rare)
	fQualifier = units.Add("qoi", field.Uint8, "iec60870_asdu.qoi", "What is interrogated: 20 the station, 21 to 36 a group", field.Rare, field.Detail)
)

// guessUnit recognises a unit that is all of b.
func guessUnit(b []byte) bool {
	if len(b) < unitLen+addressLen {
		return false
	}
	size, n, cause := int(sizes[b[0]]), int(b[1]&numberMask), b[2]&causeMask
	if size == 255 || n == 0 || cause == 0 || cause > lastCause {
		return false
	}
	if b[1]&sequence != 0 {
		return len(b) == unitLen+addressLen+n*size
	}
	return len(b) == unitLen+n*(addressLen+size)
}

func asdu(p *dissect.Packet, b []byte, wire int) {
	p.Message(ASDU)
	o := p.Out
	c := common.Read(p, b, wire)
	kind := c.Uint8(fType)
	structure, cause := c.U8(), c.U8()
	origin, address := c.U8(), c.Bytes(2)
	if c.Failed {
		return
	}
	n, station := int(structure&numberMask), binary.LittleEndian.Uint16(address)
	o.Uint(fCount, uint64(n)) //nolint:gosec // 7 bits
	o.Uint(fCause, uint64(cause&causeMask))
	o.Bool(fNegative, cause&negative != 0)
	o.Bool(fTest, cause&test != 0)
	o.Uint(fOrigin, uint64(origin))
	o.Uint(fAddress, uint64(station))
	for i := range n {
		object := c.Bytes(addressLen)
		if object == nil {
			return
		}
		number := uint64(object[0]) | uint64(object[1])<<8 | uint64(object[2])<<16
		o.Uint(fObject, number)
		if i == 0 {
			transaction(p, cause&causeMask, uint64(kind)<<40|uint64(station)<<24|number)
		}
		size := int(sizes[kind])
		if structure&sequence != 0 || size == 255 {
			return
		}
		v := c.Sub(size)
		element(&v, kind)
	}
}

// element reads a command.
func element(v *common.Cursor, kind uint8) {
	switch kind {
	case singleCommand, singleCommandTag:
		v.Uint8(fSingle)
	case doubleCommand, doubleCommandTag:
		v.Uint8(fDouble)
	case interrogation:
		v.Uint8(fQualifier)
	}
}

// transaction ties the confirmation of an activation or deactivation to it.
func transaction(p *dissect.Packet, cause uint8, key uint64) {
	const off = 1 << 63
	switch cause {
	case activation:
		common.Repeatable(p, p.Conversation, key, 0)
	case activated:
		common.Response(p, p.Conversation, key)
	case deactivation:
		common.Repeatable(p, p.Conversation, key|off, 0)
	case deactivated:
		common.Response(p, p.Conversation, key|off)
	}
}
