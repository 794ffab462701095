// SPDX-License-Identifier: Apache-2.0

// Package socks dissects SOCKS version 5 (RFC 1928) with user names and passwords (RFC 1929), and version 4 with its 4A, over TCP:
//
//	5: methods | method | user, password | status | command, address, port | reply, address, port | what is relayed …
//	4: command, port, address, user, name | reply, port, address | what is relayed …
//
// The layer stands in every packet of the connection, as in Wireshark, and the layers of what is relayed behind it: the port that is asked for and the first
// bytes say who speaks. Not decoded: GSSAPI (RFC 1961), behind which all is opaque, and datagrams through UDP ASSOCIATE.
package socks

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	version4 = 4
	version5 = 5
)

// Commands (RFC 1928, 4).
const (
	connect = 1
	bind    = 2
)

// Protocol is SOCKS.
var Protocol = &dissect.Protocol{
	Name: "socks", Title: "Socks", Reference: "RFC 1928", Application: true,
	TCPPorts: []uint16{1080},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("socks")
	fVersion  = fields.Add("version", field.Uint8, "socks.version", "Version of the connection; 0 in a reply of version 4")
	fCommand  = fields.Add("command", field.Uint8, "socks.command", "Command of the connection: 1 connect, 2 bind, 3 associate UDP")
	fName     = fields.Add("remote_name", field.Keyword, "socks.remote_name", "Name of the host that is asked for")
	fAddress  = fields.Add("dst", field.IP, "socks.dst, socks.dstV6", "Address that is asked for, or that the reply names")
	fPort     = fields.Add("port", field.Uint16, "socks.port, socks.dstport", "Port that is asked for, or that the reply names")
	fResult   = fields.Add("result", field.Uint8, "socks.results, socks.results_4, socks.results_5", "Reply: 0 succeeded, or what went wrong; in version 4, 90 granted")
	fMethods  = fields.Add("auth_method", field.Uint8, "socks.auth_method", "Methods of authentication that the client offers: 0 none, 1 GSSAPI, 2 user and password", field.Rare, field.Detail)
	fMethod   = fields.Add("auth_accepted_method", field.Uint8, "socks.auth_accepted_method", "Method of authentication that the server takes; 255 none of them", field.Rare)
	fStatus   = fields.Add("auth_status", field.Uint8, "socks.auth_status", "Result of the authentication: 0 succeeded", field.Rare)
	fUser     = fields.Add("username", field.Keyword, "socks.username", "User", field.Detail)
	fPassword = fields.Add("password", field.Keyword, "socks.password", "Password", field.Secret)
)

// guess takes the methods of a client of version 5, and a request of version 4, where nothing stands behind them.
func guess(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	switch b[0] {
	case version5:
		n := int(b[1])
		if n == 0 || n > 3 || len(b) != 2+n {
			return false
		}
		for i, m := range b[2:] {
			if m > 2 || slices.Contains(b[2:2+i], m) {
				return false
			}
		}
		return true
	case version4:
		return len(b) > 8 && (b[1] == connect || b[1] == bind) && b[2]|b[3] != 0 && b[len(b)-1] == 0 && words(b[8:])
	}
	return false
}

// words reports whether b is a user, and in 4A a name, each of printing characters and ended by a zero.
func words(b []byte) bool {
	for _, c := range b {
		if c != 0 && (c < ' ' || c > '~') {
			return false
		}
	}
	return bytes.Count(b, []byte{0}) <= 2
}

// accept takes the begin of either.
func accept(b []byte) bool {
	return len(b) == 1 && (b[0] == version4 || b[0] == version5) ||
		len(b) > 1 && (b[0] == version5 && b[1] > 0 && len(b) <= 2+int(b[1]) || b[0] == version4 && (b[1] == connect || b[1] == bind))
}

var (
	commands = map[string]string{"1": "Connect", "2": "Bind", "3": "UdpAssociate"}
	replies  = map[string]string{"0": "Succeeded", "1": "General failure", "2": "Not allowed", "3": "Network unreachable", "4": "Host unreachable", "5": "Refused", "6": "TTL expired", "7": "Command not supported",
		"8": "Address type not supported", "90": "Granted", "91": "Rejected or failed", "92": "Rejected, no identd", "93": "Rejected, other user"}
)

// summary reads "Version: 5, Connect, www.example.com:80" or "Version: 5, Succeeded".
func summary(dst []byte, v dissect.View) []byte {
	text, ok := v.Text(append(dst, "Version: "...), fVersion)
	if !ok {
		return dst
	}
	dst = text
	var b [8]byte
	if command, ok := v.Text(b[:0], fCommand); ok {
		dst = named(dst, commands, command)
	}
	if result, ok := v.Text(b[:0], fResult); ok {
		dst = named(dst, replies, result)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", ", fName}, {", ", fAddress}, {":", fPort}, {", Method ", fMethod}, {", User ", fUser}, {", Status ", fStatus}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}

func named(dst []byte, names map[string]string, number []byte) []byte {
	if name := names[string(number)]; name != "" {
		return append(append(dst, ", "...), name...)
	}
	return append(append(dst, ", "...), number...)
}
