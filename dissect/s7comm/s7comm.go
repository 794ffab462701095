// SPDX-License-Identifier: Apache-2.0

// Package s7comm dissects S7 Communication, which Siemens' controllers speak over COTP. There is no public standard; the form is that of the captures that
// exist, and of Wireshark.
//
//	0        1        2          4               6                  8             10 (ROSCTR 2 and 3)      12
//	| 0x32   | ROSCTR | reserved | PDU reference | parameter length | data length | error class | code | parameters … | data …
//	| function | item count | 0x12 | length | syntax | type | length 2 | DB 2 | area | address 3 | …           reading and writing
//	| 00 01 12 | length | method | type 4 bits, group 4 bits | subfunction | sequence | … error 2 |            user data
//
// A response points at its request by the PDU reference. Limits: 255 items. Not decoded: values, addresses of other syntaxes than S7ANY, what user data carry
// but for the list that is asked for, S7comm-plus (protocol 0x72).
package s7comm

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const protocolID = 0x32

// Kinds of message (ROSCTR).
const (
	job      = 1
	ack      = 2
	ackData  = 3
	userData = 7
)

// Functions of jobs that are told apart.
const (
	readVar         = 0x04
	writeVar        = 0x05
	requestDownload = 0x1a
	downloadBlock   = 0x1b
	downloadEnded   = 0x1c
	startUpload     = 0x1d
	service         = 0x28
	stop            = 0x29
	setup           = 0xf0
)

const (
	syntaxAny = 0x10 // of an item's address
	// Groups and subfunctions of user data.
	groupCPU, readSZL = 4, 1
	request, response = 4, 8 // types of user data
)

// Protocol is S7 Communication.
var Protocol = &dissect.Protocol{Name: "s7comm", Title: "S7COMM", Reference: "Siemens S7 Communication (no public standard)", Application: true, Summary: summary}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields     = field.Group("s7comm")
	fKind      = fields.Add("rosctr", field.Uint8, "s7comm.header.rosctr", "Kind of message: 1 job, 2 acknowledgement, 3 acknowledgement with data, 7 user data")
	fReference = fields.Add("pduref", field.Uint16, "s7comm.header.pduref", "Identifier that pairs a response with its request", field.Rare, field.Detail)
	fFunction  = fields.Add("func", field.Uint8, "s7comm.param.func", "Function: 4 read and 5 write variables, 26 to 28 download, 29 to 31 upload, 40 program invocation, 41 stop, 240 setup")
	fError     = fields.Add("errcod", field.Uint16, "s7comm.header.errcls, s7comm.header.errcod, s7comm.param.errcod", "Error class times 256, and code", field.Sparse)
	fCount     = fields.Add("itemcount", field.Uint8, "s7comm.param.itemcount", "How many variables are read or written", field.Rare, field.Detail)
	fArea      = fields.Add("item.area", field.Uint8, "s7comm.param.item.area", "Area of each variable: 129 inputs, 130 outputs, 131 flags, 132 data block, 28 counters, 29 timers, …")
	fDB        = fields.Add("item.db", field.Uint16, "s7comm.param.item.db", "Data block of each variable")
	fAddress   = fields.Add("item.address", field.Uint32, "s7comm.param.item.address", "Address of each variable: of the byte, times 8, and of the bit; of counters and timers the number", field.Rare)
	fType      = fields.Add("item.transp_size", field.Uint8, "s7comm.param.item.transp_size", "Type of each variable: 1 bit, 2 byte, 4 word, 6 double word, 8 real, …", field.Rare, field.Detail)
	fLength    = fields.Add("item.length", field.Uint16, "s7comm.param.item.length", "How many of that type each variable is", field.Rare, field.Detail)
	fReturn    = fields.Add("returncode", field.Uint8, "s7comm.data.returncode", "What became of each variable, or of user data: 255 success, 3 no access, 5 wrong address, 10 no such object, …")
	fGroup     = fields.Add("funcgroup", field.Uint8, "s7comm.param.userdata.funcgroup", "Group of user data: 1 programmer, 2 cyclic data, 3 blocks, 4 CPU, 5 security, 7 time")
	fSub       = fields.Add("subfunc", field.Uint8, "s7comm.param.userdata.subfunc", "Function in the group")
	fUserType  = fields.Add("userdata_type", field.Uint8, "s7comm.param.userdata.type", "0 unasked, 4 request, 8 response", field.Rare, field.Detail)
	fList      = fields.Add("szl_id", field.Uint16, "s7comm.data.userdata.szl_id", "List of the system's state that is read")
	fFile      = fields.Add("filename", field.Keyword, "s7comm.param.blockcontrol.filename", "Block that is loaded up or down, as _0B00000A: its type, number and where it goes")
	fService   = fields.Add("pi_service", field.Keyword, "s7comm.param.pistart.servicename", "Program that is invoked or stopped: P_PROGRAM, _INSE, _DELE, …")
)

