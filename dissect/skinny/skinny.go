// SPDX-License-Identifier: Apache-2.0

// Package skinny dissects the Skinny Client Control Protocol, which Cisco's phones speak with their call manager, over TCP:
//
//	0        4         8         12
//	| length | version | message | …        all little endian; the length counts the message's number and what follows
//
// Limits: messages of 4 KiB, 256 listed of a packet. Not decoded: the contents of messages, keys that are pressed among them; Skinny over TLS.
package skinny

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 12
	maxLength  = 4096
	maxVersion = 32
	maxMessage = 0x9000
	maxListed  = 256
)

// Protocol is Skinny.
var Protocol = &dissect.Protocol{
	Name: "skinny", Title: "SKINNY", Reference: "Cisco SCCP", Application: true,
	TCPPorts:  []uint16{2000},
	AcceptTCP: accept,
	Summary:   summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("skinny")
	fMessage = fields.Add("message_id", field.Uint32, "skinny.messageId", "Messages: 0 keep alive, 1 register, 3 key, 6 off hook, 7 on hook, 129 accepted, 133 ring, 143 call information, …")
	fVersion = fields.Add("hdr_version", field.Uint32, "skinny.hdr_version", "Version of each message", field.Rare, field.Detail)
)

// length is that of the message at the front of b, 0 for more, -1 when there is none.
func length(b []byte) int {
	if len(b) < headerLen {
		return 0
	}
	n, version, message := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	if n < 4 || n > maxLength || version > maxVersion || message > maxMessage {
		return -1
	}
	return 8 + int(n)
}

func accept(b []byte) bool { return length(b) > 0 }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if c.AppState == nil && len(data) > 0 {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		c.AppState = Protocol
	}
	done := 0
	for n := 0; done < len(data); n++ {
		b := data[done:]
		size := length(b)
		switch {
		case size < 0:
			return dissect.Reject
		case size == 0 && p.Truncated:
			return len(data)
		case size == 0 || size > len(b) && !p.Truncated || p.Top() != Protocol && !p.Push(Protocol):
			return done
		}
		p.Message(Protocol)
		if n < maxListed {
			p.Out.Uint(fVersion, uint64(binary.LittleEndian.Uint32(b[4:])))
			p.Out.Uint(fMessage, uint64(binary.LittleEndian.Uint32(b[8:])))
		} else {
			p.Out.Cut = true
		}
		done += min(size, len(b))
	}
	return done
}

var names = map[string]string{"0": "KeepAliveMessage", "1": "RegisterMessage", "2": "IpPortMessage", "3": "KeypadButtonMessage", "5": "StimulusMessage", "6": "OffHookMessage", "7": "OnHookMessage", "34": "OpenReceiveChannelAck",
	"38": "SoftKeyEventMessage", "39": "UnregisterMessage", "129": "RegisterAckMessage", "130": "StartToneMessage", "131": "StopToneMessage", "133": "SetRingerMessage", "134": "SetLampMessage", "138": "StartMediaTransmission",
	"139": "StopMediaTransmission", "143": "CallInfoMessage", "157": "RegisterRejectMessage", "256": "KeepAliveAckMessage", "261": "OpenReceiveChannel", "262": "CloseReceiveChannel", "273": "CallStateMessage"}

// summary reads "KeepAliveMessage, OffHookMessage".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fMessage, func(id []byte) {
		switch n++; {
		case n > 9:
			return
		case n == 9:
			dst = append(dst, ", …"...)
			return
		case n > 1:
			dst = append(dst, ", "...)
		}
		if name := names[string(id)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Message "...), id...)
		}
	})
	return dst
}
