// SPDX-License-Identifier: Apache-2.0

package dhcp

import "github.com/espbeat/espbeat/field"

// form is how an option's value is written.
type form uint8

const (
	none form = iota
	number
	signed
	ips
	words
	digits
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
	fWanted   = options.Add("request_list_item", field.Uint8, "dhcp.option.request_list_item", "Parameters that the client asks for", field.List, field.Rare, field.Detail)
	fOverload = options.Add("option_overload", field.Uint8, "dhcp.option.option_overload", "Options also stand in: 1 file, 2 sname, 3 both", field.Rare)
	fUser     = options.Add("user_class", field.Keyword, "dhcp.option.user_class.text", "User classes of the client")
	fFQDN     = fields.Add("fqdn.name", field.Keyword, "dhcp.fqdn.name", "Domain name of the client")
	fFQDNFlag = fields.Add("fqdn.flags", field.Uint8, "dhcp.fqdn.flags", "Who updates the DNS for it: 1 the server, 2 overridden, 8 nobody", field.Rare)
	fSearch   = options.Add("domain_search", field.Keyword, "dhcp.option.dhcp_dns_domain_search_list_fqdn", "Domains in which names are searched")
	fRoute    = options.Add("classless_static_route", field.Keyword, "dhcp.option.classless_static_route", "Routes, each a prefix and its router", field.Rare)
	fClassOf  = options.Add("vi_class.enterprise", field.Uint32, "dhcp.option.vi_class.enterprise", "Vendors of vendor-identifying classes", field.Rare)
	fVendorOf = options.Add("vi.enterprise", field.Uint32, "dhcp.option.vi.enterprise", "Vendors of vendor-identifying options", field.Rare)
)

// simple are the options that are a value, by code.
var simple = [256]known{
	1:         {ips, options.Add("subnet_mask", field.IP, "dhcp.option.subnet_mask", "Subnet mask", field.Rare)},
	2:         {signed, options.Add("time_offset", field.Int64, "dhcp.option.time_offset", "Offset from UTC, seconds", field.Rare)},
	3:         {ips, options.Add("router", field.IP, "dhcp.option.router", "Routers")},
	4:         {ips, options.Add("time_server", field.IP, "dhcp.option.time_server", "Time servers (RFC 868)", field.Rare)},
	6:         {ips, options.Add("domain_name_server", field.IP, "dhcp.option.domain_name_server", "DNS servers")},
	7:         {ips, options.Add("log_server", field.IP, "dhcp.option.log_server", "Log servers", field.Rare)},
	12:        {words, fHostName},
	15:        {words, options.Add("domain_name", field.Keyword, "dhcp.option.domain_name", "Domain of the client")},
	17:        {words, options.Add("root_path", field.Keyword, "dhcp.option.root_path", "Root file system", field.Rare)},
	26:        {number, options.Add("interface_mtu", field.Uint16, "dhcp.option.interface_mtu", "Largest packet, bytes", field.Rare)},
	28:        {ips, options.Add("broadcast_address", field.IP, "dhcp.option.broadcast_address", "Broadcast address", field.Rare)},
	42:        {ips, options.Add("ntp_server", field.IP, "dhcp.option.ntp_server", "NTP servers")},
	43:        {digits, options.Add("vendor.value", field.Hex, "dhcp.option.vendor.value", "Vendor's own options", field.Rare, field.Detail)},
	44:        {ips, options.Add("netbios_over_tcpip_name_server", field.IP, "dhcp.option.netbios_over_tcpip_name_server", "NetBIOS name servers", field.Rare)},
	46:        {number, options.Add("netbios_over_tcpip_node_type", field.Uint8, "dhcp.option.netbios_over_tcpip_node_type", "NetBIOS node: 1 B, 2 P, 4 M, 8 H", field.Rare)},
	50:        {ips, options.Add("requested_ip_address", field.IP, "dhcp.option.requested_ip_address", "Address that the client asks for")},
	51:        {number, options.Add("ip_address_lease_time", field.Uint32, "dhcp.option.ip_address_lease_time", "Lease, seconds", field.Rare)},
	54:        {ips, options.Add("dhcp_server_id", field.IP, "dhcp.option.dhcp_server_id", "Server that a message is of or for")},
	56:        {words, options.Add("message", field.Keyword, "dhcp.option.message", "Why a server refuses, or a client declines")},
	57:        {number, options.Add("dhcp_max_message_size", field.Uint16, "dhcp.option.dhcp_max_message_size", "Longest message that is taken, bytes", field.Rare)},
	58:        {number, options.Add("renewal_time_value", field.Uint32, "dhcp.option.renewal_time_value", "Time to renewal (T1), seconds", field.Rare)},
	59:        {number, options.Add("rebinding_time_value", field.Uint32, "dhcp.option.rebinding_time_value", "Time to rebinding (T2), seconds", field.Rare)},
	60:        {words, options.Add("vendor_class_id", field.Keyword, "dhcp.option.vendor_class_id", "Vendor class of the client, such as MSFT 5.0")},
	clientID:  {digits, fClientID},
	66:        {words, options.Add("tftp_server_name", field.Keyword, "dhcp.option.tftp_server_name", "TFTP server")},
	67:        {words, options.Add("bootfile_name", field.Keyword, "dhcp.option.bootfile_name", "Boot file")},
	91:        {number, options.Add("client_last_transaction_time", field.Uint32, "dhcp.option.client_last_transaction_time", "Time since the client's last message, of a lease query, seconds", field.Rare)},
	92:        {ips, options.Add("associated_ip_option", field.IP, "dhcp.option.associated_ip_option", "Addresses of the client, of a lease query", field.Rare)},
	93:        {number, options.Add("client_system_architecture", field.Uint16, "dhcp.option.client_system_architecture", "Architecture, of network boot: 0 BIOS, 7 EFI x86-64, …", field.Rare)},
	machineID: {digits, fUUID},
	114:       {words, options.Add("captive_portal", field.Keyword, "dhcp.option.captive_portal", "URL of a captive portal's interface")},
	116:       {number, options.Add("dhcp_auto_configuration", field.Uint8, "dhcp.option.dhcp_auto_configuration", "Whether the client may give itself a link-local address", field.Rare)},
	118:       {ips, options.Add("subnet_selection_option", field.IP, "dhcp.option.subnet_selection_option", "Subnet to give an address of", field.Rare)},
	150:       {ips, options.Add("tftp_server_address", field.IP, "dhcp.option.tftp_server_address", "TFTP servers", field.Rare)},
	161:       {words, options.Add("mudurl", field.Keyword, "dhcp.option.mudurl", "URL of a description of the device (RFC 8520)")},
	252:       {words, options.Add("private_proxy_autodiscovery", field.Keyword, "dhcp.option.private_proxy_autodiscovery", "URL of a proxy's configuration (WPAD)")},
}
