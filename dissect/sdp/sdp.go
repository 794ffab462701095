// SPDX-License-Identifier: Apache-2.0

// Package sdp dissects session descriptions (RFC 8866), which SIP, RTSP, SAP and MGCP carry, and expects the media that they announce: RTP and RTCP.
//
//	v=0
//	c=IN IP4 192.0.2.1
//	m=audio 49170 RTP/AVP 0 96
//	a=rtpmap:96 AMR/8000
//
// Limits: 16 media, 64 codecs. Not decoded: keys (k=, a=crypto) and passwords of ICE, which are secrets, times, bandwidths, other attributes.
package sdp

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rtp"
	"github.com/espbeat/espbeat/field"
)

const (
	maxMedia  = 16
	maxCodecs = 64
	protoUDP  = 17
	// patience is how long after its announcement a stream may begin: a phone rings for three minutes at most (RFC 3261, 16.6: timer C).
	patience = 5 * time.Minute
)

// Protocol is SDP.
var Protocol = &dissect.Protocol{
	Name: "sdp", Title: "SDP", Reference: "RFC 8866",
	Dissect: decode,
}

var (
	fields   = field.Group("sdp")
	fAddress = fields.Add("connection_address", field.Keyword, "sdp.connection_info.address", "Addresses at which media are expected")
	fMedia   = fields.Add("media", field.Keyword, "sdp.media", "Media: kind, port, transport and formats")
	fCodec   = fields.Add("mime_type", field.Keyword, "sdp.mime.type", "Codecs that the formats stand for")
	fOwner   = fields.Add("owner_username", field.Keyword, "sdp.owner.username", "User who made the session", field.Rare, field.Detail)
	fName    = fields.Add("session_name", field.Keyword, "sdp.session_name", "Name of the session", field.Rare, field.Detail)
)

// medium is one that is announced.
type medium struct {
	addr           netip.Addr
	port, rtcpPort uint16
	session        *rtp.Session
}

// description is what is known so far of the session at hand.
type description struct {
	addr  netip.Addr // of the session
	media []medium
}

func decode(p *dissect.Packet, b []byte, wire int) {
	if len(b) < wire {
		p.Truncated = true
	}
	var d description
	codecs := 0
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) < 2 || line[1] != '=' {
			continue
		}
		value := line[2:]
		switch line[0] {
		case 'o':
			user, _ := common.Word(value)
			text(p, fOwner, user)
		case 's':
			text(p, fName, value)
		case 'c':
			d.connection(p, value)
		case 'm':
			if len(d.media) == maxMedia {
				p.Out.Cut = true
				b = nil
				break
			}
			text(p, fMedia, value)
			d.medium(p, value)
		case 'a':
			if codecs++; codecs <= maxCodecs {
				d.attribute(p, value)
			}
		}
	}
	d.expect(p)
}

func text(p *dissect.Packet, id field.ID, value []byte) {
	if len(value) > 0 {
		p.Out.Text(id, value)
	}
}

// connection reads "IN IP4 192.0.2.1", of a group with "/ttl" behind it.
func (d *description) connection(p *dissect.Packet, value []byte) {
	parts := bytes.Fields(value)
	if len(parts) < 3 {
		return
	}
	addr, _, _ := bytes.Cut(parts[2], []byte("/"))
	p.Out.Text(fAddress, addr)
	a, err := netip.ParseAddr(string(addr))
	if err != nil {
		common.Host(p.Out, addr)
		return
	}
	p.Out.Addr(field.RelatedIP, a)
	if len(d.media) == 0 {
		d.addr = a
	} else {
		d.media[len(d.media)-1].addr = a
	}
}

// medium reads "audio 49170 RTP/AVP 0 96".
func (d *description) medium(p *dissect.Packet, value []byte) {
	m := medium{addr: d.addr}
	parts := bytes.Fields(value)
	if len(parts) >= 3 && bytes.Contains(parts[2], []byte("RTP/")) {
		if port, ok := common.Number(parts[1]); ok && port > 0 && port < 0xffff {
			m.port, m.rtcpPort = uint16(port), uint16(port)+1
			m.session = &rtp.Session{Number: p.Number, Codecs: map[uint8]string{}}
		}
	}
	d.media = append(d.media, m)
}

// attribute reads those of a medium that say what its formats are, and where its control is.
func (d *description) attribute(p *dissect.Packet, value []byte) {
	if len(d.media) == 0 {
		return
	}
	m := &d.media[len(d.media)-1]
	name, rest, _ := bytes.Cut(value, []byte(":"))
	switch string(name) {
	case "rtpmap": // 96 AMR/8000
		format, codec := common.Word(rest)
		codec, _, _ = bytes.Cut(codec, []byte("/"))
		text(p, fCodec, codec)
		if n, err := strconv.ParseUint(string(format), 10, 7); err == nil && m.session != nil {
			m.session.Codecs[uint8(n)] = strings.ToUpper(string(codec))
		}
	case "rtcp": // RFC 3605
		if port, ok := common.Number(rest); ok && port > 0 && port <= 0xffff {
			m.rtcpPort = uint16(port)
		}
	}
}

// expect announces the streams.
func (d *description) expect(p *dissect.Packet) {
	if p.Quoted || p.InQuote {
		return
	}
	for _, m := range d.media {
		if m.session == nil || !m.addr.IsValid() || m.addr.IsUnspecified() {
			continue
		}
		e := dissect.Expectation{Transport: protoUDP, At: netip.AddrPortFrom(m.addr, m.port), App: rtp.Protocol, State: m.session, Lifetime: patience}
		p.State.Expect(p, e)
		if m.rtcpPort != m.port {
			e.At, e.App = netip.AddrPortFrom(m.addr, m.rtcpPort), rtp.RTCP
			p.State.Expect(p, e)
		}
	}
}
