// SPDX-License-Identifier: Apache-2.0

package profinet

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Frames of alarms, and of remote access.
const (
	alarmHigh    = 0xfc01
	alarmLow     = 0xfe01
	remoteAccess = 0xfe02
)

var (
	ioFields   = field.Group("pn_io")
	fOperation = ioFields.Add("service", field.Keyword, "", "Service of the context management: Connect, Release, Read, Write, Control")
	fBlock     = ioFields.Add("block_type", field.Uint16, "pn_io.block_type", "Types of the blocks; those of responses are from 32768 on: 1 and 2 alarms, 8 write, 9 read, 257 connect, 272 to 280 control", field.Rare)
	fRelation  = ioFields.Add("ar_uuid", field.Keyword, "pn_io.ar_uuid", "Identifier of the application relation")
	fStation   = ioFields.Add("cminitiator_station_name", field.Keyword, "pn_io.cminitiator_station_name", "Name of the controller that connects")
	fSlot      = ioFields.Add("slot_nr", field.Uint16, "pn_io.slot_nr", "Slot that a record or alarm is of", field.Rare)
	fSubslot   = ioFields.Add("subslot_nr", field.Uint16, "pn_io.subslot_nr", "Its subslot", field.Rare, field.Detail)
	fIndex     = ioFields.Add("index", field.Uint16, "pn_io.index", "Index of a record that is read or written", field.Rare)
	fCommand   = ioFields.Add("control_command", field.Uint16, "pn_io.control_command", "Command of a control request: 1 end of parameters, 2 ready, 4 release, 8 done", field.Rare, field.Detail)
	fAlarm     = ioFields.Add("alarm_type", field.Uint16, "pn_io.alarm_type", "Alarm: 1 diagnosis, 2 process, 3 pull, 4 plug, 7 plug of a wrong submodule, 12 diagnosis disappears")
	fPDU       = ioFields.Add("pdu_type", field.Uint8, "pn_io.pdu_type.type", "Frame of an alarm: 1 data, 2 not acknowledged, 3 acknowledged, 4 error", field.Rare, field.Detail)
	fOutcome   = ioFields.Add("status", field.Uint32, "pn_io.error_code", "Status of a response or alarm: error code, error decode, error code 1 and 2, a byte each; 0 OK")
)

// Frames of alarms.
const (
	pduData, pduAcknowledged, pduError = 1, 3, 4
)

// alarm reads an alarm.
func alarm(c common.Cursor) {
	c.Skip(2 + 2)       // the endpoints
	pdu := c.U8() & 0xf // the upper bits are the version
	c.Skip(1 + 2 + 2)   // flags, sequence numbers
	length := int(c.U16())
	if c.Failed {
		return
	}
	c.P.Out.Uint(fPDU, uint64(pdu))
	switch v := c.Sub(length); {
	case pdu == pduError:
		v.Uint32(fOutcome)
	case v.More():
		block(&v)
	}
}

// Types of blocks.
const (
	blockAlarmHigh, blockAlarmLow           = 0x0001, 0x0002
	blockWrite, blockRead                   = 0x0008, 0x0009
	blockRelation                           = 0x0101
	firstControl, blockRelease, lastControl = 0x0110, 0x0114, 0x0118

	ofResponse = 0x8000
)

// uuidLen is the length of a UUID, macLen that of a link address, bytes.
const uuidLen, macLen = 16, 6

// multipleWrite is the index of a record that holds requests to write.
const multipleWrite = 0xe040

// manage reads a request or response of the context management: numbers in the order of the RPC's sender, and blocks.
func manage(p *dissect.Packet, b []byte, wire int) {
	const headerLen = 20
	p.Core.Headline = headlineManagement
	c := common.Read(p, b, wire)
	head := c.Bytes(headerLen)
	if head == nil {
		return
	}
	var order binary.ByteOrder = binary.BigEndian
	if !plausible(order.Uint32(head), order.Uint32(head[4:]), c.Wire) {
		order = binary.LittleEndian
	}
	first, length := order.Uint32(head), order.Uint32(head[4:])
	if isStatus(first) {
		p.Out.Uint(fOutcome, uint64(first))
	}
	blocks := c.Sub(int(min(length, uint32(wire)))) //nolint:gosec // lengths of packets
	service := ""
	for n := 0; blocks.More() && n < common.MaxItems; n++ {
		kind, goOn := block(&blocks)
		if service == "" {
			service = operation(kind)
		}
		if !goOn {
			break
		}
	}
	if service != "" {
		p.Out.String(fOperation, service)
	}
}

