// SPDX-License-Identifier: Apache-2.0

package nbss

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/nbns"
)

// header reads the length of what a message carries; ok is false when b starts none. direct says that all of the length's 24 bits count.
func header(b []byte, direct bool) (length int, ok bool) {
	length = int(binary.BigEndian.Uint32(b) & 0xffffff)
	const extension = 1
	if !direct && b[1] > extension {
		return 0, false
	}
	switch b[0] {
	case sessionMessage:
		return length, true
	case sessionRequest:
		return length, length >= 2*nbns.MinName && length <= 2*nbns.MaxName
	case positiveResponse, keepAlive:
		return length, length == 0
	case negativeResponse:
		return length, length == 1
	case retargetResponse:
		return length, length == 6
	}
	return 0, false
}

// carried is the name of the protocol of what a session message carries, "" when it is unknown.
func carried(b []byte) string {
	if len(b) < magicLen || string(b[1:magicLen]) != "SMB" {
		return ""
	}
	switch b[0] {
	case 0xff:
		return "smb"
	case 0xfe, 0xfd, 0xfc: // a message, an encrypted and a compressed one
		return "smb2"
	}
	return ""
}

// guess takes a session message with SMB in it.
func guess(b []byte) bool {
	if len(b) < headerLen+smbHeader || b[0] != sessionMessage {
		return false
	}
	length, _ := header(b, true)
	return length >= smbHeader && carried(b[headerLen:]) != ""
}

// accept is asked on the protocol's own ports, where messages may come in pieces and sessions begin without SMB.
func accept(b []byte) bool {
	switch {
	case len(b) < headerLen:
		return b[0] == sessionMessage || b[0] >= sessionRequest && b[0] <= keepAlive
	case b[0] != sessionMessage:
		_, ok := header(b, false)
		return ok
	case len(b) < headerLen+magicLen:
		return len(b) == headerLen || b[headerLen] >= 0xfc
	}
	return carried(b[headerLen:]) != ""
}

// stream takes a message off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if c.AppState == nil {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		c.AppState = true
	}
	s, known := c.Lasting.(*Session)
	if !known {
		s = &Session{}
		c.Lasting = s
	}
	if len(data) < headerLen && !p.Truncated {
		return 0
	}
	length, ok := 0, len(data) >= headerLen
	if ok {
		length, ok = header(data, p.Core.Source.Port != sessionPort && p.Core.Destination.Port != sessionPort)
		// So the middle of a message is told from a message, whose length would be believed.
		ok = ok && (data[0] != sessionMessage || len(data) < headerLen+magicLen || length < magicLen || carried(data[headerLen:]) != "")
	}
	n := headerLen + length
	if ok && len(data) < n && !p.Truncated && (n <= maxWait || len(data) < maxHead) {
		return 0
	}
	// tshark's dissector is called once for what arrived in pieces, and once more for all the messages behind it.
	if (p.Reassembled || s.packet != p.Number) && !p.Push(Protocol) {
		return max(n, len(data))
	}
	if !p.Reassembled {
		s.packet = p.Number
	}
	p.Message(Protocol)
	if !ok { // in the middle of a message whose beginning was lost
		return len(data)
	}
	cut := p.Truncated
	message(p, data[:min(n, len(data))], n)
	p.Truncated = cut
	return n
}

// message decodes a message of wire bytes, of which b are there.
func message(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fType, uint64(b[0]))
	p.Out.Uint(fLength, uint64(wire-headerLen)) //nolint:gosec // 24 bits
	c := common.Read(p, b[headerLen:], wire-headerLen)
	switch b[0] {
	case sessionMessage:
		if name := carried(c.B); name != "" {
			p.CallName(name, c.B, c.Wire)
		}
	case sessionRequest:
		nbns.ReadName(&c, fCalled)
		nbns.ReadName(&c, fCalling)
	case negativeResponse:
		c.Uint8(fError)
	case retargetResponse:
		c.IP(fRetarget, 4)
		c.Uint16(fPort)
	}
}
