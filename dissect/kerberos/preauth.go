// SPDX-License-Identifier: Apache-2.0

package kerberos

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/x509"
)

// PKINIT is what a client signs, and its name in a certificate (RFC 4556).
var PKINIT = &dissect.Protocol{Name: "pkinit", Title: "PKINIT", Reference: "RFC 4556", Dissect: func(*dissect.Packet, []byte, int) {}}

// Object identifiers in BER: signed data (RFC 5652, 5.1), what a client signs, and a principal's name in a certificate (RFC 4556, 3.1 and 3.2.2).
const (
	oidSignedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidAuthData   = "\x2b\x06\x01\x05\x02\x03\x01"
	oidPrincipal  = "\x06\x06\x2b\x06\x01\x05\x02\x02"
)

// maxCertificates bounds those of a message.
const maxCertificates = 16

// preAuth reads a list of pre-authentication data.
func (m *message) preAuth(c *common.Cursor) {
	list := contents(c)
	for n := 0; list.More() && n < maxItems; n++ {
		item := contents(&list)
		kind := int64(0)
		for item.More() {
			tag, v := item.Element()
			switch tag {
			case 0xa1:
				var ok bool
				if kind, ok = number(&v); ok {
					m.p.Out.Int(fPreAuth, kind)
				}
			case 0xa2:
				value := contents(&v)
				m.value(kind, &value)
			}
		}
	}
}

// value reads the value of one of the kinds that say something in clear; that of a kind that is only offered is empty.
func (m *message) value(kind int64, c *common.Cursor) {
	if c.Failed || c.Wire == 0 {
		return
	}
	switch kind {
	case paTGSReq:
		if m.nested == 0 {
			(&message{p: m.p, nested: 1}).read(c)
		}
	case paPKReq:
		seq := contents(c)
		if tag, signed := seq.Element(); tag == 0x80 {
			m.signed(&signed)
		}
	}
}

// signed reads the certificates of a SignedData in a ContentInfo (RFC 5652, 3 and 5.1).
func (m *message) signed(c *common.Cursor) {
	info := contents(c)
	if oid := contents(&info); string(oid.B) != oidSignedData {
		return
	}
	explicit := contents(&info)
	data := contents(&explicit)
	data.Element() // version
	data.Element() // algorithms
	content := contents(&data)
	if oid := contents(&content); string(oid.B) == oidAuthData {
		m.p.Call(PKINIT, content.B, content.Wire)
	}
	for data.More() {
		tag, v := data.Element()
		if tag != 0xa0 {
			continue
		}
		for n := 0; v.More() && n < maxCertificates; n++ {
			whole := v.B
			if kind, _ := v.Element(); v.Failed || kind != 0x30 {
				return
			}
			der := whole[:len(whole)-len(v.B)]
			x509.Certificate(m.p, der, nil)
			if bytes.Contains(der, []byte(oidPrincipal)) {
				m.p.Push(PKINIT)
			}
		}
	}
}
