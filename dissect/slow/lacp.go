// SPDX-License-Identifier: Apache-2.0

package slow

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Behind the version, LACP has TLVs of actor and partner (system priority 2, system 6, key 2, port priority 2, port 2, state 1, reserved 3) and of
// the collector (IEEE 802.1AX, 6.4.2). The marker protocol has one TLV: port 2, system 6, transaction 4.

const (
	tlvTerminator = 0
	tlvActor      = 1
	tlvPartner    = 2
	tlvCollector  = 3

	participantLen = 15
	markerLen      = 12
)

// LACP is the Link Aggregation Control Protocol.
var LACP = &dissect.Protocol{
	Name: "lacp", Title: "LACP", Reference: "IEEE 802.1AX",
	Dissect: lacp,
	Summary: lacpSummary,
}

// Marker is the marker protocol.
var Marker = &dissect.Protocol{
	Name: "marker", Title: "Marker", Reference: "IEEE 802.1AX",
	Dissect: marker,
	Summary: markerSummary,
}

var (
	lacpFields = field.Group("lacp")
	fVersion   = lacpFields.Add("version", field.Uint8, "lacp.version", "Version: 1 or 2", field.Rare)
	actor      = newParticipant("actor", "side that sends")
	partner    = newParticipant("partner", "other side, as the sender knows it")
	fDelay     = lacpFields.Add("collector.max_delay", field.Uint16, "lacp.collector.max_delay", "Largest delay of the collector, tens of µs", field.Detail, field.Rare)

	markerFields = field.Group("marker")
	fMarkerVer   = markerFields.Add("version", field.Uint8, "marker.version", "Version", field.Detail, field.Rare)
	fMarkerType  = markerFields.Add("tlv_type", field.Uint8, "marker.tlvType", "Type: 1 marker, 2 marker response")
	fMarkerPort  = markerFields.Add("requester_port", field.Uint16, "marker.requesterPort", "Port that asks", field.Rare, field.Detail)
	fMarkerSys   = markerFields.Add("requester_system", field.MAC, "marker.requesterSystem", "System that asks")
	fMarkerTrans = markerFields.Add("requester_trans_id", field.Uint32, "marker.requesterTransId", "Transaction", field.Rare, field.Detail)
)

// participant is the fields of one side.
type participant struct{ sysPriority, system, key, portPriority, port, state, sync field.ID }

func newParticipant(name, what string) participant {
	ws := "lacp." + name
	return participant{
		sysPriority:  lacpFields.Add(name+".sys_priority", field.Uint16, ws+".sys_priority", "Priority of the system of the "+what, field.Rare),
		system:       lacpFields.Add(name+".sysid", field.MAC, ws+".sysid", "System of the "+what),
		key:          lacpFields.Add(name+".key", field.Uint16, ws+".key", "Key of the "+what+": ports with one key may be aggregated"),
		portPriority: lacpFields.Add(name+".port_priority", field.Uint16, ws+".port_priority", "Priority of the port of the "+what, field.Rare),
		port:         lacpFields.Add(name+".port", field.Uint16, ws+".port", "Port of the "+what),
		state: lacpFields.Add(name+".state.value", field.Uint8, ws+".state",
			"State of the "+what+": 1 active, 2 short timeout, 4 aggregatable, 8 in sync, 0x10 collecting, 0x20 distributing, 0x40 defaulted, 0x80 expired"),
		sync: lacpFields.Add(name+".state.synchronization", field.Bool, ws+".state.synchronization", "Whether the "+what+" is in sync", field.Rare),
	}
}

const stateSync = 0x08

func (f participant) put(p *dissect.Packet, v []byte) {
	if !p.Need(v, len(v), participantLen) {
		return
	}
	p.Out.Uint(f.sysPriority, uint64(binary.BigEndian.Uint16(v)))
	p.Out.MAC(f.system, v[2:8])
	p.Out.Uint(f.key, uint64(binary.BigEndian.Uint16(v[8:])))
	p.Out.Uint(f.portPriority, uint64(binary.BigEndian.Uint16(v[10:])))
	p.Out.Uint(f.port, uint64(binary.BigEndian.Uint16(v[12:])))
	p.Out.Uint(f.state, uint64(v[14]))
	p.Out.Bool(f.sync, v[14]&stateSync != 0)
}

func lacp(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fVersion, uint64(b[0]))
	b, wire = b[1:], wire-1
	for range maxTLVs {
		if wire == 0 || len(b) > 0 && b[0] == tlvTerminator {
			return
		}
		t, v, rest, n, ok := tlv(p, b, wire)
		if !ok {
			return
		}
		switch t {
		case tlvActor:
			actor.put(p, v)
		case tlvPartner:
			partner.put(p, v)
		case tlvCollector:
			if p.Need(v, len(v), 2) {
				p.Out.Uint(fDelay, uint64(binary.BigEndian.Uint16(v)))
			}
		}
		b, wire = rest, n
	}
}

func marker(p *dissect.Packet, b []byte, wire int) {
	p.Out.Uint(fMarkerVer, uint64(b[0]))
	t, v, _, _, ok := tlv(p, b[1:], wire-1)
	if !ok {
		return
	}
	p.Out.Uint(fMarkerType, uint64(t))
	if p.Need(v, len(v), markerLen) {
		p.Out.Uint(fMarkerPort, uint64(binary.BigEndian.Uint16(v)))
		p.Out.MAC(fMarkerSys, v[2:8])
		p.Out.Uint(fMarkerTrans, uint64(binary.BigEndian.Uint32(v[8:])))
	}
}

func lacpSummary(dst []byte, v dissect.View) []byte {
	for _, f := range [...]struct {
		before string
		id     field.ID
	}{{"v", fVersion}, {" ACTOR ", actor.system}, {" P: ", actor.port}, {" K: ", actor.key}, {" PARTNER ", partner.system}, {" P: ", partner.port}, {" K: ", partner.key}} {
		if text, ok := v.Text(append(dst, f.before...), f.id); ok {
			dst = text
		}
	}
	return dst
}

func markerSummary(dst []byte, v dissect.View) []byte {
	if n, _ := v.Uint(fMarkerType); n == 2 {
		dst = append(dst, "Marker Response"...)
	} else {
		dst = append(dst, "Marker"...)
	}
	if text, ok := v.Text(append(dst, " SysId="...), fMarkerSys); ok {
		dst = text
	}
	return dst
}
