// SPDX-License-Identifier: Apache-2.0

// Package git dissects git's own transfer protocol over TCP (gitprotocol-pack, gitprotocol-v2), which is made of packet lines:
//
//	0033git-upload-pack /project.git\0host=example.com\0\0version=2\0
//	000eversion 2\n0000
//
// The lines that a packet completes are one layer. Limits: lines of 64 KiB (65,520 bytes by the protocol). Not decoded: references and objects, which are
// counted; git over SSH and HTTP.
package git

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	lengthLen = 4 // hex digits
	maxLine   = 65520
	// shortest is the length of the shortest line; 0 to 2 are marks: flush, delimiter, end of a response.
	shortest = lengthLen
	lastMark = 2
)

// Protocol is git.
var Protocol = &dissect.Protocol{
	Name: "git", Title: "Git", Reference: "gitprotocol-pack", Application: true,
	TCPPorts: []uint16{9418},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("git")
	fVersion = fields.Add("version", field.Uint8, "git.version", "Version of the protocol that a side speaks; git.version is the digit's code in Wireshark")
	fCommand = fields.Add("command", field.Keyword, "", "Command: git-upload-pack (fetch), git-receive-pack (push), git-upload-archive; in version 2 ls-refs, fetch")
	fPath    = fields.Add("path", field.Keyword, "", "Repository")
	fHost    = fields.Add("host", field.Keyword, "", "Host that the client asks for")
	fAgent   = fields.Add("agent", field.Keyword, "", "Software of the sender", field.Rare)
	fData    = fields.Add("data_length", field.Uint32, "", "Bytes in the lines of the packet", field.Rare, field.Detail)
)

// guess takes the request of a client.
func guess(b []byte) bool {
	return length(b) > shortest && (bytes.HasPrefix(b[lengthLen:], []byte("git-upload-pack ")) || bytes.HasPrefix(b[lengthLen:], []byte("git-receive-pack ")) || bytes.HasPrefix(b[lengthLen:], []byte("git-upload-archive ")))
}

// accept takes the length of a line, or its beginning.
func accept(b []byte) bool {
	if len(b) >= lengthLen {
		return length(b) >= 0
	}
	for _, c := range b {
		if digit(c) < 0 {
			return false
		}
	}
	return len(b) > 0
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// length is that of the line at the front of b with the four digits that say it, -1 when there is none.
func length(b []byte) int {
	if len(b) < lengthLen {
		return -1
	}
	n := 0
	for _, c := range b[:lengthLen] {
		d := digit(c)
		if d < 0 {
			return -1
		}
		n = n<<4 | d
	}
	if n > maxLine || n > lastMark && n < shortest {
		return -1
	}
	return n
}

// state is a connection's.
type state struct {
	// lost says which directions send something else than lines: a pack without a side band.
	lost [2]bool
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{}
		c.AppState = s
	}
	done, counted := 0, 0
	for done < len(data) {
		b := data[done:]
		n := length(b)
		switch {
		case s.lost[p.Direction] || n < 0 && len(b) >= lengthLen:
			s.lost[p.Direction] = true
			n = len(b)
		case n < 0 && !p.Truncated || n > len(b) && !p.Truncated:
			n = 0
		case n < 0:
			n = len(b)
		case n <= lastMark:
			n = lengthLen
		}
		if n == 0 || p.Top() != Protocol && !p.Push(Protocol) {
			break
		}
		p.Message(Protocol)
		if n = min(n, len(b)); !s.lost[p.Direction] && n > lengthLen {
			line(p, b[lengthLen:n])
			counted += n - lengthLen
		} else if s.lost[p.Direction] {
			counted += n
		}
		done += n
	}
	if counted > 0 {
		p.Out.Uint(fData, uint64(counted)) //nolint:gosec // not negative
	}
	return done
}

// line reads a request, or a capability in a line of its own (version 2).
func line(p *dissect.Packet, b []byte) {
	o := p.Out
	text := bytes.TrimSuffix(b, []byte("\n"))
	if rest, ok := bytes.CutPrefix(text, []byte("git-")); ok {
		command, rest := common.Word(text[:len(rest)+len("git-")])
		o.Text(fCommand, command)
		path, rest, _ := bytes.Cut(rest, []byte{0})
		if len(path) > 0 {
			o.Text(fPath, path)
		}
		for len(rest) > 0 {
			var part []byte
			part, rest, _ = bytes.Cut(rest, []byte{0})
			parameter(o, part, "=")
		}
		return
	}
	parameter(o, text, " ")
	parameter(o, text, "=")
}

// parameter writes those of a request and the capabilities that say who speaks.
func parameter(o *field.Buffer, b []byte, separator string) {
	name, value, _ := bytes.Cut(b, []byte(separator))
	if len(value) == 0 {
		return
	}
	switch string(name) {
	case "version":
		if n, ok := common.Number(value); ok && n <= 0xff && len(value) == 1 {
			o.Uint(fVersion, uint64(n)) //nolint:gosec // not negative
		}
	case "host":
		o.Text(fHost, value)
		host, _, _ := bytes.Cut(value, []byte(":"))
		common.Host(o, host)
	case "agent":
		o.Text(fAgent, value)
	case "command":
		o.Text(fCommand, value)
	}
}

// summary reads "git-upload-pack /project.git" or "version 2".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{"", fCommand}, {" ", fPath}, {" version ", fVersion}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if len(dst) > begin && dst[begin] == ' ' {
		dst = append(dst[:begin], dst[begin+1:]...)
	}
	if size, ok := v.Uint(fData); ok && len(dst) == begin {
		dst = append(strconv.AppendUint(append(dst, "Git Smart Protocol, "...), size, 10), " bytes"...)
	}
	return dst
}
