// SPDX-License-Identifier: Apache-2.0

package bacnet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

var (
	fields       = field.Group("bacapp")
	fType        = fields.Add("type", field.Uint8, "bacapp.type", "APDU: 0 confirmed request, 1 unconfirmed request, 2 simple acknowledgement, 3 complex acknowledgement, 4 segment acknowledgement, 5 error, 6 reject, 7 abort")
	fConfirmed   = fields.Add("confirmed_service", field.Uint8, "bacapp.confirmed_service", "Confirmed service: 12 readProperty, 15 writeProperty, 17 deviceCommunicationControl, 20 reinitializeDevice, …")
	fUnconfirmed = fields.Add("unconfirmed_service", field.Uint8, "bacapp.unconfirmed_service", "Unconfirmed service: 0 i-Am, 1 i-Have, 2 unconfirmedCOVNotification, 7 who-Has, 8 who-Is, …")
	fService     = fields.Add("service", field.Keyword, "", "Name of the service")
	fInvoke      = fields.Add("invoke_id", field.Uint8, "bacapp.invoke_id", "Identifier that ties a reply to its request", field.Rare, field.Detail)
	fMore        = fields.Add("more_segments", field.Bool, "bacapp.more_segments", "More segments of the message follow", field.Rare, field.Detail)
	fSequence    = fields.Add("sequence_number", field.Uint8, "bacapp.sequence_number", "Number of a segment", field.Rare, field.Detail)
	fObject      = fields.Add("object_id", field.Keyword, "bacapp.objectType, bacapp.instance_number", "Objects that the service is about, type and instance: device,61")
	fProperty    = fields.Add("property", field.Keyword, "", "Properties that the service is about: present-value")
	fPropertyID  = fields.Add("property_identifier", field.Uint32, "bacapp.property_identifier", "Their numbers", field.Rare, field.Detail)
	fObjectName  = fields.Add("object_name", field.Keyword, "bacapp.object_name", "Name of an object that is looked for or told")
	fVendor      = fields.Add("vendor_identifier", field.Uint16, "bacapp.vendor_identifier", "Vendor of a device that tells of itself", field.Rare, field.Detail)
	fErrorClass  = fields.Add("error_class", field.Uint32, "bacapp.error_class", "Class of an error: 0 device, 1 object, 2 property, 3 resources, 4 security, 5 services", field.Rare, field.Detail)
	fErrorCode   = fields.Add("error_code", field.Uint32, "bacapp.error_code", "Code of an error: 31 unknown object, 32 unknown property, 40 write access denied, …", field.Rare)
	fReject      = fields.Add("reject_reason", field.Uint8, "bacapp.reject_reason", "Why a request is rejected", field.Rare, field.Detail)
	fAbort       = fields.Add("abort_reason", field.Uint8, "bacapp.abort_reason", "Why a transaction is aborted", field.Rare, field.Detail)
)

// Types of APDUs (ASHRAE 135, 20.1).
const (
	confirmedRequest, unconfirmedRequest, simpleAck, complexAck, segmentAck, failure, reject, abort = 0, 1, 2, 3, 4, 5, 6, 7

	segmented, moreFollows = 0x08, 0x04
)

// apdu is what the network layer carries.
func apdu(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	first := c.U8()
	if c.Failed {
		return
	}
	kind, flags := first>>4, first
	p.Out.Uint(fType, uint64(kind))
	if kind == unconfirmedRequest {
		service := c.Uint8(fUnconfirmed)
		if c.Failed {
			return
		}
		writeName(p, unconfirmedServices, service)
		readTags(c, unconfirmedKey|uint16(service))
		return
	}
	if kind > abort {
		p.Bad()
		return
	}
	if kind == confirmedRequest {
		c.Skip(1) // how much of a reply is taken
	}
	invoke := c.Uint8(fInvoke)
	if c.Failed {
		return
	}
	isSegmented, more := flags&segmented != 0, flags&moreFollows != 0
	sequence := byte(0)
	if kind == confirmedRequest || kind == complexAck {
		if isSegmented {
			p.Out.Bool(fMore, more)
			sequence = c.Uint8(fSequence)
			c.Skip(1)
		}
	} else {
		isSegmented, more = false, false
	}
	transaction(p, kind, invoke, more)
	switch kind {
	case segmentAck:
		c.Uint8(fSequence)
		c.Skip(1)
		return
	case reject:
		c.Uint8(fReject)
		return
	case abort:
		c.Uint8(fAbort)
		return
	}
	service := c.Uint8(fConfirmed)
	if c.Failed {
		return
	}
	writeName(p, confirmedServices, service)
	switch {
	case kind == failure:
		readError(c)
	case kind == simpleAck || sequence != 0:
	default:
		key := uint16(service)
		if kind == complexAck {
			key |= ackKey
		}
		was := p.Malformed
		readTags(c, key)
		if isSegmented { // which ends where the segment does
			p.Malformed = was
		}
	}
}

func writeName(p *dissect.Packet, names []string, service uint8) {
	if int(service) < len(names) {
		p.Out.String(fService, names[service])
	}
}

// repetition is how long after it was sent first a request counts as sent again, nanoseconds.
const repetition = 20e9

// transaction ties a reply to its request by who asked and the invoke ID. Both sides ask.
func transaction(p *dissect.Packet, kind, invoke byte, more bool) {
	asker, side := &p.Core.Source, p.Direction
	if kind != confirmedRequest {
		asker, side = &p.Core.Destination, 1-side
	}
	c, key := p.Conversation, uint64(side)<<8|uint64(invoke) //nolint:gosec // 0 or 1
	if c == nil {
		if asker.MACLen == 0 {
			return
		}
		mac := uint64(binary.BigEndian.Uint16(asker.MAC[:]))<<32 | uint64(binary.BigEndian.Uint32(asker.MAC[2:]))
		c, key = p.State.Exchange(p, Application, netip.Addr{}, mac), uint64(invoke)
	}
	switch {
	case kind == confirmedRequest:
		common.Repeatable(p, c, key, repetition)
	case kind == segmentAck:
	case more:
		common.Interim(p, c, key)
	default:
		common.Response(p, c, key)
	}
}

// summary reads "Confirmed-REQ readProperty[ 94] device,254 object-list", as Wireshark's Info column.
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fType)
	if !ok {
		return dst
	}
	if kind < uint64(len(kinds)) {
		dst = append(append(dst, kinds[kind]...), ' ')
	}
	dst, _ = v.Text(dst, fService)
	if invoke, ok := v.Uint(fInvoke); ok {
		dst = fmt.Appendf(dst, "[%3d]", invoke)
	}
	const most = 8
	for _, id := range [...]field.ID{fObject, fProperty, fObjectName} {
		n := 0
		v.All(id, func(text []byte) {
			if n++; n <= most {
				dst = append(append(dst, ' '), text...)
			}
		})
		if n > most {
			dst = append(dst, " …"...)
		}
	}
	if code, ok := v.Text(append(dst, ", error "...), fErrorCode); ok {
		return code
	}
	return dst
}

// kinds are the types of APDUs.
var kinds = [...]string{"Confirmed-REQ", "Unconfirmed-REQ", "Simple-ACK", "Complex-ACK", "Segment-ACK", "Error", "Reject", "Abort"}
