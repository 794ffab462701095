// SPDX-License-Identifier: Apache-2.0

package profinet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Services of DCP, and the bits of their type that tell a response; requests to set and hellos have a word before their values, as responses do.
const (
	serviceSet, serviceHello = 4, 6
	isResponse               = 0x03
)

// repetition is how long after it was sent a request counts as sent again, nanoseconds.
const repetition = 5e9

// Blocks that are looked at: option and suboption.
const (
	blockAddress = 0x0102
	blockName    = 0x0202
	blockDevice  = 0x0203
)

var (
	dcpFields = field.Group("pn_dcp")
	fService  = dcpFields.Add("service_id", field.Uint8, "pn_dcp.service_id", "Service: 3 get, 4 set, 5 identify, 6 hello")
	fType     = dcpFields.Add("service_type", field.Uint8, "pn_dcp.service_type", "0 request, 1 response, 5 not supported")
	fXID      = dcpFields.Add("xid", field.Uint32, "pn_dcp.xid", "Identifier that ties a response to its request", field.Rare, field.Detail)
	fName     = dcpFields.Add("nameofstation", field.Keyword, "pn_dcp.suboption_device_nameofstation", "Name of the station")
	fAddress  = dcpFields.Add("ip", field.IP, "pn_dcp.suboption_ip_ip", "Address of the station")
	fVendor   = dcpFields.Add("vendor_id", field.Uint16, "pn_dcp.suboption_vendor_id", "Vendor of the device", field.Rare, field.Detail)
	fDevice   = dcpFields.Add("device_id", field.Uint16, "pn_dcp.suboption_device_id", "Identifier of the device at its vendor", field.Rare, field.Detail)
)

func dcp(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	service, kind := c.Uint8(fService), c.Uint8(fType)
	xid := c.Uint32(fXID)
	if c.Failed {
		return
	}
	exchange(p, xid, kind&isResponse != 0)
	c.Skip(2)
	blocks := c.Sub(int(c.U16()))
	worded := kind&isResponse != 0 || service == serviceSet || service == serviceHello
	for n := 0; blocks.More() && n < common.MaxItems; n++ {
		option := blocks.U16()
		size := int(blocks.U16())
		block := blocks.Sub(size)
		if size%2 == 1 && blocks.Wire > 0 {
			blocks.Skip(1)
		}
		if worded {
			block.Skip(2)
		}
		switch option {
		case blockName:
			if len(block.B) == block.Wire {
				common.Host(p.Out, block.B)
			}
			block.Text(fName, block.Wire)
		case blockAddress:
			if addr := block.Bytes(4); addr != nil {
				p.Out.IP(fAddress, addr)
				common.IP(p.Out, addr)
			}
		case blockDevice:
			block.Uint16(fVendor)
			block.Uint16(fDevice)
		}
	}
}

// exchange ties a response to its request by the identifier and who asked; all may answer what asks for names.
func exchange(p *dissect.Packet, xid uint32, response bool) {
	asker := &p.Core.Source
	if response {
		asker = &p.Core.Destination
	}
	c := p.State.Exchange(p, DCP, netip.Addr{}, uint64(binary.BigEndian.Uint32(asker.MAC[2:]))<<32|uint64(xid))
	if response {
		common.AnyResponse(p, c, 0)
	} else {
		common.Repeatable(p, c, 0, repetition)
	}
}

// services are the names of DCP's services.
var services = map[uint64]string{3: "Get", serviceSet: "Set", 5: "Identify", serviceHello: "Hello"}

// dcpSummary reads "Identify request, pns-1, 10.0.0.1".
func dcpSummary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fService)
	if !ok {
		return dst
	}
	if name := services[n]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = fmt.Appendf(dst, "Service %d", n)
	}
	if kind, _ := v.Uint(fType); kind&isResponse != 0 {
		dst = append(dst, " response"...)
	} else {
		dst = append(dst, " request"...)
	}
	for _, id := range [...]field.ID{fName, fAddress} {
		if text, ok := v.Text(append(dst, ", "...), id); ok {
			dst = text
		}
	}
	return dst
}
