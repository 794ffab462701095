// SPDX-License-Identifier: Apache-2.0

// Package synphasor dissects synchrophasors (IEEE C37.118.2) over TCP and UDP: what phasor measurement units and data concentrators send to each other.
//
//	0      1                 2            4         6                  10                    14
//	| 0xaa | type 3, version | frame size | id code | second of century | quality 8, fraction | … | CRC 2
//
// Of configuration frames 1 and 2, the names of stations are decoded. Limits: 256 stations. Not decoded: phasors and other measurements, channels, configuration
// frame 3 beyond its header.
package synphasor

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	sync      = 0xaa
	headerLen = 14
	crcLen    = 2
	portTCP   = 4712
	portUDP   = 4713
	// maxStations bounds the stations of a configuration.
	maxStations = 256
	nameLen     = 16
)

// Types of frames (IEEE C37.118.2, table 2).
const (
	configuration1 = 2
	configuration2 = 3
	command        = 4
	lastType       = 5
)

// Protocol is the synchrophasor protocol.
var Protocol = &dissect.Protocol{
	Name: "synphasor", Title: "SYNCHROPHASOR", Reference: "IEEE C37.118.2", Application: true,
	TCPPorts: []uint16{portTCP}, UDPPorts: []uint16{portUDP},
	GuessTCP: guess, GuessUDP: guess, AcceptTCP: accept, AcceptUDP: accept,
	Summary: summary,
}

// The functions name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields   = field.Group("synphasor")
	fType    = fields.Add("frtype", field.Uint8, "synphasor.frtype", "Type of each frame: 0 data, 1 header, 2 and 3 and 5 configuration, 4 command")
	fVersion = fields.Add("version", field.Uint8, "synphasor.version", "Version of the standard: 1 of 2005, 2 of 2011", field.Rare, field.Detail)
	fID      = fields.Add("idcode_stream_source", field.Uint16, "synphasor.idcode_stream_source", "Number of the stream, or of the unit that a command is for")
	fTime    = fields.Add("soc", field.Date, "synphasor.soc", "Second that the frame is of", field.Rare, field.Detail)
	fStation = fields.Add("station_name", field.Keyword, "synphasor.station_name", "Names of the stations in a configuration")
	fCommand = fields.Add("command", field.Uint16, "synphasor.command", "Command: 1 and 2 data off and on, 3 send header, 4 to 6 send configuration, 8 extended")
)

// accept says what may start a stream or datagram on the protocol's ports.
func accept(b []byte) bool {
	return len(b) > 0 && b[0] == sync && (len(b) < 2 || b[1]>>4 <= lastType) && (len(b) < 4 || size(b) >= headerLen+crcLen)
}

// size is the length of the frame at the front of b, bytes.
func size(b []byte) int { return int(binary.BigEndian.Uint16(b[2:])) }

// guess recognises a frame whose CRC is right.
func guess(b []byte) bool {
	if len(b) < headerLen+crcLen || !accept(b) || size(b) > len(b) {
		return false
	}
	end := size(b) - crcLen
	return crc(b[:end]) == binary.BigEndian.Uint16(b[end:])
}

// crc is CRC-CCITT, of polynomial 0x1021 and all ones at the start (IEEE C37.118.2, annex B).
func crc(b []byte) uint16 {
	v := uint16(0xffff)
	for _, c := range b {
		v ^= uint16(c) << 8
		for range 8 {
			v = v<<1 ^ v>>15*0x1021
		}
	}
	return v
}

// elsewhere reports whether the packet is on none of the protocol's ports, where tshark does not look for it.
func elsewhere(p *dissect.Packet, ports []uint16) bool {
	return p.Options.Wireshark && p.Core.Ports && !slices.Contains(ports, p.Core.Source.Port) && !slices.Contains(ports, p.Core.Destination.Port)
}

// stream takes one frame off the front. The frames of a packet are one layer, as in Wireshark.
func stream(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case !accept(b) || elsewhere(p, Protocol.TCPPorts):
		return dissect.Reject
	case len(b) < 4 || len(b) < size(b) && !p.Truncated:
		return 0
	}
	n := size(b)
	if common.LayersOf(c).Push(p, Protocol) {
		frame(p, c, b[:min(n, len(b))], n)
	}
	return n
}

func datagram(p *dissect.Packet, b []byte, wire int) {
	if elsewhere(p, Protocol.UDPPorts) {
		p.Pop()
		return
	}
	frame(p, p.Conversation, b, wire)
}

func frame(p *dissect.Packet, conversation *dissect.Conversation, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Skip(1)
	kind := c.U8()
	length := int(c.U16())
	if c.Failed {
		return
	}
	p.Out.Uint(fType, uint64(kind>>4))
	p.Out.Uint(fVersion, uint64(kind&0x0f))
	id := c.Uint16(fID)
	if second := c.U32(); !c.Failed {
		p.Out.Int(fTime, int64(second)*1e9)
	}
	c.Skip(4)
	body := c.Sub(length - headerLen - crcLen)
	c.Skip(crcLen)
	switch kind >> 4 {
	case command:
		transaction(p, conversation, id, body.Uint16(fCommand))
	case configuration1, configuration2:
		common.Response(p, conversation, uint64(id)<<8|uint64(kind>>4))
		stations(&body)
	case 1:
		common.Response(p, conversation, uint64(id)<<8|1)
	}
}

// transaction notes a command that asks for a frame, by the type of the frame.
func transaction(p *dissect.Packet, c *dissect.Conversation, id, code uint16) {
	wanted := map[uint16]uint64{3: 1, 4: configuration1, 5: configuration2}
	if kind, ok := wanted[code]; ok {
		common.Repeatable(p, c, uint64(id)<<8|kind, 0)
	}
}

// stations reads the names of a configuration's stations, and passes over their channels.
func stations(c *common.Cursor) {
	const perDigital, unit, ends = 16, 4, 2 + 2 // the last are the line frequency and the count of changes
	c.Skip(4)                                   // what a second is divided by
	for n := min(c.U16(), maxStations); n > 0 && c.More(); n-- {
		if name := bytes.TrimRight(c.Bytes(nameLen), " \x00"); len(name) > 0 {
			c.P.Out.Text(fStation, name)
		}
		c.Skip(2 + 2) // its number, and the format of its data
		phasors, analogs, digitals := int(c.U16()), int(c.U16()), int(c.U16())
		c.Sub(nameLen*(phasors+analogs+perDigital*digitals) + unit*(phasors+analogs+digitals) + ends)
	}
}

var types = map[uint64]string{0: "Data Frame", 1: "Header Frame", configuration1: "Configuration Frame 1", configuration2: "Configuration Frame 2", command: "Command Frame", lastType: "Configuration Frame 3"}

var commands = map[uint64]string{1: "data transmission off", 2: "data transmission on", 3: "send HDR frame", 4: "send CFG-1 frame", 5: "send CFG-2 frame", 6: "send CFG-3 frame", 8: "extended frame"}

// summary reads "Command Frame, send CFG-2 frame" or "Configuration Frame 2, Station A".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fType)
	if !ok {
		return dst
	}
	dst = append(dst, types[kind]...)
	if code, ok := v.Uint(fCommand); ok {
		if name := commands[code]; name != "" {
			dst = append(append(dst, ", "...), name...)
		} else {
			dst, _ = v.Text(append(dst, ", command "...), fCommand)
		}
	}
	v.All(fStation, func(name []byte) { dst = append(append(dst, ", "...), name...) })
	return dst
}
