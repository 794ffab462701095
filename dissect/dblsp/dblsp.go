// SPDX-License-Identifier: Apache-2.0

// Package dblsp dissects the discovery of Dropbox's LAN sync over UDP, by which clients find each other. There is no specification: a datagram is a JSON
// object, and these are the members that are seen in it.
//
//	{"host_int": 1, "version": [2, 0], "displayname": "", "port": 17500, "namespaces": [1, 2]}
//
// Limits: 64 namespaces. Not decoded: members other than these, the sync itself, which is TLS.
package dblsp

import (
	"bytes"
	"encoding/json"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const maxNamespaces = 64

// Protocol is the discovery of Dropbox's LAN sync.
var Protocol = &dissect.Protocol{
	Name: "db-lsp-disc", Title: "DB-LSP-DISC/JSON", Reference: "–", Application: true,
	UDPPorts: []uint16{17500},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The datagrams name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields      = field.Group("db_lsp_disc")
	fHost       = fields.Add("host_int", field.Keyword, "", "Identifier of the client")
	fVersion    = fields.Add("version", field.Keyword, "", "Version of the protocol, such as 2.0", field.Rare)
	fName       = fields.Add("displayname", field.Keyword, "", "Name of the client")
	fPort       = fields.Add("port", field.Uint16, "", "TCP port on which the client shares", field.Rare)
	fNamespaces = fields.Add("namespaces", field.Keyword, "", "Identifiers of the folders that the client shares", field.Rare, field.Detail)
)

func accept(b []byte) bool { return len(b) > 0 && b[0] == '{' }

// guess recognises the member that all clients begin with.
func guess(b []byte) bool { return bytes.HasPrefix(b, []byte(`{"host_int":`)) }

// announcement is what a datagram says. A member of another type stays raw.
type announcement struct {
	Host       json.RawMessage `json:"host_int"`
	Version    json.RawMessage `json:"version"`
	Name       json.RawMessage `json:"displayname"`
	Port       json.RawMessage `json:"port"`
	Namespaces json.RawMessage `json:"namespaces"`
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	var a announcement
	if len(b) == wire && json.Unmarshal(b, &a) == nil {
		a.write(p.Out)
	}
	p.CallName("json", b, wire)
}

func (a *announcement) write(o *field.Buffer) {
	number(o, fHost, a.Host)
	var parts []json.Number
	if json.Unmarshal(a.Version, &parts) == nil && len(parts) == 2 {
		o.Text(fVersion, []byte(parts[0].String()+"."+parts[1].String()))
	}
	var name string
	if json.Unmarshal(a.Name, &name) == nil && name != "" {
		o.Text(fName, []byte(name))
	}
	var port uint16
	if json.Unmarshal(a.Port, &port) == nil && port > 0 {
		o.Uint(fPort, uint64(port))
	}
	var namespaces []json.RawMessage
	if json.Unmarshal(a.Namespaces, &namespaces) != nil {
		return
	}
	for i, n := range namespaces {
		if i == maxNamespaces {
			o.Cut = true
			return
		}
		number(o, fNamespaces, n)
	}
}

// number writes a number, which may be longer than 64 bits or a string of digits, as text.
func number(o *field.Buffer, id field.ID, raw []byte) {
	const longest = 64
	raw = bytes.Trim(raw, `"`)
	if len(raw) == 0 || len(raw) > longest {
		return
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return
		}
	}
	o.Text(id, raw)
}

// summary reads "Host 4094514483 laptop, Version 1.8, Port 17500".
func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{"Host ", fHost}, {" ", fName}, {", Version ", fVersion}, {", Port ", fPort}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if len(dst) == n {
		dst = append(dst, "Dropbox LAN sync Discovery Protocol"...)
	}
	return dst
}
