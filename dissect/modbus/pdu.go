// SPDX-License-Identifier: Apache-2.0

package modbus

import (
	"fmt"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Functions (Modbus Application Protocol, 6) whose data are decoded.
const (
	readCoils          = 1
	readInputs         = 2
	readHolding        = 3
	readInputRegisters = 4
	writeCoil          = 5
	writeRegister      = 6
	diagnostics        = 8
	writeCoils         = 15
	writeRegisters     = 16
	maskWrite          = 22
	readWrite          = 23
	readFIFO           = 24
	encapsulated       = 43
	// deviceIdentification is the type of an encapsulated interface that reads what the device is.
	deviceIdentification = 14
)

var (
	fields     = field.Group("modbus")
	fFunction  = fields.Add("func_code", field.Uint8, "modbus.func_code", "Function: 1 read coils, 2 read discrete inputs, 3 read holding and 4 input registers, 5 write coil, 6 write register, 8 diagnostics, 15 write coils, 16 write registers, 43 read device identification, …")
	fException = fields.Add("exception_code", field.Uint8, "modbus.exception_code", "Why a function failed: 1 illegal function, 2 illegal address, 3 illegal value, 4 failure, 6 busy, 10 and 11 gateway, …")
	fReference = fields.Add("reference_num", field.Uint16, "modbus.reference_num, modbus.read_reference_num, modbus.write_reference_num", "First coil, input or register, from 0; of function 23 what is read, and what is written")
	fWords     = fields.Add("word_cnt", field.Uint16, "modbus.word_cnt, modbus.read_word_cnt, modbus.write_word_cnt", "How many registers", field.Rare)
	fBits      = fields.Add("bit_cnt", field.Uint16, "modbus.bit_cnt", "How many coils or inputs", field.Rare)
	fBytes     = fields.Add("byte_cnt", field.Uint8, "modbus.byte_cnt", "Length of the values, bytes", field.Rare, field.Detail)
	fRegisters = fields.Add("regval_uint16", field.Uint16, "modbus.regval_uint16", "Values of registers", field.Rare, field.Detail)
	fData      = fields.Add("data", field.Hex, "modbus.data", "Values of coils and inputs, the first in the lowest bit", field.Rare, field.Detail)
	fDiagnosis = fields.Add("diagnostic_code", field.Uint16, "modbus.diagnostic_code", "What diagnostics are about: 0 echo, 1 restart, 4 listen only, 10 clear counters, …")
	fInterface = fields.Add("mei", field.Uint8, "modbus.mei", "Type of the encapsulated interface: 13 CANopen, 14 device identification", field.Rare, field.Detail)
	fObjects   = fields.Add("object_str_value", field.Keyword, "modbus.object_str_value", "What the device says that it is: vendor, product, revision, …")
)

// pdu is the message without its header.
type pdu struct {
	response bool
	function byte
}

// dissect writes the fields of what is behind the function.
func (m pdu) dissect(c *common.Cursor) {
	o := c.P.Out
	if m.function&isExcepted != 0 {
		o.Uint(fFunction, uint64(m.function&^isExcepted))
		c.Uint8(fException)
		return
	}
	o.Uint(fFunction, uint64(m.function))
	switch m.function {
	case readCoils, readInputs:
		if m.response {
			c.Hex(fData, int(c.Uint8(fBytes)))
			return
		}
		c.Uint16(fReference)
		c.Uint16(fBits)
	case readHolding, readInputRegisters:
		if m.response {
			registers(c)
			return
		}
		c.Uint16(fReference)
		c.Uint16(fWords)
	case writeCoil:
		c.Uint16(fReference)
		c.Hex(fData, 2)
	case writeRegister:
		c.Uint16(fReference)
		c.Uint16(fRegisters)
	case diagnostics:
		c.Uint16(fDiagnosis)
	case writeCoils:
		c.Uint16(fReference)
		c.Uint16(fBits)
		if !m.response {
			c.Hex(fData, int(c.Uint8(fBytes)))
		}
	case writeRegisters:
		c.Uint16(fReference)
		c.Uint16(fWords)
		if !m.response {
			registers(c)
		}
	case maskWrite:
		c.Uint16(fReference)
	case readWrite:
		if !m.response {
			c.Uint16(fReference)
			c.Uint16(fWords)
			c.Uint16(fReference)
			c.Uint16(fWords)
		}
		registers(c)
	case readFIFO:
		if !m.response {
			c.Uint16(fReference)
		}
	case encapsulated:
		if c.Uint8(fInterface) == deviceIdentification && m.response {
			objects(c)
		}
	}
}

// registers reads a count of bytes and that many values.
func registers(c *common.Cursor) {
	v := c.Sub(int(c.Uint8(fBytes)))
	for v.Wire >= 2 && !v.Failed {
		v.Uint16(fRegisters)
	}
}

// objects reads what a device is (Modbus Application Protocol, 6.21): identifier, length and text each.
func objects(c *common.Cursor) {
	c.Skip(4) // code, conformity, whether more follows, and where
	for n := c.U8(); n > 0 && !c.Failed; n-- {
		c.Skip(1)
		c.Text(fObjects, int(c.U8()))
	}
}

var functions = map[uint64]string{readCoils: "Read Coils", readInputs: "Read Discrete Inputs", readHolding: "Read Holding Registers", readInputRegisters: "Read Input Registers",
	writeCoil: "Write Single Coil", writeRegister: "Write Single Register", 7: "Read Exception Status", diagnostics: "Diagnostics", 11: "Get Comm. Event Counters", 12: "Get Comm. Event Log",
	writeCoils: "Write Multiple Coils", writeRegisters: "Write Multiple Registers", 17: "Report Slave ID", 20: "Read File Record", 21: "Write File Record", maskWrite: "Mask Write Register",
	readWrite: "Read Write Register", readFIFO: "Read FIFO Queue", encapsulated: "Encapsulated Interface Transport", 90: "Unity (Schneider)"}

// summary reads "Trans: 1; Unit: 1, Func: 3: Read Holding Registers".
func summary(dst []byte, v dissect.View) []byte {
	transaction, ok := v.Uint(fTransaction)
	if !ok {
		return dst
	}
	unit, _ := v.Uint(fUnit)
	dst = fmt.Appendf(dst, "Trans: %d; Unit: %d", transaction, unit)
	function, ok := v.Uint(fFunction)
	if !ok {
		return dst
	}
	dst = append(strconv.AppendUint(append(dst, ", Func: "...), function, 10), ": "...)
	if name := functions[function]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = append(dst, "Unknown function"...)
	}
	if code, ok := v.Uint(fException); ok {
		dst = strconv.AppendUint(append(dst, ", exception "...), code, 10)
	}
	if first, ok := v.Uint(fReference); ok {
		dst = strconv.AppendUint(append(dst, ", from "...), first, 10)
	}
	for _, count := range [...]field.ID{fBits, fWords} {
		if n, ok := v.Uint(count); ok {
			dst = strconv.AppendUint(append(dst, ", count "...), n, 10)
		}
	}
	return dst
}
