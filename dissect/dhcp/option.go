// SPDX-License-Identifier: Apache-2.0

package dhcp

import (
	"net/netip"
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/dns"
)

// maxValues bounds the values of one option.
const maxValues = 64

// Options (IANA, BOOTP Vendor Extensions and DHCP Options) that are more than a value.
const (
	pad           = 0
	overload      = 52
	messageType   = 53
	parameterList = 55
	clientID      = 61
	userClass     = 77
	clientFQDN    = 81
	relayAgent    = 82
	machineID     = 97
	domainSearch  = 119
	staticRoutes  = 121
	msRoutes      = 249
	end           = 255
)

// Types of messages (RFC 2132, 9.6).
const (
	discover   = 1
	offer      = 2
	request    = 3
	ack        = 5
	nak        = 6
	inform     = 8
	leaseQuery = 10
)

var kinds = [...]string{1: "Discover", 2: "Offer", 3: "Request", 4: "Decline", 5: "ACK", 6: "NAK", 7: "Release", 8: "Inform", 9: "Force Renew", 10: "Lease Query",
	11: "Lease Unassigned", 12: "Lease Unknown", 13: "Lease Active", 14: "Bulk Lease Query", 15: "Lease Query Done"}

// options reads options up to the end of c or the option that says so.
func (m *message) options(c *common.Cursor) {
	for n := 0; c.More() && n < common.MaxItems; n++ {
		code := c.U8()
		if code == pad {
			continue
		}
		if code == end || c.Failed {
			return
		}
		c.P.Out.Uint(fType, uint64(code))
		v := c.Sub(int(c.U8()))
		if !v.Failed {
			m.option(code, &v)
		}
	}
}

func (m *message) option(code uint8, v *common.Cursor) {
	switch code {
	case messageType:
		m.kind = v.Uint8(fKind)
	case overload:
		m.elsewhere(v.U8())
	case parameterList:
		parameters(v)
	case userClass:
		userClasses(v)
	case clientFQDN:
		fqdn(v)
	case relayAgent:
		agent(v)
	case domainSearch:
		search(v)
	case staticRoutes, msRoutes:
		routes(v)
	default:
		if k := &simple[code]; k.form != none {
			k.write(v, code)
		}
	}
}

// elsewhere reads the options in the fields that an overload names, at once and in the order of the fields, as Wireshark does.
func (m *message) elsewhere(fields uint8) {
	if m.overload != 0 {
		return
	}
	if m.overload = fields; fields&2 != 0 {
		m.options(&m.server)
	}
	if fields&1 != 0 {
		m.options(&m.file)
	}
}

// write reads the whole value v and writes it.
func (k *known) write(v *common.Cursor, code uint8) {
	n := v.Wire
	switch k.form {
	case number:
		if n == 0 || n > 4 {
			v.P.Bad()
			return
		}
		v.Number(k.id, n)
	case ips:
		if n == 0 || n%4 != 0 {
			v.P.Bad()
		}
		addresses(v, k.id, n)
	case mask:
		if n != 4 {
			v.P.Bad()
			return
		}
		v.IP(k.id, n)
	case url:
		if b := trimZeros(v.Bytes(n)); len(b) > 0 {
			v.P.Out.Text(k.id, common.AppendURL(nil, v.P.Out, b))
		}
	case words:
		if k.id == fHostName && len(v.B) == n {
			common.Host(v.P.Out, trimZeros(v.B))
		}
		v.Text(k.id, n)
	case digits:
		if code == machineID && n > 0 {
			v.Skip(1) // its type
			n--
		}
		v.Hex(k.id, n)
	}
}

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// parameters writes the parameter list.
func parameters(v *common.Cursor) {
	list := v.Bytes(v.Wire)
	if len(list) == 0 {
		return
	}
	var buf [4 * 256]byte
	text := buf[:0]
	for i, code := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(code), 10)
	}
	v.P.Out.Text(fPrint, text)
}

// userClasses writes user classes (RFC 3004); many clients send one alone without its length.
func userClasses(v *common.Cursor) {
	if len(v.B) < v.Wire || len(v.B) == 0 || int(v.B[0]) >= v.Wire {
		v.Text(fUser, v.Wire)
		return
	}
	for n := 0; v.More() && n < maxValues; n++ {
		v.Text(fUser, int(v.U8()))
	}
}

// fqdn writes the client's name (RFC 4702): flags, two unused bytes, the name in letters or, with flag E, in the form of the DNS.
func fqdn(v *common.Cursor) {
	flags := v.U8()
	v.Skip(2)
	if v.Failed || len(v.B) == 0 {
		return
	}
	const encoded = 4
	if flags&encoded == 0 {
		common.Host(v.P.Out, trimZeros(v.B))
		v.Text(fFQDN, v.Wire)
		return
	}
	b := v.Bytes(v.Wire)
	if b == nil {
		return
	}
	if b[len(b)-1] != 0 { // a name of few labels may end without the root (RFC 4702, 2.3.1)
		b = append(append(make([]byte, 0, len(b)+1), b...), 0)
	}
	name, next := dns.AppendName(nil, b, 0)
	if next < 0 {
		v.P.Bad()
		return
	}
	v.P.Out.Text(fFQDN, name)
	common.Host(v.P.Out, name)
}

// search writes the domains of a search list (RFC 3397).
func search(v *common.Cursor) {
	b := v.Bytes(v.Wire)
	var buf [256]byte
	for at, n := 0, 0; at < len(b) && n < maxValues; n++ {
		name, next := dns.AppendName(buf[:0], b, at)
		if at = next; at < 0 {
			v.P.Bad()
			return
		}
		v.P.Out.Text(fSearch, name)
	}
}

// routes writes routes (RFC 3442): the length of the prefix in bits, as few of its bytes as hold it, the router.
func routes(v *common.Cursor) {
	for n := 0; v.More() && n < maxValues; n++ {
		bits := int(v.U8())
		if bits > 32 {
			v.P.Bad()
			return
		}
		var prefix [4]byte
		copy(prefix[:], v.Bytes((bits+7)/8))
		router := v.Bytes(4)
		if router == nil {
			return
		}
		var buf [48]byte
		text := netip.PrefixFrom(netip.AddrFrom4(prefix), bits).AppendTo(buf[:0])
		text = netip.AddrFrom4([4]byte(router)).AppendTo(append(text, ' '))
		v.P.Out.Text(fRoute, text)
		common.IP(v.P.Out, router)
	}
}
