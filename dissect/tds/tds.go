// SPDX-License-Identifier: Apache-2.0

// Package tds dissects the Tabular Data Stream of Microsoft SQL Server and Sybase ([MS-TDS]; TDS 5.0 functional specification), versions 4.2 to 8.0 over TCP:
//
//	| type (1) | status, 1 ends the message (1) | length, header included (2) | SPID (2) | packet (1) | window (1) | data |
//
// Of messages, pre-login options, logins, SQL batches, remote procedures with the statement that they run, and the tokens of responses up to the first row are decoded; rows are counted by the
// token that ends a response. The packets in a TCP segment are one layer, as in Wireshark; a message is decoded in the packet that ends it. Statements stand without the
// passwords in them, the login's password is a secret. The TLS handshake within pre-login messages, and records behind it, are the layer tls. NTLM messages are handed on. Limits: 64 KiB
// a message are kept, statements of 4 KiB. Not decoded: rows, parameters, what follows rows but for the last token, bulk loads, MARS, TDS 8.0's outer TLS.
package tds

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is TDS.
var Protocol = &dissect.Protocol{
	Name: "tds", Title: "TDS", Reference: "MS-TDS", Application: true,
	TCPPorts: []uint16{1433},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields     = field.Group("tds")
	fType      = fields.Add("type", field.Uint8, "tds.type", "Type of each packet: 1 SQL batch, 2 login of TDS 4 and 5, 3 remote procedure, 4 response, 6 attention, 7 bulk load, 14 transaction manager, 15 query of TDS 5, 16 login, 17 SSPI, 18 pre-login")
	fQuery     = fields.Add("query", field.Wildcard, "tds.query", "Statements of a batch, or that a remote procedure runs, without the passwords in them, at most 4 KiB")
	fProcedure = fields.Add("procedure", field.Keyword, "tds.rpc.name, tds.rpc.proc_id", "Remote procedure")
	fDatabase  = fields.Add("database", field.Keyword, "tds.7login.databasename, tds.envchange.newvalue_string", "Database that a login asks for, or the connection changed to")
	fError     = fields.Add("error_number", field.Int64, "tds.error.number", "Numbers of errors: 18456 login failed, 102 syntax error, …")
	fMessage   = fields.Add("error_message", field.Keyword, "tds.error.msgtext", "Texts of errors")
	fServer    = fields.Add("server_name", field.Keyword, "tds.7login.servername, tds.error.servername, tds.info.servername", "Server, as the client or it itself calls it", field.Unique)
	fClient    = fields.Add("client_name", field.Keyword, "tds.7login.clientname, tds.login.hostname", "Name of the client's host")
	fApp       = fields.Add("app_name", field.Keyword, "tds.7login.appname", "Name of the client's application")
	fVersion   = fields.Add("server_version", field.Keyword, "tds.prelogin.option.version, tds.loginack.progversion", "Version of the server")
	fRows      = fields.Add("row_count", field.Int64, "tds.done.donerowcount64, tds.done.donerowcount", "Rows of a result or that a statement changed", field.Rare)
	fInfo      = fields.Add("info_message", field.Keyword, "tds.info.msgtext", "Texts of messages that are no errors", field.Rare, field.Detail)
	fSPID      = fields.Add("channel", field.Uint16, "tds.channel", "Process at the server", field.Rare, field.Detail)
	fLevel     = fields.Add("encryption", field.Uint8, "tds.prelogin.option.encryption", "Encryption: 0 of the login only, 1 on, 2 not available, 3 required", field.Rare, field.Detail)
	fInstance  = fields.Add("instance", field.Keyword, "tds.prelogin.option.instopt", "Instance that the client asks for", field.Rare, field.Detail)
	fTDS       = fields.Add("tds_version", field.Uint32, "tds.7login.version, tds.loginack.tdsversion", "Version of the protocol", field.Rare, field.Detail)
	fDone      = fields.Add("done_status", field.Uint16, "tds.done.status", "Status of a DONE token: 1 more follows, 2 error, 16 the count of rows is valid, …", field.Rare, field.Detail)
	fPassword  = fields.Add("password", field.Keyword, "tds.7login.password, tds.login.password", "Password of a login", field.Secret, field.Rare, field.Detail)
)

// Types of packets.
const (
	typeBatch     = 1
	typeLogin     = 2
	typeRPC       = 3
	typeResponse  = 4
	typeAttention = 6
	typeQuery5    = 15
	typeLogin7    = 16
	typeSSPI      = 17
	typePreLogin  = 18
)

