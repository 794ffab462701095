// SPDX-License-Identifier: Apache-2.0

// Package bfd dissects the control packets of Bidirectional Forwarding Detection (RFC 5880; over UDP RFC 5881, RFC 5883, RFC 7130, RFC 7881).
//
//	0                    1              2            3        4      8        12           16           20
//	| version, diagnosis | state, flags | multiplier | length | mine | yours  | desired TX | required RX | required echo | authentication
//
//	authentication  type 1, length 1, key 1, password                       1
//	                type 1, length 1, key 1, reserved 1, sequence 4, digest  2 to 5
//
// Version 0 has no state. Not decoded: echo packets, whose content only their sender knows; the source MEP TLV of MPLS-TP.
package bfd

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	flagAuth   = 0x04
	authSimple = 1
	authLast   = 5
	headerLen  = 24
)

// Protocol is BFD.
var Protocol = &dissect.Protocol{
	Name: "bfd", Title: "BFD Control", Reference: "RFC 5880", Application: true,
	UDPPorts: []uint16{3784, 4784, 6784, 7784},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("bfd")
	fVersion  = fields.Add("version", field.Uint8, "bfd.version", "Version", field.Rare, field.Detail)
	fDiag     = fields.Add("diag", field.Uint8, "bfd.diag", "Why the session went down last: 1 detection time expired, 2 echo failed, 3 neighbour said so, 7 administratively down, …")
	fState    = fields.Add("sta", field.Uint8, "bfd.sta", "State of the sender: 0 administratively down, 1 down, 2 init, 3 up")
	fFlags    = fields.Add("flags", field.Uint8, "bfd.flags", "The byte of state (times 64) and flags: 32 poll, 16 final, 8 control plane independent, 4 authentication, 2 demand, 1 multipoint", field.Rare)
	fMult     = fields.Add("detect_time_multiplier", field.Uint8, "bfd.detect_time_multiplier", "Packets missed until the session is down", field.Rare, field.Detail)
	fLength   = fields.Add("message_length", field.Uint8, "bfd.message_length", "Length, bytes", field.Rare, field.Detail)
	fMine     = fields.Add("my_discriminator", field.Uint32, "bfd.my_discriminator", "The sender's discriminator of the session")
	fYours    = fields.Add("your_discriminator", field.Uint32, "bfd.your_discriminator", "The receiver's discriminator of the session, 0 while unknown")
	fDesired  = fields.Add("desired_min_tx_interval", field.Uint32, "bfd.desired_min_tx_interval", "Interval at which the sender wants to send, microseconds", field.Rare, field.Detail)
	fRequired = fields.Add("required_min_rx_interval", field.Uint32, "bfd.required_min_rx_interval", "Interval at which the sender can receive, microseconds", field.Rare, field.Detail)
	fEcho     = fields.Add("required_min_echo_interval", field.Uint32, "bfd.required_min_echo_interval", "Interval at which the sender can return echos, microseconds", field.Rare, field.Detail)
	fAuthType = fields.Add("auth.type", field.Uint8, "bfd.auth.type", "Authentication: 1 password, 2 and 3 MD5, 4 and 5 SHA-1", field.Rare, field.Detail)
	fKey      = fields.Add("auth.key", field.Uint8, "bfd.auth.key", "Key of the authentication", field.Rare, field.Detail)
	fPassword = fields.Add("auth.password", field.Keyword, "bfd.auth.password", "Password", field.Secret, field.Rare, field.Detail)
	fSequence = fields.Add("auth.seq_num", field.Uint32, "bfd.auth.seq_num", "Sequence number of the authentication", field.Rare, field.Detail)
	fDigest   = fields.Add("auth.checksum", field.Hex, "bfd.checksum", "Digest", field.Secret, field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	version, flags := c.U8(), uint8(0)
	if c.Failed {
		return
	}
	p.Out.Uint(fVersion, uint64(version>>5))
	p.Out.Uint(fDiag, uint64(version&31))
	if flags = c.U8(); c.Failed {
		return
	}
	if version>>5 != 0 {
		p.Out.Uint(fState, uint64(flags>>6))
	}
	p.Out.Uint(fFlags, uint64(flags))
	c.Uint8(fMult)
	length := c.Uint8(fLength)
	c.Uint32(fMine)
	c.Uint32(fYours)
	c.Uint32(fDesired)
	c.Uint32(fRequired)
	c.Uint32(fEcho)
	if c.Failed {
		return
	}
	if length < headerLen {
		p.Bad()
		return
	}
	c = c.Sub(int(length) - headerLen)
	if version>>5 == 0 || flags&flagAuth == 0 {
		return
	}
	kind := c.Uint8(fAuthType)
	n := int(c.U8())
	c.Uint8(fKey)
	switch {
	case kind == authSimple:
		c.Text(fPassword, max(n-3, 0))
	case kind > authSimple && kind <= authLast:
		c.Skip(1)
		c.Uint32(fSequence)
		c.Hex(fDigest, max(n-8, 0))
	}
}

var states = [...]string{"AdminDown", "Down", "Init", "Up"}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fState); ok && n < uint64(len(states)) {
		dst = append(append(dst, "State "...), states[n]...)
	}
	dst, _ = v.Text(append(dst, ", diagnosis "...), fDiag)
	dst, _ = v.Text(append(dst, ", discriminators "...), fMine)
	dst, _ = v.Text(append(dst, ", "...), fYours)
	return dst
}
