// SPDX-License-Identifier: Apache-2.0

package dnp3

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Functions (IEEE 1815, 4.2.2.5) that are told apart; those up to lastRequest are a master's.
const (
	confirm           = 0
	read              = 1
	directOperateNR   = 6
	freezeNR          = 8
	freezeClearNR     = 10
	freezeAtTimeNR    = 12
	authRequestNR     = 33
	lastRequest       = 0x7f
	response          = 129
	unsolicited       = 130
	authResponse      = 131
	sequenceBits      = 0x0f // of the control byte
	unsolicitedBit    = 0x10
	maxHeaders        = 256
	maxIndices        = 256
	qualifierFileName = 0x5b // objects of variable format, each with its size
)

var (
	fALControl  = fields.Add("al.ctl", field.Uint8, "dnp3.al.ctl", "Control of the application layer: 128 first and 64 final fragment, 32 to be confirmed, 16 unsolicited, and the sequence number", field.Rare, field.Detail)
	fFunction   = fields.Add("al.func", field.Uint8, "dnp3.al.func", "Function: 0 confirm, 1 read, 2 write, 3 select, 4 operate, 5 direct operate, 13 cold restart, 18 stop application, 129 response, 130 unsolicited response, …")
	fIndication = fields.Add("al.iin", field.Uint16, "dnp3.al.iin", "Internal indications of a response: 0x8000 restarted, 0x4000 trouble, 0x1000 needs time, 0x0001 function not known, 0x0004 parameter error, …")
	fObject     = fields.Add("al.obj", field.Uint16, "dnp3.al.obj", "Group of each header of objects, times 256, and its variation: 3073 a control, 15361 to 15364 classes 0 to 3, …")
	fIndex      = fields.Add("al.point_index", field.Uint32, "dnp3.al.point_index, dnp3.al.index", "Indices of the points that are named one by one, of controls and events", field.Rare)
	fStart      = fields.Add("al.range.start", field.Uint32, "dnp3.al.range.start", "First point of a range", field.Rare, field.Detail)
	fStop       = fields.Add("al.range.stop", field.Uint32, "dnp3.al.range.stop", "Last point of a range", field.Rare, field.Detail)
	fOperation  = fields.Add("ctl.op", field.Uint8, "dnp3.ctl.op", "What a control does: 1 pulse on, 2 pulse off, 3 latch on, 4 latch off")
	fTrip       = fields.Add("ctl.trip", field.Uint8, "dnp3.ctl.trip", "Which output a control is for: 1 close, 2 trip")
	fStatus     = fields.Add("al.ctrlstatus", field.Uint8, "dnp3.al.ctrlstatus", "What became of a control: 0 success, 1 timeout, 2 no select, 4 not supported, …")
	fFile       = fields.Add("al.file_name", field.Keyword, "dnp3.al.file_name", "Name of a file")
)

// application dissects a fragment. whole is false when the capture cut it.
func application(p *dissect.Packet, conversation *dissect.Conversation, l link, b []byte, whole bool) {
	wire := len(b)
	if !whole {
		wire = maxFragment // more than there is
	}
	c := common.Read(p, b, wire)
	control := c.Uint8(fALControl)
	function := c.Uint8(fFunction)
	if c.Failed {
		return
	}
	transaction(p, conversation, l, control, function)
	if function == response || function == unsolicited || function == authResponse {
		c.Uint16(fIndication)
	}
	r := reader{function: function, indices: maxIndices}
	for n := 0; c.More() && len(c.B) > 0; n++ {
		if n == maxHeaders {
			p.Out.Cut = true
			return
		}
		if !r.objects(&c) {
			return
		}
	}
}

// transaction ties a response to the request of that sequence number between the two stations. A request that is repeated takes the place of the one before.
func transaction(p *dissect.Packet, c *dissect.Conversation, l link, control, function byte) {
	asker, asked := l.src, l.dst
	if function == response || function == authResponse {
		asker, asked = l.dst, l.src
	}
	key := uint64(asker)<<24 | uint64(asked)<<8 | uint64(control&sequenceBits)
	switch function {
	case confirm, unsolicited, directOperateNR, freezeNR, freezeClearNR, freezeAtTimeNR, authRequestNR: // nobody answers them
	case response, authResponse:
		common.Response(p, c, key)
	default:
		if function <= lastRequest && control&unsolicitedBit == 0 {
			common.Repeatable(p, c, key, 0)
		}
	}
}

