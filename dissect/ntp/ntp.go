// SPDX-License-Identifier: Apache-2.0

// Package ntp dissects the Network Time Protocol, versions 0 to 4 (RFC 5905, RFC 1305, RFC 1119, RFC 1059), SNTP (RFC 4330), the
// headers of its control messages (mode 6, RFC 9327) and of ntpd's private ones (mode 7).
//
//	0               1         2      3           4            8                 12      16       24       32        40
//	| LI VN mode 8  | stratum | poll | precision | root delay | root dispersion | refid | reftime | origin | receive | transmit | extensions … | key id, MAC
//
// Times are dates: those with the first bit set are between 1968 and 2036, others between 2036 and 2104 (RFC 4330, 3); 0, an unknown time, is left
// out. Limits: 64 extension fields. Not decoded: the data of control and private messages and of extension fields; nothing is verified.
package ntp

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Modes (RFC 5905, figure 10).
const (
	symmetricActive  = 1
	symmetricPassive = 2
	client           = 3
	server           = 4
	control          = 6
	private          = 7
)

const (
	headerLen     = 48
	maxExtensions = 64
)

// Protocol is NTP.
var Protocol = &dissect.Protocol{
	Name: "ntp", Title: "NTP", Reference: "RFC 5905", Application: true,
	UDPPorts: []uint16{123},
	GuessUDP: guess, AcceptUDP: func([]byte) bool { return true },
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields      = field.Group("ntp")
	fLeap       = fields.Add("flags.li", field.Uint8, "ntp.flags.li", "Leap indicator: 1 the day has 61 seconds at its end, 2 it has 59, 3 clock not synchronized", field.Rare)
	fVersion    = fields.Add("flags.vn", field.Uint8, "ntp.flags.vn", "Version")
	fMode       = fields.Add("flags.mode", field.Uint8, "ntp.flags.mode", "Mode: 1 and 2 symmetric, 3 client, 4 server, 5 broadcast, 6 control, 7 private")
	fStratum    = fields.Add("stratum", field.Uint8, "ntp.stratum", "Stratum: 0 unspecified or a kiss-o'-death, 1 with a reference clock, 2 to 15 of a server before, 16 not synchronized")
	fPoll       = fields.Add("ppoll", field.Uint8, "ntp.ppoll", "Longest interval between messages, log2 of seconds", field.Rare, field.Detail)
	fDelay      = fields.Add("rootdelay", field.Float, "ntp.rootdelay", "Round trip to the reference clock, seconds", field.Rare, field.Detail)
	fDispersion = fields.Add("rootdispersion", field.Float, "ntp.rootdispersion", "Dispersion to the reference clock, seconds", field.Rare, field.Detail)
	fRefID      = fields.Add("refid", field.Hex, "ntp.refid", "Reference: the address of an IPv4 server, or as ntp.reference says", field.Rare)
	fReference  = fields.Add("reference", field.Keyword, "", "Reference clock of stratum 1, such as GPS, or kiss code of stratum 0, such as RATE")
	fRefTime    = fields.Add("reftime", field.Date, "ntp.reftime", "When the clock was last set", field.Rare, field.Detail)
	fOrigin     = fields.Add("org", field.Date, "ntp.org", "When the request left, by the clock of the client", field.Rare)
	fReceive    = fields.Add("rec", field.Date, "ntp.rec", "When the request arrived, by the clock of the server", field.Rare)
	fTransmit   = fields.Add("xmt", field.Date, "ntp.xmt", "When this message left, by the clock of its sender", field.Rare)
	fExtension  = fields.Add("ext.type", field.Uint16, "ntp.ext.type", "Types of the extension fields in order", field.Rare, field.Detail)
	fKeyID      = fields.Add("keyid", field.Hex, "ntp.keyid", "Key of the message authentication code", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	first := c.U8()
	if c.Failed {
		return
	}
	mode := first & 7
	if mode != private {
		p.Out.Uint(fLeap, uint64(first>>6))
	}
	p.Out.Uint(fVersion, uint64(first>>3&7))
	p.Out.Uint(fMode, uint64(mode))
	switch mode {
	case control:
		decodeControl(&c)
	case private:
		decodePrivate(&c, first)
	default:
		decodeTime(&c, mode)
	}
}

func decodeTime(c *common.Cursor, mode uint8) {
	o := c.P.Out
	stratum := c.Uint8(fStratum)
	c.Uint8(fPoll)
	c.Skip(1) // the clock's precision
	seconds(c, fDelay)
	seconds(c, fDispersion)
	if id := c.Bytes(4); id != nil {
		o.Bytes(fRefID, id)
		if text := bytes.TrimRight(id, "\x00"); stratum <= 1 && len(text) > 0 && printable(text) {
			o.Text(fReference, text)
		}
	}
	date(c, fRefTime)
	origin := date(c, fOrigin)
	date(c, fReceive)
	transmit := date(c, fTransmit)
	if c.Failed {
		return
	}
	switch mode { // a response carries the request's time of transmission (RFC 5905, 8)
	case client, symmetricActive:
		common.Request(c.P, c.P.Conversation, transmit)
	case server, symmetricPassive:
		common.Response(c.P, c.P.Conversation, origin)
	}
	trailer(c)
}

// trailer reads the extension fields and the message authentication code. What is up to 24 bytes long is a code, of which 4 are its key (RFC 7822, 7.5).
func trailer(c *common.Cursor) {
	const longestCode = 24
	for n := 0; c.Wire > longestCode && !c.Failed && n < maxExtensions; n++ {
		c.Uint16(fExtension)
		c.Sub(int(c.U16()) - 4)
	}
	if c.More() && c.Wire >= 4 && c.Wire <= longestCode {
		c.Hex(fKeyID, 4)
	}
}

func printable(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// seconds reads a number of 16 bits with 16 bits of fraction.
func seconds(c *common.Cursor, id field.ID) {
	if v := c.U32(); !c.Failed {
		c.P.Out.Float(id, float64(v)/(1<<16))
	}
}

// date reads a timestamp: seconds since 1900 and their fraction, 32 bits each. It returns it as it is.
func date(c *common.Cursor, id field.ID) uint64 {
	const epoch, era = 2208988800, 1 << 32 // from 1900 to 1970; until the seconds start anew
	b := c.Bytes(8)
	if b == nil {
		return 0
	}
	v := binary.BigEndian.Uint64(b)
	if v != 0 {
		s := int64(v >> 32)
		if v>>63 == 0 {
			s += era
		}
		c.P.Out.Int(id, (s-epoch)*1e9+int64((v&0xffffffff)*1e9>>32))
	}
	return v
}

// guess recognises what clients and servers of versions 3 and 4 send on any port: a request that has nothing but a time of transmission, and a
// response whose times follow each other.
func guess(b []byte) bool {
	if len(b) != headerLen || b[0]&0x30 == 0 || b[0]>>3&7 < 3 || b[0]>>3&7 > 4 {
		return false
	}
	t := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
	reference, origin, receive, transmit := t(16), t(24), t(32), t(40)
	switch b[0] & 7 {
	case client:
		return b[1] == 0 && t(4) == 0 && binary.BigEndian.Uint32(b[12:]) == 0 && reference|origin|receive == 0 && transmit != 0
	case server:
		const second = 1 << 32
		return b[1] > 0 && b[1] <= 16 && origin != 0 && reference != 0 && reference <= receive && receive <= transmit && transmit-receive < second
	}
	return false
}

var modes = [...]string{"reserved", "symmetric active", "symmetric passive", "client", "server", "broadcast", "control", "private"}

// summary reads "NTP Version 4, client".
func summary(dst []byte, v dissect.View) []byte {
	version, _ := v.Uint(fVersion)
	mode, ok := v.Uint(fMode)
	if !ok {
		return dst
	}
	dst = strconv.AppendUint(append(dst, "NTP Version "...), version, 10)
	dst = append(append(dst, ", "...), modes[mode&7]...)
	if text, ok := v.Text(append(dst, ", reference "...), fReference); ok {
		dst = text
	}
	return dst
}
