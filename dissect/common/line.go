// SPDX-License-Identifier: Apache-2.0

package common

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

// MaxLine bounds a line of a text protocol, bytes. What is longer is taken as a line of its own.
const MaxLine = 64 << 10

// Line is the line at the front of data without its end, and how many bytes it takes: 0 while its end is yet to come. Where the capture cut
// the packet, the end never comes, and the line is what there is.
func Line(p *dissect.Packet, data []byte) (line []byte, n int) {
	i := bytes.IndexByte(data, '\n')
	switch {
	case i >= 0:
		return bytes.TrimSuffix(data[:i], []byte("\r")), i + 1
	case p.Truncated || len(data) > MaxLine:
		return data, len(data)
	}
	return nil, 0
}

// Word cuts the first word off a line; rest is what follows the space.
func Word(line []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(line, []byte(" "))
	return word, rest
}

// Upper is the word in capitals, in the memory of b; nothing allocates. Of a longer word it is the beginning.
func Upper(b *[16]byte, word []byte) []byte {
	n := copy(b[:], word)
	for i, c := range b[:n] {
		if c >= 'a' && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
	return b[:n]
}

// StartTLS gives the conversation to TLS when data starts as its handshake does (RFC 8446, 5.1), and reports whether it did. So it is where a
// command such as STARTTLS was agreed to; no text starts so, and nobody needs to have seen the command.
func StartTLS(p *dissect.Packet, c *dissect.Conversation, data []byte) bool {
	const handshake, major, lastMinor = 22, 3, 4
	if len(data) < 3 || data[0] != handshake || data[1] != major || data[2] > lastMinor {
		return false
	}
	c.HandOver(p.Registry.Named("tls"), nil)
	return true
}

// Reply is a line of a reply of three digits, as SMTP (RFC 5321, 4.2) and FTP (RFC 959, 4.2) have it.
type Reply struct {
	Code uint64
	More bool // other lines of the reply follow
	Text []byte
}

// ParseReply reads a line; ok is false when it is none of a reply.
func ParseReply(line []byte) (r Reply, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return Reply{}, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return Reply{}, false
		}
		r.Code = r.Code*10 + uint64(c-'0')
	}
	if len(line) > 3 {
		r.More, r.Text = line[3] == '-', line[4:]
	}
	return r, true
}

// Opens reports whether data, the first bytes of a stream, may start with one of commands (given in capitals) or with a reply of three
// digits. A first word that is yet to end may become any that it starts.
func Opens(data []byte, commands map[string]bool) bool {
	const longest = 16
	word := data[:min(len(data), longest)]
	end := bytes.IndexAny(word, " -\r\n")
	if end >= 0 {
		word = word[:end]
	}
	switch {
	case len(word) == 0:
		return false
	case digits(word):
		return len(word) == 3 || end < 0 && len(word) < 3
	case end >= 0:
		var b [16]byte
		return commands[string(Upper(&b, word))]
	}
	for c := range commands {
		if len(c) >= len(word) && bytes.EqualFold([]byte(c[:len(word)]), word) {
			return true
		}
	}
	return false
}

// Server is the direction of the server: not the one that began, where that is known, else that of the first reply.
func Server(p *dissect.Packet, c *dissect.Conversation, reply bool) int {
	switch {
	case c.InitiatorKnown:
		return 1
	case reply:
		return p.Direction
	}
	return 1 - p.Direction
}

// Elsewhere reports whether the packet is on none of proto's ports, where tshark does not look for it (Options.Wireshark).
func Elsewhere(p *dissect.Packet, proto *dissect.Protocol) bool {
	return p.Options.Wireshark && !slices.Contains(proto.TCPPorts, p.Core.Source.Port) && !slices.Contains(proto.TCPPorts, p.Core.Destination.Port)
}

// Letters reports whether b holds letters only.
func Letters(b []byte) bool {
	for _, c := range b {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return true
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
