// SPDX-License-Identifier: Apache-2.0

package rsvp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Classes of objects with fields (RFC 2205, appendix A; RFC 3209, 4). The C-types of addresses are 1 and 7 for IPv4, 2 and 8 for IPv6.
const (
	classSession   = 1
	classHop       = 3
	classIntegrity = 4
	classTime      = 5
	classError     = 6
	classStyle     = 8
	classFilter    = 10
	classSender    = 11
	classConfirm   = 15
	classLabel     = 16
	classExplicit  = 20
	classRecord    = 21
	classHello     = 22
	classMessageID = 23
	classAttribute = 207

	typeIPv4, typeIPv6, typeFlow6   = 1, 2, 3
	typeTunnel4, typeTunnel6        = 7, 8
	hopIPv4, hopIPv6                = 1, 2
	attributeAffinity               = 1
	hopHeader, looseBit             = 2, 0x80
	integrityHeader, affinityLength = 16, 12
)

var (
	fDestination = fields.Add("session.ip", field.IP, "rsvp.session.ip, rsvp.session.destination_address", "Destination of the session, or end of the tunnel")
	fProto       = fields.Add("session.proto", field.Uint8, "rsvp.session.proto", "IP protocol of the session", field.Rare, field.Detail)
	fPort        = fields.Add("session.port", field.Uint16, "rsvp.session.port", "Destination port of the session")
	fTunnel      = fields.Add("session.tunnel_id", field.Uint16, "rsvp.session.tunnel_id", "Tunnel")
	fExtTunnel   = fields.Add("session.ext_tunnel_id", field.IP, "rsvp.session.ext_tunnel_id, rsvp.session.ext_tunnel_id_ipv6", "Extended tunnel ID, mostly the start of the tunnel")
	fHop         = fields.Add("hop.neighbor_address", field.IP, "rsvp.hop.neighbor_address_ipv4, rsvp.neighbor_address_ipv6", "Router that sent the message")
	fDigest      = fields.Add("integrity.hash", field.Hex, "rsvp.integrity.hash", "Digest of the message", field.Secret, field.Rare, field.Detail)
	fRefresh     = fields.Add("time_values.refresh", field.Uint32, "rsvp.refresh_interval", "Refresh period, milliseconds", field.Rare, field.Detail)
	fErrorNode   = fields.Add("error.error_node", field.IP, "rsvp.error.error_node_ipv4, rsvp.error.error_node_ipv6", "Router that found the error")
	fErrorCode   = fields.Add("error.error_code", field.Uint8, "rsvp.error.error_code", "Error code")
	fErrorValue  = fields.Add("error.error_value", field.Uint16, "rsvp.error_value", "What the error code leaves open", field.Rare, field.Detail)
	fStyle       = fields.Add("style", field.Uint32, "rsvp.style.style", "Reservation style: 10 fixed filter, 17 wildcard filter, 18 shared explicit", field.Rare)
	fSender      = fields.Add("sender.ip", field.IP, "rsvp.sender.ip, rsvp.template_filter.source_address_ipv6", "Senders, or starts of tunnels")
	fSenderPort  = fields.Add("sender.port", field.Uint16, "rsvp.sender.port", "Source port of each sender")
	fLSP         = fields.Add("sender.lsp_id", field.Uint16, "rsvp.sender.lsp_id", "Label switched path")
	fConfirm     = fields.Add("confirm.receiver", field.IP, "rsvp.confirm.receiver_address_ipv4, rsvp.confirm.receiver_address_ipv6", "Who asked for the confirmation")
	fLabel       = fields.Add("label", field.Uint32, "rsvp.label.label", "Label that the path uses")
	fExplicit    = fields.Add("explicit_route.ip", field.IP, "", "Hops that the path must take")
	fRecord      = fields.Add("record_route.ip", field.IP, "", "Hops that the path takes")
	fSource      = fields.Add("hello.source_instance", field.Uint32, "rsvp.hello.source_instance", "Instance of the sender, changes with its restart", field.Rare, field.Detail)
	fTarget      = fields.Add("hello.destination_instance", field.Uint32, "rsvp.hello.destination_instance", "Instance of the receiver as the sender knows it", field.Rare, field.Detail)
	fMessageID   = fields.Add("msgid.id", field.Uint32, "", "ID of the message", field.Rare, field.Detail)
	fSetup       = fields.Add("session_attribute.setup_priority", field.Uint8, "rsvp.session_attribute.setup_priority", "Priority to take resources, 0 is the highest", field.Rare, field.Detail)
	fHolding     = fields.Add("session_attribute.hold_priority", field.Uint8, "rsvp.session_attribute.hold_priority", "Priority to keep resources, 0 is the highest", field.Rare, field.Detail)
	fName        = fields.Add("session_attribute.name", field.Keyword, "rsvp.session_attribute.name", "Name of the session")
)

