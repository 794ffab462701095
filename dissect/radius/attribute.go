// SPDX-License-Identifier: Apache-2.0

package radius

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Attributes with a form of their own.
const (
	vendorSpecific = 26
	eapMessage     = 79
)

// form is how an attribute's value is written.
type form uint8

const (
	text form = iota
	number
	address
	bytes
	// prefix is a prefix of an IPv6 address (RFC 3162, 2.3): a byte of zeros, its length in bits, as few bytes as hold it.
	prefix
	date
	// tagged is text behind an optional tag of up to 0x1f (RFC 2868, 3.1), which is left out.
	tagged
)

// known is an attribute that has a field.
type known struct {
	form
	id field.ID
}

var fUser = fields.Add("user_name", field.Keyword, "radius.User_Name", "Name of the user")

// attributes are those with fields, by type (IANA, RADIUS Attribute Types).
var attributes = map[uint8]known{
	1:   {text, fUser},
	2:   {bytes, fields.Add("user_password", field.Hex, "radius.User_Password", "Password, hidden by the shared secret", field.Secret, field.Rare)},
	3:   {bytes, fields.Add("chap_password", field.Hex, "radius.CHAP_Password", "Response to a CHAP challenge", field.Secret, field.Rare)},
	4:   {address, fields.Add("nas_ip_address", field.IP, "radius.NAS_IP_Address, radius.NAS_IPv6_Address", "Address of the access server")},
	5:   {number, fields.Add("nas_port", field.Uint32, "radius.NAS_Port", "Port of the access server", field.Rare)},
	6:   {number, fields.Add("service_type", field.Uint32, "radius.Service_Type", "Service: 1 login, 2 framed, 5 outbound, 6 administrative, 8 authenticate only, 10 call check, …", field.Rare)},
	7:   {number, fields.Add("framed_protocol", field.Uint32, "radius.Framed_Protocol", "Framing: 1 PPP, 2 SLIP, …", field.Rare)},
	8:   {address, fields.Add("framed_ip_address", field.IP, "radius.Framed-IP-Address, radius.Framed_IPv6_Address", "Address of the user")},
	11:  {text, fields.Add("filter_id", field.Keyword, "radius.Filter_Id", "Filter for the user", field.Rare)},
	12:  {number, fields.Add("framed_mtu", field.Uint32, "radius.Framed_MTU", "Largest packet of the user, bytes", field.Rare)},
	18:  {text, fields.Add("reply_message", field.Keyword, "radius.Reply_Message", "Text for the user")},
	27:  {number, fields.Add("session_timeout", field.Uint32, "radius.Session_Timeout", "Longest session, seconds", field.Rare)},
	28:  {number, fields.Add("idle_timeout", field.Uint32, "radius.Idle_Timeout", "Longest idle time, seconds", field.Rare)},
	30:  {text, fields.Add("called_station_id", field.Keyword, "radius.Called_Station_Id", "What the user called: a number, or an access point and its SSID")},
	31:  {text, fields.Add("calling_station_id", field.Keyword, "radius.Calling_Station_Id", "Where the user called from: a number or link address")},
	32:  {text, fields.Add("nas_identifier", field.Keyword, "radius.NAS_Identifier", "Name of the access server")},
	40:  {number, fields.Add("acct_status_type", field.Uint32, "radius.Acct_Status_Type", "Accounting: 1 start, 2 stop, 3 interim update, 7 on, 8 off")},
	41:  {number, fields.Add("acct_delay_time", field.Uint32, "radius.Acct_Delay_Time", "How long the record was tried to be sent, seconds", field.Rare)},
	42:  {number, fields.Add("acct_input_octets", field.Uint32, "radius.Acct_Input_Octets", "Bytes from the user, modulo 2^32", field.Rare)},
	43:  {number, fields.Add("acct_output_octets", field.Uint32, "radius.Acct_Output_Octets", "Bytes to the user, modulo 2^32", field.Rare)},
	44:  {text, fields.Add("acct_session_id", field.Keyword, "radius.Acct_Session_Id", "The session")},
	45:  {number, fields.Add("acct_authentic", field.Uint32, "radius.Acct_Authentic", "Who authenticated: 1 RADIUS, 2 the access server, 3 another", field.Rare)},
	46:  {number, fields.Add("acct_session_time", field.Uint32, "radius.Acct_Session_Time", "Length of the session, seconds", field.Rare)},
	47:  {number, fields.Add("acct_input_packets", field.Uint32, "radius.Acct_Input_Packets", "Packets from the user", field.Rare)},
	48:  {number, fields.Add("acct_output_packets", field.Uint32, "radius.Acct_Output_Packets", "Packets to the user", field.Rare)},
	49:  {number, fields.Add("acct_terminate_cause", field.Uint32, "radius.Acct_Terminate_Cause", "Why the session ended: 1 user request, 2 lost carrier, 4 idle time-out, 5 session time-out, 6 reset, …", field.Rare)},
	55:  {date, fields.Add("event_timestamp", field.Date, "radius.Event_Timestamp", "When what is accounted for happened", field.Rare)},
	61:  {number, fields.Add("nas_port_type", field.Uint32, "radius.NAS_Port_Type", "Kind of port: 5 virtual, 15 Ethernet, 19 802.11, …", field.Rare)},
	64:  {number, fields.Add("tunnel_type", field.Uint32, "radius.Tunnel_Type", "Tunnel of the session: 3 L2TP, 9 ESP, 10 GRE, 13 VLAN, …; its first byte is a tag", field.Rare)},
	69:  {bytes, fields.Add("tunnel_password", field.Hex, "radius.Tunnel_Password", "Password of the tunnel, hidden by the shared secret", field.Secret, field.Rare)},
	77:  {text, fields.Add("connect_info", field.Keyword, "radius.Connect_Info", "Kind and speed of the connection", field.Rare)},
	81:  {tagged, fields.Add("tunnel_private_group_id", field.Keyword, "radius.Tunnel_Private_Group_Id", "Group of the session in the tunnel, such as its VLAN")},
	87:  {text, fields.Add("nas_port_id", field.Keyword, "radius.NAS_Port_Id", "Name of the access server's port", field.Rare)},
	88:  {text, fields.Add("framed_pool", field.Keyword, "radius.Framed_Pool", "Pool of the user's address", field.Rare)},
	89:  {text, fields.Add("chargeable_user_identity", field.Keyword, "radius.Chargeable_User_Identity", "Who pays")},
	97:  {prefix, fields.Add("framed_ipv6_prefix", field.IP, "radius.Framed-IPv6-Prefix", "Prefix of the user's link", field.Rare)},
	101: {number, fields.Add("error_cause", field.Uint32, "radius.Error_Cause", "Why a disconnect or change was refused", field.Rare)},
}

