// SPDX-License-Identifier: Apache-2.0

package dns

import "encoding/binary"

// maxName bounds a name on the wire, bytes, its final zero included (RFC 1035, 2.3.4).
const maxName = 255

// reader reads b from pos to end; pointers of compressed names may lead anywhere before. The first read beyond the end sets bad;
// from then on every read gives nothing.
type reader struct {
	b        []byte
	pos, end int
	bad      bool
}

// sub is a reader of the next n bytes, which r passes over.
func (r *reader) sub(n int) reader {
	s := reader{b: r.b, pos: r.pos, end: r.pos + n}
	if r.bytes(n) == nil && n > 0 {
		s.end, s.bad = s.pos, true
	}
	return s
}

// bytes takes n bytes; nil when there are fewer.
func (r *reader) bytes(n int) []byte {
	if r.bad || n > r.end-r.pos {
		r.bad = true
		return nil
	}
	r.pos += n
	return r.b[r.pos-n : r.pos : r.pos]
}

func (r *reader) rest() []byte { return r.bytes(r.end - r.pos) }

func (r *reader) u8() uint8 {
	if v := r.bytes(1); v != nil {
		return v[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if v := r.bytes(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if v := r.bytes(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

// characters takes a character-string: a length byte and so many bytes (RFC 1035, 3.3).
func (r *reader) characters() []byte { return r.bytes(int(r.u8())) }

// name takes a name and appends it to dst, labels joined by dots, the root as ".". A pointer must lead to before the name's, or the
// last pointer's, place (RFC 1035, 4.1.4: a prior occurrence), so that there is no loop.
func (r *reader) name(dst []byte) []byte {
	start := len(dst)
	pos, end, low := r.pos, r.end, r.pos
	jumped := false
	for total := 1; ; {
		if r.bad || pos >= end {
			r.bad = true
			return dst[:start]
		}
		n := int(r.b[pos])
		pos++
		switch {
		case n == 0:
			if !jumped {
				r.pos = pos
			}
			if len(dst) == start {
				dst = append(dst, '.')
			}
			return dst
		case n < 0x40:
			total += n + 1
			if pos+n > end || total > maxName {
				r.bad = true
				return dst[:start]
			}
			if len(dst) > start {
				dst = append(dst, '.')
			}
			dst = appendEscaped(dst, r.b[pos:pos+n])
			pos += n
		case n >= 0xc0 && pos < end:
			target := (n&0x3f)<<8 | int(r.b[pos])
			if !jumped {
				r.pos, jumped = pos+1, true
			}
			if target >= low {
				r.bad = true
				return dst[:start]
			}
			pos, low, end = target, target, len(r.b)
		default: // RFC 6891, 5: extended labels are obsolete
			r.bad = true
			return dst[:start]
		}
	}
}

// AppendName appends the name at b[at:] as it stands in the fields of messages, and returns where it ends, -1 when there is none. Pointers count from the
// start of b. It serves protocols that carry names in this form.
func AppendName(dst, b []byte, at int) ([]byte, int) {
	r := reader{b: b, pos: at, end: len(b)}
	if dst = r.name(dst); r.bad {
		return dst, -1
	}
	return dst, r.pos
}

// appendEscaped appends text with backslash and control bytes escaped as in C. A dot within a label is not, as in Wireshark:
// service names such as "Dr. Who._http._tcp.local" stay readable.
func appendEscaped(dst, s []byte) []byte {
	for _, c := range s {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c >= 7 && c <= 13:
			dst = append(dst, '\\', "abtnvfr"[c-7])
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
