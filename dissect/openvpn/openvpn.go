// SPDX-License-Identifier: Apache-2.0

// Package openvpn dissects the headers of OpenVPN's packets over UDP and TCP (OpenVPN protocol, draft-openvpn-wire-protocol).
//
//	| length 16 (TCP only) | opcode 5, key 3 | session 64 | authentication, acknowledgements, packet ID, TLS …   control
//	|                      | opcode 5, key 3 | peer 24 (opcode 9) | encrypted …                                  data
//
// Found on its port alone, as in Wireshark. The TLS of the control channel is read (control.go). Not decoded: what else follows the session.
package openvpn

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	port      = 1194
	lengthLen = 2

	opDataV1  = 6
	opDataV2  = 9
	opcodeMax = 11 // P_CONTROL_WKC_V1
)

// Protocol is OpenVPN.
var Protocol = &dissect.Protocol{
	Name: "openvpn", Title: "OpenVPN", Reference: "draft-openvpn-wire-protocol", Application: true, UDPPorts: []uint16{port}, TCPPorts: []uint16{port},
	Summary: summary,
}

// The dissectors name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect, Protocol.Stream = datagram, stream }

var (
	fields   = field.Group("openvpn")
	fLength  = fields.Add("plen", field.Uint16, "openvpn.plen", "Length of a packet over TCP, bytes", field.Rare, field.Detail)
	fOpcode  = fields.Add("opcode", field.Uint8, "openvpn.opcode", "Opcode: 7 and 8 hard reset of client and server, 3 soft reset, 4 control, 5 acknowledgement, 6 and 9 data")
	fKey     = fields.Add("keyid", field.Uint8, "openvpn.keyid", "Key of the session that is in use", field.Rare, field.Detail)
	fSession = fields.Add("sessionid", field.Hex, "openvpn.sessionid", "Sender's session")
	fPeer    = fields.Add("peerid", field.Uint32, "openvpn.peerid", "Peer of a data packet")

	kind = field.Intern("openvpn")
)

func datagram(p *dissect.Packet, b []byte, wire int) {
	if !known(p, b[0]) {
		p.Pop()
		return
	}
	message(p, b, wire)
}

func stream(p *dissect.Packet, _ *dissect.Conversation, b []byte) int {
	if len(b) < lengthLen {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b))
	switch {
	case n == 0 || len(b) > lengthLen && !known(p, b[lengthLen]):
		return dissect.Reject
	case len(b) < lengthLen+n:
		return 0
	}
	if p.Push(Protocol) {
		p.Out.Uint(fLength, uint64(n))
		message(p, b[lengthLen:lengthLen+n], n)
	}
	return lengthLen + n
}

// known reports whether the opcode is one of OpenVPN's; Wireshark takes everything on the port for it.
func known(p *dissect.Packet, first byte) bool {
	op := first >> 3
	return p.Options.Wireshark || op > 0 && op <= opcodeMax
}

func message(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	op := b[0] >> 3
	p.Out.Uint(fOpcode, uint64(op))
	p.Out.Uint(fKey, uint64(b[0]&7))
	switch op {
	case opDataV1:
		p.TunnelType(kind)
	case opDataV2:
		p.TunnelType(kind)
		if p.Need(b, wire, 4) {
			peer := uint64(binary.BigEndian.Uint32(b) & 0xffffff)
			p.Out.Uint(fPeer, peer)
			p.TunnelID(peer)
		}
	default:
		if p.Need(b, wire, 9) {
			p.Out.Bytes(fSession, b[1:9])
			tunnelled(p, b)
		}
	}
}

var opcodes = [...]string{1: "Hard reset, client V1", 2: "Hard reset, server V1", 3: "Soft reset", 4: "Control", 5: "Acknowledgement", 6: "Data V1",
	7: "Hard reset, client V2", 8: "Hard reset, server V2", 9: "Data V2", 10: "Hard reset, client V3", 11: "Control with client key"}

func summary(dst []byte, v dissect.View) []byte {
	op, _ := v.Uint(fOpcode)
	if op > 0 && op < uint64(len(opcodes)) {
		return append(dst, opcodes[op]...)
	}
	return strconv.AppendUint(append(dst, "Opcode "...), op, 10)
}
