// SPDX-License-Identifier: Apache-2.0

// Package kerberos dissects the messages of Kerberos 5 (RFC 4120) over UDP and TCP, where a length of 4 bytes precedes each, and as other protocols carry them; Kerberos's protocol
// for changing passwords (RFC 3244), whose messages hold two of them; and recognises Kerberos 4:
//
//	KDC-REQ   ::= [APPLICATION 10 or 12] SEQUENCE { pvno [1], msg-type [2], padata [3] OPTIONAL, req-body [4] }
//	KDC-REP   ::= [APPLICATION 11 or 13] SEQUENCE { pvno [0], msg-type [1], padata [2] OPTIONAL, crealm [3], cname [4], ticket [5], enc-part [6] }
//	AP-REQ    ::= [APPLICATION 14] SEQUENCE { pvno [0], msg-type [1], ap-options [2], ticket [3], authenticator [4] }
//	KRB-ERROR ::= [APPLICATION 30] SEQUENCE { pvno [0], msg-type [1], ctime [2], …, error-code [6], crealm [7], cname [8], realm [9], sname [10], e-text [11], e-data [12] }
//
// Of PKINIT (RFC 4556), a client's certificates are read. Limits: messages of 256 KiB, 64 items of a list, 16 parts of a name. Not decoded: what is encrypted (nothing of it is indexed), the values of other
// pre-authentication data, what a KDC signs, FAST's inner messages, the fields of Kerberos 4.
package kerberos

import (
	"encoding/binary"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	port         = 88
	passwordPort = 464
)

// Protocol is Kerberos 5. Who carries one message calls its Dissect without a layer, as Wireshark has it.
var (
	Protocol = &dissect.Protocol{
		Name: "kerberos", Title: "KRB5", Reference: "RFC 4120", Application: true,
		TCPPorts: []uint16{port}, UDPPorts: []uint16{port},
		GuessTCP: guess, AcceptTCP: accept, GuessUDP: guessDatagram, AcceptUDP: acceptDatagram,
		Summary: summary,
	}
	V4 = &dissect.Protocol{Name: "krb4", Title: "KRB4", Reference: "MIT Project Athena", Dissect: func(*dissect.Packet, []byte, int) {}, Summary: func(dst []byte, _ dissect.View) []byte { return dst }}
)

// The functions name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields      = field.Group("kerberos")
	fType       = fields.Add("msg_type", field.Uint8, "kerberos.msg_type", "Type of each message: 10 AS-REQ, 11 AS-REP, 12 TGS-REQ, 13 TGS-REP, 14 AP-REQ, 15 AP-REP, 21 PRIV, 22 CRED, 30 error")
	fClient     = fields.Add("cname_string", field.Keyword, "kerberos.CNameString", "Parts of the client's name")
	fClientIn   = fields.Add("crealm", field.Keyword, "kerberos.crealm", "Realm of the client, in a reply")
	fRealm      = fields.Add("realm", field.Keyword, "kerberos.realm", "Realm of the service; in a request for a first ticket the client's, too")
	fService    = fields.Add("service", field.Keyword, "", "Name of the service that a message is about, its parts joined by slashes: krbtgt/EXAMPLE.COM, cifs/host.example.com")
	fParts      = fields.Add("sname_string", field.Keyword, "kerberos.SNameString", "Parts of the service's name, and of that of a ticket by which another is asked for", field.Detail)
	fErrorCode  = fields.Add("error_code", field.Uint32, "kerberos.error_code", "Error", field.Rare)
	fError      = fields.Add("error", field.Keyword, "", "Name of the error: KDC_ERR_C_PRINCIPAL_UNKNOWN, KDC_ERR_PREAUTH_FAILED, …")
	fEtype      = fields.Add("etype", field.Int64, "kerberos.etype", "Encryptions that a client offers: 17 AES128, 18 AES256, 19 and 20 the same with SHA-2, 23 RC4, 1 and 3 DES", field.Unique)
	fTicketType = fields.Add("ticket_etype", field.Int64, "kerberos.etype", "Encryption of each ticket")
	fPreAuth    = fields.Add("padata_type", field.Int64, "kerberos.padata_type", "Kinds of pre-authentication data: 1 TGS-REQ, 2 encrypted timestamp, 16 PKINIT, 19 ETYPE-INFO2, 136 FAST, …", field.Rare, field.Unique)
	fEncPart    = fields.Add("enc_part_etype", field.Int64, "kerberos.etype", "Encryption of what a reply says to the client alone", field.Rare, field.Detail)
	fText       = fields.Add("e_text", field.Keyword, "kerberos.e_text", "What an error says beside", field.Detail)
	fOptions    = fields.Add("kdc_options", field.Hex, "kerberos.kdc_options", "Options of a request", field.Rare, field.Detail)
	fNetBIOS    = fields.Add("addr_nb", field.Keyword, "kerberos.addr_nb", "NetBIOS name of the client", field.Detail)
)

