// SPDX-License-Identifier: Apache-2.0

package rtsp

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rtp"
)

const (
	protoUDP = 17
	// patience is how long after SETUP the media may begin; a session ends after a minute without a sign of life (RFC 7826, 18.49).
	patience = time.Minute
	frameLen = 4 // of interleaved media, before them
)

// stream takes a message or an interleaved packet off the front.
func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if n := len(data) - len(bytes.TrimLeft(data, "\r\n")); n > 0 {
		return n
	}
	switch {
	case len(data) == 0:
		return 0
	case data[0] == '$' && c.AppState != nil:
		return interleaved(p, data)
	case !accept(data):
		return dissect.Reject
	}
	n := common.HeadEnd(data)
	switch {
	case n < 0 && p.Truncated:
		n = len(data)
	case n < 0 && len(data) > common.MaxHead:
		return dissect.Reject
	case n < 0:
		return 0
	}
	whole := n + length(data[:n])
	if len(data) < whole && !p.Truncated {
		return 0
	}
	c.AppState = Protocol // a message was seen
	if !p.Push(Protocol) {
		return whole
	}
	p.Message(Protocol)
	m := head(p, data[:n])
	transaction(p, c, &m)
	expect(p, &m)
	if body := data[n:min(whole, len(data))]; whole > n && bytes.HasPrefix(m.contentType, description) {
		p.CallName("sdp", body, whole-n)
	}
	return whole
}

// length is that of the body behind a head. Behind the bound nothing that is accepted comes, and the connection is given up.
func length(head []byte) int {
	n := int64(0)
	common.Headers(head, func(name, value []byte) {
		if bytes.EqualFold(name, []byte("Content-Length")) {
			n, _ = common.Number(value)
		}
	})
	return int(min(n, maxBody))
}

// interleaved takes an interleaved packet (RFC 7826, 14): even channels are RTP's, odd ones RTCP's.
func interleaved(p *dissect.Packet, data []byte) int {
	if len(data) < frameLen {
		return 0
	}
	whole := frameLen + int(binary.BigEndian.Uint16(data[2:]))
	if len(data) < whole && !p.Truncated {
		return 0
	}
	if !p.Push(Protocol) {
		return whole
	}
	p.Out.Uint(fChannel, uint64(data[1]))
	media := rtp.Protocol
	if data[1]%2 == 1 {
		media = rtp.RTCP
	}
	p.Call(media, data[frameLen:min(whole, len(data))], whole-frameLen)
	return whole
}

// transaction ties a response to its request. Servers ask, too: they number on their own.
func transaction(p *dissect.Packet, c *dissect.Conversation, m *message) {
	const ofServer = 1 << 62
	key := uint64(m.seq) //nolint:gosec // not negative
	if (p.Direction == 0) != m.request {
		key |= ofServer
	}
	switch {
	case m.request:
		common.Request(p, c, key)
	case m.status < 200:
		common.Interim(p, c, key)
	default:
		common.Response(p, c, key)
	}
}

// expect announces the ports of a transport that the server has agreed to, one pair on each side (RFC 2326, 12.39).
func expect(p *dissect.Packet, m *message) {
	if m.request || m.status/100 != 2 || p.Quoted || p.InQuote {
		return
	}
	s := &rtp.Session{Number: p.Number}
	for len(m.transport) > 0 {
		var part []byte
		part, m.transport, _ = bytes.Cut(m.transport, []byte(";"))
		name, value, _ := bytes.Cut(part, []byte("="))
		at := p.Core.Destination.Addr
		switch string(name) {
		case "client_port":
		case "server_port":
			at = p.Core.Source.Addr
		default:
			continue
		}
		port, ok := common.Number(value)
		if !ok || port == 0 || port >= 0xffff || !at.IsValid() {
			continue
		}
		e := dissect.Expectation{Transport: protoUDP, At: netip.AddrPortFrom(at, uint16(port)), App: rtp.Protocol, State: s, Lifetime: patience}
		p.State.Expect(p, e)
		e.At, e.App = netip.AddrPortFrom(at, uint16(port)+1), rtp.RTCP
		p.State.Expect(p, e)
	}
}
