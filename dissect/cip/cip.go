// SPDX-License-Identifier: Apache-2.0

// Package cip dissects messages of the Common Industrial Protocol (ODVA, CIP Networks Library, volume 1), which EtherNet/IP carries.
//
//	| service 1 | path size 1, words | path | data                                     a request
//	| service 1, top bit set | 0 | general status 1 | words 1 | additional status | data     a response
//
// A path names a class, an instance and an attribute, or a tag. The messages within Multiple Service Packet and Unconnected Send are dissected, too. A response names
// neither class nor tag: those of its request are written with it. Limits: 256 messages within a message, 2 levels, 64 requests open at a time.
// Not decoded: data of services but for Forward Open, Forward Close, Unconnected Send and the commands of PCCC; safety.
package cip

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const reference = "ODVA CIP Networks Library, volume 1"

// Protocol is CIP; the others are the layers that Wireshark names for services that are specific to a class.
var (
	Protocol          = layer("cip", "CIP")
	ConnectionManager = layer("cipcm", "CIP CM")
	Class             = layer("cipcls", "CIP")
	PCCC              = layer("cippccc", "CIP PCCC")
	Modbus            = layer("cipmb", "CIP MB")
	Configuration     = layer("cipcco", "CIP CCO")
	Supervisor        = layer("cipssupervisor", "CIPS Supervisor")
	Validator         = layer("cipsvalidator", "CIPS Validator")
)

func layer(name, title string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Title: title, Reference: reference, Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
}

var (
	fields     = field.Group("cip")
	fService   = fields.Add("sc", field.Uint8, "cip.sc", "Service of each message")
	fName      = fields.Add("service", field.Keyword, "", "Name of the service: Get Attribute Single, Forward Open, Read Tag, …")
	fClass     = fields.Add("class", field.Uint32, "cip.class", "Classes that the paths name; of a response, those of its request")
	fInstance  = fields.Add("instance", field.Uint32, "cip.instance", "Instances that the paths name", field.Rare)
	fAttribute = fields.Add("attribute", field.Uint32, "cip.attribute", "Attributes that the paths name", field.Rare)
	fSymbol    = fields.Add("symbol", field.Keyword, "cip.symbol", "Tags that the paths name: Program:Main.Valve[3].Open")
	fStatus    = fields.Add("genstat", field.Uint8, "cip.genstat", "General status of each response: 0 success, 5 path destination unknown, 8 service not supported, …")
	fExtended  = fields.Add("addstat", field.Uint16, "cip.addstat", "Additional status", field.Rare, field.Detail)
	fOT        = fields.Add("cm.ot_connid", field.Uint32, "cip.cm.ot_connid", "Connection from originator to target that is opened", field.Rare, field.Detail)
	fTO        = fields.Add("cm.to_connid", field.Uint32, "cip.cm.to_connid", "Connection from target to originator that is opened", field.Rare, field.Detail)
	fSerial    = fields.Add("cm.conn_serial_num", field.Uint16, "cip.cm.conn_serial_num", "Serial number of the connection", field.Rare, field.Detail)
	fVendor    = fields.Add("cm.vendor", field.Uint16, "cip.cm.vendor", "Vendor of the originator", field.Rare, field.Detail)
	fOrigin    = fields.Add("cm.orig_serial_num", field.Uint32, "cip.cm.orig_serial_num", "Serial number of the originator", field.Rare, field.Detail)
	fCommand   = fields.Add("pccc.cmd_code", field.Uint8, "cip.pccc.cmd.code", "Command of PCCC; 64 more in a reply", field.Rare, field.Detail)
	fFunction  = fields.Add("pccc.fnc_code", field.Uint8, "cip.pccc.fnc.code_06, cip.pccc.fnc.code_07, cip.pccc.fnc.code_0f", "Function of the command: of 15 162 protected typed logical read, 170 write, …", field.Rare, field.Detail)
	fTransport = fields.Add("cm.fwo.transport", field.Uint8, "cip.cm.fwo.transport", "Transport class of the connection: 1 I/O, 3 messages", field.Rare, field.Detail)
)

const (
	isResponse = 0x80
	// lastCommon is the last service that means the same in all classes.
	lastCommon = 0x1c
	// maxDepth bounds messages within messages, maxWithin those within one.
	maxDepth, maxWithin = 2, 256
)

// Services that are looked into.
const (
	multiple     = 0x0a
	forwardClose = 0x4e
	unconnected  = 0x52
	forwardOpen  = 0x54
	largeOpen    = 0x5b
)

const classConnectionManager = 0x06

// layers are the classes whose own services have a layer of their own in Wireshark.
var layers = map[uint32]*dissect.Protocol{classConnectionManager: ConnectionManager, 0x39: Supervisor, 0x3a: Validator, 0x44: Modbus, 0x67: PCCC, 0xf3: Configuration}

// target is what a request asks for.
type target struct {
	service uint8
	class   uint32
	symbol  string
}

// asked is a request that may still be answered.
type asked struct {
	ordinal uint64
	target
	within target // what an Unconnected Send carries
}

