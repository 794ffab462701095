// SPDX-License-Identifier: Apache-2.0

package rtp

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Packets of RTCP (RFC 3550, 12.1; RFC 4585; RFC 3611).
const (
	senderReport   = 200
	receiverReport = 201
	sourceDesc     = 202
	goodbye        = 203
	appDefined     = 204
	firstType      = senderReport
	lastType       = 207
	maxPackets     = 32
	reportLen      = 24
	// cname and name are items of a source description.
	cname = 1
)

// RTCP is RTP's control protocol.
var RTCP = &dissect.Protocol{
	Name: "rtcp", Title: "RTCP", Reference: "RFC 3550", Application: true,
	GuessUDP: guessRTCP,
	Summary:  summaryRTCP,
}

var (
	control   = field.Group("rtcp")
	fPT       = control.Add("pt", field.Uint8, "rtcp.pt", "Packets: 200 sender report, 201 receiver report, 202 source description, 203 goodbye, 204 application, 205 and 206 feedback, 207 extended report")
	fSender   = control.Add("senderssrc", field.Uint32, "rtcp.senderssrc", "Source that sends")
	fReported = control.Add("ssrc_identifier", field.Uint32, "rtcp.ssrc.identifier", "Sources that are reported on, or described")
	fFraction = control.Add("ssrc_fraction", field.Uint8, "rtcp.ssrc.fraction", "Packets lost since the last report, in 256ths", field.Rare)
	fLost     = control.Add("ssrc_cum_nr", field.Int64, "rtcp.ssrc.cum_nr", "Packets lost so far", field.Rare)
	fJitter   = control.Add("ssrc_jitter", field.Uint32, "rtcp.ssrc.jitter", "Jitter between arrivals, in units of the codec", field.Rare)
	fCNAME    = control.Add("cname", field.Keyword, "rtcp.sdes.text", "Name of the source")
	fHighest  = control.Add("ssrc_ext_high", field.Uint32, "rtcp.ssrc.ext_high", "Highest sequence number received, with its cycles", field.Rare, field.Detail)
	fPackets  = control.Add("sender_packetcount", field.Uint32, "rtcp.sender.packetcount", "Packets that the sender has sent", field.Rare, field.Detail)
	fOctets   = control.Add("sender_octetcount", field.Uint32, "rtcp.sender.octetcount", "Bytes of payload that the sender has sent", field.Rare, field.Detail)
	fLSR      = control.Add("ssrc_lsr", field.Uint32, "rtcp.ssrc.lsr", "Middle of the NTP timestamp of the last sender report received", field.Rare, field.Detail)
	fDLSR     = control.Add("ssrc_dlsr", field.Uint32, "rtcp.ssrc.dlsr", "Time since then, in 65536ths of a second", field.Rare, field.Detail)
	fFormat   = control.Add("fmt", field.Uint8, "rtcp.rtpfb.fmt, rtcp.psfb.fmt", "Format of a feedback message", field.Rare, field.Detail)
)

// guessRTCP recognises a report of a sound length, with other packets behind it that fill the datagram.
func guessRTCP(b []byte) bool {
	n := 0
	for ; len(b) > 0; n++ {
		if len(b) < 8 || b[0]>>6 != 2 || b[1] < firstType || b[1] > lastType {
			return false
		}
		size := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
		if size > len(b) {
			return false
		}
		if n == 0 {
			least := 8 + reportLen*int(b[0]&0x1f)
			if b[1] == senderReport {
				least += 20
			}
			if b[1] > receiverReport || size < least {
				return false
			}
		}
		b = b[size:]
	}
	return n > 1
}

func decodeRTCP(p *dissect.Packet, b []byte, wire int) {
	if b[0]>>6 != 2 || !isRTCP(b) && len(b) > 1 { // another protocol at the place that was announced
		p.Pop()
		if other := p.UDPApplication(nil, b); other != RTCP {
			p.Call(other, b, wire)
		}
		return
	}
	p.Message(RTCP)
	c := common.Read(p, b, wire)
	for n := 0; c.More(); n++ {
		if n == maxPackets {
			p.Out.Cut = true
			return
		}
		first, typ, words := c.U8(), c.U8(), int(c.U16())
		if c.Failed {
			return
		}
		if first>>6 != 2 || typ < firstType || typ > lastType { // SRTCP's tail, or padding
			return
		}
		p.Out.Uint(fPT, uint64(typ))
		v := c.Sub(4 * words)
		packet(&v, typ, first&0x1f)
	}
}

// packet reads a packet behind its header; count is its number of reports or sources, or its format.
func packet(v *common.Cursor, typ, count uint8) {
	switch typ {
	case senderReport:
		v.Uint32(fSender)
		v.Skip(12) // timestamps
		v.Uint32(fPackets)
		v.Uint32(fOctets)
		reports(v, count)
	case receiverReport:
		v.Uint32(fSender)
		reports(v, count)
	case sourceDesc:
		for range count {
			v.Uint32(fReported)
			items(v)
		}
	case goodbye:
		for range count {
			v.Uint32(fReported)
		}
	case appDefined:
		v.Uint32(fSender)
	default:
		v.P.Out.Uint(fFormat, uint64(count))
		v.Uint32(fSender)
	}
}

// reports reads the report blocks of a report.
func reports(v *common.Cursor, count uint8) {
	for range count {
		if !v.More() {
			return
		}
		v.Uint32(fReported)
		v.Uint8(fFraction)
		if lost := v.U24(); !v.Failed {
			v.P.Out.Int(fLost, int64(int32(lost<<8)>>8)) //nolint:gosec // 24 bits with a sign
		}
		v.Uint32(fHighest)
		v.Uint32(fJitter)
		v.Uint32(fLSR)
		v.Uint32(fDLSR)
	}
}

// items reads the items of a source, which end with a zero and are padded to 4 bytes.
func items(v *common.Cursor) {
	for v.More() {
		at := v.Wire
		typ := v.U8()
		if typ == 0 {
			for v.More() && (v.Wire%4 != 0 || at == v.Wire) {
				v.Skip(1)
			}
			return
		}
		n := int(v.U8())
		if typ == cname {
			v.Text(fCNAME, n)
		} else {
			v.Skip(n)
		}
	}
}

var packets = map[string]string{"200": "Sender Report", "201": "Receiver Report", "202": "Source description", "203": "Goodbye", "204": "Application specific", "205": "Generic RTP Feedback", "206": "Payload-specific Feedback",
	"207": "Extended report"}

// summaryRTCP reads "Sender Report, Source description".
func summaryRTCP(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	v.All(fPT, func(t []byte) {
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		dst = append(dst, packets[string(t)]...)
	})
	return dst
}
