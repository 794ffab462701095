// SPDX-License-Identifier: Apache-2.0

// Package ams dissects the Automation Message Specification over TCP (Beckhoff, TwinCAT ADS/AMS), with the commands of the Automation Device Specification.
//
//	0            2        6             12            14            20            22        24      26            30      34          38
//	| reserved 0 | length | target id 6 | target port | sender id 6 | sender port | command | flags | length 4 … | error | invoke id | data …      little-endian
//	read, write: | index group | offset | length | …                                         a response begins with its result
//
// A response points at its request by the invoke id. Limits: messages of 256 KiB, beyond which the beginning is dissected. Not decoded: values, notifications, AMS over UDP (48899) and EtherCAT.
package ams

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	leadLen   = 6  // reserved, and the length of what follows
	headerLen = 32 // of AMS
	port      = 48898
	// maxWait bounds the messages that are waited for as a whole, bytes.
	maxWait = 256 << 10
)

// Bits of the flags.
const (
	isResponse = 0x0001
	adsCommand = 0x0004
)

// Commands.
const (
	readDeviceInfo  = 1
	read            = 2
	write           = 3
	readState       = 4
	writeControl    = 5
	addNotification = 6
	notification    = 8
	readWrite       = 9
)

// handleByName is the index group in which the name of a variable is written, and a handle to it read.
const handleByName = 0xf003

// Protocol is AMS.
var Protocol = &dissect.Protocol{
	Name: "ams", Title: "AMS", Reference: "Beckhoff TwinCAT ADS/AMS specification", Application: true,
	TCPPorts: []uint16{port}, GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields      = field.Group("ams")
	fCommand    = fields.Add("cmdid", field.Uint16, "ams.cmdid", "Command of each message: 1 device info, 2 read, 3 write, 4 read state, 5 write control, 6 add and 7 delete notification, 8 notification, 9 read and write")
	fFlags      = fields.Add("stateflags", field.Uint16, "ams.stateflags", "Flags of each message: 1 response, 4 ADS command, 64 UDP", field.Rare, field.Detail)
	fTarget     = fields.Add("targetnetid", field.Keyword, "ams.targetnetid", "AMS net id that each message is for")
	fTargetPort = fields.Add("targetport", field.Uint16, "ams.targetport", "Port there: 801 and 851 runtimes of controllers, 10000 system service, …")
	fSender     = fields.Add("sendernetid", field.Keyword, "ams.sendernetid", "AMS net id that each message is from")
	fSenderPort = fields.Add("senderport", field.Uint16, "ams.senderport", "Port there", field.Rare, field.Detail)
	fError      = fields.Add("errorcode", field.Uint32, "ams.errorcode", "Error of the router: 0 none, 6 no such port, 7 no such machine, …", field.Sparse)
	fInvoke     = fields.Add("invokeid", field.Uint32, "ams.invokeid", "Identifier that pairs a response with its request", field.Rare, field.Detail)
	fResult     = fields.Add("adsresult", field.Uint32, "ams.adsresult", "Result of a command: 0 success, 1792 and more an error of the device")
	fGroup      = fields.Add("ads_indexgroup", field.Uint32, "ams.ads_indexgroup", "Index group that is read or written: 61443 handle by name, 61445 value by handle, 16416 flags, 61472 inputs, 61488 outputs, …")
	fOffset     = fields.Add("ads_indexoffset", field.Uint32, "ams.ads_indexoffset", "Index offset in the group", field.Rare)
	fSymbol     = fields.Add("ads_symbol", field.Keyword, "", "Name of the variable that a handle is asked for")
	fState      = fields.Add("ads_state", field.Uint16, "ams.ads_state", "State of the device, or what it shall be: 5 run, 6 stop, 15 configuration, …")
	fDevice     = fields.Add("ads_devicename", field.Keyword, "ams.ads_devicename", "Name of the device")
)

// accept says what may start a stream on the protocol's port.
func accept(b []byte) bool {
	for i := range min(len(b), 2) {
		if b[i] != 0 {
			return false
		}
	}
	return len(b) > 0 && (len(b) < leadLen || length(b) >= headerLen)
}

// length is what follows the first six bytes.
func length(b []byte) int { return int(binary.LittleEndian.Uint32(b[2:])) }

// guess recognises a message by its two lengths, its command and its flags.
func guess(b []byte) bool {
	if len(b) < leadLen+headerLen || !accept(b) || length(b) > maxWait {
		return false
	}
	command, flags, n := binary.LittleEndian.Uint16(b[22:]), binary.LittleEndian.Uint16(b[24:]), binary.LittleEndian.Uint32(b[26:])
	return int(n)+headerLen == length(b) && command >= readDeviceInfo && command <= readWrite && flags&^isResponse == adsCommand
}

