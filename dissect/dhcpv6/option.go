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
	userClass     = 15
	vendorClass   = 16
	vendorOptions = 17
	domainList    = 24
	iaPD          = 25
	iaPrefix      = 26
	remoteID      = 37
	clientFQDN    = 39
	clientData    = 45
	ntpServer     = 56
	aftrName      = 64
	linkLayerAddr = 79
	lastOption    = 150 // no option of a higher code is in use
)

// maxValues bounds the values of one option.
const maxValues = 64

// form is how an option's value is written.
type form uint8

const (
	number form = iota
	ips
	words
	digits
	names
)

// known is an option that has a field.
type known struct {
	form
	id field.ID
}

var (
	fOption    = fields.Add("option.type", field.Uint16, "dhcpv6.option.type", "Options in order, each before those within it", field.List, field.Rare)
	fPrint     = fields.Add("fingerprint", field.Keyword, "", "Options that the client asks for, joined by commas: option 6 in its order")
	fWanted    = fields.Add("requested_option_code", field.Uint16, "dhcpv6.requested_option_code", "Options that the client asks for", field.List, field.Rare, field.Detail)
	fIAID      = fields.Add("ia.id", field.Hex, "dhcpv6.iaid, dhcpv6.iata", "Identity associations: what the client calls a group of addresses or prefixes", field.Rare)
	fT1        = fields.Add("ia.t1", field.Uint32, "dhcpv6.iaid.t1", "Time to renewal, seconds", field.Rare)
	fT2        = fields.Add("ia.t2", field.Uint32, "dhcpv6.iaid.t2", "Time to rebinding, seconds", field.Rare)
	fAddr      = fields.Add("iaaddr.ip", field.IP, "dhcpv6.iaaddr.ip", "Addresses that are asked for, or given")
	fAddrPref  = fields.Add("iaaddr.pref_lifetime", field.Uint32, "dhcpv6.iaaddr.pref_lifetime", "Preferred lifetime of an address, seconds", field.Rare)
	fAddrValid = fields.Add("iaaddr.valid_lifetime", field.Uint32, "dhcpv6.iaaddr.valid_lifetime", "Valid lifetime of an address, seconds", field.Rare)
	fPrefix    = fields.Add("iaprefix.pref_addr", field.IP, "dhcpv6.iaprefix.pref_addr", "Prefixes that are asked for, or delegated")
	fPrefixLen = fields.Add("iaprefix.pref_len", field.Uint8, "dhcpv6.iaprefix.pref_len", "Length of a prefix, bits", field.Rare)
	fPref      = fields.Add("iaprefix.pref_lifetime", field.Uint32, "dhcpv6.iaprefix.pref_lifetime", "Preferred lifetime of a prefix, seconds", field.Rare)
	fValid     = fields.Add("iaprefix.valid_lifetime", field.Uint32, "dhcpv6.iaprefix.valid_lifetime", "Valid lifetime of a prefix, seconds", field.Rare)
	fStatus    = fields.Add("status_code", field.Uint16, "dhcpv6.status_code", "Status: 0 success, 1 failure, 2 no addresses, 3 no binding, 4 not on link, 5 use multicast, 6 no prefixes, …")
	fStatusMsg = fields.Add("status_msg", field.Keyword, "dhcpv6.status_msg", "Text of a status")
	fUserClass = fields.Add("userclass.opaque_data", field.Hex, "dhcpv6.userclass.opaque_data", "User classes of the client", field.Rare)
	fClassOf   = fields.Add("vendorclass.enterprise", field.Uint32, "dhcpv6.vendorclass.enterprise", "Vendor of the client's class", field.Rare)
	fClass     = fields.Add("vendorclass.data", field.Keyword, "dhcpv6.vendorclass.data", "Vendor classes of the client")
	fVendorOf  = fields.Add("vendoropts.enterprise", field.Uint32, "dhcpv6.vendoropts.enterprise", "Vendor of vendors' options", field.Rare)
	fRemoteOf  = fields.Add("remoteid.enterprise", field.Uint32, "dhcpv6.remoteid.enterprise", "Vendor of the relay", field.Rare)
	fRemote    = fields.Add("remoteid.value", field.Hex, "dhcpv6.remoteid_enterprise_id", "Remote end of the client's circuit")
	fFQDNFlags = fields.Add("client_fqdn_flags", field.Uint8, "dhcpv6.client_fqdn_flags", "Who updates the DNS for the client's name: 1 the server, 2 overridden, 4 nobody", field.Rare)
	fFQDN      = fields.Add("client_domain", field.Keyword, "dhcpv6.client_domain", "Domain name of the client")
	fNTP       = fields.Add("ntpserver.addr", field.IP, "dhcpv6.ntpserver.addr, dhcpv6.ntpserver.mc_addr", "NTP servers")
	fNTPName   = fields.Add("ntpserver.fqdn", field.Keyword, "dhcpv6.ntpserver.fqdn", "Names of NTP servers")
	fLinkLayer = fields.Add("client_link_layer_addr", field.MAC, "", "Link address of the client, as the relay saw it (RFC 6939)")
)

