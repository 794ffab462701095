// SPDX-License-Identifier: Apache-2.0

package snmp

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Kinds of PDUs (RFC 3416, 3; RFC 1157, 4.1).
const (
	getRequest     = 0
	getNextRequest = 1
	response       = 2
	setRequest     = 3
	trap1          = 4
	getBulkRequest = 5
	informRequest  = 6
	trap2          = 7
	report         = 8
)

const (
	maxBindings = 128
	maxValue    = 256
	// repetition is how long after a request the same identifier asks for the same, nanoseconds: managers repeat a request after one to five seconds.
	repetition = int64(5 * time.Second)
)

// Types of values (RFC 2578, 7.1; RFC 3416, 3), by their tags.
const (
	tagNull           = 0x05
	tagOID            = 0x06
	tagIPAddress      = 0x40
	tagCounter32      = 0x41
	tagGauge32        = 0x42
	tagTimeTicks      = 0x43
	tagOpaque         = 0x44
	tagCounter64      = 0x46
	tagUnsigned32     = 0x47
	tagNoSuchObject   = 0x80
	tagNoSuchInstance = 0x81
	tagEndOfMIBView   = 0x82
)

var (
	fData       = fields.Add("data", field.Uint8, "snmp.data", "PDU: 0 get, 1 get next, 2 response, 3 set, 4 trap of SNMPv1, 5 get bulk, 6 inform, 7 trap, 8 report")
	fRequestID  = fields.Add("request_id", field.Int64, "snmp.request_id", "Identifier that pairs a response with its request", field.Rare)
	fStatus     = fields.Add("error_status", field.Int64, "snmp.error_status", "Error: 0 none, 1 too big, 2 no such name, 5 general, 6 no access, 16 authorization, …")
	fIndex      = fields.Add("error_index", field.Int64, "snmp.error_index", "Binding in error, from 1; 0 none", field.Rare, field.Sparse)
	fEnterprise = fields.Add("enterprise", field.Keyword, "snmp.enterprise", "Trap of SNMPv1: kind of object that sent it")
	fAgent      = fields.Add("agent_addr", field.IP, "snmp.agent_addr", "Trap of SNMPv1: address of that object")
	fGeneric    = fields.Add("generic_trap", field.Int64, "snmp.generic_trap", "Trap of SNMPv1: 0 cold and 1 warm start, 2 link down, 3 link up, 4 authentication failure, 5 lost neighbour, 6 enterprise's")
	fSpecific   = fields.Add("specific_trap", field.Int64, "snmp.specific_trap", "Trap of SNMPv1: the enterprise's code")
	fBindings   = fields.Add("variable_bindings", field.Object, "snmp.variable_bindings", "Variables, one object each", field.List)
	bindings    = field.Group("snmp.variable_bindings")
	fName       = bindings.Add("name", field.Keyword, "snmp.name", "Object identifier of the variable")
	fType       = bindings.Add("type", field.Keyword, "", "Type of the value", field.Rare)
	fValue      = bindings.Add("value", field.Keyword, "snmp.value.int, snmp.value.octets, snmp.value.oid, snmp.value.ipv4, snmp.value.counter, snmp.value.timeticks, …",
		"Value as text; octets that do not print as 0x and hex digits")
)

// types are RFC 2578's names.
var types = map[uint8]field.Str{tagInteger: field.Intern("Integer32"), tagOctetString: field.Intern("OCTET STRING"), tagNull: field.Intern("NULL"), tagOID: field.Intern("OBJECT IDENTIFIER"),
	tagIPAddress: field.Intern("IpAddress"), tagCounter32: field.Intern("Counter32"), tagGauge32: field.Intern("Gauge32"), tagTimeTicks: field.Intern("TimeTicks"), tagOpaque: field.Intern("Opaque"),
	tagCounter64: field.Intern("Counter64"), tagUnsigned32: field.Intern("Unsigned32"), tagNoSuchObject: field.Intern("noSuchObject"), tagNoSuchInstance: field.Intern("noSuchInstance"),
	tagEndOfMIBView: field.Intern("endOfMibView")}

