// SPDX-License-Identifier: Apache-2.0

// Package rsync dissects how a client of rsync and its daemon greet each other over TCP:
//
//	@RSYNCD: 31.0        both
//	module               client
//	@RSYNCD: OK          daemon, or @RSYNCD: AUTHREQD and a challenge, @ERROR: text
//
// The layer stands in every packet of the connection, as in Wireshark. What follows the greeting is counted: file lists and contents are never indexed, nor
// is what a client proves itself with. Limits: greetings of 4 KiB. Not decoded: arguments, the transfer.
package rsync

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	magic       = "@RSYNCD: "
	maxGreeting = 4096
)

// Protocol is rsync.
var Protocol = &dissect.Protocol{
	Name: "rsync", Title: "RSYNC", Reference: "rsync protocol", Application: true,
	TCPPorts: []uint16{873},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("rsync")
	fVersion = fields.Add("hdr_version", field.Keyword, "rsync.hdr_version", "Version that a side speaks, with what it can")
	fModule  = fields.Add("module", field.Keyword, "rsync.query", "Module that the client asks for")
	fStatus  = fields.Add("response", field.Keyword, "rsync.response", "What the daemon answers: OK, AUTHREQD, EXIT, or an error", field.Rare)
	fData    = fields.Add("data_length", field.Uint32, "", "Bytes of the transfer in the packet", field.Rare, field.Detail)
)

// guess takes the greeting of either side.
func guess(b []byte) bool {
	return len(b) > len(magic) && bytes.HasPrefix(b, []byte(magic)) && b[len(magic)] >= '0' && b[len(magic)] <= '9'
}

// accept also takes the beginning of one.
func accept(b []byte) bool { return guess(b) || len(b) > 0 && bytes.HasPrefix([]byte(magic), b) }

type phase uint8

const (
	inVersion phase = iota
	inGreeting
	inTransfer
)

// state is a connection's.
type state struct {
	server int
	dir    [2]phase
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		s = &state{server: common.Server(p, c, true)}
		c.AppState = s
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return len(data)
	}
	p.Message(Protocol)
	done := 0
	for done < len(data) && s.dir[p.Direction] != inTransfer {
		line, n := common.Line(p, data[done:])
		if n == 0 && len(data)-done <= maxGreeting {
			return done
		}
		if n == 0 || n > maxGreeting {
			s.dir[p.Direction] = inTransfer
			break
		}
		done += n
		s.line(p, line)
	}
	if done < len(data) {
		p.Out.Uint(fData, uint64(len(data)-done)) //nolint:gosec // not negative
	}
	return len(data)
}

// line takes a line of a greeting.
func (s *state) line(p *dissect.Packet, line []byte) {
	d := &s.dir[p.Direction]
	rest, marked := bytes.CutPrefix(line, []byte(magic))
	switch {
	case *d == inVersion && marked:
		p.Out.Text(fVersion, rest)
		*d = inGreeting
	case *d == inVersion:
		*d = inTransfer
	case p.Direction != s.server: // the module; a line of what proves who asks comes behind it
		if len(line) > 0 {
			p.Out.Text(fModule, line)
		}
		*d = inTransfer
	case marked:
		word, _ := common.Word(rest)
		p.Out.Text(fStatus, word)
		if string(word) != "AUTHREQD" {
			*d = inTransfer
		}
	case bytes.HasPrefix(line, []byte("@ERROR")):
		p.Out.Text(fStatus, line)
		*d = inTransfer
	}
}

// summary reads "Version 31.0", "Module backup" or "Data, 100 bytes".
func summary(dst []byte, v dissect.View) []byte {
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{"Initialisation (Version ", fVersion}, {"Client query: ", fModule}, {"Server response: ", fStatus}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			if dst = text; part.id == fVersion {
				dst = append(dst, ')')
			}
			return dst
		}
	}
	if size, ok := v.Uint(fData); ok {
		dst = append(strconv.AppendUint(append(dst, "Data, "...), size, 10), " bytes"...)
	}
	return dst
}
