// SPDX-License-Identifier: Apache-2.0

// Package ethercat dissects EtherCAT (IEC 61158-4-12, ETG.1000.4) of EtherType 0x88a4 and UDP port 34980: the frame, its datagrams, and the mailboxes of slaves within them.
//
//	| length 11 bits, reserved 1, type 4 | datagrams                                                         a frame, least significant byte first
//	| command 1 | index 1 | address 4 | length 11 bits … more 1 | interrupt 2 | data | working counter 2      a datagram
//	| length 2 | address 2 | channel 1 | type 4 bits, counter 4 | number and service 2 | …                    a mailbox, here of CoE (CANopen)
//
// Limits: 1024 datagrams. Not decoded: process data, registers, mailboxes but for CoE's service data and Ethernet in one piece, network variables.
package ethercat

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const reference = "IEC 61158-4-12"

// Protocol is the frame; the others are what it carries, and the mailboxes in datagrams.
var (
	Protocol  = &dissect.Protocol{Name: "ecatf", Title: "ECATF", Reference: reference, EtherTypes: []uint16{0x88a4}, UDPPorts: []uint16{34980}, AcceptUDP: accept, Summary: summary}
	Datagrams = &dissect.Protocol{Name: "ecat", Title: "ECAT", Reference: reference, Summary: summary}
	Mailbox   = carried("ecat_mailbox", "ECAT")
	RawIO     = carried("ioraw", "IO-RAW")
	Variables = carried("tc_nv", "TC-NV")
)

// carried is a layer that is named only.
func carried(name, title string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Title: title, Reference: reference, Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
}

// The dissectors name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Dissect, Datagrams.Dissect = frame, datagrams }

var (
	fields   = field.Group("ecat")
	fCommand = fields.Add("cmd", field.Uint8, "ecat.cmd", "Command of each datagram: 1 APRD, 2 APWR, 4 FPRD, 5 FPWR, 7 BRD, 8 BWR, 10 LRD, 11 LWR, 12 LRW, …")
	fIndex   = fields.Add("idx", field.Uint8, "ecat.idx", "Index of each datagram", field.Rare, field.Detail)
	fSlave   = fields.Add("adp", field.Uint16, "ecat.adp", "Slave that each datagram with a command for slaves is for", field.Rare)
	fOffset  = fields.Add("ado", field.Uint16, "ecat.ado", "Offset in its memory", field.Rare, field.Detail)
	fLogical = fields.Add("lad", field.Uint32, "ecat.lad", "Logical address of each datagram with a logical command", field.Rare, field.Detail)
	fCounter = fields.Add("cnt", field.Uint16, "ecat.cnt", "Working counter of each datagram", field.Rare, field.Detail)
	fMailbox = fields.Add("mailbox_type", field.Uint8, "", "Mailbox: 1 AoE, 2 EoE, 3 CoE, 4 FoE, 5 SoE", field.Rare)
	fObject  = fields.Add("mailbox_sdo_index", field.Uint16, "ecat_mailbox.coe.sdoidx", "Object that a CoE mailbox reads or writes", field.Rare)
)

// Types of frames.
const (
	typeCommands, typeRawIO, typeVariables, typeMailbox = 1, 3, 4, 5

	lengthBits, typeShift = 11, 12
)

// accept says what may be a datagram on EtherCAT's port: commands that fill it.
func accept(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	head := binary.LittleEndian.Uint16(b)
	return head>>typeShift == typeCommands && int(head&(1<<lengthBits-1)) <= len(b)-2
}

func frame(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	head := c.Little16()
	if c.Failed {
		return
	}
	var next *dissect.Protocol
	switch head >> typeShift {
	case typeCommands:
		next = Datagrams
	case typeRawIO:
		next = RawIO
	case typeVariables:
		next = Variables
	case typeMailbox:
		next = Mailbox
	}
	p.Call(next, c.B, c.Wire)
}

