// SPDX-License-Identifier: Apache-2.0

package ldp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// TLVs with fields (RFC 5036, 4.6.1).
const (
	tlvFEC       = 0x0100
	tlvAddresses = 0x0101
	tlvHops      = 0x0103
	tlvPath      = 0x0104
	tlvGeneric   = 0x0200
	tlvStatus    = 0x0300
	tlvHello     = 0x0400
	tlvIPv4      = 0x0401
	tlvIPv6      = 0x0403
	tlvSession   = 0x0500

	// FEC elements.
	fecWildcard   = 1
	fecPrefix     = 2
	fecHost       = 3
	fecPseudowire = 128

	afIPv4, afIPv6 = 1, 2
	targeted       = 0x8000
	statusMask     = 0x3fffffff
)

var (
	tlvFields   = field.Group("ldp.msg.tlv")
	fTLV        = tlvFields.Add("type", field.Uint16, "ldp.msg.tlv.type", "Type of each TLV", field.Rare, field.Detail)
	fHold       = tlvFields.Add("hello.hold", field.Uint16, "ldp.msg.tlv.hello.hold", "How long a hello holds, seconds; 0 for the default", field.Rare, field.Detail)
	fTargeted   = tlvFields.Add("hello.targeted", field.Bool, "ldp.msg.tlv.hello.targeted", "The hello is for one neighbour", field.Rare, field.Detail)
	fTransport  = tlvFields.Add("transport_address", field.IP, "ldp.msg.tlv.ipv4.taddr, ldp.msg.tlv.ipv6.taddr", "Address for the session")
	fKeepalive  = tlvFields.Add("sess.ka", field.Uint16, "ldp.msg.tlv.sess.ka", "Keep-alive time, seconds", field.Rare, field.Detail)
	fReceiver   = tlvFields.Add("sess.rxlsr", field.IP, "ldp.msg.tlv.sess.rxlsr", "Router that the session is for")
	fElement    = tlvFields.Add("fec.type", field.Uint8, "ldp.msg.tlv.fec.type", "Type of each FEC element: 1 wildcard, 2 prefix, 3 host, 128 pseudowire", field.Rare, field.Detail)
	fPrefix     = tlvFields.Add("fec.prefix", field.IP, "ldp.msg.tlv.fec.pfval, ldp.msg.tlv.fec.hoval", "Prefixes and hosts that labels are for")
	fPrefixLen  = tlvFields.Add("fec.len", field.Uint8, "ldp.msg.tlv.fec.len", "Length of each prefix, bits", field.Rare, field.Detail)
	fPWType     = tlvFields.Add("fec.vc.vctype", field.Uint16, "ldp.msg.tlv.fec.vc.vctype", "Type of each pseudowire", field.Rare, field.Detail)
	fPWID       = tlvFields.Add("fec.vc.vcid", field.Uint32, "ldp.msg.tlv.fec.vc.vcid", "ID of each pseudowire")
	fLabel      = tlvFields.Add("generic.label", field.Uint32, "ldp.msg.tlv.generic.label", "Labels")
	fAddress    = tlvFields.Add("addrl.addr", field.IP, "ldp.msg.tlv.addrl.addr", "Addresses of the sender")
	fHops       = tlvFields.Add("hc.value", field.Uint8, "ldp.msg.tlv.hc.value", "Routers on the path", field.Rare, field.Detail)
	fPath       = tlvFields.Add("pv.lsrid", field.IP, "ldp.msg.tlv.pv.lsrid", "Routers that a message has passed", field.Rare, field.Detail)
	fStatus     = tlvFields.Add("status.data", field.Uint32, "ldp.msg.tlv.status.data", "Status code of a notification")
	fStatusFor  = tlvFields.Add("status.msg_id", field.Uint32, "ldp.msg.tlv.status.msg.id", "Message that a notification is about", field.Rare, field.Detail)
	fStatusType = tlvFields.Add("status.msg_type", field.Uint16, "ldp.msg.tlv.status.msg.type", "Its type", field.Rare, field.Detail)
)

func tlv(v *common.Cursor, kind uint16) {
	switch kind {
	case tlvHello:
		v.Uint16(fHold)
		if flags := v.U16(); !v.Failed {
			v.P.Out.Bool(fTargeted, flags&targeted != 0)
		}
	case tlvIPv4:
		v.IP(fTransport, 4)
	case tlvIPv6:
		v.IP(fTransport, 16)
	case tlvSession:
		v.Skip(2)
		v.Uint16(fKeepalive)
		v.Skip(4)
		v.IP(fReceiver, 4)
		v.Skip(2)
	case tlvFEC:
		for n := 0; v.More() && n < common.MaxItems; n++ {
			element(v)
		}
	case tlvGeneric:
		v.Uint32(fLabel)
	case tlvAddresses:
		size := size(v.U16())
		for n := 0; size > 0 && v.More() && n < common.MaxItems; n++ {
			v.IP(fAddress, size)
		}
	case tlvHops:
		v.Uint8(fHops)
	case tlvPath:
		for n := 0; v.More() && n < common.MaxItems; n++ {
			v.IP(fPath, 4)
		}
	case tlvStatus:
		if code := v.U32(); !v.Failed {
			v.P.Out.Uint(fStatus, uint64(code&statusMask))
		}
		v.Uint32(fStatusFor)
		v.Uint16(fStatusType)
	}
}

// element reads a FEC element; what stands behind one of an unknown kind cannot be found.
func element(v *common.Cursor) {
	switch v.Uint8(fElement) {
	case fecWildcard:
	case fecPrefix:
		size := size(v.U16())
		bits := int(v.Uint8(fPrefixLen))
		if size == 0 {
			v.Skip((bits + 7) / 8)
			return
		}
		v.Prefix(fPrefix, bits, size)
	case fecHost:
		size, n := size(v.U16()), int(v.U8())
		if size == n {
			v.IP(fPrefix, size)
		} else {
			v.Skip(n)
		}
	case fecPseudowire:
		v.Uint16(fPWType)
		n := int(v.U8())
		v.Skip(4)
		info := v.Sub(n)
		if info.More() {
			info.Uint32(fPWID)
		}
	default:
		v.Skip(v.Wire)
	}
}

// size is how many bytes an address of the family has, 0 for an unknown one.
func size(family uint16) int {
	switch family {
	case afIPv4:
		return 4
	case afIPv6:
		return 16
	}
	return 0
}