// pdu reads a PDU. id is the message's identifier where it has one, which pairs responses with requests instead of the PDU's own; else -1.
func pdu(c *common.Cursor, id int64) {
	tag, v := c.Element()
	if c.Failed || v.Failed {
		return
	}
	if tag < tagPDU || tag > tagPDU+report {
		c.P.Bad()
		return
	}
	kind := tag - tagPDU
	c.P.Out.Uint(fData, uint64(kind))
	if kind == trap1 {
		trap(&v)
		return
	}
	if n := integer(&v, fRequestID); id < 0 {
		id = n
	}
	if kind == getBulkRequest {
		element(&v, tagInteger) // how many variables to get once
		element(&v, tagInteger) // and how often the others
	} else {
		integer(&v, fStatus)
		integer(&v, fIndex)
	}
	if !v.Failed && kind != trap2 {
		transaction(c.P, kind != response && kind != report, id)
	}
	variables(&v)
}

// trap reads the trap of SNMPv1 (RFC 1157, 4.1.6).
func trap(c *common.Cursor) {
	var buf [256]byte
	enterprise := element(c, tagOID)
	if text := enterprise.AppendOID(buf[:0]); len(text) > 0 {
		c.P.Out.Text(fEnterprise, text)
	}
	agent := element(c, tagIPAddress)
	if addr := agent.Bytes(4); addr != nil {
		c.P.Out.IP(fAgent, addr)
		common.IP(c.P.Out, addr)
	}
	integer(c, fGeneric)
	integer(c, fSpecific)
	element(c, tagTimeTicks) // the time since the object started
	variables(c)
}

// variables reads the variable bindings.
func variables(c *common.Cursor) {
	list := element(c, tagSequence)
	for n := 0; list.More(); n++ {
		if n == maxBindings {
			c.P.Out.Cut = true
			return
		}
		binding(&list)
	}
}

func binding(list *common.Cursor) {
	b := element(list, tagSequence)
	name := element(&b, tagOID)
	var buf [2 * maxValue]byte
	text := name.AppendOID(buf[:0])
	if name.Failed {
		return
	}
	o := list.P.Out
	o.Begin(fBindings)
	defer o.End()
	o.Text(fName, text)
	tag, v := b.Element()
	if b.Failed {
		return
	}
	if s, ok := types[tag]; ok {
		o.Const(fType, s)
	} else {
		common.Uint(o, fType, uint64(tag))
	}
	if text = appendValue(buf[:0], tag, &v); len(text) > 0 && !v.Failed {
		o.Text(fValue, text)
	}
}

// appendValue appends the value whose contents are v as text, nothing for those that have none.
func appendValue(dst []byte, tag uint8, v *common.Cursor) []byte {
	switch tag {
	case tagInteger:
		return strconv.AppendInt(dst, v.Integer(), 10)
	case tagCounter32, tagGauge32, tagTimeTicks, tagUnsigned32, tagCounter64:
		return strconv.AppendUint(dst, uint64(v.Integer()), 10) //nolint:gosec // they are unsigned
	case tagOID:
		return v.AppendOID(dst)
	case tagNull, tagNoSuchObject, tagNoSuchInstance, tagEndOfMIBView:
		return dst
	}
	b := v.Bytes(v.Wire)
	if tag == tagIPAddress && len(b) == 4 {
		common.IP(v.P.Out, b)
		return netip.AddrFrom4([4]byte(b)).AppendTo(dst)
	}
	if len(b) > maxValue {
		b, v.P.Out.Cut = b[:maxValue], true
	}
	return common.AppendOctets(dst, b)
}

var kinds = [...]string{getRequest: "get-request", getNextRequest: "get-next-request", response: "get-response", setRequest: "set-request", trap1: "trap", getBulkRequest: "getBulkRequest",
	informRequest: "informRequest", trap2: "snmpV2-trap", report: "report"}

// maxNamed bounds the variables that a summary names.
const maxNamed = 4

// summary reads "get-request 1.3.6.1.2.1.1.1.0" or "encryptedPDU".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fData)
	flags, _ := v.Uint(fFlags)
	switch {
	case ok && kind < uint64(len(kinds)):
		dst = append(dst, kinds[kind]...)
	case flags&encrypted != 0:
		dst = append(dst, "encryptedPDU"...)
	}
	n := 0
	v.All(fName, func(oid []byte) {
		switch n++; {
		case n <= maxNamed:
			dst = append(append(dst, ' '), oid...)
		case n == maxNamed+1:
			dst = append(dst, " …"...)
		}
	})
	return dst
}
