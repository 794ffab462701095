// SPDX-License-Identifier: Apache-2.0

package field

import (
	"encoding/binary"
	"math"
	"net/netip"
)

// Entry is one value of one field. It holds no pointer: text, IPv6 addresses and bytes lie in the
// Buffer's arena, at Val with Len bytes; numbers, IPv4 and link addresses are Val itself.
type Entry struct {
	ID   ID
	Elem uint16 // ordinal (from 1) of the element of the enclosing array of objects; 0 outside
	Len  uint32
	Val  uint64
}

// interned marks an Entry whose text is the Val-th interned string.
const interned = ^uint32(0)

// Constant reports whether the text of e is an interned one.
func (e Entry) Constant() bool { return e.Len == interned }

// Limits of one packet's fields: what is beyond is left out and Cut says so.
const (
	MaxEntries = 4096
	MaxArena   = 64 << 10
	// MaxText bounds one text value, bytes.
	MaxText = 8191
)

// Buffer collects the fields of packets, append-style. One packet's fields lie between two Marks.
// The zero value is ready for use. It is not safe for concurrent use.
type Buffer struct {
	Entries []Entry
	Arena   []byte
	// Cut is set when a limit left something out; Start clears it.
	Cut bool
	// Reveal keeps the values of secret fields.
	Reveal bool

	entryLimit, arenaLimit int
	elem                   uint16
	inElem                 uint16
}

// Reset forgets all fields and keeps the memory.
func (b *Buffer) Reset() { b.Entries, b.Arena = b.Entries[:0], b.Arena[:0] }

// Start begins a packet and returns the index of its first entry.
func (b *Buffer) Start() int {
	b.Cut, b.elem, b.inElem = false, 0, 0
	b.entryLimit, b.arenaLimit = len(b.Entries)+MaxEntries, len(b.Arena)+MaxArena
	return len(b.Entries)
}

// Truncate drops the entries from n on: what a dissector that gave up had written.
func (b *Buffer) Truncate(n int) { b.Entries = b.Entries[:n] }

// Len is the number of entries.
func (b *Buffer) Len() int { return len(b.Entries) }

func (b *Buffer) put(id ID, n uint32, v uint64) {
	if len(b.Entries) >= b.entryLimit {
		b.Cut = true
		return
	}
	b.Entries = append(b.Entries, Entry{ID: id, Elem: b.inElem, Len: n, Val: v})
}

// Uint writes an unsigned number.
func (b *Buffer) Uint(id ID, v uint64) { b.put(id, 0, v) }

// Int writes a signed number, a duration or a date in nanoseconds.
func (b *Buffer) Int(id ID, v int64) { b.put(id, 0, uint64(v)) }

// Float writes a floating point number; an infinity or NaN, which JSON does not have, writes nothing.
func (b *Buffer) Float(id ID, v float64) {
	if !math.IsInf(v, 0) && !math.IsNaN(v) {
		b.put(id, 0, math.Float64bits(v))
	}
}

// Bool writes a truth value.
func (b *Buffer) Bool(id ID, v bool) {
	n := uint64(0)
	if v {
		n = 1
	}
	b.put(id, 0, n)
}

// Const writes an interned string; nothing is copied.
func (b *Buffer) Const(id ID, s Str) { b.put(id, interned, uint64(s)) }

// String writes text. A value over MaxText bytes is cut.
func (b *Buffer) String(id ID, s string) {
	if b.room(id, len(s)) {
		s = s[:min(len(s), MaxText)]
		b.Arena = append(b.Arena, s...)
		b.put(id, uint32(len(s)), uint64(len(b.Arena)-len(s)))
	}
}

// Text writes text from packet bytes; what is no valid UTF-8 is replaced when the document is written.
func (b *Buffer) Text(id ID, s []byte) {
	if b.room(id, len(s)) {
		s = s[:min(len(s), MaxText)]
		b.Arena = append(b.Arena, s...)
		b.put(id, uint32(len(s)), uint64(len(b.Arena)-len(s)))
	}
}

// room reports whether a value of n bytes may be written; it notes what is cut, and writes what stands for a secret. (String and Text
// share no generic function: its arguments would escape to the heap.)
func (b *Buffer) room(id ID, n int) bool {
	if secret(id) && !b.Reveal {
		b.Const(id, redacted)
		return false
	}
	if n > MaxText {
		n, b.Cut = MaxText, true
	}
	if len(b.Entries) >= b.entryLimit || len(b.Arena)+n > b.arenaLimit {
		b.Cut = true
		return false
	}
	return true
}

// Bytes writes raw bytes, of a Hex field.
func (b *Buffer) Bytes(id ID, v []byte) { b.Text(id, v) }

// Binary writes the bytes of a Binary field, whatever their length: they count against no limit.
func (b *Buffer) Binary(id ID, v []byte) {
	b.Arena = append(b.Arena, v...)
	b.put(id, uint32(len(v)), uint64(len(b.Arena)-len(v))) //nolint:gosec // a packet's length
}

// MAC writes a link-layer address of up to 8 bytes; longer ones are cut.
func (b *Buffer) MAC(id ID, v []byte) {
	if len(v) == 6 {
		b.put(id, 6, uint64(binary.BigEndian.Uint16(v))<<32|uint64(binary.BigEndian.Uint32(v[2:])))
		return
	}
	n := uint64(0)
	v = v[:min(len(v), 8)]
	for _, c := range v {
		n = n<<8 | uint64(c)
	}
	b.put(id, uint32(len(v)), n)
}

// IP writes an address of 4 or 16 bytes; any other length writes nothing.
func (b *Buffer) IP(id ID, v []byte) {
	switch len(v) {
	case 4:
		b.put(id, 4, uint64(binary.BigEndian.Uint32(v)))
	case 16:
		b.Text(id, v)
	}
}

// Addr writes an address; the zero Addr writes nothing.
func (b *Buffer) Addr(id ID, a netip.Addr) {
	switch {
	case a.Is4():
		v := a.As4()
		b.IP(id, v[:])
	case a.Is6():
		v := a.As16()
		b.IP(id, v[:])
	}
}

// Begin starts an element of the array of objects id; fields below it belong to that element until End.
// Arrays of objects do not nest.
func (b *Buffer) Begin(id ID) {
	b.elem++
	b.inElem = b.elem
	b.put(id, 0, 0)
}

// End ends the element.
func (b *Buffer) End() { b.inElem = 0 }