// size is how many bytes an address of the C-type has, 0 for an unknown one.
func size(kind uint8) int {
	switch kind {
	case typeIPv4, typeTunnel4:
		return 4
	case typeIPv6, typeFlow6, typeTunnel6:
		return 16
	}
	return 0
}

func value(v *common.Cursor, class, kind uint8) {
	n := size(kind)
	switch class {
	case classSession:
		session(v, kind, n)
	case classHop:
		address(v, fHop, n)
	case classIntegrity:
		v.Skip(integrityHeader)
		v.Hex(fDigest, v.Wire)
	case classTime:
		v.Uint32(fRefresh)
	case classError:
		if address(v, fErrorNode, n) {
			v.Skip(1)
			v.Uint8(fErrorCode)
			v.Uint16(fErrorValue)
		}
	case classStyle:
		v.Skip(1)
		v.Number(fStyle, 3)
	case classFilter, classSender:
		if address(v, fSender, n) {
			v.Skip(2)
			switch kind {
			case typeIPv4, typeIPv6:
				v.Uint16(fSenderPort)
			case typeTunnel4, typeTunnel6:
				v.Uint16(fLSP)
			}
		}
	case classConfirm:
		address(v, fConfirm, n)
	case classLabel:
		v.Uint32(fLabel)
	case classExplicit:
		route(v, fExplicit)
	case classRecord:
		route(v, fRecord)
	case classHello:
		v.Uint32(fSource)
		v.Uint32(fTarget)
	case classMessageID:
		v.Skip(4)
		v.Uint32(fMessageID)
	case classAttribute:
		if kind == attributeAffinity {
			v.Skip(affinityLength)
		}
		v.Uint8(fSetup)
		v.Uint8(fHolding)
		v.Skip(1)
		v.Text(fName, int(v.U8()))
	}
}

// address reads an address, if its size is known.
func address(v *common.Cursor, id field.ID, n int) bool {
	if n > 0 {
		v.IP(id, n)
	}
	return n > 0
}

func session(v *common.Cursor, kind uint8, n int) {
	if !address(v, fDestination, n) {
		return
	}
	switch kind {
	case typeIPv4, typeIPv6:
		v.Uint8(fProto)
		v.Skip(1)
		v.Uint16(fPort)
	case typeTunnel4, typeTunnel6:
		v.Skip(2)
		v.Uint16(fTunnel)
		v.IP(fExtTunnel, n)
	}
}

// route reads the hops of a route: type 1, length 1 (with these two), value.
func route(v *common.Cursor, id field.ID) {
	for n := 0; v.More() && n < common.MaxItems; n++ {
		kind := v.U8() &^ looseBit
		h := v.Sub(int(v.U8()) - hopHeader)
		if h.Failed {
			return
		}
		switch kind {
		case hopIPv4:
			h.IP(id, 4)
		case hopIPv6:
			h.IP(id, 16)
		}
	}
}
