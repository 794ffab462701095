// SPDX-License-Identifier: Apache-2.0

// Package glbp dissects Cisco's Gateway Load Balancing Protocol (no public document: as Wireshark reads it).
//
//	0         1   2       4   6        12
//	| version | ? | group | ? | owner | TLVs: type 1, length 1 (with these two), value
//
//	hello    0 ? 1, state 1, ? 1, priority 1, ? 2, hello 4, hold 4, redirect 2, timeout 2, ? 2, family 1, address length 1, address
//	forwarder 0 number 1, state 1, ? 1, priority 1, weight 1, ? 7, virtual MAC 6
//	authentication 0 type 1, length 1, password or digest
//
// Limits: 1024 TLVs.
package glbp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	tlvHeader                        = 2
	tlvHello, tlvForwarder, tlvAuth  = 1, 2, 3
	authPlain, authMD5, authMD5Chain = 1, 2, 3
)

// Protocol is GLBP.
var Protocol = &dissect.Protocol{
	Name: "glbp", Title: "GLBP", Reference: "Cisco", Application: true,
	UDPPorts: []uint16{3222},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("glbp")
	fVersion  = fields.Add("version", field.Uint8, "glbp.version", "Version", field.Rare, field.Detail)
	fGroup    = fields.Add("group", field.Uint16, "glbp.group", "Group")
	fOwner    = fields.Add("ownerid", field.MAC, "glbp.ownerid", "Link address of the sender")
	fType     = fields.Add("type", field.Uint8, "glbp.type", "Type of each TLV: 1 hello, 2 forwarder, 3 authentication")
	fState    = fields.Add("hello.vgstate", field.Uint8, "glbp.hello.vgstate", "State of the virtual gateway", field.Rare, field.Detail)
	fPriority = fields.Add("hello.priority", field.Uint8, "glbp.hello.priority", "Priority of the sender", field.Rare, field.Detail)
	fHello    = fields.Add("hello.helloint", field.Uint32, "glbp.hello.helloint", "Interval of hellos, milliseconds", field.Rare, field.Detail)
	fHold     = fields.Add("hello.holdint", field.Uint32, "glbp.hello.holdint", "How long a hello holds, milliseconds", field.Rare, field.Detail)
	fRedirect = fields.Add("hello.redirect", field.Uint16, "glbp.hello.redirect", "How long clients of a lost forwarder are redirected, seconds", field.Rare, field.Detail)
	fTimeout  = fields.Add("hello.timeout", field.Uint16, "glbp.hello.timeout", "After how long a lost forwarder is forgotten, seconds", field.Rare, field.Detail)
	fVirtual  = fields.Add("hello.virtual_ip", field.IP, "glbp.hello.virtualipv4, glbp.hello.virtualipv6", "Address of the virtual gateway")
	fNumber   = fields.Add("reqresp.forwarder", field.Uint8, "glbp.reqresp.forwarder", "Number of each forwarder")
	fVFState  = fields.Add("reqresp.vfstate", field.Uint8, "glbp.reqresp.vfstate", "State of each forwarder", field.Rare, field.Detail)
	fVFPrio   = fields.Add("reqresp.priority", field.Uint8, "glbp.reqresp.priority", "Priority of each forwarder", field.Rare, field.Detail)
	fWeight   = fields.Add("reqresp.weight", field.Uint8, "glbp.reqresp.weight", "Weight of each forwarder", field.Rare, field.Detail)
	fMAC      = fields.Add("reqresp.virtualmac", field.MAC, "glbp.reqresp.virtualmac", "Virtual link address of each forwarder")
	fAuthType = fields.Add("auth.authtype", field.Uint8, "glbp.auth.authtype", "Authentication: 1 password, 2 digest, 3 digest by a key chain", field.Rare, field.Detail)
	fPassword = fields.Add("auth.plainpass", field.Keyword, "glbp.auth.plainpass", "Password", field.Secret, field.Rare, field.Detail)
	fDigest   = fields.Add("auth.md5hash", field.Hex, "glbp.auth.md5hash, glbp.auth.md5chainhash", "Digest", field.Secret, field.Rare, field.Detail)
	fKey      = fields.Add("auth.md5chainindex", field.Uint32, "glbp.auth.md5chainindex", "Key of the digest in its chain", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	c.Uint8(fVersion)
	c.Skip(1)
	c.Uint16(fGroup)
	c.Skip(2)
	c.MAC(fOwner)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint8(fType)
		v := c.Sub(int(c.U8()) - tlvHeader)
		switch kind {
		case tlvHello:
			hello(&v)
		case tlvForwarder:
			v.Uint8(fNumber)
			v.Uint8(fVFState)
			v.Skip(1)
			v.Uint8(fVFPrio)
			v.Uint8(fWeight)
			v.Skip(7)
			v.MAC(fMAC)
		case tlvAuth:
			auth(&v)
		}
	}
}

func hello(v *common.Cursor) {
	v.Skip(1)
	v.Uint8(fState)
	v.Skip(1)
	v.Uint8(fPriority)
	v.Skip(2)
	v.Uint32(fHello)
	v.Uint32(fHold)
	v.Uint16(fRedirect)
	v.Uint16(fTimeout)
	v.Skip(3)
	n := int(v.U8())
	if n == 4 || n == 16 {
		v.IP(fVirtual, n)
	}
}

func auth(v *common.Cursor) {
	kind := v.Uint8(fAuthType)
	n := int(v.U8())
	switch kind {
	case authPlain:
		v.Text(fPassword, n)
	case authMD5:
		v.Hex(fDigest, n)
	case authMD5Chain:
		v.Uint32(fKey)
		v.Hex(fDigest, max(n-4, 0))
	}
}

var types = map[string]string{"1": "Hello", "2": "Request/Response", "3": "Auth"}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Group "...), fGroup)
	v.All(fType, func(t []byte) {
		if name := types[string(t)]; name != "" && len(dst) < 200 {
			dst = append(append(dst, ", "...), name...)
		}
	})
	return dst
}
