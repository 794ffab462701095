// SPDX-License-Identifier: Apache-2.0

// Package wpan dissects the MAC header of IEEE 802.15.4 (Zigbee, Thread, 6LoWPAN), bare, behind the preamble of its radio and behind the TAP header.
//
//	0               2                     3
//	| frame control | sequence (or none)  | destination PAN 2, address 2 or 8 | source PAN 2, address 2 or 8 | security 1 to 14 | payload … FCS
//	frame control: type 3, security, pending, acknowledge, PAN ID compression, -, no sequence, elements, destination mode 2, version 2, source mode 2
//
// All numbers are little-endian. Which PANs are there follows from both address modes, the compression bit and the version (IEEE 802.15.4-2015, table 7-2).
// Not decoded: multipurpose, fragment and extended frames, information elements, bodies of beacons, 6LoWPAN and Zigbee, the FCS.
package wpan

import (
	"encoding/binary"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Types of frames; those from 4 on have another header.
const (
	typeCommand = 3
)

// Bits of the frame control.
const (
	bitSecurity    = 0x0008
	bitPending     = 0x0010
	bitAck         = 0x0020
	bitCompression = 0x0040
	bitNoSequence  = 0x0100
	bitElements    = 0x0200

	version2003 = 0
	version2015 = 2
)

// Address modes.
const (
	modeNone     = 0
	modeReserved = 1
	modeShort    = 2
	modeLong     = 3
)

// Protocol is IEEE 802.15.4.
var Protocol = &dissect.Protocol{
	Name: "wpan", Title: "IEEE 802.15.4", Reference: "IEEE 802.15.4",
	LinkTypes:  []uint32{195, 230},
	EtherTypes: []uint16{0x809a},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields      = field.Group("wpan")
	fType       = fields.Add("frame_type", field.Uint8, "wpan.frame_type", "Type: 0 beacon, 1 data, 2 acknowledgment, 3 command, 5 multipurpose")
	fSecurity   = fields.Add("security", field.Bool, "wpan.security", "Payload is secured", field.Rare, field.Detail)
	fPending    = fields.Add("pending", field.Bool, "wpan.pending", "More data wait for the receiver", field.Detail, field.Rare)
	fAck        = fields.Add("ack_request", field.Bool, "wpan.ack_request", "Acknowledgment is asked for", field.Detail, field.Rare)
	fVersion    = fields.Add("version", field.Uint8, "wpan.version", "Version: 0 2003, 1 2006, 2 2015", field.Rare, field.Detail)
	fSeq        = fields.Add("seq_no", field.Uint8, "wpan.seq_no", "Sequence number", field.Rare, field.Detail)
	destination = newSide("dst", "Destination")
	source      = newSide("src", "Source")
	fLevel      = fields.Add("aux_sec.sec_level", field.Uint8, "wpan.aux_sec.sec_level", "Security level: 0 none, 1 to 3 integrity, 4 and up encryption", field.Rare, field.Detail)
	fCounter    = fields.Add("aux_sec.frame_counter", field.Uint32, "wpan.aux_sec.frame_counter", "Frame counter", field.Rare, field.Detail)
	fKeyIndex   = fields.Add("aux_sec.key_index", field.Uint8, "wpan.aux_sec.key_index", "Index of the key", field.Rare, field.Detail)
	fCommand    = fields.Add("cmd", field.Uint8, "wpan.cmd", "Command: 1 association request, 2 association response, 4 data request, 7 beacon request, …")
)

// side is the fields of one end.
type side struct{ pan, short, long field.ID }

func newSide(name, what string) side {
	return side{
		pan:   fields.Add(name+"_pan", field.Uint16, "wpan."+name+"_pan", what+" PAN"),
		short: fields.Add(name+"16", field.Uint16, "wpan."+name+"16", what+" address of 16 bits"),
		long:  fields.Add(name+"64", field.MAC, "wpan."+name+"64", what+" address of 64 bits"),
	}
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 2) {
		return
	}
	fcf := binary.LittleEndian.Uint16(b)
	kind := uint8(fcf & 7)
	p.Out.Uint(fType, uint64(kind))
	if kind > typeCommand {
		return
	}
	version, dst, src := fcf>>12&3, fcf>>10&3, fcf>>14&3
	p.Out.Bool(fSecurity, fcf&bitSecurity != 0)
	p.Out.Bool(fPending, fcf&bitPending != 0)
	p.Out.Bool(fAck, fcf&bitAck != 0)
	p.Out.Uint(fVersion, uint64(version))
	if version > version2015 || dst == modeReserved || src == modeReserved {
		p.Bad()
		return
	}
	b, wire = b[2:], wire-2
	if version < version2015 || fcf&bitNoSequence == 0 {
		if !p.Need(b, wire, 1) {
			return
		}
		p.Out.Uint(fSeq, uint64(b[0]))
		b, wire = b[1:], wire-1
	}
	var ok bool
	if b, wire, ok = addresses(p, version, dst, src, fcf&bitCompression != 0, b, wire); !ok {
		return
	}
	if fcf&bitSecurity != 0 {
		if version == version2003 {
			return // whose suites each have a form of their own
		}
		if b, wire, ok = security(p, version, b, wire); !ok {
			return
		}
	}
	if kind == typeCommand && fcf&bitSecurity == 0 && fcf&bitElements == 0 && p.Need(b, wire, 1) {
		p.Out.Uint(fCommand, uint64(b[0]))
	}
}

