// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
)

// maxContent bounds a body that is dissected, bytes: others are counted, never held.
const maxContent = 16 << 10

// contents are the protocols of bodies, by media type: small ones that are about the network itself.
var contents = map[string]string{"application/ocsp-request": "ocsp", "application/ocsp-response": "ocsp"}

// maxSkip bounds how far ahead bytes are passed over at once.
const maxSkip = 1 << 30

// bodyStep takes one step through a body whose length is known or told by chunks (RFC 9112, 6.2 and 7.1), and returns how many bytes it has done with,
// bytes yet to come included, 0 for more, -1 when there is no chunk.
func (d *direction) bodyStep(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	switch d.phase {
	case inBody:
		if int64(len(data)) >= d.left {
			n, content := int(d.left), d.content
			d.body += uint64(n)
			d.finish(p, c)
			if content != "" && (p.Top() == Protocol || p.Push(Protocol)) {
				p.CallName(content, data[:n], n)
			}
			return n
		}
		if d.content != "" && !p.Truncated {
			return 0
		}
		d.content = ""
		// All but the last byte, whose packet ends the message.
		return d.take(d.left - 1)
	case inChunk:
		n := d.take(d.left)
		if d.left == 0 {
			d.phase = inChunkEnd
		}
		return n
	case inChunkEnd:
		n := lineEnd(data)
		if n > 0 {
			d.phase = inChunkSize
		}
		return n
	case inChunkSize:
		n := bytes.IndexByte(data, '\n')
		if n < 0 {
			return wait(len(data))
		}
		size := chunkSize(data[:n])
		if size < 0 {
			return -1
		}
		d.phase, d.left = inChunk, size
		if size == 0 {
			d.phase = inTrailer
		}
		return n + 1
	}
	return d.trailer(p, c, data)
}

// take passes over n bytes of the body, or as many as may be at once; at least one.
func (d *direction) take(n int64) int {
	n = min(n, maxSkip)
	d.left -= n
	d.body += uint64(n)
	return int(n)
}

// trailer takes one line; the empty one ends the message.
func (d *direction) trailer(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if n := lineEnd(data); n >= 0 {
		if n > 0 {
			d.finish(p, c)
		}
		return n
	}
	n := bytes.IndexByte(data, '\n')
	if n < 0 {
		return wait(d.scanned + len(data))
	}
	if d.scanned += n + 1; d.scanned > maxHead {
		return -1
	}
	return n + 1
}

// wait is 0, for more, until too much has been waited for.
func wait(n int) int {
	if n > maxHead {
		return -1
	}
	return 0
}

// lineEnd returns the length of the line end at the front of data, 0 when only half of it is there, -1 when there is none.
func lineEnd(data []byte) int {
	switch {
	case data[0] == '\n':
		return 1
	case data[0] != '\r':
		return -1
	case len(data) == 1:
		return 0
	case data[1] == '\n':
		return 2
	}
	return -1
}

// chunkSize reads the hexadecimal length before a chunk's extensions, -1 when there is none.
func chunkSize(line []byte) int64 {
	size, _, _ := bytes.Cut(line, []byte(";"))
	size = bytes.TrimSpace(size)
	if len(size) == 0 || len(size) > 15 {
		return -1
	}
	n := int64(0)
	for _, c := range size {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		n = n<<4 | int64(c)
	}
	return n
}
