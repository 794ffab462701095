// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

const (
	markLen = 4
	lastBit = 1 << 31
	// maxWait bounds the records that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// maxFragment bounds the lengths that are believed, bytes: NFS moves 1 MiB at a time, some servers more.
	maxFragment = 16 << 20
	// maxFragments bounds the fragments of a record.
	maxFragments = 64
	// enough is what of a record that is too long to be waited for is dissected at least, bytes: the head of a READ or WRITE.
	enough = 1024
)

// isCall reports whether b starts a call. known asks for a program that has a name; else any number that one may have will do.
func isCall(b []byte, known bool) bool {
	const (
		maxVersion, maxProcedure = 1 << 10, 1 << 16
		firstProgram, endProgram = 100000, 0x60000000 // RFC 5531, 13: what is beyond is reserved
		lastFlavor, firstPseudo  = 6, 390000
		credentials, length      = 24, 28
	)
	if len(b) < callHeader || number(b, 4) != typeCall || number(b, 8) != version || number(b, 16) > maxVersion || number(b, 20) > maxProcedure {
		return false
	}
	if program := number(b, 12); programs[program].name == "" && (known || program < firstProgram || program >= endProgram) {
		return false
	}
	if len(b) < length+4 {
		return known
	}
	flavor := number(b, credentials)
	return (flavor <= lastFlavor || flavor >= firstPseudo && flavor < firstPseudo+16) && number(b, length) <= maxAuth
}

// isReply reports whether b starts a reply.
func isReply(b []byte) bool {
	return len(b) >= replyHeader && number(b, 4) == typeReply && number(b, 8) <= 1
}

func number(b []byte, at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }

func guessUDP(b []byte) bool { return isCall(b, len(b) < callHeader+8) }

// acceptUDP is asked on RPC's own ports; a reply is one when its call was seen, which datagram decides.
func acceptUDP(b []byte) bool { return isReply(b) }

func guessTCP(b []byte) bool {
	return len(b) > markLen && number(b, 0)&^lastBit >= callHeader && number(b, 0)&^lastBit <= maxFragment && guessUDP(b[markLen:])
}

// acceptTCP is asked on RPC's own ports, where the first bytes may come in pieces.
func acceptTCP(b []byte) bool {
	if len(b) >= markLen+callHeader {
		return guessTCP(b)
	}
	const zero, types = 8, 12 // the first byte of lengths that are believed, and the type of a call
	return b[0]&^(lastBit>>24) == 0 && (len(b) < types || number(b, zero) == typeCall)
}

// tells reports whether the bytes may be a message of the session: a call, or the reply to one that was asked. In compat mode only programs
// that have a name are, and replies to calls that were not captured are not.
func tells(p *dissect.Packet, s *session, b []byte) bool {
	if isCall(b, p.Options.Wireshark) {
		return true
	}
	return isReply(b) && (s.find(number(b, 0)) != nil || !p.Options.Wireshark)
}

// datagram dissects a message over UDP.
func datagram(p *dissect.Packet, b []byte, wire int) {
	c := p.Conversation
	s := &session{}
	if c != nil {
		if known, ok := c.AppState.(*session); ok {
			s = known
		}
	}
	call := isCall(b, p.Options.Wireshark)
	if !call && (!isReply(b) || s.find(number(b, 0)) == nil) {
		p.Pop()
		return
	}
	if c != nil && call && !p.Quoted {
		c.App, c.AppState = Protocol, s // the replies are told by their calls
	}
	message(p, s, b, wire)
}

// stream takes a record off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*session)
	if !ok {
		if !acceptTCP(data) || len(data) >= markLen+callHeader && !isCall(data[markLen:], p.Options.Wireshark) {
			return dissect.Reject
		}
		s = &session{}
		c.AppState = s
	}
	if len(data) < markLen {
		return 0
	}
	r := marks(data)
	if s.within[p.Direction] && r.first <= maxFragment {
		s.within[p.Direction] = !r.firstLast
		return markLen + r.first
	}
	head := data[markLen:min(len(data), markLen+r.first)]
	if len(head) < replyHeader && r.first >= replyHeader && !p.Truncated {
		return 0
	}
	if r.first > maxFragment || !tells(p, s, head) && !(isShortCall(head) && len(head) < r.first && !p.Truncated) {
		p.Push(Protocol) // what continues a message whose beginning was not captured
		s.within[p.Direction] = false
		return len(data)
	}
	waits := r.length <= maxWait && r.fragments <= maxFragments || len(head) < min(enough, r.first)
	if waits && !r.complete && !p.Truncated {
		return 0
	}
	p.Push(Protocol)
	p.Out.Uint(fBytes, uint64(r.length)) //nolint:gosec // not negative
	if !r.complete {
		cut := p.Truncated // else the rest is left out, not cut by the capture
		message(p, s, head, r.first)
		p.Truncated = cut
		s.within[p.Direction] = !r.firstLast
		return markLen + r.first
	}
	if r.fragments > 1 {
		head = join(data, r.length)
	}
	message(p, s, head, len(head))
	return r.fragments*markLen + r.length
}

// isShortCall reports whether b is a call as far as it goes.
func isShortCall(b []byte) bool {
	return len(b) >= replyHeader && len(b) < callHeader+8 && number(b, 4) == typeCall && number(b, 8) == version
}

// record is what the marks at the front of a stream say.
type record struct {
	first, length int // of the first fragment, and of those whose marks are there, bytes
	fragments     int
	firstLast     bool // the first fragment is the last one
	last          bool // the last fragment's mark is there
	complete      bool // and all bytes are
}

func marks(data []byte) (r record) {
	for at := 0; !r.last && at+markLen <= len(data) && r.fragments <= maxFragments && r.length <= maxFragment; {
		mark := number(data, at)
		n := int(mark &^ lastBit)
		r.last = mark&lastBit != 0
		if r.fragments == 0 {
			r.first, r.firstLast = n, r.last
		}
		r.fragments++
		r.length += n
		at += markLen + n
		r.complete = r.last && at <= len(data)
	}
	return r
}

// join copies the fragments of a complete record of that length together.
func join(data []byte, length int) []byte {
	whole := make([]byte, 0, length)
	for last := false; !last; {
		mark := number(data, 0)
		n := int(mark &^ lastBit)
		whole = append(whole, data[markLen:markLen+n]...)
		data, last = data[markLen+n:], mark&lastBit != 0
	}
	return whole
}