// plausible reports whether the first numbers of a request or response are in the right order: the most that is wanted back, or a status, and a length.
func plausible(first, length uint32, wire int) bool {
	const most = 1 << 20
	return int64(length) <= int64(wire) && (first < most || isStatus(first))
}

// isStatus tells the status of a response from the maximum of a request.
func isStatus(n uint32) bool { return n == 0 || n >= 0xc0000000 }

// operation names the service that begins with a block.
func operation(kind uint16) string {
	switch kind &^ ofResponse {
	case blockRelation:
		return "Connect"
	case blockRead:
		return "Read"
	case blockWrite:
		return "Write"
	case blockRelease:
		return "Release"
	}
	if kind := kind &^ ofResponse; kind >= firstControl && kind <= lastControl {
		return "Control"
	}
	return ""
}

// block reads one block; goOn is false when what follows is no block.
func block(c *common.Cursor) (kind uint16, goOn bool) {
	kind = c.Uint16(fBlock)
	v := c.Sub(int(c.U16()))
	v.Skip(2) // the version
	if c.Failed {
		return kind, false
	}
	switch plain := kind &^ ofResponse; {
	case plain == blockRelation:
		v.Skip(2)
		uuid(&v)
		if kind&ofResponse == 0 {
			v.Skip(2 + macLen + uuidLen + 4 + 2 + 2) // the session, the initiator's address and object, properties, time-out, port
			name := v.Sub(int(v.U16()))
			if len(name.B) == name.Wire {
				common.Host(c.P.Out, name.B)
			}
			name.Text(fStation, name.Wire)
		}
	case plain == blockRead || plain == blockWrite:
		v.Skip(2) // the sequence number
		uuid(&v)
		v.Skip(4) // the API
		place(&v)
		v.Skip(2)
		index := v.Uint16(fIndex)
		n := int(v.U32())
		if kind == blockWrite && index != multipleWrite { // the record follows
			const alignment = 4
			c.Skip(min(n+-n&(alignment-1), c.Wire))
		}
		return kind, kind != ofResponse|blockRead && !v.Failed
	case plain >= firstControl && plain <= lastControl:
		v.Skip(2)
		uuid(&v)
		v.Skip(2 + 2)
		v.Uint16(fCommand)
	case plain == blockAlarmHigh || plain == blockAlarmLow:
		v.Uint16(fAlarm)
		v.Skip(4) // the API
		place(&v)
		if kind&ofResponse != 0 {
			v.Skip(2)
			v.Uint32(fOutcome)
		}
	}
	return kind, true
}

func place(v *common.Cursor) {
	v.Uint16(fSlot)
	v.Uint16(fSubslot)
}

// uuid reads the identifier of the application relation.
func uuid(v *common.Cursor) {
	if u := v.Bytes(uuidLen); u != nil {
		v.P.Out.Text(fRelation, fmt.Appendf(nil, "%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
	}
}

// ioSummary reads "Connect request, plc-1", "Read response, status 0xde80a000", "Alarm 1", "Status 0xcf81fd0f", and of data as the real-time header's.
func ioSummary(dst []byte, v dissect.View) []byte {
	status, response := v.Uint(fOutcome)
	switch name, ok := v.Text(dst, fOperation); {
	case ok && response:
		dst = append(name, " response"...)
	case ok:
		dst = append(name, " request"...)
	case response:
		return fmt.Appendf(dst, "Status 0x%08x", status)
	default:
		kind, ok := v.Uint(fAlarm)
		if !ok {
			return summary(dst, v)
		}
		dst = fmt.Appendf(dst, "Alarm %d", kind)
	}
	if status != 0 {
		dst = fmt.Appendf(dst, ", status 0x%08x", status)
	}
	if name, ok := v.Text(append(dst, ", "...), fStation); ok {
		return name
	}
	return dst
}
