// SPDX-License-Identifier: Apache-2.0

// Package lisp dissects the Locator/ID Separation Protocol: the header of control messages (RFC 9301) and the encapsulation of data (RFC 9300).
//
//	0             1      3         4       12
//	| type, flags | …    | records | nonce | records …          control, types 1 to 7
//	| type, flags | reserved       | packet                      control, type 8: an encapsulated control message
//	| N L E V I   | nonce or versions | instance ID, status bits | packet      data
//
// Not decoded: the records of control messages, LISP security (RFC 9303), whose encapsulated messages are not opened.
package lisp

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	portControl = 4342
	portData    = 4341
	nonceEnd    = 12
	dataLen     = 8

	typeInfo   = 7
	typeECM    = 8
	ecmLen     = 4
	ecmSecure  = 0x08 // of the first byte: authentication data come first
	flagNonce  = 0x80
	flagVer    = 0x10
	flagInst   = 0x08
	firstNonce = 1
)

// Control is the protocol of mapping systems, Data the encapsulation.
var (
	Control = &dissect.Protocol{
		Name: "lisp", Title: "LISP", Reference: "RFC 9301", UDPPorts: []uint16{portControl}, Dissect: control, Summary: summary,
	}
	Data = &dissect.Protocol{
		Name: "lisp-data", Title: "LISP", Reference: "RFC 9300", UDPPorts: []uint16{portData}, Dissect: data, Summary: summaryData,
	}
)

var (
	fields   = field.Group("lisp")
	fType    = fields.Add("type", field.Uint8, "lisp.type", "Type: 1 Map-Request, 2 Map-Reply, 3 Map-Register, 4 Map-Notify, 5 Map-Notify-Ack, 6 Map-Referral, 7 Info, 8 encapsulated")
	fRecords = fields.Add("records", field.Uint8, "lisp.records", "Number of records", field.Rare, field.Detail)
	fNonce   = fields.Add("nonce", field.Hex, "lisp.nonce", "Nonce, which an answer repeats")
	fData    = field.Group("lisp_data")
	fFlags   = fData.Add("flags", field.Uint8, "lisp-data.flags", "Flags", field.Rare, field.Detail)
	fDNonce  = fData.Add("nonce", field.Uint32, "lisp-data.nonce", "Nonce", field.Rare, field.Detail)
	fVersion = fData.Add("mapver", field.Uint32, "lisp-data.mapver", "Versions of the mappings of source and destination", field.Rare, field.Detail)
	fIID     = fData.Add("iid", field.Uint32, "lisp-data.iid", "Instance ID")

	kind = field.Intern("lisp")
)

func control(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, ecmLen) {
		return
	}
	t := b[0] >> 4
	p.Out.Uint(fType, uint64(t))
	switch {
	case t == typeECM:
		if b[0]&ecmSecure == 0 {
			p.TunnelType(kind)
			packet(p, b[ecmLen:], wire-ecmLen, 0)
		}
	case t >= firstNonce && t <= typeInfo:
		if t != typeInfo {
			p.Out.Uint(fRecords, uint64(b[3]))
		}
		if p.Need(b, wire, nonceEnd) {
			p.Out.Bytes(fNonce, b[nonceEnd-8:nonceEnd])
		}
	}
}

func data(p *dissect.Packet, b []byte, wire int) {
	if p.Core.Destination.Port == portControl { // from the port of data, but not data
		p.Call(Control, b, wire)
		return
	}
	if !p.Need(b, wire, dataLen) {
		return
	}
	first, second := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	p.Out.Uint(fFlags, uint64(b[0]))
	switch {
	case b[0]&flagNonce != 0:
		p.Out.Uint(fDNonce, uint64(first&0xffffff))
	case b[0]&flagVer != 0:
		p.Out.Uint(fVersion, uint64(first&0xffffff))
	}
	p.TunnelType(kind)
	key := uint64(0)
	if b[0]&flagInst != 0 {
		key = uint64(second >> 8)
		p.Out.Uint(fIID, key)
		p.TunnelID(key)
	}
	packet(p, b[dataLen:], wire-dataLen, key)
}

// packet opens the IP packet that follows.
func packet(p *dissect.Packet, b []byte, wire int, key uint64) {
	if !p.Need(b, wire, 1) || !p.Tunnel(key) {
		return
	}
	switch b[0] >> 4 {
	case 4:
		p.CallName("ip", b, wire)
	case 6:
		p.CallName("ipv6", b, wire)
	}
}

var typeNames = [...]string{1: "Map-Request", 2: "Map-Reply", 3: "Map-Register", 4: "Map-Notify", 5: "Map-Notify-Ack", 6: "Map-Referral", 7: "Info", 8: "Encapsulated control message"}

func summary(dst []byte, v dissect.View) []byte {
	t, _ := v.Uint(fType)
	if t > 0 && t < uint64(len(typeNames)) {
		return append(dst, typeNames[t]...)
	}
	return strconv.AppendUint(append(dst, "Type "...), t, 10)
}

func summaryData(dst []byte, v dissect.View) []byte {
	dst = append(dst, "Data"...)
	if _, ok := v.Uint(fIID); ok {
		dst, _ = v.Text(append(dst, " instance="...), fIID)
	}
	return dst
}
