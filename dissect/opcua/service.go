// SPDX-License-Identifier: Apache-2.0

package opcua

import (
	"encoding/binary"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// maxItems bounds the items of one array.
const maxItems = 256

// Services whose parameters are looked at, by the node ID of the binary encoding.
const (
	findServers, getEndpoints      = 422, 428
	createSession, activateSession = 461, 467
	browse, read, write, call      = 527, 631, 673, 712
	createMonitoredItems           = 751
)

// userNameToken is the node ID of the encoding of a UserNameIdentityToken.
const userNameToken = 324

// service dissects a body: the node ID of a service, a header, parameters.
func (s *connection) service(p *dissect.Packet, c *dissect.Conversation, r common.Cursor, request uint64) {
	if s.secured && encrypted(r.B) {
		return
	}
	id, ok := numeric(&r)
	if !ok {
		return
	}
	p.Out.Uint(fNode, uint64(id))
	name := services[id]
	if name == "" {
		return
	}
	p.Out.String(fService, name)
	if !strings.HasSuffix(name, "Request") {
		common.Response(p, c, request)
		r.Skip(8) // the time
		r.LittleNumber(fHandle, 4)
		if code := uint32(r.LittleNumber(fResult, 4)); !r.Failed { //nolint:gosec // 4 bytes
			writeStatus(p.Out, code)
		}
		return
	}
	common.Request(p, c, request)
	skipNode(&r) // the session's token, which is a secret
	r.Skip(8)    // the time
	r.LittleNumber(fHandle, 4)
	r.Skip(4)  // the diagnostics that are wanted
	octets(&r) // the audit entry's identifier
	r.Skip(4)  // the timeout
	skipExtension(&r)
	parameters(&r, id)
}

// encrypted reports whether a body does not begin with a service that is known.
func encrypted(b []byte) bool {
	return len(b) < 4 || b[0] != fourBytes || b[1] != 0 || services[uint32(binary.LittleEndian.Uint16(b[2:]))] == ""
}

// parameters reads what a request is about.
func parameters(r *common.Cursor, id uint32) {
	switch id {
	case findServers, getEndpoints:
		endpoint(r)
	case createSession:
		text(r, fApp)
		octets(r) // the product
		skipLocalized(r)
		r.Skip(4) // the type of application
		octets(r) // the gateway
		octets(r) // the discovery profile
		each(r, func() { octets(r) })
		octets(r) // the server
		endpoint(r)
		text(r, fSession)
	case activateSession:
		login(r)
	case browse:
		skipNode(r) // the view, its time and version
		r.Skip(8 + 4 + 4)
		each(r, func() {
			node(r)
			r.Skip(4) // the direction
			skipNode(r)
			r.Skip(1 + 4 + 4)
		})
	case read:
		r.Skip(8 + 4) // the age, the timestamps
		each(r, func() { attribute(r) })
	case write:
		each(r, func() {
			node(r)
			r.Skip(4)
			octets(r)
			skipValue(r)
		})
	case call:
		each(r, func() {
			node(r)
			node(r)
			each(r, func() { skipVariant(r) })
		})
	case createMonitoredItems:
		r.Skip(4 + 4) // the subscription, the timestamps
		each(r, func() {
			attribute(r)
			r.Skip(4 + 4 + 8) // the mode, the handle, the interval
			skipExtension(r)
			r.Skip(4 + 1)
		})
	}
}

// each calls f for every element of an array, as long as they can be read.
func each(r *common.Cursor, f func()) {
	n := int32(r.Little32()) //nolint:gosec // a length, which may be -1
	for i := int32(0); i < n && r.More(); i++ {
		if i == maxItems {
			r.P.Out.Cut, r.Failed = true, true
			return
		}
		f()
	}
}

// attribute reads a ReadValueId: a node, one of its attributes, a range of it and its encoding.
func attribute(r *common.Cursor) {
	node(r)
	r.Skip(4)
	octets(r)
	skipQualified(r)
}

// login reads who activates a session; the password stays where it is.
func login(r *common.Cursor) {
	octets(r) // the signature: its algorithm
	octets(r)
	each(r, func() { octets(r); octets(r) }) // certificates, each with a signature
	each(r, func() { octets(r) })            // locales
	id, ok := numeric(r)
	if body := r.U8(); !ok || id != userNameToken || body != 1 {
		return
	}
	token := r.Sub(int(int32(r.Little32()))) //nolint:gosec // a negative one is malformed
	octets(&token)                           // the policy
	common.User(r.P.Out, octets(&token))
}
