// SPDX-License-Identifier: Apache-2.0

package kerberos

import "github.com/espbeat/espbeat/dissect/common"

// Kinds of addresses (RFC 4120, 7.5.3).
const (
	addrIPv4    = 2
	addrNetBIOS = 20
	addrIPv6    = 24
)

// request is a KDC-REQ.
func (m *message) request(c *common.Cursor) {
	for c.More() {
		tag, v := c.Element()
		switch tag {
		case 0xa2:
			m.kind(&v)
		case 0xa3:
			m.preAuth(&v)
		case 0xa4:
			body := contents(&v)
			m.body(&body)
		}
	}
}

// body is that of a KDC-REQ.
func (m *message) body(c *common.Cursor) {
	var name []byte
	for c.More() {
		tag, v := c.Element()
		switch tag {
		case 0xa0:
			if bits := contents(&v); len(bits.B) == 5 { // how many bits are unused, and 32
				m.p.Out.Bytes(fOptions, bits.B[1:])
			}
		case 0xa1:
			name = m.name(&v, fClient)
		case 0xa2:
			m.client(name, text(&v, fRealm))
		case 0xa3:
			m.service(&v)
		case 0xa8:
			list := contents(&v)
			for n := 0; list.More() && n < maxItems; n++ {
				if e, ok := number(&list); ok {
					m.p.Out.Int(fEtype, e)
				}
			}
		case 0xa9:
			m.addresses(&v)
		case 0xab:
			list := contents(&v)
			for n := 0; list.More() && n < maxItems; n++ {
				_, body := list.Element()
				m.ticket(&body)
			}
		}
	}
}

// addresses are those of a client's host.
func (m *message) addresses(c *common.Cursor) {
	list := contents(c)
	for n := 0; list.More() && n < maxItems; n++ {
		addr := contents(&list)
		kind := int64(0)
		for addr.More() {
			tag, v := addr.Element()
			if tag == 0xa0 {
				kind, _ = number(&v)
				continue
			}
			value := contents(&v)
			switch b := value.B; {
			case kind == addrIPv4 && len(b) == 4 || kind == addrIPv6 && len(b) == 16:
				common.IP(m.p.Out, b)
			case kind == addrNetBIOS:
				for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == 0) {
					b = b[:len(b)-1]
				}
				if len(b) > 0 {
					m.p.Out.Text(fNetBIOS, b)
					common.Host(m.p.Out, b)
				}
			}
		}
	}
}

// reply is a KDC-REP.
func (m *message) reply(c *common.Cursor) {
	var realm []byte
	for c.More() {
		tag, v := c.Element()
		switch tag {
		case 0xa1:
			m.kind(&v)
		case 0xa2:
			m.preAuth(&v)
		case 0xa3:
			realm = text(&v, fClientIn)
		case 0xa4:
			m.client(m.name(&v, fClient), realm)
		case 0xa5:
			_, body := v.Element()
			m.ticket(&body)
		case 0xa6:
			m.encrypted(&v, fEncPart)
		}
	}
}
