// SPDX-License-Identifier: Apache-2.0

// Package tns dissects the envelopes of Oracle's Transparent Network Substrate (no public specification; as Wireshark knows it):
//
//	| length (2), from version 315 behind ACCEPT (4) | checksum (2, else none) | type (1) | reserved (1) | header checksum (2) | body |
//
//	1 CONNECT     version, …, length and offset of (DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)(CID=(PROGRAM=…)(HOST=…)(USER=…)))…)
//	2 ACCEPT      4 REFUSE with (ERR=12514)      5 REDIRECT with an address      6 DATA      12 MARKER
//
// The packets in a TCP segment are one layer, as in Wireshark. Service, program, host and user that a client names, and errors are decoded, of DATA what it begins with. Limits: packets of
// 64 KiB are waited for, of larger ones the beginning is dissected. Not decoded: what DATA carries (TTC: statements, rows), but for the text of an error.
package tns

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is TNS.
var Protocol = &dissect.Protocol{
	Name: "tns", Title: "TNS", Reference: "Oracle Net", Application: true,
	TCPPorts: []uint16{1521},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("tns")
	fType     = fields.Add("type", field.Uint8, "tns.type", "Type of each packet: 1 CONNECT, 2 ACCEPT, 4 REFUSE, 5 REDIRECT, 6 DATA, 9 ABORT, 11 RESEND, 12 MARKER, …")
	fService  = fields.Add("service_name", field.Keyword, "", "Service that the client asks for")
	fSID      = fields.Add("sid", field.Keyword, "", "Instance that the client asks for by its system identifier")
	fCommand  = fields.Add("command", field.Keyword, "", "Command for the listener: status, version, ping, …")
	fProgram  = fields.Add("program", field.Keyword, "", "Program of the client")
	fHost     = fields.Add("client_host", field.Keyword, "", "Host that the client says it is on")
	fError    = fields.Add("error_code", field.Uint32, "", "Number of an error: 12514 service not known, 1017 wrong user or password, …")
	fMessage  = fields.Add("error_message", field.Keyword, "", "Text of an error")
	fRedirect = fields.Add("redirect_data", field.Keyword, "tns.redirect_data", "Address that the client is sent to")
	fConnect  = fields.Add("connect_data", field.Keyword, "tns.connect_data", "What the client asks for, without passwords", field.Rare, field.Detail)
	fVersion  = fields.Add("version", field.Uint16, "tns.version", "Version of the protocol", field.Rare, field.Detail)
	fReason   = fields.Add("refuse_reason_user", field.Uint8, "tns.refuse_reason_user", "Reason of a refusal", field.Rare, field.Detail)
	fData     = fields.Add("data_id", field.Uint8, "tns.data_id", "What DATA begins with: 1 protocol, 2 types, 3 function, 4 status, 6 rows, 17 piggyback, …", field.Rare, field.Detail)
	fCall     = fields.Add("call_id", field.Uint8, "tns.data_oci.id", "Function that is called: 94 execute, 118 and 115 login, 9 logoff, …", field.Rare, field.Detail)
)

// Types of packets.
const (
	typeConnect  = 1
	typeAccept   = 2
	typeRefuse   = 4
	typeRedirect = 5
	typeData     = 6
	typeResend   = 11
	lastType     = 19
)

var names = map[string]string{"1": "Connect", "2": "Accept", "3": "Acknowledge", "4": "Refuse", "5": "Redirect", "6": "Data", "7": "Null", "9": "Abort", "11": "Resend", "12": "Marker", "13": "Attention", "14": "Control"}

const (
	headerLen = 8
	maxWait   = 64 << 10
	// wide is the version from which on lengths have 4 bytes.
	wide = 315
)

// state is a connection's.
type state struct {
	server int // its direction
	// wide is set once lengths have 4 bytes, open while a request waits for its response.
	wide, open bool
}

// length is that of the packet at the front of b, which has a header; 0 when it can be none.
func (s *state) length(b []byte) int {
	n := int(binary.BigEndian.Uint16(b))
	if s.wide && b[4] != typeConnect || n < headerLen {
		n = int(binary.BigEndian.Uint32(b))
	}
	const longest = 1 << 24
	if n < headerLen || n > longest || b[4] == 0 || b[4] > lastType {
		return 0
	}
	return n
}

// guess takes a CONNECT.
func guess(data []byte) bool {
	const dataLength, dataOffset, least, firstVersion, lastVersion = 24, 26, 34, 300, 330
	if len(data) < least || data[4] != typeConnect || int(binary.BigEndian.Uint16(data)) != len(data) {
		return false
	}
	version, offset := binary.BigEndian.Uint16(data[8:]), int(binary.BigEndian.Uint16(data[dataOffset:]))
	return version >= firstVersion && version <= lastVersion && offset >= least && offset < len(data) && data[offset] == '(' && binary.BigEndian.Uint16(data[dataLength:]) > 0
}

// accept is asked on Oracle's own port.
func accept(data []byte) bool {
	return len(data) < headerLen || (&state{}).length(data) > 0 && data[5]&^0x3f == 0
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
		if len(data) < headerLen && !p.Truncated {
			return 0
		}
		s = &state{server: common.ServerByPort(p, c, Protocol, len(data) >= headerLen && data[4] >= typeAccept && data[4] <= typeRedirect)}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// step takes a packet off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) < headerLen {
		if p.Truncated {
			layer(p)
		}
		return 0
	}
	n := s.length(data)
	if n == 0 {
		if layer(p) {
			p.Bad()
		}
		return len(data)
	}
	if len(data) < n && n <= maxWait && !p.Truncated {
		return 0
	}
	if layer(p) {
		p.Message(Protocol)
		p.Out.Uint(fType, uint64(data[4]))
		s.tie(p, c, data[4])
		s.packet(p, data[:min(n, len(data))], n)
	}
	return n
}

// tie ties the first packet of the server to the first of the client's that it answers.
func (s *state) tie(p *dissect.Packet, c *dissect.Conversation, t byte) {
	answers := t == typeAccept || t == typeRefuse || t == typeRedirect || t == typeResend || t == typeData
	switch {
	case p.Direction == s.server && answers && s.open:
		common.Response(p, c, 0)
		s.open = false
	case p.Direction != s.server && !s.open && (t == typeConnect || t == typeData):
		common.Request(p, c, 0)
		s.open = true
	}
}

// summary reads "Connect service=orcl program=sqlplus", "Refuse ORA-12514".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fType, func(t []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, names[string(t)]...)
	})
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" service=", fService}, {" SID=", fSID}, {" command=", fCommand}, {" program=", fProgram}, {" ORA-", fError}, {" ", fMessage}, {" ", fRedirect}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	return dst
}