// sentOn reports whether a response of that service is to what an Unconnected Send carried, instead of itself.
func (a *asked) sentOn(service uint8) bool {
	return a.service == unconnected && a.class == classConnectionManager && service != unconnected
}

// Requests are the open requests of a conversation. The zero value is ready.
type Requests struct {
	open [64]asked
}

// Message dissects a message as a layer. key is what a request and its response have in common.
func (r *Requests) Message(p *dissect.Packet, c *dissect.Conversation, b []byte, wire int, key uint64) {
	if !p.Push(Protocol) {
		return
	}
	m := common.Read(p, b, wire)
	var a asked
	if len(b) > 0 && b[0]&isResponse != 0 {
		if request, ok := common.Response(p, c, key); ok {
			if open := r.open[request.Ordinal%uint64(len(r.open))]; open.ordinal == request.Ordinal {
				a = open
			}
		}
		response(m, a, 0)
		if a.sentOn(b[0] &^ isResponse) {
			p.Core.Headline = Protocol.Headline() // which Wireshark calls it
		}
		return
	}
	if c != nil {
		c.Answer(key) // clients that number nothing wait for each response: what is open was given up
	}
	a.ordinal = common.Request(p, c, key)
	request(m, &a.target, &a.within, 0)
	r.open[a.ordinal%uint64(len(r.open))] = a
}

// request dissects a request and tells what it asks for: t, and within where it carries another.
func request(m common.Cursor, t, within *target, depth int) {
	t.service = m.U8()
	words := int(m.U8())
	if m.Failed {
		return
	}
	o := m.P.Out
	o.Uint(fService, uint64(t.service))
	path := m.Sub(2 * words)
	t.class, t.symbol = readPath(path)
	o.String(fName, t.name())
	specific(m.P, *t)
	switch {
	case t.service == multiple:
		several(m, depth, func(sub common.Cursor) { request(sub, &target{}, &target{}, depth+1) })
	case t.class == classPCCC && t.service == executePCCC:
		pccc(m, true)
	case t.class != classConnectionManager:
	case t.service == unconnected && depth < maxDepth:
		m.Skip(2) // time-out
		request(m.Sub(int(m.Little16())), within, &target{}, depth+1)
		m.P.Core.Headline = ConnectionManager.Headline() // whose service it is, also for Wireshark
	case t.service == forwardOpen, t.service == largeOpen:
		open(m, t.service == largeOpen)
	case t.service == forwardClose:
		m.Skip(2)
		identify(&m)
		words := int(m.U8())
		m.Skip(1)
		readPath(m.Sub(2 * words))
	}
}

// response dissects the response to a, which is empty when it is not known.
func response(m common.Cursor, a asked, depth int) {
	service := m.U8() &^ isResponse
	m.Skip(1)
	status, words := m.U8(), int(m.U8())
	if m.Failed {
		return
	}
	o := m.P.Out
	o.Uint(fService, uint64(service))
	t := a.target
	if a.sentOn(service) {
		specific(m.P, t)
		t = a.within
	}
	if t.service != service {
		t = target{}
	}
	if t.class != 0 {
		o.Uint(fClass, uint64(t.class))
	}
	if t.symbol != "" {
		o.String(fSymbol, t.symbol)
	}
	t.service = service
	o.String(fName, t.name())
	o.Uint(fStatus, uint64(status))
	for ; words > 0 && !m.Failed; words-- {
		m.LittleNumber(fExtended, 2)
	}
	specific(m.P, t)
	switch {
	case service == multiple:
		several(m, depth, func(sub common.Cursor) { response(sub, asked{}, depth+1) })
	case status == 0 && t.class == classPCCC && service == executePCCC:
		pccc(m, false)
	case status != 0 || t.class != classConnectionManager:
	case service == forwardOpen, service == largeOpen:
		m.LittleNumber(fOT, 4)
		m.LittleNumber(fTO, 4)
		identify(&m)
	case service == forwardClose:
		identify(&m)
	}
}

// specific pushes the layer of a service that belongs to its class.
func specific(p *dissect.Packet, t target) {
	if t.service <= lastCommon {
		return
	}
	l := layers[t.class]
	if l == nil {
		l = Class
	}
	p.Push(l)
}

// several calls f with the messages of a Multiple Service Packet: their number, their offsets from it, and they themselves.
func several(m common.Cursor, depth int, f func(common.Cursor)) {
	if depth == maxDepth {
		m.P.Out.Cut = true
		return
	}
	whole := m
	n := int(m.Little16())
	offsets := m.Sub(2 * n)
	at := 2 + 2*n
	rest := m
	for i := range n {
		if i == maxWithin {
			m.P.Out.Cut = true
			return
		}
		start := int(offsets.Little16())
		end := whole.Wire
		if i < n-1 {
			next := offsets
			end = int(next.Little16())
		}
		if offsets.Failed {
			return
		}
		if start < at || end < start {
			m.P.Bad()
			return
		}
		rest.Sub(start - at)
		f(rest.Sub(end - start))
		at = end
		if rest.Failed {
			return
		}
	}
}
