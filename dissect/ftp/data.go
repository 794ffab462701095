// SPDX-License-Identifier: Apache-2.0

package ftp

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	protoTCP = 6
	// lifetime is how long a data connection may take to begin after it was announced.
	lifetime = time.Minute
	// maxCommand bounds what is kept of a command, bytes: paths are not longer.
	maxCommand = 1024
)

// transfer is a data connection, which is announced first, and told by the control connection then what it is for.
type transfer struct {
	method string
	setup  uint64 // packet that announced it
	// command is what it is for; its packet, its conversation and its ordinal there.
	command      []byte
	number       uint64
	conversation string
	ordinal      uint64
	begun        bool
}

// due notes the command that the connection is for.
func (t *transfer) due(p *dissect.Packet, c *dissect.Conversation, ordinal uint64, line []byte) {
	t.command, t.number, t.conversation, t.ordinal = slices.Clone(line[:min(len(line), maxCommand)]), p.Number, c.ID, ordinal
}

// expect announces a data connection to one of the sides at the given places.
func (s *state) expect(p *dissect.Packet, method string, at ...netip.AddrPort) {
	s.next = &transfer{method: method, setup: p.Number}
	for _, a := range at {
		p.State.Expect(p, dissect.Expectation{Transport: protoTCP, At: a, App: Data, State: s.next, Lifetime: lifetime})
	}
}

// active announces the connection of PORT or EPRT.
func (s *state) active(p *dissect.Packet, method string, at netip.AddrPort) {
	p.Out.Addr(fActiveIP, at.Addr())
	p.Out.Uint(fActive, uint64(at.Port()))
	s.expect(p, method, at)
}

// passive announces the connection of a reply to PASV or EPSV. What PASV says is the address that the server knows, which is another than the one
// that clients know it by when addresses are translated between them.
func (s *state) passive(p *dissect.Packet, r common.Reply) {
	method, server := s.awaited, p.Core.Source.Addr
	s.awaited = ""
	switch {
	case method == "PASV" && r.Code == 227:
		at, ok := parsePort(numbers(r.Text))
		if !ok {
			return
		}
		p.Out.Addr(fPassiveIP, at.Addr())
		p.Out.Uint(fPassive, uint64(at.Port()))
		places := []netip.AddrPort{at}
		if at.Addr() != server {
			places = append(places, netip.AddrPortFrom(server, at.Port()))
		}
		s.expect(p, method, places...)
	case method == "EPSV" && r.Code == 229:
		if port, ok := parseEPSV(r.Text); ok {
			p.Out.Uint(fPassive, uint64(port))
			s.expect(p, method, netip.AddrPortFrom(server, port))
		}
	}
}

// numbers is the part of a reply to PASV with the address: six numbers, with parentheses around them or without (RFC 1123, 4.1.2.6).
func numbers(text []byte) []byte {
	text = bytes.TrimRight(text, ". )")
	return text[bytes.LastIndexAny(text, " (")+1:]
}

// parsePort reads h1,h2,h3,h4,p1,p2.
func parsePort(b []byte) (netip.AddrPort, bool) {
	var n [6]byte
	parts := bytes.SplitN(bytes.TrimSpace(b), []byte(","), len(n)+1)
	if len(parts) != len(n) {
		return netip.AddrPort{}, false
	}
	for i, part := range parts {
		v, err := strconv.ParseUint(string(part[:min(len(part), 4)]), 10, 8)
		if err != nil {
			return netip.AddrPort{}, false
		}
		n[i] = byte(v)
	}
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte(n[:4])), uint16(n[4])<<8|uint16(n[5]))
	return at, at.Port() != 0
}

// maxEPRT bounds an argument of EPRT and what EPSV answers, bytes.
const maxEPRT = 64

// parseEPRT reads |protocol|address|port| with any delimiter (RFC 2428, 2).
func parseEPRT(b []byte) (netip.AddrPort, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > maxEPRT {
		return netip.AddrPort{}, false
	}
	parts := bytes.Split(b, b[:1])
	if len(parts) != 5 {
		return netip.AddrPort{}, false
	}
	addr, err := netip.ParseAddr(string(parts[2]))
	port, errPort := strconv.ParseUint(string(parts[3]), 10, 16)
	if err != nil || errPort != nil || port == 0 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr.WithZone("").Unmap(), uint16(port)), true
}

// parseEPSV reads the port of "… (|||port|)" with any delimiter (RFC 2428, 3).
func parseEPSV(text []byte) (uint16, bool) {
	_, b, ok := bytes.Cut(text, []byte("("))
	b, _, end := bytes.Cut(b, []byte(")"))
	if !ok || !end || len(b) < 5 || len(b) > maxEPRT {
		return 0, false
	}
	d := b[0]
	if b[1] != d || b[2] != d || b[len(b)-1] != d {
		return 0, false
	}
	port, err := strconv.ParseUint(string(b[3:len(b)-1]), 10, 16)
	return uint16(port), err == nil && port != 0
}

// data is a data connection, each packet of which is a layer.
func data(p *dissect.Packet, c *dissect.Conversation, b []byte) int {
	t, ok := c.AppState.(*transfer)
	if !ok {
		t = &transfer{}
		c.AppState = t
	}
	if len(b) == 0 || !t.begun && common.StartTLS(p, c, b) {
		return 0
	}
	t.begun = true
	if !p.Push(Data) {
		return len(b)
	}
	p.Core.Application = Data
	p.Out.Uint(fDataBytes, uint64(len(b)))
	if t.setup != 0 {
		p.Out.String(fDataSetup, t.method)
		p.Out.Uint(fDataFrame, t.setup)
	}
	if t.number != 0 {
		p.Out.Text(fDataFor, t.command)
		p.Out.Uint(fDataForNum, t.number)
		common.Caused(p, t.number, t.conversation, t.ordinal)
	}
	return len(b)
}

func dataSummary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fDataBytes); ok {
		dst = append(strconv.AppendUint(append(dst, "FTP Data: "...), n, 10), " bytes"...)
	}
	if method, ok := v.Text(append(dst, " ("...), fDataSetup); ok {
		dst = append(method, ')')
	}
	if command, ok := v.Text(append(dst, " ("...), fDataFor); ok {
		dst = append(command, ')')
	}
	return dst
}
