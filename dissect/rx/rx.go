// SPDX-License-Identifier: Apache-2.0

// Package rx dissects Rx, the remote procedure calls of AFS (IBM's and OpenAFS's protocol; there is no RFC), and the calls of AFS in it.
//
//	0       4               8             12         16       20     21      22            23               24      26           28
//	| epoch | connection id | call number | sequence | serial | type | flags | user status | security index | spare | service id | data …
//
// A call begins with its operation, in the client's first packet. Not decoded: acknowledgements, security, arguments of calls.
package rx

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 28
	typeData  = 1
	typeMax   = 13
	// flagClient says that the client of the connection sent the packet.
	flagClient = 1
	// maxSecurity is the highest security index in use: none, bcrypt, kad, kad with encryption, gk, and one to come.
	maxSecurity = 5
)

// Protocol is Rx.
var Protocol = &dissect.Protocol{
	Name: "rx", Title: "RX", Reference: "OpenAFS Rx", Application: true,
	UDPPorts: []uint16{7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009, 7021},
	GuessUDP: guess, AcceptUDP: plausible,
	Summary: summary,
}

// AFS is what Rx carries on its ports.
var AFS = &dissect.Protocol{
	Name: "afs", Title: "AFS (RX)", Reference: "OpenAFS", Application: true,
	Summary: summary,
}

// Both dissectors name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Dissect, AFS.Dissect = decode, call }

var (
	fields     = field.Group("rx")
	fEpoch     = fields.Add("epoch", field.Uint32, "rx.epoch", "When the client started, seconds since 1970", field.Rare, field.Detail)
	fCID       = fields.Add("cid", field.Uint32, "rx.cid", "Connection id")
	fCall      = fields.Add("callnumber", field.Uint32, "rx.callnumber", "Number of the call in the connection", field.Rare)
	fSequence  = fields.Add("seq", field.Uint32, "rx.seq", "Number of the packet in its call", field.Rare, field.Detail)
	fSerial    = fields.Add("serial", field.Uint32, "rx.serial", "Number of the packet in its connection", field.Rare, field.Detail)
	fType      = fields.Add("type", field.Uint8, "rx.type", "Type: 1 data, 2 acknowledgement, 3 busy, 4 abort, 5 all acknowledged, 6 challenge, 7 response, 8 debug, 13 version")
	fFlags     = fields.Add("flags", field.Uint8, "rx.flags", "Flags: 1 from the client, 2 request for an acknowledgement, 4 last packet, 8 more packets", field.Rare, field.Detail)
	fSecurity  = fields.Add("securityindex", field.Uint8, "rx.securityindex", "Security: 0 none, 2 Kerberos", field.Rare, field.Detail)
	fServiceID = fields.Add("serviceid", field.Uint16, "rx.serviceid", "Service that is called", field.Rare)

	afs        = field.Group("afs")
	fService   = afs.Add("service", field.Keyword, "afs.service", "Service that is called: FS files, CB callbacks, VLDB locations, PROT protection, VOL volumes, …")
	fOperation = afs.Add("opcode", field.Uint32, "afs.fs.opcode, afs.cb.opcode, afs.prot.opcode, afs.vldb.opcode, afs.kauth.opcode, afs.vol.opcode, afs.bos.opcode, afs.backup.opcode",
		"Operation that is called")
)

// services are those of the ports from 7000 on, and of 7021.
var (
	services = [...]field.Str{field.Intern("FS"), field.Intern("CB"), field.Intern("PROT"), field.Intern("VLDB"), field.Intern("KAUTH"), field.Intern("VOL"),
		field.Intern("ERROR"), field.Intern("BOS"), field.Intern("UPDATE"), field.Intern("RMTSYS")}
	backup = field.Intern("BKUP")
)

const (
	firstPort  = 7000
	backupPort = 7021
)

// plausible reports whether b may be a packet of Rx on one of its ports.
func plausible(b []byte) bool {
	return len(b) >= headerLen && b[20] > 0 && b[20] <= typeMax && b[22] == 0 && b[23] <= maxSecurity
}

// guess recognises the first packet of a call, or of its reply, of a connection that began in 1990 or later.
func guess(b []byte) bool {
	const since1990 = 631152000
	return plausible(b) && b[20] == typeData && b[21]&^0xf == 0 && binary.BigEndian.Uint32(b) >= since1990 && binary.BigEndian.Uint32(b[12:]) == 1 &&
		binary.BigEndian.Uint32(b[8:]) < 1<<24 && binary.BigEndian.Uint32(b[16:]) < 1<<24 && binary.BigEndian.Uint16(b[26:]) != 0
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Uint32(fEpoch)
	c.Uint32(fCID)
	c.Uint32(fCall)
	c.Uint32(fSequence)
	c.Uint32(fSerial)
	kind := c.Uint8(fType)
	c.Uint8(fFlags)
	c.Skip(1)
	c.Uint8(fSecurity)
	c.Skip(2)
	c.Uint16(fServiceID)
	if c.Failed || kind != typeData || c.Wire == 0 {
		return
	}
	// The call needs the header again: the data are handed on with it.
	p.Call(AFS, b, wire)
}

// call reads the first packet of a call or of its reply; b begins with the header of Rx.
func call(p *dissect.Packet, b []byte, wire int) {
	c := p.Conversation
	client := b[21]&flagClient != 0
	port := p.Core.Source.Port
	if client {
		port = p.Core.Destination.Port
	}
	switch {
	case port >= firstPort && int(port) < firstPort+len(services):
		p.Out.Const(fService, services[port-firstPort])
	case port == backupPort:
		p.Out.Const(fService, backup)
	}
	if binary.BigEndian.Uint32(b[12:]) != 1 {
		return
	}
	key := uint64(binary.BigEndian.Uint32(b[4:]))<<32 | uint64(binary.BigEndian.Uint32(b[8:]))
	if !client {
		common.Response(p, c, key)
		return
	}
	r := common.Read(p, b[headerLen:], wire-headerLen)
	r.Uint32(fOperation)
	common.Repeatable(p, c, key, repeatWithin)
}

// repeatWithin is how long a client sends a call again, nanoseconds.
const repeatWithin = 60e9

var types = [...]string{1: "DATA", 2: "ACK", 3: "BUSY", 4: "ABORT", 5: "ACKALL", 6: "CHALLENGE", 7: "RESPONSE", 8: "DEBUG", 9: "PARAMS", 13: "VERSION"}

// summary reads "FS operation 132" or "ACK, call 290".
func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(dst, fService); ok {
		dst = text
		if n, ok := v.Uint(fOperation); ok {
			return strconv.AppendUint(append(dst, " operation "...), n, 10)
		}
		dst = append(dst, ' ')
	}
	kind, _ := v.Uint(fType)
	if kind < uint64(len(types)) && types[kind] != "" {
		dst = append(dst, types[kind]...)
	} else {
		dst = strconv.AppendUint(append(dst, "Type "...), kind, 10)
	}
	n, _ := v.Uint(fCall)
	return strconv.AppendUint(append(dst, ", call "...), n, 10)
}
