// SPDX-License-Identifier: Apache-2.0

package dhcpv6

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/dns"
	"github.com/espbeat/espbeat/field"
)

// Options (IANA, DHCPv6 Option Codes) that are more than a value.
const (
	clientID      = 1
	serverID      = 2
	iaNA          = 3
	iaTA          = 4
	iaAddr        = 5
	optionRequest = 6
	relayMessage  = 9
	statusCode    = 13
	vendorClass   = 16
	domainList    = 24
	iaPD          = 25
	iaPrefix      = 26
	remoteID      = 37
	clientFQDN    = 39
	clientData    = 45
	ntpServer     = 56
	linkLayerAddr = 79
	lastOption    = 150 // no option of a higher code is in use
)

// maxValues bounds the values of one option.
const maxValues = 64

// form is how an option's value is written.
type form uint8

const (
	ips form = iota
	words
	digits
	names
	url // secrets in it are redacted
)

// known is an option that has a field.
type known struct {
	form
	id field.ID
}

var (
	fOption    = fields.Add("option.type", field.Uint16, "dhcpv6.option.type", "Options in order, each before those within it", field.List, field.Rare)
	fPrint     = fields.Add("fingerprint", field.Keyword, "", "Options that the client asks for, joined by commas: option 6 in its order")
	fIAID      = fields.Add("ia.id", field.Hex, "dhcpv6.iaid, dhcpv6.iata", "Identity associations: what the client calls a group of addresses or prefixes", field.Rare)
	fAddr      = fields.Add("iaaddr.ip", field.IP, "dhcpv6.iaaddr.ip", "Addresses that are asked for, or given")
	fAddrValid = fields.Add("iaaddr.valid_lifetime", field.Uint32, "dhcpv6.iaaddr.valid_lifetime", "Valid lifetime of an address, seconds", field.Rare)
	fPrefix    = fields.Add("iaprefix.pref_addr", field.IP, "dhcpv6.iaprefix.pref_addr", "Prefixes that are asked for, or delegated")
	fPrefixLen = fields.Add("iaprefix.pref_len", field.Uint8, "dhcpv6.iaprefix.pref_len", "Length of a prefix, bits", field.Rare)
	fValid     = fields.Add("iaprefix.valid_lifetime", field.Uint32, "dhcpv6.iaprefix.valid_lifetime", "Valid lifetime of a prefix, seconds", field.Rare)
	fStatus    = fields.Add("status_code", field.Uint16, "dhcpv6.status_code", "Status: 0 success, 1 failure, 2 no addresses, 3 no binding, 4 not on link, 5 use multicast, 6 no prefixes, …")
	fStatusMsg = fields.Add("status_msg", field.Keyword, "dhcpv6.status_msg", "Text of a status")
	fClass     = fields.Add("vendorclass.data", field.Keyword, "dhcpv6.vendorclass.data", "Vendor classes of the client")
	fRemote    = fields.Add("remoteid.value", field.Hex, "dhcpv6.remoteid_enterprise_id", "Remote end of the client's circuit")
	fFQDN      = fields.Add("client_domain", field.Keyword, "dhcpv6.client_domain", "Domain name of the client")
	fNTP       = fields.Add("ntpserver.addr", field.IP, "dhcpv6.ntpserver.addr, dhcpv6.ntpserver.mc_addr", "NTP servers")
	fLinkLayer = fields.Add("client_link_layer_addr", field.MAC, "", "Link address of the client, as the relay saw it (RFC 6939)")
)

// simple are the options that are a value, by code.
var simple = map[uint16]known{
	18:         {digits, fields.Add("interface_id", field.Hex, "dhcpv6.interface_id", "Interface on which a relay got the message")},
	23:         {ips, fields.Add("dns_server", field.IP, "dhcpv6.dns_server", "DNS servers")},
	domainList: {names, fields.Add("search_list_entry", field.Keyword, "dhcpv6.search_list_entry", "Domains in which names are searched")},
	38:         {words, fields.Add("subscriber_id", field.Keyword, "dhcpv6.subscriber_id", "Subscriber")},
	59:         {url, fields.Add("bootfile_url", field.Keyword, "", "URL of a boot file (RFC 5970)")},
	103:        {url, fields.Add("captive_portal", field.Keyword, "dhcpv6.captive_portal", "URL of a captive portal's interface")},
	112:        {url, fields.Add("mudurl", field.Keyword, "dhcpv6.mudurl", "URL of a description of the device (RFC 8520)")},
}