// Guess recognises a message by its first two bytes.
func Guess(b []byte) bool {
	return len(b) >= 2 && b[0] == protocolID && (b[1] >= job && b[1] <= ackData || b[1] == userData)
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Skip(1)
	kind := c.Uint8(fKind)
	c.Skip(2)
	reference := c.Uint16(fReference)
	parameters, data := int(c.U16()), int(c.U16())
	if kind == ack || kind == ackData {
		c.Uint16(fError)
	}
	if c.Failed {
		return
	}
	key := uint64(reference)
	switch kind {
	case job:
		common.Repeatable(p, p.Conversation, key, 0)
	case ack, ackData:
		common.Response(p, p.Conversation, key)
	}
	param := c.Sub(parameters)
	rest := c.Sub(data)
	switch {
	case kind == userData:
		decodeUserData(&param, &rest, key)
	case kind != ack && param.More(): // what acknowledges nothing but receipt has none
		function := param.Uint8(fFunction)
		decodeJob(&param, function, kind == job)
		if kind == ackData && (function == readVar || function == writeVar) {
			returnCodes(&rest, function == readVar)
		}
	}
}

// decodeJob reads the parameters behind a job's function, or what acknowledges it.
func decodeJob(c *common.Cursor, function uint8, asked bool) {
	const control, invocation, stopping = 7, 7, 5 // bytes before a name's length
	switch function {
	case readVar, writeVar:
		for n := c.Uint8(fCount); asked && n > 0 && c.More(); n-- {
			item(c)
		}
	case requestDownload, downloadBlock, downloadEnded, startUpload:
		if asked {
			c.Skip(control)
			c.Text(fFile, int(c.U8()))
		}
	case service:
		if asked {
			c.Skip(invocation)
			c.Skip(int(c.U16()))
			c.Text(fService, int(c.U8()))
		}
	case stop:
		if asked {
			c.Skip(stopping)
			c.Text(fService, int(c.U8()))
		}
	}
}

// item reads the address of a variable.
func item(c *common.Cursor) {
	c.Skip(1)
	n := int(c.U8())
	a := c.Sub(n)
	if n%2 == 1 && c.Wire > 0 {
		c.Skip(1)
	}
	if a.U8() != syntaxAny {
		return
	}
	a.Uint8(fType)
	a.Uint16(fLength)
	a.Uint16(fDB)
	a.Uint8(fArea)
	a.Number(fAddress, 3)
}

// returnCodes reads what became of each variable: of those that were written a byte each, of those that were read with the value.
func returnCodes(c *common.Cursor, values bool) {
	const success = 0xff
	const inBits, lastInBits = 3, 5 // types whose length counts bits
	for n := 0; c.More() && len(c.B) > 0 && n < 255; n++ {
		code := c.Uint8(fReturn)
		if !values {
			continue
		}
		kind, length := c.U8(), int(c.U16())
		if code != success {
			continue
		}
		if kind >= inBits && kind <= lastInBits {
			length = (length + 7) / 8
		}
		c.Sub(min(length, c.Wire))
		if length%2 == 1 && c.Wire > 0 {
			c.Skip(1)
		}
	}
}

// decodeUserData reads the parameters of user data, and the head of what they carry.
func decodeUserData(c, data *common.Cursor, key uint64) {
	c.Skip(3 + 1 + 1)
	kind := c.U8()
	if c.Failed {
		return
	}
	group := kind & 0x0f
	c.P.Out.Uint(fUserType, uint64(kind>>4))
	c.P.Out.Uint(fGroup, uint64(group))
	sub := c.Uint8(fSub)
	c.Skip(1)
	if c.More() {
		c.Skip(2)
		c.Uint16(fError)
	}
	switch kind >> 4 {
	case request:
		common.Repeatable(c.P, c.P.Conversation, key, 0)
	case response:
		common.Response(c.P, c.P.Conversation, key)
	}
	if !data.More() {
		return
	}
	data.Uint8(fReturn)
	data.Skip(3)
	if group == groupCPU && sub == readSZL && data.More() {
		data.Uint16(fList)
	}
}
