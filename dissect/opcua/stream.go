// SPDX-License-Identifier: Apache-2.0

package opcua

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	// maxWait bounds the chunks that are waited for, which servers and clients of 1.04 cut messages into.
	maxWait = 64 << 10
	// maxBody bounds what is kept of a body.
	maxBody = 16 << 10
)

// connection is what spans packets.
type connection struct {
	layers common.Layers
	// secured is set when the security policy is other than None: bodies may be encrypted.
	secured bool
	// bodies are what the chunks of each direction's message in progress brought so far; cut says that they brought more.
	bodies [2][]byte
	cut    [2]bool
}

// sequenceLen is the length of the sequence header, bytes.
const sequenceLen = 8

// helloKey ties an Acknowledge to its Hello; identifiers of requests have 32 bits.
const helloKey = 1 << 32

// stream takes one chunk off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, _ := c.AppState.(*connection)
	if !accept(data) || s == nil && common.Elsewhere(p, Protocol) {
		return dissect.Reject
	}
	if s == nil {
		s = &connection{}
		c.AppState = s
	}
	if len(data) < headerLen {
		return 0
	}
	n := int(binary.LittleEndian.Uint32(data[4:]))
	if len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if !s.layers.Push(p, Protocol) {
		return n
	}
	p.Message(Protocol)
	at := min(n, len(data))
	s.chunk(p, c, data[:at:at], n)
	return n
}

// chunk dissects b, of n bytes on the wire.
func (s *connection) chunk(p *dissect.Packet, c *dissect.Conversation, b []byte, n int) {
	k := kindOf(b)
	p.Out.Const(fType, kinds[k].str)
	p.Out.Text(fChunk, b[3:4])
	last := b[3]
	r := common.Read(p, b, n)
	r.Skip(headerLen)
	switch k {
	case hello:
		common.Request(p, c, helloKey)
		r.Skip(5 * 4) // the version, sizes of buffers and messages, chunks
		endpoint(&r)
	case acknowledge:
		common.Response(p, c, helloKey)
	case failure:
		code := r.Little32()
		if !r.Failed {
			p.Out.Uint(fError, uint64(code))
			writeStatus(p.Out, code)
		}
		text(&r, fReason)
	case reverse:
		text(&r, fServer)
		endpoint(&r)
	default:
		s.secure(p, c, r, k, last)
	}
}

// secure reads the headers of a secure channel, and the body with the last chunk.
func (s *connection) secure(p *dissect.Packet, c *dissect.Conversation, r common.Cursor, k kind, last byte) {
	r.LittleNumber(fChannel, 4)
	if k == open {
		policy := octets(&r)
		if r.Failed {
			return
		}
		p.Out.Text(fPolicy, policy)
		octets(&r) // the sender's certificate
		octets(&r) // the thumbprint of the receiver's
		s.secured = string(policy) != noSecurity
		if r.Failed || s.secured && encrypted(r.B[min(sequenceLen, len(r.B)):]) { // OPC 10000-6, 6.7.4
			return
		}
	} else {
		r.LittleNumber(fToken, 4)
	}
	r.LittleNumber(fSequence, 4)
	request := r.LittleNumber(fRequest, 4)
	if r.Failed {
		return
	}
	d := p.Direction
	whole := len(r.B) == r.Wire
	if s.bodies[d] != nil || last == 'C' {
		s.add(d, r.B)
		whole = !s.cut[d]
		r.B, r.Wire = s.bodies[d], len(s.bodies[d])
	}
	if last == 'C' {
		return
	}
	s.bodies[d], s.cut[d] = nil, false
	if last == 'A' {
		return
	}
	if len(r.B) > maxBody {
		r.B, whole = r.B[:maxBody:maxBody], false
	}
	if whole {
		s.service(p, c, r, request)
		return
	}
	// What is missing was left out here: the body is no malformed one.
	was, cut := p.Malformed, p.Truncated
	r.Wire = len(r.B)
	s.service(p, c, r, request)
	p.Malformed, p.Truncated, p.Out.Cut = was, cut, true
}

// noSecurity is the policy of messages that are neither signed nor encrypted (OPC 10000-7).
const noSecurity = "http://opcfoundation.org/UA/SecurityPolicy#None"

// add keeps the body of a chunk, as far as there is room.
func (s *connection) add(direction int, body []byte) {
	room := maxBody - len(s.bodies[direction])
	s.cut[direction] = s.cut[direction] || len(body) > room
	s.bodies[direction] = append(s.bodies[direction], body[:min(len(body), room)]...)
	if s.bodies[direction] == nil {
		s.bodies[direction] = []byte{}
	}
}

func writeStatus(o *field.Buffer, code uint32) {
	begin, name := status(code)
	o.String(fStatus, begin+name)
}