// Types of messages: the numbers of their tags, too, of the class APPLICATION.
const (
	ticketTag = 1
	asReq     = 10
	asRep     = 11
	tgsReq    = 12
	tgsRep    = 13
	apReq     = 14
	apRep     = 15
	safe      = 20
	priv      = 21
	cred      = 22
	krbError  = 30
	// application is the class of the tags, of a constructed element.
	application = 0x60
)

// names are those of the types.
var names = map[string]string{"10": "AS-REQ", "11": "AS-REP", "12": "TGS-REQ", "13": "TGS-REP", "14": "AP-REQ", "15": "AP-REP", "16": "TGT-REQ", "17": "TGT-REP", "20": "SAFE", "21": "PRIV", "22": "CRED", "30": "KRB Error"}

const (
	recordLen  = 4
	maxMessage = 256 << 10
	// repetition is how long after a request the same one is a repetition, nanoseconds: clients try again every few seconds.
	repetition = int64(10 * time.Second)
)

// isTag reports whether a message, or a ticket, begins with this tag.
func isTag(tag byte) bool {
	switch tag - application {
	case ticketTag, asReq, asRep, tgsReq, tgsRep, apReq, apRep, safe, priv, cred, krbError:
		return true
	}
	return false
}

// size reads the length of the message at the front of b, with its head; what is in it must be a sequence. ok is false when there is none.
func size(b []byte) (n int, ok bool) {
	if len(b) < 2 || !isTag(b[0]) {
		return 0, false
	}
	head := 2
	n = int(b[1])
	if n >= 0x80 {
		count := n & 0x7f
		if count == 0 || count > 3 || len(b) < 2+count {
			return 0, false
		}
		n = 0
		for _, o := range b[2 : 2+count] {
			n = n<<8 | int(o)
		}
		head += count
	}
	return head + n, len(b) > head && b[head] == 0x30
}

// guessDatagram recognises a message that fills its datagram, as far as it was captured.
func guessDatagram(b []byte) bool {
	return acceptDatagram(b) && b[0] != application+ticketTag && b[0] != 4
}

// acceptDatagram takes a ticket alone, as the converters to Kerberos 4 do, and Kerberos 4, too.
func acceptDatagram(b []byte) bool {
	n, ok := size(b)
	return ok && n >= len(b) || four(b)
}

// four takes what may be Kerberos 4: its version, and a type, whose last bit is the order of bytes (Project Athena technical plan E.2.1, appendix A).
func four(b []byte) bool {
	if len(b) < 2 || b[0] != 4 {
		return false
	}
	switch b[1] >> 1 {
	case 1, 2, 3, 4, 5, 6, 16:
		return true
	}
	return false
}

// record is the length that stands before a message in a stream.
func record(b []byte) int { return int(binary.BigEndian.Uint32(b)) }

// accept says what may begin a stream on Kerberos's port.
func accept(b []byte) bool {
	return len(b) < recordLen || record(b) <= maxMessage && record(b) > 0 && (len(b) == recordLen || isTag(b[recordLen]))
}

// guess recognises a message that fills its record.
func guess(b []byte) bool {
	if len(b) < recordLen || !accept(b) {
		return false
	}
	n, ok := size(b[recordLen:])
	return ok && n == record(b)
}

// stream takes a record off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if !accept(data) {
		return dissect.Reject
	}
	if len(data) < recordLen {
		return 0
	}
	n := recordLen + record(data)
	if len(data) < n && !p.Truncated {
		return 0
	}
	if p.Top() != Protocol && !p.Push(Protocol) {
		return n
	}
	if b := data[recordLen:min(n, len(data))]; len(b) > 0 {
		alone(p, c, b, n-recordLen, false)
	}
	return n
}

// datagram dissects a datagram, or a message that another protocol carries.
func datagram(p *dissect.Packet, b []byte, wire int) {
	switch {
	case p.Top() != Protocol:
		decode(p, b, wire)
	case four(b):
		p.Message(Protocol)
		p.Call(V4, b, wire)
	default:
		alone(p, p.Conversation, b, wire, true)
	}
}

// alone dissects a message of Kerberos's own, and ties replies to requests. A datagram may come again.
func alone(p *dissect.Packet, c *dissect.Conversation, b []byte, wire int, again bool) {
	p.Message(Protocol)
	switch kind := b[0] - application; kind {
	case asReq, tgsReq:
		if again {
			common.Repeatable(p, c, 0, repetition)
		} else {
			common.Request(p, c, 0)
		}
	case asRep, tgsRep, krbError:
		common.Response(p, c, 0)
	}
	decode(p, b, wire)
}
