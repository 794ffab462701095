// SPDX-License-Identifier: Apache-2.0

package kerberos

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// Password is the protocol for changing and setting passwords (RFC 3244):
//
//	0        2         4              6
//	| length | version | AP-REQ's length | AP-REQ, or AP-REP, or nothing | KRB-PRIV, or KRB-ERROR
var Password = &dissect.Protocol{
	Name: "kpasswd", Title: "KPASSWD", Reference: "RFC 3244", Application: true,
	TCPPorts: []uint16{passwordPort}, UDPPorts: []uint16{passwordPort},
	AcceptTCP: acceptPassword, Summary: summary,
}

func init() { Password.Stream, Password.Dissect = passwordStream, password }

const passwordHead = 6

// isPassword reports whether b begins as a message does: its versions are 1, of requests to change and all answers, and 0xff80.
func isPassword(b []byte) bool {
	if len(b) < passwordHead {
		return false
	}
	length, version, ap := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:])
	return length >= passwordHead && (version == 1 || version == 0xff80) && int(ap) <= int(length)-passwordHead
}

func acceptPassword(b []byte) bool {
	return len(b) < recordLen+passwordHead || isPassword(b[recordLen:])
}

// passwordStream takes a record off the front.
func passwordStream(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
	if len(data) < recordLen+passwordHead {
		return 0
	}
	if !isPassword(data[recordLen:]) || record(data) > maxMessage {
		return dissect.Reject
	}
	n := recordLen + record(data)
	if len(data) < n && !p.Truncated {
		return 0
	}
	p.Call(Password, data[recordLen:min(n, len(data))], n-recordLen)
	return n
}

// password dissects a message.
func password(p *dissect.Packet, b []byte, wire int) {
	if !isPassword(b) {
		p.Pop()
		return
	}
	p.Message(Password)
	c := common.Read(p, b, wire)
	c.Skip(4)
	ap := c.Sub(int(c.U16()))
	if len(ap.B) > 0 {
		if ap.B[0] == application+apReq {
			common.Repeatable(p, p.Conversation, 0, repetition)
		} else {
			common.Response(p, p.Conversation, 0)
		}
		decode(p, ap.B, ap.Wire)
	}
	if len(c.B) > 0 {
		decode(p, c.B, c.Wire)
	}
}