// reader reads headers of objects.
type reader struct {
	function byte
	indices  int // how many may still be written
}

// named reports whether objects are named only, without values: what is read, frozen, initialised or assigned to a class. The time of a freeze has one.
func (r *reader) named(object uint16) bool {
	const firstNaming, lastNaming, time = 7, 22, 50
	return r.function == read || r.function >= firstNaming && r.function <= lastNaming && object>>8 != time
}

// objects reads one header with its objects, and reports whether the next one's place is known.
func (r *reader) objects(c *common.Cursor) bool {
	object := c.Uint16(fObject)
	qualifier := c.U8()
	count, prefix, ok := rangeOf(c, qualifier)
	if !ok || c.Failed {
		return false
	}
	if qualifier == qualifierFileName {
		for ; count > 0 && c.More(); count-- {
			v := c.Sub(int(little(c.Bytes(2))))
			if object == fileCommand {
				fileName(&v)
			}
		}
		return true
	}
	bits, known := 0, true
	if !r.named(object) {
		bits, known = sizeOf(object)
	}
	if prefix == 0 {
		// All values in a row; those of less than a byte are packed.
		if known && bits > 0 {
			c.Sub((count*bits + 7) / 8)
		}
		return known && !c.Failed
	}
	for ; count > 0 && known && !c.Failed; count-- {
		index := c.Bytes(prefix)
		if index != nil && r.indices > 0 {
			r.indices--
			c.P.Out.Uint(fIndex, uint64(little(index)))
		}
		v := c.Sub((bits + 7) / 8)
		if object == controlBlock && bits > 0 {
			operation(&v)
		}
	}
	return known && !c.Failed
}

// rangeOf reads the range field that the qualifier announces (IEEE 1815, 4.2.2.7): how many objects there are, and by how many bytes of index each is led.
func rangeOf(c *common.Cursor, qualifier byte) (count, prefix int, ok bool) {
	const noRange, variable = 6, 11
	prefixes := [...]int{0, 1, 2, 4}
	kind := qualifier & 0x0f
	code := int(qualifier >> 4 & 7)
	if code < len(prefixes) {
		prefix = prefixes[code]
	}
	width := [...]int{1, 2, 4}[kind%3]
	switch {
	case kind <= 2: // start and stop
		start, stop := little(c.Bytes(width)), little(c.Bytes(width))
		if c.Failed {
			return 0, 0, false
		}
		c.P.Out.Uint(fStart, uint64(start))
		c.P.Out.Uint(fStop, uint64(stop))
		if stop < start || stop-start >= maxFragment*8 {
			c.P.Bad()
			return 0, 0, false
		}
		return int(stop-start) + 1, prefix, true
	case kind == noRange:
		return 0, prefix, true
	case kind >= 7 && kind <= 9: // count
		width = [...]int{1, 2, 4}[kind-7]
	case kind == variable && qualifier == qualifierFileName:
		width = 1
	default:
		return 0, 0, false
	}
	n := little(c.Bytes(width))
	if n > maxFragment*8 {
		c.P.Bad()
		return 0, 0, false
	}
	return int(n), prefix, true
}

// operation reads a control relay output block (IEEE 1815, A.8.1): code, count, on and off time, status.
func operation(v *common.Cursor) {
	code := v.U8()
	v.Skip(1 + 4 + 4)
	status := v.U8()
	if v.Failed {
		return
	}
	v.P.Out.Uint(fOperation, uint64(code&0x0f))
	v.P.Out.Uint(fTrip, uint64(code>>6))
	v.P.Out.Uint(fStatus, uint64(status&0x7f))
}

// fileName reads the name out of a file command (IEEE 1815, A.29.3); the rest, among it an authentication key, is passed over.
func fileName(v *common.Cursor) {
	const between = 6 + 2 + 4 + 4 + 2 + 2 + 2
	v.Skip(2) // where the name begins
	n := int(little(v.Bytes(2)))
	v.Skip(between)
	v.Text(fFile, n)
}

// little is the number of b's bytes, at most 4, the lowest first; 0 for none.
func little(b []byte) uint32 {
	var v [4]byte
	copy(v[:], b)
	return binary.LittleEndian.Uint32(v[:])
}