// options reads options up to the end of c. (Cursors go by value where functions call each other in turn: their addresses would escape to the heap.)
func (m *message) options(c common.Cursor, depth int) {
	for ; c.More(); m.items-- {
		if m.items == 0 || depth == maxDepth {
			m.p.Out.Cut = true
			return
		}
		code, n := c.U16(), int(c.U16())
		if c.Failed {
			return
		}
		m.p.Out.Uint(fOption, uint64(code))
		v := c.Sub(n)
		m.option(code, v, depth)
	}
}

func (m *message) option(code uint16, v common.Cursor, depth int) {
	switch code {
	case clientID:
		m.client = digest(v.B)
		duid(&v)
	case serverID:
		duid(&v)
	case iaNA, iaPD:
		v.Hex(fIAID, 4)
		v.Skip(8) // times of renewal and rebinding
		m.options(v, depth+1)
	case iaTA:
		v.Hex(fIAID, 4)
		m.options(v, depth+1)
	case iaAddr:
		ip(&v, fAddr)
		v.Skip(4) // the preferred lifetime
		v.Uint32(fAddrValid)
		m.options(v, depth+1)
	case iaPrefix:
		v.Skip(4) // the preferred lifetime
		v.Uint32(fValid)
		v.Uint8(fPrefixLen)
		v.IP(fPrefix, 16)
		m.options(v, depth+1)
	case clientData:
		m.options(v, depth+1)
	case relayMessage:
		m.message(v, depth+1)
	default:
		value(code, &v)
	}
}

// value reads an option that has no other within it.
func value(code uint16, v *common.Cursor) {
	switch code {
	case optionRequest:
		requested(v)
	case statusCode:
		v.Uint16(fStatus)
		v.Text(fStatusMsg, v.Wire)
	case vendorClass:
		v.Skip(4) // the vendor
		classes(v)
	case remoteID:
		v.Skip(4) // the vendor
		v.Hex(fRemote, v.Wire)
	case clientFQDN:
		v.Skip(1) // flags
		domains(v, fFQDN, true)
	case ntpServer:
		timeServers(v)
	case linkLayerAddr:
		if v.Skip(2); v.Wire == 6 { // the kind of link
			v.MAC(fLinkLayer)
		}
	default:
		if k, ok := simple[code]; ok {
			k.write(v)
		}
	}
}

func (k *known) write(v *common.Cursor) {
	switch k.form {
	case ips:
		for n := 0; v.More() && n < maxValues; n++ {
			ip(v, k.id)
		}
	case words:
		v.Text(k.id, v.Wire)
	case url:
		if b := v.Bytes(v.Wire); len(b) > 0 {
			v.P.Out.Text(k.id, common.AppendURL(nil, v.P.Out, b))
		}
	case digits:
		v.Hex(k.id, v.Wire)
	case names:
		domains(v, k.id, false)
	}
}

func ip(v *common.Cursor, id field.ID) {
	if addr := v.Bytes(16); addr != nil {
		v.P.Out.IP(id, addr)
		common.IP(v.P.Out, addr)
	}
}

// requested writes the options that are asked for, as a fingerprint.
func requested(v *common.Cursor) {
	var buf [512]byte
	text := buf[:0]
	for n := 0; v.More() && n < maxValues; n++ {
		code := v.U16()
		if v.Failed {
			break
		}
		if n > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(code), 10)
	}
	if len(text) > 0 {
		v.P.Out.Text(fPrint, text)
	}
}

// classes writes vendor classes, each behind its length.
func classes(c *common.Cursor) {
	for n := 0; c.More() && n < maxValues; n++ {
		c.Text(fClass, int(c.U16()))
	}
}

// domains writes names in the form of the DNS (RFC 8415, 10); host says that they name hosts, and may lack the root (RFC 4704, 4.2).
func domains(v *common.Cursor, id field.ID, host bool) {
	b := v.Bytes(v.Wire)
	if host && len(b) > 0 && b[len(b)-1] != 0 {
		b = append(append(make([]byte, 0, len(b)+1), b...), 0)
	}
	var buf [256]byte
	for at, n := 0, 0; at < len(b) && n < maxValues; n++ {
		name, next := dns.AppendName(buf[:0], b, at)
		if at = next; at < 0 {
			v.P.Bad()
			return
		}
		v.P.Out.Text(id, name)
		if host {
			common.Host(v.P.Out, name)
		}
	}
}

// timeServers writes NTP servers (RFC 5908): addresses of servers or groups.
func timeServers(v *common.Cursor) {
	const address, group = 1, 2
	for n := 0; v.More() && n < maxValues; n++ {
		kind := v.U16()
		switch s := v.Sub(int(v.U16())); {
		case s.Failed:
		case kind == address, kind == group:
			ip(&s, fNTP)
		}
	}
}
