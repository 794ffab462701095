// SPDX-License-Identifier: Apache-2.0

// Package rtp dissects the Real-time Transport Protocol and its control protocol, RTCP (RFC 3550), over UDP:
//
//	0                1              2          4           8      12
//	| version, flags | marker, type | sequence | timestamp | SSRC | contributing sources … | extension | payload
//	| version, count | type         | length   | SSRC …                                     a packet of RTCP, of which a datagram has several
//
// A stream is found where a session description announces it (State.Expect), never by its bytes: too much looks like it. RTCP is found by its bytes
// as well, where several packets of it fill a datagram. What comes to the same place with other first bytes is dissected as it would be elsewhere (RFC 7983).
// Limits: 32 packets of a datagram, 31 reports and sources of a packet. Not decoded: payloads (counted; the codec has its layer where Wireshark has
// one), header extensions, SRTP beyond the header, feedback messages but for their format, extended reports.
package rtp

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is RTP.
var Protocol = &dissect.Protocol{
	Name: "rtp", Title: "RTP", Reference: "RFC 3550", Application: true,
	Summary: summary,
}

// The packets name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Dissect, RTCP.Dissect = decode, decodeRTCP }

// The payloads that have a layer of their own.
var (
	AMR   = codec("amr", "AMR", "RFC 4867")
	AMRWB = codec("amr_wb", "AMR-WB", "RFC 4867")
	Event = codec("rtpevent", "RTP EVENT", "RFC 4733")
	H264  = codec("h264", "H.264", "RFC 6184")
	H265  = codec("h265", "H.265", "RFC 7798")
	Opus  = codec("opus", "OPUS", "RFC 7587")
	VP8   = codec("vp8", "VP8", "RFC 7741")

	// layers are theirs by the names that a session description gives them, in capitals.
	layers = map[string]string{"AMR": "amr", "AMR-WB": "amr_wb", "TELEPHONE-EVENT": "rtpevent", "H264": "h264", "H265": "h265", "OPUS": "opus", "VP8": "vp8"}
)

// codec is the layer of a payload, which is not decoded: its summary is RTP's.
func codec(name, title, reference string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Title: title, Reference: reference, Dissect: func(*dissect.Packet, []byte, int) {}, Summary: summary}
}

var (
	fields     = field.Group("rtp")
	fType      = fields.Add("p_type", field.Uint8, "rtp.p_type", "Type of the payload: 0 PCMU, 8 PCMA, 9 G722, 18 G729, …; from 96 on the session says what")
	fCodec     = fields.Add("codec", field.Keyword, "", "Codec that the type of the payload stands for")
	fMarker    = fields.Add("marker", field.Bool, "rtp.marker", "The packet begins a talk spurt, or ends a picture", field.Rare)
	fSeq       = fields.Add("seq", field.Uint16, "rtp.seq", "Sequence number", field.Rare)
	fTimestamp = fields.Add("timestamp", field.Uint32, "rtp.timestamp", "When the payload was sampled, in units of the codec", field.Rare)
	fSSRC      = fields.Add("ssrc", field.Uint32, "rtp.ssrc", "Source of the stream, in RTCP the sender")
	fPayload   = fields.Add("payload_length", field.Uint16, "", "Length of the payload, bytes", field.Rare, field.Detail)
	fCSRC      = fields.Add("csrc", field.Uint32, "rtp.csrc.item", "Sources that a mixer has joined", field.Rare, field.Detail)
	fSetup     = fields.Add("setup_frame", field.Int64, "rtp.setup-frame", "Number of the packet that announced the stream", field.Rare, field.Detail)
)

// Session is what a session description says of a stream; rtp and rtcp find it in Conversation.AppState.
type Session struct {
	// Number is the packet's that announced it.
	Number uint64
	// Codecs are the names of the types of payload that it lists, in capitals, without rates.
	Codecs map[uint8]string
}

// static are the types of payload that have a fixed meaning (RFC 3551, 6).
var static = map[uint8]string{0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16", 11: "L16", 12: "QCELP", 13: "CN", 14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729",
	25: "CELB", 26: "JPEG", 28: "NV", 31: "H261", 32: "MPV", 33: "MP2T", 34: "H263"}

// Types of payload of 72 to 79 are those of RTCP with the marker.
func isRTCP(b []byte) bool { return len(b) > 1 && b[1] >= firstType && b[1] <= lastType }

func decode(p *dissect.Packet, b []byte, wire int) {
	if b[0]>>6 != 2 { // RFC 7983, 7: STUN, DTLS and others come to the same place
		p.Pop()
		if other := p.UDPApplication(nil, b); other != Protocol {
			p.Call(other, b, wire)
		}
		return
	}
	if isRTCP(b) {
		p.Pop()
		p.Call(RTCP, b, wire)
		return
	}
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	first, second := c.U8(), c.U8()
	seq, stamp, ssrc := c.U16(), c.U32(), c.U32()
	if c.Failed {
		return
	}
	o := p.Out
	typ := second & 0x7f
	o.Uint(fType, uint64(typ))
	o.Bool(fMarker, second&0x80 != 0)
	o.Uint(fSeq, uint64(seq))
	o.Uint(fTimestamp, uint64(stamp))
	o.Uint(fSSRC, uint64(ssrc))
	for range first & 0x0f {
		c.Uint32(fCSRC)
	}
	if first&0x10 != 0 { // RFC 3550, 5.3.1
		c.Skip(2)
		c.Sub(4 * int(c.U16()))
	}
	name := static[typ]
	if s := session(p); s != nil {
		o.Uint(fSetup, s.Number)
		if n := s.Codecs[typ]; n != "" {
			name = n
		}
	}
	if name != "" {
		o.String(fCodec, name)
	}
	if c.Failed {
		return
	}
	size := c.Wire
	p.Truncated = p.Truncated || len(c.B) < size
	if first&0x20 != 0 && len(c.B) == c.Wire && size > 0 { // padding: its last byte says how much
		size = max(0, size-int(c.B[len(c.B)-1]))
	}
	o.Uint(fPayload, uint64(size)) //nolint:gosec // not negative
	if layer := layers[name]; layer != "" {
		p.CallName(layer, c.B[:min(size, len(c.B))], size)
	}
}

// session is what announced the packet's stream, nil when nothing did.
func session(p *dissect.Packet) *Session {
	if p.Conversation == nil {
		return nil
	}
	s, _ := p.Conversation.AppState.(*Session)
	return s
}

// summary reads "PT=AMR, SSRC=0x6399BBC1, Seq=21208, Time=1271585226, Mark".
func summary(dst []byte, v dissect.View) []byte {
	dst = append(dst, "PT="...)
	if name, ok := v.Text(dst, fCodec); ok {
		dst = name
	} else {
		dst, _ = v.Text(append(dst, "Type-"...), fType)
	}
	ssrc, _ := v.Uint(fSSRC)
	dst = append(dst, ", SSRC=0x"...)
	dst = strconv.AppendUint(dst, ssrc, 16)
	dst, _ = v.Text(append(dst, ", Seq="...), fSeq)
	dst, _ = v.Text(append(dst, ", Time="...), fTimestamp)
	if mark, _ := v.Uint(fMarker); mark != 0 {
		dst = append(dst, ", Mark"...)
	}
	return dst
}
