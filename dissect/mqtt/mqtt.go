// SPDX-License-Identifier: Apache-2.0

// Package mqtt dissects MQTT 3.1, 3.1.1 and 5 (OASIS MQTT Version 5.0) over TCP.
//
//	| type 4 bits, flags 4 bits | length of the rest, 1 to 4 bytes of 7 bits | the type's own |
//
// The messages of a packet are one layer, as in Wireshark. Acknowledgements are tied to what they acknowledge. Limits: messages of 64 KiB are waited
// for, of larger ones the beginning is dissected; 256 topics a message; 256 topic aliases a direction, of topics of 1 KiB. Not decoded: payloads
// (counted), properties other than the topic alias.
package mqtt

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is MQTT.
var Protocol = &dissect.Protocol{
	Name: "mqtt", Title: "MQTT", Reference: "OASIS MQTT 5.0", Application: true,
	TCPPorts: []uint16{1883},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The function names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("mqtt")
	fType     = fields.Add("msgtype", field.Uint8, "mqtt.msgtype", "Type of each message: 1 CONNECT, 2 CONNACK, 3 PUBLISH, 4 PUBACK, 5 PUBREC, 6 PUBREL, 7 PUBCOMP, 8 SUBSCRIBE, 9 SUBACK, 10 UNSUBSCRIBE, 11 UNSUBACK, 12 PINGREQ, 13 PINGRESP, 14 DISCONNECT, 15 AUTH")
	fQoS      = fields.Add("qos", field.Uint8, "mqtt.qos", "Quality of service of what is published: 0 at most once, 1 at least once, 2 exactly once", field.Rare)
	fTopic    = fields.Add("topic", field.Keyword, "mqtt.topic", "Topics that are published to, subscribed to or left")
	fClientID = fields.Add("clientid", field.Keyword, "mqtt.clientid", "Identifier of the client that connects")
	fVersion  = fields.Add("ver", field.Uint8, "mqtt.ver", "Version that the client connects by: 3 is 3.1, 4 is 3.1.1, 5 is 5.0", field.Rare)
	fMsgID    = fields.Add("msgid", field.Uint16, "mqtt.msgid", "Identifier of a message, of its acknowledgements too", field.Rare)
	fPassword = fields.Add("passwd", field.Keyword, "mqtt.passwd", "Password of the client that connects", field.Secret, field.Rare)
	fReason   = fields.Add("reason_code", field.Uint8, "mqtt.conack.val, mqtt.connack.reason_code", "What became of a request: 0 success; from 128 on, and of connections before version 5 from 1 on, failure")
	fPayload  = fields.Add("msg_length", field.Uint32, "", "Length of what is published, bytes", field.Rare)

	fDup       = fields.Add("dupflag", field.Bool, "mqtt.dupflag", "The message is sent again", field.Rare, field.Detail)
	fRetain    = fields.Add("retain", field.Bool, "mqtt.retain", "The server keeps the message for those who subscribe later", field.Rare, field.Detail)
	fWillTopic = fields.Add("willtopic", field.Keyword, "mqtt.willtopic", "Topic to be published to when the client is lost", field.Rare, field.Detail)
	fKeepAlive = fields.Add("kalive", field.Uint16, "mqtt.kalive", "Longest silence of the client, seconds", field.Rare, field.Detail)
)

// Types of messages.
const (
	typeConnect = iota + 1
	typeConnack
	typePublish
	typePuback
	typePubrec
	typePubrel
	typePubcomp
	typeSubscribe
	typeSuback
	typeUnsubscribe
	typeUnsuback
	typePingreq
	typePingresp
	typeDisconnect
	typeAuth
)

const (
	// maxWait bounds the messages that are waited for as a whole, bytes.
	maxWait = 64 << 10
	// enough is what of a message that is too long to be waited for is dissected at least, bytes.
	enough = 1024
	// headerMax is the longest header, bytes.
	headerMax = 5
	version31 = 3
	version5  = 5
)

// header reads the type and the length of the message at the front of b; size is the header's own length, 0 while more of it is to come, and ok is
// false when it is none.
func header(b []byte) (size, rest int, ok bool) {
	for i := 1; i < headerMax; i++ {
		if i == len(b) {
			return 0, 0, true
		}
		rest |= int(b[i]&0x7f) << (7 * (i - 1))
		if b[i]&0x80 == 0 {
			return i + 1, rest, true
		}
	}
	return 0, 0, false
}

// accept is asked on MQTT's own port: whether type, flags and length go together (OASIS MQTT 5.0, 2.1.3).
func accept(b []byte) bool {
	size, rest, ok := header(b)
	flags := b[0] & 0x0f
	if !ok {
		return false
	}
	known := size > 0
	switch b[0] >> 4 {
	case typeConnect:
		return flags == 0 && (len(b) < 12 || guess(b))
	case typePublish:
		return flags&0x06 != 0x06 && (!known || rest > 2)
	case typePubrel, typeSubscribe, typeUnsubscribe:
		return flags == 0x02 && (!known || rest >= 2)
	case typeConnack, typePuback, typePubrec, typePubcomp, typeSuback, typeUnsuback:
		return flags == 0 && (!known || rest >= 2)
	case typePingreq, typePingresp:
		return flags == 0 && rest == 0
	case typeDisconnect, typeAuth:
		return flags == 0
	}
	return false
}

// guess takes a CONNECT of a version that there is.
func guess(b []byte) bool {
	size, rest, ok := header(b)
	if !ok || size == 0 || b[0] != typeConnect<<4 {
		return false
	}
	b = b[size:]
	for name, levels := range map[string][2]byte{"\x00\x04MQTT": {4, 5}, "\x00\x06MQIsdp": {3, 3}} {
		if n := len(name); len(b) > n && string(b[:n]) == name && b[n] >= levels[0] && b[n] <= levels[1] {
			return rest >= n+6 // level, flags, keep alive, length of the client's identifier
		}
	}
	return false
}

// names are of types.
var names = map[string]string{"1": "Connect Command", "2": "Connect Ack", "3": "Publish Message", "4": "Publish Ack", "5": "Publish Received", "6": "Publish Release", "7": "Publish Complete",
	"8": "Subscribe Request", "9": "Subscribe Ack", "10": "Unsubscribe Request", "11": "Unsubscribe Ack", "12": "Ping Request", "13": "Ping Response", "14": "Disconnect Req",
	"15": "Authentication Exchange"}

// summary reads "Publish Message (id=2) [sensors/humidity]".
func summary(dst []byte, v dissect.View) []byte {
	dst = common.Named(dst, v, fType, names)
	if text, ok := v.Text(append(dst, " (id="...), fMsgID); ok {
		dst = append(text, ')')
	}
	n := 0
	v.All(fTopic, func(topic []byte) {
		if n++; n <= 8 {
			dst = append(append(append(dst, " ["...), topic...), ']')
		}
	})
	if text, ok := v.Text(append(dst, " client "...), fClientID); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, " reason "...), fReason); ok && string(text[len(text)-2:]) != " 0" {
		dst = text
	}
	return dst
}