// simple are the options that are a value, by code.
var simple = map[uint16]known{
	7:          {number, fields.Add("option_preference", field.Uint8, "dhcpv6.option_preference", "Preference of the server", field.Rare)},
	8:          {number, fields.Add("elapsed_time", field.Uint16, "dhcpv6.elapsed_time", "Time since the client began, hundredths of a second", field.Rare, field.Detail)},
	12:         {ips, fields.Add("unicast", field.IP, "dhcpv6.unicast", "Address of the server for unicast messages", field.Rare)},
	18:         {digits, fields.Add("interface_id", field.Hex, "dhcpv6.interface_id", "Interface on which a relay got the message")},
	19:         {number, fields.Add("reconf_msg", field.Uint8, "dhcpv6.reconf_msg", "Message that a reconfiguration asks for", field.Rare)},
	23:         {ips, fields.Add("dns_server", field.IP, "dhcpv6.dns_server", "DNS servers")},
	domainList: {names, fields.Add("search_list_entry", field.Keyword, "dhcpv6.search_list_entry", "Domains in which names are searched")},
	31:         {ips, fields.Add("sntp_server", field.IP, "dhcpv6.sntp_server", "SNTP servers", field.Rare)},
	32:         {number, fields.Add("lifetime", field.Uint32, "dhcpv6.lifetime", "Time until information is asked for anew, seconds", field.Rare)},
	38:         {words, fields.Add("subscriber_id", field.Keyword, "dhcpv6.subscriber_id", "Subscriber")},
	59:         {words, fields.Add("bootfile_url", field.Keyword, "", "URL of a boot file (RFC 5970)")},
	aftrName:   {names, fields.Add("aftr_name", field.Keyword, "dhcpv6.aftr_name", "Other end of a tunnel for IPv4 (RFC 6334)", field.Rare)},
	103:        {words, fields.Add("captive_portal", field.Keyword, "dhcpv6.captive_portal", "URL of a captive portal's interface")},
	112:        {words, fields.Add("mudurl", field.Keyword, "dhcpv6.mudurl", "URL of a description of the device (RFC 8520)")},
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
		v.Uint32(fT1)
		v.Uint32(fT2)
		m.options(v, depth+1)
	case iaTA:
		v.Hex(fIAID, 4)
		m.options(v, depth+1)
	case iaAddr:
		ip(&v, fAddr)
		v.Uint32(fAddrPref)
		v.Uint32(fAddrValid)
		m.options(v, depth+1)
	case iaPrefix:
		v.Uint32(fPref)
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
	case userClass:
		pieces(v, known{digits, fUserClass})
	case vendorClass:
		v.Uint32(fClassOf)
		pieces(v, known{words, fClass})
	case vendorOptions:
		v.Uint32(fVendorOf)
	case remoteID:
		v.Uint32(fRemoteOf)
		v.Hex(fRemote, v.Wire)
	case clientFQDN:
		v.Uint8(fFQDNFlags)
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
	case number:
		if n := v.Wire; n == 0 || n > 4 {
			v.P.Bad()
		} else {
			v.Number(k.id, n)
		}
	case ips:
		for n := 0; v.More() && n < maxValues; n++ {
			ip(v, k.id)
		}
	case words:
		v.Text(k.id, v.Wire)
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

// requested writes the options that are asked for, as numbers and as a fingerprint.
func requested(v *common.Cursor) {
	var buf [512]byte
	text := buf[:0]
	for n := 0; v.More() && n < maxValues; n++ {
		code := v.Uint16(fWanted)
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

// pieces writes the pieces of a value, each behind its length.
func pieces(c *common.Cursor, k known) {
	for n := 0; c.More() && n < maxValues; n++ {
		if piece := c.Sub(int(c.U16())); !piece.Failed {
			k.write(&piece)
		}
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

// timeServers writes NTP servers (RFC 5908): addresses of servers or groups, or names.
func timeServers(v *common.Cursor) {
	const address, group, name = 1, 2, 3
	for n := 0; v.More() && n < maxValues; n++ {
		kind := v.U16()
		switch s := v.Sub(int(v.U16())); {
		case s.Failed:
		case kind == address, kind == group:
			ip(&s, fNTP)
		case kind == name:
			domains(&s, fNTPName, false)
		}
	}
}
