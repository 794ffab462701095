// SPDX-License-Identifier: Apache-2.0

package resp

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// maxDepth bounds arrays within arrays; deeper ones count as values without elements.
const maxDepth = 16

// typed reports whether t is a type, lengthy whether a length follows it, of bytes or of elements.
func typed(t byte) bool     { return bytes.IndexByte([]byte("+-:_#,("), t) >= 0 || lengthy(t) }
func lengthy(t byte) bool   { return t == '$' || t == '!' || t == '=' || aggregate(t) }
func aggregate(t byte) bool { return bytes.IndexByte([]byte("*%~>|"), t) >= 0 }

// length reads the number of elements or bytes; -1 stands for no value.
func length(b []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(b[:min(len(b), 20)]), 10, 48)
	return n, err == nil && n >= -1
}

// state is a connection's.
type state struct {
	server          int // its direction
	asked, answered uint64
	sides           [2]side
}

// side is one direction's, within a value of the outermost level.
type side struct {
	request bool
	// left counts the elements to come, by level; depth is how many levels there are.
	left  [maxDepth]int64
	depth int
	// bulk is how many bytes are to come of a bulk string that is passed over, with the CRLF behind it.
	bulk int64

	// What is known of the value: its type, the elements of the outermost array, the bytes of bulk strings, the text of what has no length, the words of a request.
	kind         byte
	bad          bool
	array, bytes int64
	text         []byte
	words        words
}

// begin forgets the value, and keeps the memory.
func (d *side) begin() {
	*d = side{request: d.request, text: d.text[:0], words: d.words.reset()}
}

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{server: common.ServerByPort(p, c, Protocol, data[0] != '*')}
		s.sides[1-s.server].request = true
		c.AppState = s
	}
	d := &s.sides[p.Direction]
	done, whole, fields := 0, 0, p.Out.Len()
	for done < len(data) {
		n, complete := d.token(p, data[done:])
		if n == 0 {
			break
		}
		done += n
		if complete {
			s.finish(p, c, d)
			whole, fields = done, p.Out.Len()
		}
	}
	switch within := d.depth > 0 || d.bulk > 0; {
	case within && (p.Truncated || p.Options.Wireshark && done == len(data)): // no more is to come; tshark takes an array for whole where elements end with the segment
		s.finish(p, c, d)
	case within && p.Options.Wireshark: // an array is shown as far as it has come, and again with more of it
		if d.begin(); whole == 0 {
			layer(p)
		} else { // comes at once
			p.Out.Truncate(fields)
		}
		return whole
	}
	return done
}

// token takes a line, a bulk string or a piece of one off the front. It returns how many bytes it took, 0 for more, and whether it ends a value of the outermost level.
func (d *side) token(p *dissect.Packet, data []byte) (n int, complete bool) {
	if d.bulk > 0 {
		n = int(min(d.bulk, int64(len(data))))
		d.bulk -= int64(n)
		return n, d.bulk == 0 && d.element()
	}
	line, n := common.Line(p, data)
	switch {
	case len(line) == 0:
		return n, false
	case !typed(line[0]) && d.depth == 0:
		d.inline(line)
		return n, true
	}
	t, size := line[0], int64(0)
	if lengthy(t) {
		var ok bool
		if size, ok = length(line[1:]); !ok {
			t = 0
		}
	}
	if !typed(t) { // out of step
		d.bad, d.depth = true, 0
		return n, true
	}
	if d.depth == 0 {
		d.kind = t
	}
	switch {
	case aggregate(t):
		return n, d.open(p, t, size)
	case lengthy(t):
		return d.string(p, data, n, size)
	case d.depth == 0:
		d.text = append(d.text, line[1:]...)
	}
	return n, d.element()
}

// open begins an array, map, set, push or attribute, and reports whether that ends the value.
func (d *side) open(p *dissect.Packet, t byte, size int64) bool {
	if d.depth == 0 {
		d.array = size
	}
	if p.Options.Wireshark {
		p.Out.Int(fArray, size)
	}
	switch t {
	case '%':
		size *= 2
	case '|': // belongs to the value behind it
		size = 2*size + 1
	}
	if size <= 0 || d.depth == maxDepth {
		return d.element()
	}
	d.left[d.depth] = size
	d.depth++
	return false
}

// element counts a value that has ended, and reports whether all arrays around it have.
func (d *side) element() bool {
	for d.depth > 0 {
		if d.left[d.depth-1]--; d.left[d.depth-1] > 0 {
			return false
		}
		d.depth--
	}
	return true
}

// string takes a bulk string of size bytes behind its line of n bytes. The words of a request are waited for, other strings are passed over.
func (d *side) string(p *dissect.Packet, data []byte, n int, size int64) (int, bool) {
	const crlf = 2
	if size < 0 {
		return n, d.element()
	}
	word := d.request && d.depth == 1 && size <= maxWord
	total := int64(n) + size + crlf
	switch {
	case total <= int64(len(data)):
	case !p.Truncated && (word || p.Options.Wireshark):
		return 0, false
	default:
		d.bytes += size
		d.words.index++
		d.bulk = size + crlf
		return n, false
	}
	b := data[n : n+int(size)]
	d.bytes += size
	switch secret := d.request && d.depth == 1 && d.words.add(b[:min(len(b), maxWord)], d.array); {
	case !p.Options.Wireshark:
	case secret && !p.Out.Reveal:
		p.Out.Const(fBulk, redacted)
	default:
		p.Out.Text(fBulk, b)
	}
	return int(total), d.element()
}

// inline takes a request in a line (Redis documentation, "Inline commands").
func (d *side) inline(line []byte) {
	if !d.request {
		d.bad = true
		return
	}
	list := bytes.Fields(line)
	for _, word := range list[:min(len(list), common.MaxItems)] {
		d.words.add(word[:min(len(word), maxWord)], int64(len(list)))
	}
}

// finish writes a value of the outermost level.
func (s *state) finish(p *dissect.Packet, c *dissect.Conversation, d *side) {
	defer d.begin()
	if !layer(p) {
		return
	}
	p.Message(Protocol)
	// Requests may be many before the first reply: each has a number of its own, so that one which was forgotten leaves the others theirs.
	if d.request {
		s.asked++
		common.Request(p, c, s.asked)
		d.words.write(p)
	} else if d.kind != '>' { // nobody asks for a push
		s.answered++
		common.Response(p, c, s.answered)
	}
	d.write(p)
	if d.bad {
		p.Bad()
	}
}

func (d *side) write(p *dissect.Packet) {
	o := p.Out
	switch d.kind {
	case '+':
		o.Text(fString, d.text)
	case '-':
		o.Text(fError, d.text)
	case ':':
		if n, err := strconv.ParseInt(string(d.text[:min(len(d.text), 24)]), 10, 64); err == nil {
			o.Int(fInteger, n)
		} else {
			p.Bad()
		}
	case '$', '!', '=':
		o.Int(fBytes, d.bytes)
	case 0, '_', '#', ',', '(':
	default:
		if !p.Options.Wireshark {
			o.Int(fArray, d.array)
		}
		o.Int(fBytes, d.bytes)
	}
}
