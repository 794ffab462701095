// SPDX-License-Identifier: Apache-2.0

// Package radiotap dissects LINKTYPE_IEEE802_11_RADIOTAP: what the radio said of an IEEE 802.11 frame (www.radiotap.org).
//
//	0         1     2        4
//	| version | pad | length | present, 4 bytes (bit 31: another follows) | fields, in the order of the bits, each aligned | frame …
//
// All numbers are little-endian; a field is aligned to its own size from the start of the header. Not decoded: rare
// fields, antennas' own sets of fields (further present words), vendors' fields.
package radiotap

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/wlan"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 8
	fcsLen    = 4
	// more, of a present word, says that another one follows; maxPresent bounds them.
	more       = 1 << 31
	maxPresent = 32
)

// Bits of the present word.
const (
	bitFlags   = 1
	bitRate    = 2
	bitChannel = 3
	bitSignal  = 5
	bitNoise   = 6
	bitAntenna = 11
	bitMCS     = 19
)

// Flags.
const (
	flagFCS    = 0x10
	flagPadded = 0x20
)

// form is how a field is aligned and how long it is, bytes; by its bit.
var form = [...]struct{ align, size uint8 }{
	0: {8, 8}, bitFlags: {1, 1}, bitRate: {1, 1}, bitChannel: {2, 4}, 4: {2, 2}, bitSignal: {1, 1}, bitNoise: {1, 1}, 7: {2, 2}, 8: {2, 2}, 9: {2, 2}, 10: {1, 1},
	bitAntenna: {1, 1}, 12: {1, 1}, 13: {1, 1}, 14: {2, 2}, 15: {2, 2}, 16: {1, 1}, 17: {1, 1}, 18: {4, 8}, bitMCS: {1, 3},
}

// Protocol is radiotap.
var Protocol = &dissect.Protocol{
	Name: "radiotap", Title: "802.11 radiotap", Reference: "www.radiotap.org",
	LinkTypes: []uint32{127},
	Dissect:   decode,
	Summary:   summary,
}

var (
	fields   = field.Group("radiotap")
	fLength  = fields.Add("length", field.Uint16, "radiotap.length", "Length of the header, bytes", field.Rare, field.Detail)
	fFlags   = fields.Add("flags", field.Uint8, "radiotap.flags", "Flags: 0x02 short preamble, 0x04 WEP, 0x08 fragmented, 0x10 FCS at the end, 0x20 padded header, 0x40 bad FCS")
	fRate    = fields.Add("datarate", field.Float, "radiotap.datarate", "Data rate, Mbit/s")
	fFreq    = fields.Add("channel.freq", field.Uint16, "radiotap.channel.freq", "Channel frequency, MHz")
	fSignal  = fields.Add("dbm_antsignal", field.Int64, "radiotap.dbm_antsignal", "Signal at the antenna, dBm")
	fNoise   = fields.Add("dbm_antnoise", field.Int64, "radiotap.dbm_antnoise", "Noise at the antenna, dBm", field.Rare, field.Detail)
	fAntenna = fields.Add("antenna", field.Uint8, "radiotap.antenna", "Antenna", field.Rare, field.Detail)
	fMCS     = fields.Add("mcs.index", field.Uint8, "radiotap.mcs.index", "Modulation and coding scheme (802.11n)", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, headerLen) {
		return
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	p.Out.Uint(fLength, uint64(n))
	if n < headerLen {
		p.Bad()
		return
	}
	if !p.Need(b, wire, n) {
		return
	}
	flags := attributes(p, b[:n])
	b, wire = b[n:], wire-n
	if flags&flagFCS != 0 && wire >= fcsLen {
		wire -= fcsLen
		b = b[:min(len(b), wire)]
	}
	wlan.Frame(p, b, wire, flags&flagPadded != 0)
}

// attributes writes the fields of the first present word, and returns the flags.
func attributes(p *dissect.Packet, b []byte) (flags uint8) {
	present := binary.LittleEndian.Uint32(b[4:])
	at := headerLen
	for w, i := present, 0; w&more != 0; i++ {
		if at+4 > len(b) || i == maxPresent {
			p.Bad()
			return 0
		}
		w = binary.LittleEndian.Uint32(b[at:])
		at += 4
	}
	for bit, f := range form {
		if present&(1<<bit) == 0 {
			continue
		}
		at = (at + int(f.align) - 1) &^ (int(f.align) - 1)
		end := at + int(f.size)
		if end > len(b) {
			p.Bad()
			return flags
		}
		v := b[at:end]
		at = end
		if bit == bitFlags {
			flags = v[0]
		}
		attribute(p, bit, v)
	}
	return flags
}

func attribute(p *dissect.Packet, bit int, v []byte) {
	switch bit {
	case bitFlags:
		p.Out.Uint(fFlags, uint64(v[0]))
	case bitRate:
		p.Out.Float(fRate, float64(v[0])/2)
	case bitChannel:
		p.Out.Uint(fFreq, uint64(binary.LittleEndian.Uint16(v)))
	case bitSignal:
		p.Out.Int(fSignal, int64(int8(v[0])))
	case bitNoise:
		p.Out.Int(fNoise, int64(int8(v[0])))
	case bitAntenna:
		p.Out.Uint(fAntenna, uint64(v[0]))
	case bitMCS:
		mcs(p, v[0], v[1], v[2])
	}
}

// Bits of the MCS field's known byte and of its flags.
const (
	knownBandwidth, knownIndex, knownInterval = 1, 2, 4

	bandwidth, bandwidth40, shortInterval = 3, 1, 4
)

// mcs writes the index and the rate that follows from it, the bandwidth and the guard interval (IEEE 802.11, 19.5), where all are known.
func mcs(p *dissect.Packet, known, flags, index uint8) {
	if known&knownIndex == 0 {
		return
	}
	p.Out.Uint(fMCS, uint64(index))
	if known&(knownBandwidth|knownInterval) != knownBandwidth|knownInterval || index > 31 {
		return
	}
	rate := [8]float64{6.5, 13, 19.5, 26, 39, 52, 58.5, 65}[index%8]
	if flags&bandwidth == bandwidth40 {
		rate = [8]float64{13.5, 27, 40.5, 54, 81, 108, 121.5, 135}[index%8]
	}
	rate *= float64(index/8 + 1)
	if flags&shortInterval != 0 {
		rate = float64(int(rate*100/9+0.5)) / 10 // the short interval is 10/9 as fast; one decimal
	}
	p.Out.Float(fRate, rate)
}

func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Radiotap header, bytes "...), fLength)
	return dst
}
