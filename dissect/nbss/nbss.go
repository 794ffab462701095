// SPDX-License-Identifier: Apache-2.0

// Package nbss dissects the NetBIOS session service (RFC 1001, RFC 1002, 4.3), and its header over TCP directly ([MS-SMB2] 2.1), whose length has 24 bits:
//
//	0      1       2        4
//	| type | flags | length | payload …        flags & 1: the length's bit 16
//	| 0    | length         | payload …
//
// A message stands in the packet that completes it. What it carries is handed on by its first bytes: SMB, or SMB 2 and 3. The messages of a packet share
// one layer where they come in one piece, as in Wireshark. Limits: messages of 128 KiB are waited for, of larger ones the first 64 KiB are dissected and the
// rest is passed over. Not decoded: other protocols over sessions of NetBIOS.
package nbss

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Types of messages (RFC 1002, 4.3.1).
const (
	sessionMessage   = 0x00
	sessionRequest   = 0x81
	positiveResponse = 0x82
	negativeResponse = 0x83
	retargetResponse = 0x84
	keepAlive        = 0x85
)

const (
	headerLen = 4
	// magicLen is the length of the identifiers of SMB, a byte and its name, and smbHeader that of the shortest header behind them.
	magicLen, smbHeader = 4, 32
	// maxWait bounds the messages that are waited for, and maxHead what is looked at of larger ones, bytes.
	maxWait, maxHead = 128 << 10, 64 << 10
	// sessionPort is where sessions are asked for, directPort carries messages without.
	sessionPort, directPort = 139, 445
)

// Protocol is the session service.
var Protocol = &dissect.Protocol{
	Name: "nbss", Title: "NBSS", Reference: "RFC 1002", Application: true,
	TCPPorts: []uint16{sessionPort, directPort},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("nbss")
	fType     = fields.Add("type", field.Uint8, "nbss.type", "Type of each message: 0 session message, 129 session request, 130 positive, 131 negative and 132 retarget response, 133 keep-alive")
	fLength   = fields.Add("length", field.Uint32, "nbss.length", "Length of what each message carries, bytes", field.Rare, field.Detail)
	fCalled   = fields.Add("called_name", field.Keyword, "nbss.called_name", "NetBIOS name that a session is asked of, with its service")
	fCalling  = fields.Add("calling_name", field.Keyword, "nbss.calling_name", "NetBIOS name that asks for a session, with its service")
	fError    = fields.Add("error_code", field.Uint8, "nbss.error_code", "Why a session is refused: 128 and 129 not listening on the called name or for the calling one, 130 no such name, 131 no resources, 143 unspecified", field.Rare)
	fRetarget = fields.Add("retarget_ip_address", field.IP, "nbss.retarget_ip_address", "Address to ask for a session instead", field.Rare, field.Detail)
	fPort     = fields.Add("retarget_port", field.Uint16, "nbss.retarget_port", "Port to ask for a session instead", field.Rare, field.Detail)
)

// Session is what is known of a connection, also behind what the capture lost of it; the protocols in it keep what is theirs.
type Session struct {
	SMB, SMB2 any
	// packet is the number of the last packet with a message that began in it.
	packet uint64
}

// Of is the session that the packet belongs to, nil when it belongs to none.
func Of(p *dissect.Packet) *Session {
	if p.Conversation == nil || p.Quoted {
		return nil
	}
	s, _ := p.Conversation.Lasting.(*Session)
	return s
}

var names = map[string]string{"0": "Session message", "129": "Session request", "130": "Positive session response", "131": "Negative session response",
	"132": "Retarget session response", "133": "Session keep-alive"}

var refusals = map[uint64]string{0x80: "Not listening on called name", 0x81: "Not listening for calling name", 0x82: "Called name not present",
	0x83: "Called name present, but insufficient resources", 0x8f: "Unspecified error"}

// summary reads "Session request, to SERVER<20> from PC<00>".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Text(nil, fType)
	switch {
	case !ok:
		return append(dst, "NBSS Continuation Message"...)
	case names[string(kind)] == "":
		dst = append(append(dst, "Type "...), kind...)
	default:
		dst = append(dst, names[string(kind)]...)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", to ", fCalled}, {" from ", fCalling}, {", to ", fRetarget}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if code, ok := v.Uint(fError); ok {
		if name := refusals[code]; name != "" {
			return append(append(dst, ", "...), name...)
		}
		dst, _ = v.Text(append(dst, ", error "...), fError)
	}
	return dst
}