// stream takes one message off the front. The messages of a packet are one layer, as in Wireshark.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case !accept(b) || common.Elsewhere(p, Protocol):
		return dissect.Reject
	case len(b) < leadLen:
		return 0
	}
	n := leadLen + length(b)
	if len(b) < n && n <= maxWait && !p.Truncated || len(b) < leadLen+headerLen && !p.Truncated {
		return 0
	}
	if p.Options.Wireshark && len(b) > n { // tshark takes messages that end with their segment alone
		return len(b)
	}
	if common.LayersOf(c).Push(p, Protocol) {
		message(p, c, b[leadLen:min(n, len(b))], n-leadLen)
	}
	return n
}

func message(p *dissect.Packet, conversation *dissect.Conversation, b []byte, wire int) {
	p.Message(Protocol)
	if !p.Need(b, wire, headerLen) {
		return
	}
	o := p.Out
	netID(o, fTarget, b)
	o.Uint(fTargetPort, uint64(binary.LittleEndian.Uint16(b[6:])))
	netID(o, fSender, b[8:])
	o.Uint(fSenderPort, uint64(binary.LittleEndian.Uint16(b[14:])))
	command, flags := binary.LittleEndian.Uint16(b[16:]), binary.LittleEndian.Uint16(b[18:])
	o.Uint(fCommand, uint64(command))
	o.Uint(fFlags, uint64(flags))
	o.Uint(fError, uint64(binary.LittleEndian.Uint32(b[24:])))
	invoke := binary.LittleEndian.Uint32(b[28:])
	o.Uint(fInvoke, uint64(invoke))
	key := uint64(command)<<32 | uint64(invoke)
	c := common.Read(p, b[headerLen:], wire-headerLen)
	switch {
	case flags&isResponse != 0:
		common.Response(p, conversation, key)
		response(&c, command)
	case command == notification:
	default:
		common.Repeatable(p, conversation, key, 0)
		request(&c, command)
	}
}

// netID writes an AMS net id, six numbers joined by dots.
func netID(o *field.Buffer, id field.ID, b []byte) {
	var buf [24]byte
	text := buf[:0]
	for i, n := range b[:6] {
		if i > 0 {
			text = append(text, '.')
		}
		text = strconv.AppendUint(text, uint64(n), 10)
	}
	o.Text(id, text)
}

func request(c *common.Cursor, command uint16) {
	switch command {
	case read, write, addNotification, readWrite:
		group := c.LittleNumber(fGroup, 4)
		c.LittleNumber(fOffset, 4)
		if command == readWrite && group == handleByName {
			c.Skip(4) // how much is to be read
			c.Text(fSymbol, int(c.Little32()))
		}
	case writeControl:
		c.LittleNumber(fState, 2)
	}
}

func response(c *common.Cursor, command uint16) {
	const versionLen, nameLen = 4, 16
	if !c.More() { // an error of the router has no data
		return
	}
	c.LittleNumber(fResult, 4)
	switch command {
	case readDeviceInfo:
		if c.More() {
			c.Skip(versionLen)
			c.Text(fDevice, nameLen)
		}
	case readState:
		if c.More() {
			c.LittleNumber(fState, 2)
		}
	}
}

var commands = map[uint64]string{readDeviceInfo: "Read Device Info", read: "Read", write: "Write", readState: "Read State", writeControl: "Write Control", addNotification: "Add Device Notification",
	7: "Delete Device Notification", notification: "Device Notification", readWrite: "ReadWrite"}

// summary reads "ADS Read Request" or "ADS ReadWrite Request MAIN.valve".
func summary(dst []byte, v dissect.View) []byte {
	command, ok := v.Uint(fCommand)
	if !ok {
		return dst
	}
	dst = append(dst, "ADS "...)
	if name := commands[command]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "command "...), fCommand)
	}
	if flags, _ := v.Uint(fFlags); flags&isResponse != 0 {
		dst = append(dst, " Response"...)
	} else {
		dst = append(dst, " Request"...)
	}
	for _, id := range [...]field.ID{fSymbol, fDevice} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
		}
	}
	for _, id := range [...]field.ID{fError, fResult} {
		if code, ok := v.Uint(id); ok && code != 0 {
			dst = strconv.AppendUint(append(dst, ", error "...), code, 10)
		}
	}
	return dst
}
