// SPDX-License-Identifier: Apache-2.0

// Package rpc dissects ONC Remote Procedure Calls, version 2 (RFC 5531), over UDP and TCP.
//
//	record mark (TCP): last 1 bit, length 31 bits
//	call:  | xid 4 | 0 | version 2 | program 4 | version 4 | procedure 4 | credentials: flavor 4, length 4, … | verifier: flavor 4, length 4, … | arguments
//	reply: | xid 4 | 1 | accepted 0, verifier, status 4, results; or denied 1, reason |
//
// A reply names neither program nor procedure: they are its call's, which is found by xid in the conversation. The messages of a packet are
// one layer, and what they carry is a layer each, as in Wireshark. What the port mapper gives out is expected there, whatever its program.
// Limits: records of 64 KiB are waited for, of larger ones the beginning is dissected; 64 fragments a record; 256 calls a conversation are remembered.
// Not decoded: the arguments of programs other than NFS, mount and the port mapper, and those that RPCSEC_GSS encrypts.
package rpc

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is ONC RPC.
var Protocol = &dissect.Protocol{
	Name: "rpc", Title: "RPC", Reference: "RFC 5531", Application: true,
	TCPPorts: []uint16{111, 2049, 20048}, UDPPorts: []uint16{111, 2049, 20048},
	GuessTCP: guessTCP, AcceptTCP: acceptTCP, GuessUDP: guessUDP, AcceptUDP: acceptUDP,
	Summary: Summary,
}

// The functions name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields   = field.Group("rpc")
	fXID     = fields.Add("xid", field.Uint32, "rpc.xid", "Identifier that a reply has of its call", field.Rare)
	fType    = fields.Add("msgtyp", field.Uint8, "rpc.msgtyp", "Type of each message: 0 call, 1 reply")
	fProgram = fields.Add("program", field.Uint32, "rpc.program", "Program that is called: 100000 port mapper, 100003 NFS, 100005 mount, …; of a reply, its call's")
	fName    = fields.Add("program_name", field.Keyword, "", "Name of the program, where it is known")
	fVersion = fields.Add("programversion", field.Uint32, "rpc.programversion", "Version of the program", field.Rare)
	fProc    = fields.Add("procedure", field.Uint32, "rpc.procedure", "Procedure that is called; of a reply, its call's", field.Rare)
	fProcs   = fields.Add("procedure_name", field.Keyword, "", "Name of the procedure, where it is known: GETPORT, LOOKUP, COMPOUND, …")
	fStatus  = fields.Add("status", field.Keyword, "", "What became of the call: SUCCESS, PROG_UNAVAIL, PROG_MISMATCH, PROC_UNAVAIL, GARBAGE_ARGS, SYSTEM_ERR, RPC_MISMATCH, AUTH_ERROR")

	credentials = field.Group("rpc.auth")
	fFlavor     = credentials.Add("flavor", field.Uint32, "rpc.auth.flavor", "Kind of the caller's credentials: 0 none, 1 AUTH_SYS, 3 AUTH_DH, 6 RPCSEC_GSS, …")
	fUID        = credentials.Add("uid", field.Uint32, "rpc.auth.uid", "Number of the calling user (AUTH_SYS)")
	fGID        = credentials.Add("gid", field.Uint32, "rpc.auth.gid", "Number of the calling user's group, and of further ones (AUTH_SYS)", field.Rare)
	fMachine    = credentials.Add("machinename", field.Keyword, "rpc.auth.machinename", "Name of the calling machine (AUTH_SYS)")

	fAccept     = fields.Add("state_accept", field.Uint32, "rpc.state_accept", "Status of an accepted call: 0 success, 1 no such program, 2 no such version, 3 no such procedure, 4 arguments not understood, 5 failure", field.Rare, field.Detail)
	fReject     = fields.Add("state_reject", field.Uint32, "rpc.state_reject", "Why a call was denied: 0 version of RPC, 1 authentication", field.Rare, field.Detail)
	fAuth       = fields.Add("state_auth", field.Uint32, "rpc.state_auth", "Why authentication failed: 1 bad credentials, 5 too weak, …", field.Rare, field.Detail)
	fGSSProc    = credentials.Add("gss_procedure", field.Uint32, "rpc.authgss.procedure", "RPCSEC_GSS: 0 data, 1 beginning of a context, 2 its continuation, 3 its end", field.Rare, field.Detail)
	fGSSSeq     = credentials.Add("gss_seqnum", field.Uint32, "rpc.authgss.seqnum", "RPCSEC_GSS: number of the call in its context", field.Rare, field.Detail)
	fGSSService = credentials.Add("gss_service", field.Uint32, "rpc.authgss.service", "RPCSEC_GSS: 1 none, 2 integrity, 3 privacy", field.Rare, field.Detail)
	fGSSContext = credentials.Add("gss_context", field.Hex, "rpc.authgss.context", "RPCSEC_GSS: handle of the context", field.Rare, field.Detail)
	fBytes      = fields.Add("length", field.Uint32, "rpc.fraglen", "Length of the record over TCP, without its marks, bytes", field.Rare, field.Detail)
)

// Types of messages, and the only version.
const (
	typeCall    = 0
	typeReply   = 1
	version     = 2
	callHeader  = 24 // up to the procedure
	replyHeader = 12 // up to the state
)

// Flavors of credentials (RFC 5531, 8; IANA, RPC Authentication Numbers).
const (
	flavorSys = 1
	flavorGSS = 6
)

// Call is a call, or a reply together with its call.
type Call struct {
	XID, Program, Version, Procedure uint32
	// Reply is set when the bytes at hand are the reply's results, else they are the call's arguments.
	Reply bool
	// Memo is what the program noted of the call, for its reply.
	Memo any

	gss gss
}

// gss is what RPCSEC_GSS does to a call.
type gss struct{ control, integrity, private bool }

// Current is the call whose arguments or results a program's protocol is given to dissect, nil where there is none. The protocol takes back its
// layer (dissect.Packet.Pop) when it reads nothing: it is called without arguments, too.
func Current(p *dissect.Packet) *Call {
	if p.Conversation != nil {
		if s, ok := p.Conversation.AppState.(*session); ok {
			return s.current
		}
	}
	return nil
}

// maxCalls bounds the calls of a conversation that are remembered; the oldest are forgotten.
const maxCalls = 256

// session is what is known of a conversation.
type session struct {
	calls   []Call // newest last
	current *Call
	// within says by direction that the end of a record that was given up is yet to come.
	within [2]bool
}

// asked notes a call. One that is sent again takes the place of the one before.
func (s *session) asked(c Call) *Call {
	if old := s.find(c.XID); old != nil {
		*old = c
		return old
	}
	if len(s.calls) == maxCalls {
		s.calls = append(s.calls[:0], s.calls[1:]...)
	}
	s.calls = append(s.calls, c)
	return &s.calls[len(s.calls)-1]
}

// find is the call of that xid, nil when there is none.
func (s *session) find(xid uint32) *Call {
	for i := len(s.calls) - 1; i >= 0; i-- {
		if s.calls[i].XID == xid {
			return &s.calls[i]
		}
	}
	return nil
}