// pans says which PANs a frame has, by the modes of its addresses.
func pans(version, dst, src uint16, compressed bool) (dstPAN, srcPAN bool) {
	switch {
	case version < version2015:
		return dst != modeNone, src != modeNone && !(compressed && dst != modeNone)
	case dst == modeNone && src == modeNone:
		return compressed, false
	case src == modeNone || dst == modeLong && src == modeLong:
		return !compressed, false
	case dst == modeNone:
		return false, !compressed
	}
	return true, !compressed
}

func addresses(p *dissect.Packet, version, dst, src uint16, compressed bool, b []byte, wire int) (rest []byte, restWire int, ok bool) {
	dstPAN, srcPAN := pans(version, dst, src, compressed)
	var mac [2][8]byte // source, destination
	var n [2]int
	for i, s := range [...]struct {
		f    side
		pan  bool
		mode uint16
	}{{destination, dstPAN, dst}, {source, srcPAN, src}} {
		if s.pan {
			if !p.Need(b, wire, 2) {
				return nil, 0, false
			}
			p.Out.Uint(s.f.pan, uint64(binary.LittleEndian.Uint16(b)))
			b, wire = b[2:], wire-2
		}
		size := 0
		switch s.mode {
		case modeShort:
			size = 2
		case modeLong:
			size = 8
		}
		if !p.Need(b, wire, size) {
			return nil, 0, false
		}
		switch s.mode {
		case modeShort:
			p.Out.Uint(s.f.short, uint64(binary.LittleEndian.Uint16(b)))
		case modeLong:
			n[1-i] = copy(mac[1-i][:], b[:8])
			slices.Reverse(mac[1-i][:])
			p.Out.MAC(s.f.long, mac[1-i][:])
		}
		b, wire = b[size:], wire-size
	}
	if n[0]+n[1] > 0 {
		p.SetMAC(mac[0][:n[0]], mac[1][:n[1]])
	}
	return b, wire, true
}

// Bits of the security control.
const (
	levelMask    = 0x07
	keyModeShift = 3
	noCounter    = 0x20
)

// keySource is how long the source of a key is by its mode, bytes; an index follows but in mode 0.
var keySource = [4]int{0, 0, 4, 8}

// security reads the auxiliary header: control 1, frame counter 4, key source, key index.
func security(p *dissect.Packet, version uint16, b []byte, wire int) (rest []byte, restWire int, ok bool) {
	if !p.Need(b, wire, 1) {
		return nil, 0, false
	}
	c := b[0]
	mode := c >> keyModeShift & 3
	p.Out.Uint(fLevel, uint64(c&levelMask))
	b, wire = b[1:], wire-1
	if version < version2015 || c&noCounter == 0 {
		if !p.Need(b, wire, 4) {
			return nil, 0, false
		}
		p.Out.Uint(fCounter, uint64(binary.LittleEndian.Uint32(b)))
		b, wire = b[4:], wire-4
	}
	if mode > 0 {
		n := keySource[mode] + 1
		if !p.Need(b, wire, n) {
			return nil, 0, false
		}
		p.Out.Uint(fKeyIndex, uint64(b[n-1]))
		b, wire = b[n:], wire-n
	}
	return b, wire, true
}

var types = [...]string{"Beacon", "Data", "Ack", "Command", "Reserved", "Multipurpose", "Fragment or Frak", "Extended"}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok {
		dst = append(dst, types[n&7]...)
	}
	for _, f := range [...]struct {
		before string
		id     field.ID
	}{{", Dst: ", destination.short}, {", Dst: ", destination.long}, {", Src: ", source.short}, {", Src: ", source.long}} {
		if text, ok := v.Text(append(dst, f.before...), f.id); ok {
			dst = text
		}
	}
	return dst
}
