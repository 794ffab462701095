// SPDX-License-Identifier: Apache-2.0

package dhcp

import "github.com/espbeat/espbeat/field"

// form is how an option's value is written.
type form uint8

const (
	none form = iota
	number
	ips
	mask
	words
	digits
	url // secrets in it are redacted
)

// known is an option that has a field.
type known struct {
	form
	id field.ID
}

var (
	options   = field.Group("dhcp.option")
	fType     = options.Add("type", field.Uint8, "dhcp.option.type", "Options in order, but for padding and end", field.List, field.Rare)
	fKind     = options.Add("dhcp", field.Uint8, "dhcp.option.dhcp", "Type of message: 1 discover, 2 offer, 3 request, 4 decline, 5 ACK, 6 NAK, 7 release, 8 inform, …")
	fHostName = options.Add("hostname", field.Keyword, "dhcp.option.hostname", "Name of the client")
	fUser     = options.Add("user_class", field.Keyword, "dhcp.option.user_class.text", "User classes of the client")
	fFQDN     = fields.Add("fqdn.name", field.Keyword, "dhcp.fqdn.name", "Domain name of the client")
	fSearch   = options.Add("domain_search", field.Keyword, "dhcp.option.dhcp_dns_domain_search_list_fqdn", "Domains in which names are searched")
	fRoute    = options.Add("classless_static_route", field.Keyword, "dhcp.option.classless_static_route", "Routes, each a prefix and its router", field.Rare, field.Detail)
)

// simple are the options that are a value, by code.
var simple = [256]known{
	1:         {mask, options.Add("subnet_mask", field.IP, "dhcp.option.subnet_mask", "Subnet mask", field.Rare)},
	3:         {ips, options.Add("router", field.IP, "dhcp.option.router", "Routers")},
	6:         {ips, options.Add("domain_name_server", field.IP, "dhcp.option.domain_name_server", "DNS servers")},
	12:        {words, fHostName},
	15:        {words, options.Add("domain_name", field.Keyword, "dhcp.option.domain_name", "Domain of the client")},
	42:        {ips, options.Add("ntp_server", field.IP, "dhcp.option.ntp_server", "NTP servers")},
	44:        {ips, options.Add("netbios_over_tcpip_name_server", field.IP, "dhcp.option.netbios_over_tcpip_name_server", "NetBIOS name servers", field.Rare)},
	50:        {ips, options.Add("requested_ip_address", field.IP, "dhcp.option.requested_ip_address", "Address that the client asks for")},
	51:        {number, options.Add("ip_address_lease_time", field.Uint32, "dhcp.option.ip_address_lease_time", "Lease, seconds", field.Rare)},
	54:        {ips, options.Add("dhcp_server_id", field.IP, "dhcp.option.dhcp_server_id", "Server that a message is of or for")},
	56:        {words, options.Add("message", field.Keyword, "dhcp.option.message", "Why a server refuses, or a client declines")},
	60:        {words, options.Add("vendor_class_id", field.Keyword, "dhcp.option.vendor_class_id", "Vendor class of the client, such as MSFT 5.0")},
	clientID:  {digits, fClientID},
	66:        {words, options.Add("tftp_server_name", field.Keyword, "dhcp.option.tftp_server_name", "TFTP server")},
	67:        {words, options.Add("bootfile_name", field.Keyword, "dhcp.option.bootfile_name", "Boot file")},
	93:        {number, options.Add("client_system_architecture", field.Uint16, "dhcp.option.client_system_architecture", "Architecture, of network boot: 0 BIOS, 7 EFI x86-64, …", field.Rare)},
	machineID: {digits, fUUID},
	114:       {url, options.Add("captive_portal", field.Keyword, "dhcp.option.captive_portal", "URL of a captive portal's interface")},
	161:       {url, options.Add("mudurl", field.Keyword, "dhcp.option.mudurl", "URL of a description of the device (RFC 8520)")},
	252:       {url, options.Add("private_proxy_autodiscovery", field.Keyword, "dhcp.option.private_proxy_autodiscovery", "URL of a proxy's configuration (WPAD)")},
}