// types names them as Wireshark does.
var types = map[string]string{"1": "SQL batch", "2": "TDS4/5 login", "3": "Remote Procedure Call", "4": "Response", "5": "Unused", "6": "Attention", "7": "Bulk load data", "8": "Federated Authentication Token", "14": "Transaction Manager Request",
	"15": "TDS5 query", "16": "TDS7 login", "17": "SSPI message", "18": "TDS7 pre-login message"}

const (
	headerLen = 8
	endOfMsg  = 1
	maxKept   = 64 << 10
)

// state is a connection's.
type state struct {
	// messages are what has come of a message, by direction.
	messages [2][]byte
	kinds    [2]byte // of their first packets
	// preLogin is set while the response to a pre-login message is yet to come, responding within a response.
	preLogin, responding bool
	// old is set for versions before 7.2, whose counts of rows have 4 bytes.
	old bool
	// narrow is set for TDS 4 and 5, whose characters have one byte.
	narrow bool
	tls    tunnel
}

// sound reports whether data starts with a header that may be.
func sound(data []byte) bool {
	const maxType, knownStatus = 18, 0x1f
	return len(data) >= headerLen && data[0] >= 1 && data[0] <= maxType && (data[0] <= 8 || data[0] >= 14) && data[1]&^knownStatus == 0 && binary.BigEndian.Uint16(data[2:]) >= headerLen && data[7] == 0
}

// guess takes a pre-login message, a login, and the first packet of TDS 5's.
func guess(data []byte) bool {
	if !sound(data) || int(binary.BigEndian.Uint16(data[2:])) != len(data) {
		return false
	}
	const login7Fixed, loginPacket = 94, 512
	body := data[headerLen:]
	switch data[0] {
	case typePreLogin:
		return soundOptions(body)
	case typeLogin7:
		return len(body) >= login7Fixed && int(binary.LittleEndian.Uint32(body)) == len(body) && body[7]&0xf0 == 0x70
	case typeLogin:
		return len(data) == loginPacket && data[1] == 0
	}
	return false
}

// accept is asked on the server's own port.
func accept(data []byte) bool { return sound(data) || len(data) < headerLen && data[0] <= 18 }

func layer(p *dissect.Packet) bool { return p.Top() == Protocol || p.Push(Protocol) }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		s = &state{}
		s.tls.inner.ID = c.ID
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
	if n, ok := record(data); ok && s.tls.used { // TLS without packets around it
		if len(data) < n && !p.Truncated {
			return 0
		}
		s.tls.feed(p, data[:min(n, len(data))])
		return n
	}
	if len(data) < headerLen {
		return 0
	}
	if !sound(data) {
		if layer(p) {
			p.Bad()
		}
		return len(data)
	}
	n := int(binary.BigEndian.Uint16(data[2:]))
	if len(data) < n && !p.Truncated {
		return 0
	}
	if !layer(p) {
		return n
	}
	p.Message(Protocol)
	p.Out.Uint(fType, uint64(data[0]))
	p.Out.Uint(fSPID, uint64(binary.BigEndian.Uint16(data[4:])))
	s.packet(p, c, data[0], data[1]&endOfMsg != 0, data[headerLen:min(n, len(data))])
	return n
}

// packet adds a packet to its message, and takes the message when it ends.
func (s *state) packet(p *dissect.Packet, c *dissect.Conversation, kind byte, ends bool, b []byte) {
	if kind == typePreLogin && len(b) > 0 && b[0] != 0 { // not the options, but TLS
		s.tls.feed(p, b)
		return
	}
	if kind == typeResponse && !s.responding {
		s.responding = true
		common.Response(p, c, 0)
	}
	held := s.messages[p.Direction]
	if len(held) > 0 {
		kind = s.kinds[p.Direction]
	}
	s.kinds[p.Direction] = kind
	if !ends && !p.Truncated {
		s.messages[p.Direction] = append(held, b[:min(len(b), maxKept-len(held))]...)
		return
	}
	if len(held) > 0 {
		b = append(held, b[:min(len(b), maxKept-len(held))]...)
	}
	s.messages[p.Direction] = nil
	if kind == typeResponse {
		s.responding = false
	} else if kind != typeAttention {
		common.Request(p, c, 0)
	}
	m := message{cursor: common.Read(p, b, len(b)), s: s}
	m.take(kind)
}

// maxShown bounds the statement in a summary, bytes.
const maxShown = 200

// summary reads "SQL batch select 1", "Response rows=2", "Response error=102 Incorrect syntax".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fType, func(t []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, types[string(t)]...)
	})
	if text, ok := common.UserName(append(dst, " user="...), v); ok {
		dst = text
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" db=", fDatabase}, {" ", fProcedure}, {" error=", fError}, {" ", fMessage}, {" rows=", fRows}, {" ", fQuery}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text[:min(len(text), len(dst)+len(part.lead)+maxShown)]
		}
	}
	return dst
}
