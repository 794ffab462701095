// SPDX-License-Identifier: Apache-2.0

package bacnet

import (
	"encoding/binary"
	"strconv"
	"unicode/utf16"

	"github.com/espbeat/espbeat/dissect/common"
)

const (
	maxDepth = 16
	// maxNamed bounds the objects, and the properties, of one APDU that are written.
	maxNamed = 128
)

// Tags (ASHRAE 135, 20.2.1): forms that take the place of a length, and types of the class application.
const (
	extended, opening, closing = 5, 6, 7
	extendedNumber             = 0xf

	boolean, unsigned, characters, enumerated, objectIdentifier = 1, 2, 7, 9, 12
)

// tag is the head of a tag.
type tag struct {
	number  byte
	context bool // of the class context, else application
	form    byte // opening, closing, or 0
	value   common.Cursor
}

// next reads a tag with its value.
func next(c *common.Cursor) (t tag, ok bool) {
	first := c.U8()
	t.number = first >> 4
	if t.number == extendedNumber {
		t.number = c.U8()
	}
	t.context = first&8 != 0
	n := int(first & 7)
	switch {
	case t.context && (n == opening || n == closing):
		t.form = byte(n)
		return t, !c.Failed
	case !t.context && t.number == boolean:
		n = 0 // the length is the value
	case n == extended:
		const twoBytes, fourBytes = 254, 255
		switch n = int(c.U8()); n {
		case twoBytes:
			n = int(c.U16())
		case fourBytes:
			n = int(c.U32())
		}
	}
	t.value = c.Sub(n)
	return t, !c.Failed
}

// what a tag of a service names.
type what uint8

const (
	object what = iota + 1
	property
	objectName
)

// rule says what a tag of the class context names: within which tag it stands, outside if in none.
type rule struct {
	within, number byte
	what           what
}

const outside = 0xff

// Keys of rules: services by number, unconfirmed ones and acknowledgements apart.
const unconfirmedKey, ackKey = 0x100, 0x200

// about are the rules by service (ASHRAE 135, 21).
var about = func() map[uint16][]rule {
	known := []rule{{outside, 0, object}, {outside, 1, property}}
	change := []rule{{outside, 1, object}, {outside, 2, object}, {4, 0, property}}
	event := []rule{{outside, 1, object}, {outside, 2, object}}
	subscription := []rule{{outside, 1, object}, {4, 0, property}}
	return map[uint16][]rule{
		0: {{outside, 1, object}}, 1: change, 2: event, unconfirmedKey | 2: change, unconfirmedKey | 3: event, 5: subscription, 28: subscription,
		8: known, 9: known, 12: known, ackKey | 12: known, 15: known, 26: known, ackKey | 26: known,
		10: {{0, 1, object}}, 14: {{outside, 0, object}, {1, 0, property}}, ackKey | 14: {{outside, 0, object}, {1, 2, property}}, 16: {{outside, 0, object}, {1, 0, property}},
		27: {{outside, 3, object}}, unconfirmedKey | 7: {{outside, 2, object}, {outside, 3, objectName}},
	}
}()

// Services that tell of objects by tags of the class application: the last is an object's name, or a device's vendor.
const iAm, iHave = unconfirmedKey, unconfirmedKey + 1

// readTags reads the tags of a service, and writes what they name.
func readTags(c common.Cursor, key uint16) {
	rules := about[key]
	var within [maxDepth]byte
	depth, objects, properties := 0, 0, 0
	for n := 0; c.More(); n++ {
		if n == common.MaxItems {
			c.P.Out.Cut = true
			return
		}
		t, ok := next(&c)
		if !ok {
			return
		}
		switch {
		case t.form == opening:
			if depth == maxDepth {
				c.P.Out.Cut = true
				return
			}
			within[depth] = t.number
			depth++
			continue
		case t.form == closing:
			if depth == 0 || within[depth-1] != t.number {
				c.P.Bad()
				return
			}
			depth--
			continue
		}
		w := named(t, rules, depth, within[:])
		switch {
		case w == object && objects == maxNamed, w == property && properties == maxNamed:
			c.P.Out.Cut = true
		case w == object:
			writeObject(t.value)
			objects++
		case w == property:
			writeProperty(t.value)
			properties++
		case w == objectName, key == iHave && !t.context && t.number == characters:
			writeObjectName(t.value)
		case key == iAm && !t.context && t.number == unsigned && c.Wire == 0:
			if n := number(t.value); n <= 0xffff {
				c.P.Out.Uint(fVendor, uint64(n))
			}
		}
	}
	if depth > 0 && !c.Failed {
		c.P.Bad()
	}
}

// named says what a tag names.
func named(t tag, rules []rule, depth int, within []byte) what {
	if !t.context {
		if depth == 0 && t.number == objectIdentifier {
			return object
		}
		return 0
	}
	in := byte(outside)
	switch depth {
	case 0:
	case 1:
		in = within[0]
	default:
		return 0
	}
	for _, r := range rules {
		if r.within == in && r.number == t.number {
			return r.what
		}
	}
	return 0
}

// number reads the whole of a value of up to 4 bytes.
func number(v common.Cursor) (n uint32) {
	for _, b := range v.Bytes(min(v.Wire, 4)) {
		n = n<<8 | uint32(b)
	}
	return n
}

// writeObject writes an object: its type in 10 bits, its instance in 22.
func writeObject(v common.Cursor) {
	const instanceBits = 22
	n := v.U32()
	if v.Failed {
		return
	}
	var buf [40]byte
	b := appendName(buf[:0], objectTypes, n>>instanceBits)
	b = strconv.AppendUint(append(b, ','), uint64(n&(1<<instanceBits-1)), 10)
	v.P.Out.Text(fObject, b)
}

// writeObjectName writes a name: UCS-2 and ISO 8859-1 as what they stand for, other character sets as they are.
func writeObjectName(v common.Cursor) {
	const ucs2, latin1 = 4, 5
	set := v.U8()
	b := v.Bytes(v.Wire)
	switch set {
	case ucs2:
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(b[2*i:])
		}
		b = []byte(string(utf16.Decode(units)))
	case latin1:
		runes := make([]rune, len(b))
		for i, o := range b {
			runes[i] = rune(o)
		}
		b = []byte(string(runes))
	}
	if len(b) > 0 {
		v.P.Out.Text(fObjectName, b)
	}
}

func writeProperty(v common.Cursor) {
	n := number(v)
	if v.Failed {
		return
	}
	v.P.Out.Uint(fPropertyID, uint64(n))
	var buf [48]byte
	v.P.Out.Text(fProperty, appendName(buf[:0], properties, n))
}

// appendName appends the name of a number, or the number.
func appendName(dst []byte, names []string, n uint32) []byte {
	if uint64(n) < uint64(len(names)) && names[n] != "-" {
		return append(dst, names[n]...)
	}
	return strconv.AppendUint(dst, uint64(n), 10)
}

// readError reads the class and code of an error, which stand first or within the first tag.
func readError(c common.Cursor) {
	n := 0
	for c.More() && n < 2 {
		t, ok := next(&c)
		switch {
		case !ok:
			return
		case t.form != 0:
			continue
		case t.context || t.number != enumerated:
			return
		case n == 0:
			c.P.Out.Uint(fErrorClass, uint64(number(t.value)))
		default:
			c.P.Out.Uint(fErrorCode, uint64(number(t.value)))
		}
		n++
	}
}