func init() { // both families share a field, and both kinds of prefixes
	attributes[95], attributes[168], attributes[123] = attributes[4], attributes[8], attributes[97]
}

// message is the EAP packet that attributes carry in pieces.
type message struct {
	b    []byte
	wire int
}

// add appends a piece; a single one is not copied. Behind what the capture cut there is nothing to join.
func (m *message) add(b []byte, wire int) {
	switch {
	case m.wire == 0:
		m.b = b[:len(b):len(b)]
	case len(m.b) == m.wire:
		m.b = append(m.b, b...)
	}
	m.wire += wire
}

func attribute(c *common.Cursor, eap *message) {
	kind := c.Uint8(fType)
	v := c.Sub(int(c.U8()) - 2)
	switch kind {
	case vendorSpecific:
		v.Uint32(fVendor)
		return
	case eapMessage:
		if !v.Failed {
			eap.add(v.B, v.Wire)
		}
		return
	}
	a, ok := attributes[kind]
	if !ok || v.Failed {
		return
	}
	switch n := v.Wire; a.form {
	case number:
		v.Number(a.id, 4)
	case address:
		if n == 4 || n == 16 {
			v.IP(a.id, n)
		} else {
			v.P.Bad()
		}
	case prefix:
		v.Skip(1)
		v.Prefix(a.id, int(v.U8()), 16)
	case date:
		if s := v.U32(); !v.Failed {
			v.P.Out.Int(a.id, int64(s)*1e9)
		}
	case bytes:
		v.Hex(a.id, n)
	case tagged:
		if len(v.B) > 0 && v.B[0] <= 0x1f {
			v.Skip(1)
		}
		fallthrough
	default:
		v.Text(a.id, v.Wire)
	}
}
