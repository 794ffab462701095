// SPDX-License-Identifier: Apache-2.0

// Package profinet dissects PROFINET's frames of EtherType 0x8892 (IEC 61158-6-10): real-time data and alarms, DCP (discovery and configuration)
// and PTCP (time).
//
//	0          2
//	| frame ID | data of IO … padding | cycle 2 | data status 1 | transfer status 1 |      cyclic
//	| frame ID | service | type | xid 4 | delay 2 | length 2 | blocks …                    DCP
//	| option | suboption | length 2 | value … | padding to 2 bytes                        a block
//
// Not decoded: the data (its form stands in what was agreed on by RPC), alarms, PTCP's contents, fragments, other blocks than the name of the station.
package profinet

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Services of DCP, and the bits of their type that tell a response; requests to set and hellos have a word before their values, as responses do.
const (
	serviceSet, serviceHello = 4, 6
	isResponse               = 0x03
)

// Option and suboption of the block that names the station.
const optionDevice, suboptionName = 2, 2

// statusLen is the length of what ends a cyclic frame, bytes.
const statusLen = 4

// Protocol is the real-time header; IO, DCP and PTCP are what it carries.
var (
	Protocol = &dissect.Protocol{Name: "pn_rt", Title: "PNIO", Reference: "IEC 61158-6-10", EtherTypes: []uint16{0x8892}, Dissect: decode, Summary: summary}
	IO       = &dissect.Protocol{Name: "pn_io", Title: "PNIO", Reference: "IEC 61158-6-10", Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
	DCP      = &dissect.Protocol{Name: "pn_dcp", Title: "PN-DCP", Reference: "IEC 61158-6-10", Dissect: dcp, Summary: dcpSummary}
	PTCP     = &dissect.Protocol{Name: "pn_ptcp", Title: "PN-PTCP", Reference: "IEC 61158-6-10", Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
)

var (
	fields    = field.Group("pn_rt")
	fFrameID  = fields.Add("frame_id", field.Uint16, "pn_rt.frame_id", "Frame ID")
	fCycle    = fields.Add("cycle_counter", field.Uint16, "pn_rt.cycle_counter", "Cycle counter, units of 31.25 µs", field.Rare, field.Detail)
	fStatus   = fields.Add("ds", field.Uint8, "pn_rt.ds", "Data status: 1 primary, 4 valid, 16 running, 32 no problem", field.Rare, field.Detail)
	fTransfer = fields.Add("transfer_status", field.Uint8, "pn_rt.transfer_status", "Transfer status: 0 OK", field.Rare, field.Detail)

	dcpFields = field.Group("pn_dcp")
	fService  = dcpFields.Add("service_id", field.Uint8, "pn_dcp.service_id", "Service: 3 get, 4 set, 5 identify, 6 hello")
	fType     = dcpFields.Add("service_type", field.Uint8, "pn_dcp.service_type", "0 request, 1 response, 5 not supported")
	fXID      = dcpFields.Add("xid", field.Uint32, "pn_dcp.xid", "Identifier that ties a response to its request", field.Rare, field.Detail)
	fName     = dcpFields.Add("nameofstation", field.Keyword, "pn_dcp.suboption_device_nameofstation", "Name of the station")
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	id := c.Uint16(fFrameID)
	if c.Failed {
		return
	}
	switch next, cyclic := carried(id); {
	case next == nil:
	case cyclic:
		if status := len(c.B) - statusLen; status >= 0 && len(c.B) == c.Wire {
			end := common.Read(p, c.B[status:], statusLen)
			end.Uint16(fCycle)
			end.Uint8(fStatus)
			end.Uint8(fTransfer)
			c.B, c.Wire = c.B[:status], status
		}
		p.Call(next, c.B, c.Wire)
	default:
		p.Call(next, c.B, c.Wire)
	}
}

// carried says what frames of that ID carry, nil when nothing that is told apart here, and whether they end with a status.
func carried(id uint16) (next *dissect.Protocol, cyclic bool) {
	switch {
	case id >= 0x0020 && id <= 0x0021, id >= 0x0080 && id <= 0x0081, id >= 0xff00 && id <= 0xff43:
		return PTCP, false
	case id >= 0x0100 && id <= 0xfbff:
		return IO, true
	case id == 0xfc01, id == 0xfe01: // alarms of high and low priority
		return IO, false
	case id >= 0xfefc && id <= 0xfeff:
		return DCP, false
	}
	return nil, false
}

func dcp(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	service, kind := c.Uint8(fService), c.Uint8(fType)
	c.Uint32(fXID)
	c.Skip(2)
	blocks := c.Sub(int(c.U16()))
	worded := kind&isResponse != 0 || service == serviceSet || service == serviceHello
	for n := 0; blocks.More() && n < common.MaxItems; n++ {
		option, suboption := blocks.U8(), blocks.U8()
		size := int(blocks.U16())
		block := blocks.Sub(size)
		if size%2 == 1 && blocks.Wire > 0 {
			blocks.Skip(1)
		}
		if worded {
			block.Skip(2)
		}
		if option == optionDevice && suboption == suboptionName {
			block.Text(fName, block.Wire)
		}
	}
}

func summary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fFrameID)
	if !ok {
		return dst
	}
	dst = fmt.Appendf(dst, "ID 0x%04x", n)
	if n, ok = v.Uint(fCycle); ok {
		dst = fmt.Appendf(dst, ", cycle %d", n)
	}
	return dst
}

func dcpSummary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fService)
	if kind, _ := v.Uint(fType); kind&isResponse != 0 {
		dst = fmt.Appendf(dst, "Response to service %d", n)
	} else {
		dst = fmt.Appendf(dst, "Request of service %d", n)
	}
	if name, ok := v.Text(append(dst, ", "...), fName); ok {
		return name
	}
	return dst
}
