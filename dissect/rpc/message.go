// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Bounds of RFC 5531, 8.2 and appendix A.
const (
	maxAuth    = 400
	maxMachine = 255
	maxGroups  = 16
	// retransmission is how long a call may be sent again under its xid, nanoseconds: NFS clients over UDP go on for minutes.
	retransmission = int64(time.Minute)
)

// States of replies (RFC 5531, 9).
const (
	replyAccepted = 0
	acceptSuccess = 0
	acceptVersion = 2
	rejectVersion = 0
)

var accepts = [...]string{"SUCCESS", "PROG_UNAVAIL", "PROG_MISMATCH", "PROC_UNAVAIL", "GARBAGE_ARGS", "SYSTEM_ERR"}

// message dissects a message, which has passed isCall or isReply.
func message(p *dissect.Packet, s *session, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	xid := c.Uint32(fXID)
	if c.Uint32(fType) == typeCall {
		call(p, s, &c, xid)
		return
	}
	m := s.find(xid)
	if m == nil { // its call was not captured
		reply(p, &c, &Call{})
		return
	}
	p.Core.Headline = headlines[m.Program] // until the program's own layer
	m.Reply = true
	describe(p.Out, m)
	common.Response(p, p.Conversation, uint64(xid))
	if reply(p, &c, m) {
		body(p, s, m, &c)
	}
}

func call(p *dissect.Packet, s *session, c *common.Cursor, xid uint32) {
	c.Skip(4) // the version of RPC
	m := Call{XID: xid, Program: c.U32(), Version: c.U32(), Procedure: c.U32()}
	if c.Failed {
		return
	}
	describe(p.Out, &m)
	common.Repeatable(p, p.Conversation, uint64(xid), retransmission)
	m.gss = credential(p, c)
	c.Skip(4)
	c.Opaque(maxAuth)                      // the verifier
	p.Core.Headline = headlines[m.Program] // until the program's own layer
	known := s.asked(m)
	if !c.Failed {
		body(p, s, known, c)
	}
}

// describe writes what a message calls.
func describe(o *field.Buffer, m *Call) {
	o.Uint(fProgram, uint64(m.Program))
	if name, ok := headlines[m.Program]; ok {
		o.Const(fName, name)
	}
	o.Uint(fVersion, uint64(m.Version))
	o.Uint(fProc, uint64(m.Procedure))
	if name := procedure(m); name != "" {
		o.String(fProcs, name)
	}
}

// credential dissects the credentials of a call.
func credential(p *dissect.Packet, c *common.Cursor) (g gss) {
	flavor := c.Uint32(fFlavor)
	b := c.Opaque(maxAuth)
	auth := common.Read(p, b, len(b))
	switch {
	case c.Failed:
	case flavor == flavorSys:
		auth.Skip(4) // a stamp
		if name := auth.Opaque(maxMachine); len(name) > 0 {
			p.Out.Text(fMachine, name)
			common.Host(p.Out, name)
		}
		auth.Uint32(fUID)
		auth.Uint32(fGID)
		for n := min(auth.U32(), maxGroups); n > 0 && auth.More(); n-- {
			auth.Uint32(fGID)
		}
	case flavor == flavorGSS: // RFC 2203, 5
		const data, integrity, privacy = 0, 2, 3
		auth.Skip(4) // the version
		g.control = auth.Uint32(fGSSProc) != data
		auth.Uint32(fGSSSeq)
		service := auth.Uint32(fGSSService)
		g.integrity, g.private = service == integrity, service == privacy
		if handle := auth.Opaque(maxAuth); len(handle) > 0 {
			p.Out.Bytes(fGSSContext, handle)
		}
	}
	return g
}

// reply dissects a reply up to its results, and reports whether it has any.
func reply(p *dissect.Packet, c *common.Cursor, m *Call) bool {
	if c.U32() != replyAccepted {
		reason := c.Uint32(fReject)
		switch {
		case c.Failed:
		case reason == rejectVersion:
			p.Out.String(fStatus, "RPC_MISMATCH")
		default:
			p.Out.String(fStatus, "AUTH_ERROR")
			c.Uint32(fAuth)
		}
		return false
	}
	c.Skip(4)
	c.Opaque(maxAuth)
	status := c.Uint32(fAccept)
	if c.Failed || int(status) >= len(accepts) {
		return false
	}
	p.Out.String(fStatus, accepts[status])
	return status == acceptSuccess && m.Program != 0
}

// body hands the arguments or results to the program's protocol. Those that RPCSEC_GSS protects the integrity of stand behind their length and the
// number of the call.
func body(p *dissect.Packet, s *session, m *Call, c *common.Cursor) {
	proto := p.Registry.Named(programs[m.Program].layer)
	if proto == nil || m.gss.control || m.gss.private {
		return
	}
	args := *c
	if m.gss.integrity {
		args = c.Sub(int(min(c.U32(), 1<<31-1)))
		args.Skip(4)
	}
	if args.Failed || !p.Push(proto) {
		return
	}
	if len(args.B) == 0 && args.Wire > 0 {
		p.Truncated = true
		return
	}
	s.current = m
	proto.Dissect(p, args.B, args.Wire)
	s.current = nil
	if p.Top() == proto {
		p.Core.Application = proto
	} else {
		p.Core.Headline = headlines[m.Program] // the program has taken its layer back
	}
}
