// SPDX-License-Identifier: Apache-2.0

package diameter

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	maxDepth   = 8
	flagVendor = 0x80 // of an attribute
)

// form is how an attribute's value is written.
type form uint8

const (
	text form = iota
	host
	number
	// address is a family of IANA's address family numbers, 2 bytes, and an address (RFC 6733, 4.3.1).
	address
	// octets are the bytes of an IPv4 address (RFC 7155).
	octets
	group
)

// known is an attribute that has a field, or others within it.
type known struct {
	form
	id field.ID
}

var (
	fAVP     = fields.Add("avp.code", field.Uint32, "diameter.avp.code", "Attributes in order, each before those within it", field.List, field.Rare)
	fSession = fields.Add("session_id", field.Keyword, "diameter.Session-Id", "Session")
	fResult  = fields.Add("result_code", field.Uint32, "diameter.Result-Code", "Result: 2001 success, 3002 unable to deliver, 4012 credit limit reached, 5001 unsupported attribute, 5030 unknown user, …")
)

// avps are the attributes without a vendor, by code (IANA, AVP Codes).
var avps = map[uint32]known{
	1:   {text, fields.Add("user_name", field.Keyword, "diameter.User-Name", "Name of the user; the IMSI in mobile networks")},
	8:   {octets, fields.Add("framed_ip_address", field.IP, "diameter.Framed-IP-Address.IPv4", "Address of the user")},
	30:  {text, fields.Add("called_station_id", field.Keyword, "diameter.Called-Station-Id", "What the user called; the APN in mobile networks")},
	31:  {text, fields.Add("calling_station_id", field.Keyword, "diameter.Calling-Station-Id", "Where the user called from")},
	257: {address, fields.Add("host_ip_address", field.IP, "diameter.Host-IP-Address", "Addresses of the sender")},
	263: {text, fSession},
	264: {host, fields.Add("origin_host", field.Keyword, "diameter.Origin-Host", "Node that the message is from")},
	268: {number, fResult},
	269: {text, fields.Add("product_name", field.Keyword, "diameter.Product-Name", "Product of the sender")},
	279: {form: group}, // Failed-AVP
	281: {text, fields.Add("error_message", field.Keyword, "diameter.Error-Message", "Text of an error")},
	283: {host, fields.Add("destination_realm", field.Keyword, "diameter.Destination-Realm", "Realm that the message is for")},
	293: {host, fields.Add("destination_host", field.Keyword, "diameter.Destination-Host", "Node that the message is for")},
	296: {host, fields.Add("origin_realm", field.Keyword, "diameter.Origin-Realm", "Realm that the message is from")},
	297: {form: group}, // Experimental-Result
	298: {number, fields.Add("experimental_result_code", field.Uint32, "diameter.Experimental-Result-Code", "Result of a vendor")},
	416: {number, fields.Add("cc_request_type", field.Uint32, "diameter.CC-Request-Type", "Credit control: 1 initial, 2 update, 3 termination, 4 event", field.Rare)},
	443: {form: group}, // Subscription-Id
	444: {text, fields.Add("subscription_id_data", field.Keyword, "diameter.Subscription-Id-Data", "Identities of the user")},
}

// attributes counts what may still be read.
type attributes struct{ items int }

// read reads attributes up to the end of c. (Cursors go by value where functions call each other in turn: their addresses would escape to the heap.)
func (a *attributes) read(c common.Cursor, depth int) {
	for ; c.More(); a.items-- {
		if a.items == 0 || depth == maxDepth {
			c.P.Out.Cut = true
			return
		}
		code := c.Uint32(fAVP)
		flags, n := c.U8(), int(c.U24())
		vendor, head := uint32(0), avpLen
		if flags&flagVendor != 0 {
			vendor, head = c.U32(), avpLen+4
		}
		v := c.Sub(n - head)
		if padding := min(-n&3, c.Wire); padding > 0 && !c.Failed {
			c.Sub(padding)
		}
		if k, ok := avps[code]; ok && vendor == 0 && !v.Failed {
			a.write(k, v, depth)
		}
	}
}

func (a *attributes) write(k known, v common.Cursor, depth int) {
	const ipv4, ipv6 = 1, 2
	switch k.form {
	case text, host:
		if k.form == host && len(v.B) == v.Wire {
			common.Host(v.P.Out, v.B)
		}
		v.Text(k.id, v.Wire)
	case number:
		v.Uint32(k.id)
	case address:
		switch family := v.U16(); {
		case family == ipv4 && v.Wire == 4, family == ipv6 && v.Wire == 16:
			ip(&v, k.id)
		}
	case octets:
		if v.Wire == 4 {
			ip(&v, k.id)
		} else {
			v.P.Bad()
		}
	case group:
		a.read(v, depth+1)
	}
}

func ip(v *common.Cursor, id field.ID) {
	if addr := v.Bytes(v.Wire); addr != nil {
		v.P.Out.IP(id, addr)
		common.IP(v.P.Out, addr)
	}
}