// Commands that address slaves' memory, and those that address logical memory.
const (
	firstPhysical, writeByPosition, writeByAddress, lastPhysical = 1, 2, 5, 6
	firstLogical, lastLogical                                    = 10, 12
)

func datagrams(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	for n := 0; ; n++ {
		if n == common.MaxItems {
			p.Out.Cut = true
			return
		}
		const more = 0x8000
		command := c.Uint8(fCommand)
		c.Uint8(fIndex)
		offset := uint64(0)
		if command >= firstLogical && command <= lastLogical {
			c.LittleNumber(fLogical, 4)
		} else {
			c.LittleNumber(fSlave, 2)
			offset = c.LittleNumber(fOffset, 2)
		}
		head := c.Little16()
		c.Skip(2) // the interrupt
		data := c.Sub(int(head & (1<<lengthBits - 1)))
		counter := c.LittleNumber(fCounter, 2)
		if c.Failed {
			return
		}
		written := command == writeByPosition || command == writeByAddress
		if command >= firstPhysical && command <= lastPhysical && offset >= firstMailbox && (written || counter != 0) {
			mailbox(data)
		}
		if head&more == 0 {
			return
		}
	}
}

// Mailboxes lie from firstMailbox on in a slave's memory.
const (
	firstMailbox                           = 0x1000
	mailboxLen                             = 6
	typeEthernet, typeCANopen, lastMailbox = 2, 3, 5
)

// mailbox takes data for a mailbox that reads like one.
func mailbox(c common.Cursor) {
	if len(c.B) < mailboxLen {
		return
	}
	n, kind := int(binary.LittleEndian.Uint16(c.B)), c.B[5]&0xf
	if kind == 0 || kind > lastMailbox || n == 0 || n > c.Wire-mailboxLen || !c.P.Push(Mailbox) {
		return
	}
	c.P.Out.Uint(fMailbox, uint64(kind))
	c.Skip(mailboxLen)
	body := c.Sub(n)
	switch kind {
	case typeCANopen:
		const serviceShift, request, response = 12, 2, 3
		if service := body.Little16() >> serviceShift; service == request || service == response {
			body.Skip(1)
			body.LittleNumber(fObject, 2)
		}
	case typeEthernet:
		ethernet(body)
	}
}

var tunnel = field.Intern("ethercat")

// ethernet is a frame that was sent to a slave's own network, or came from it; its fragments are passed over.
func ethernet(c common.Cursor) {
	const isFragment, isLast, number = 0xf, 0x100, 0x3f
	head, place := c.Little16(), c.Little16()
	if c.Failed || head&isFragment != 0 || head&isLast == 0 || place&number != 0 {
		return
	}
	c.P.TunnelType(tunnel)
	if c.P.Tunnel(0) {
		c.P.CallName("eth", c.B, c.Wire)
	}
}

var commands = [...]string{"NOP", "APRD", "APWR", "APRW", "FPRD", "FPWR", "FPRW", "BRD", "BWR", "BRW", "LRD", "LWR", "LRW", "ARMW", "FRMW"}

// summary reads "LRW, FPRD, NOP", and of a mailbox "FPWR, object 0x1018".
func summary(dst []byte, v dissect.View) []byte {
	const most = 8
	n := 0
	v.All(fCommand, func(text []byte) {
		switch n++; {
		case n > most:
			return
		case n > 1:
			dst = append(dst, ", "...)
		}
		i := 0
		for _, d := range text {
			i = 10*i + int(d-'0')
		}
		if i < len(commands) {
			dst = append(dst, commands[i]...)
		} else {
			dst = append(append(dst, "Command "...), text...)
		}
	})
	if n > most {
		dst = append(dst, ", …"...)
	}
	if object, ok := v.Uint(fObject); ok {
		dst = fmt.Appendf(dst, ", object 0x%04x", object)
	}
	return dst
}
