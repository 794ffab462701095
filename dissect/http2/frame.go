// SPDX-License-Identifier: Apache-2.0

package http2

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/http"
	"github.com/espbeat/espbeat/field"
)

// frame is a frame's header.
type frame struct {
	length      int // of the payload, bytes
	kind, flags uint8
	id          uint32
}

// readFrame reads the header at the front of b, which has its 9 bytes.
func readFrame(b []byte) frame {
	return frame{
		length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), kind: b[3], flags: b[4],
		id: binary.BigEndian.Uint32(b[5:]) &^ (1 << 31),
	}
}

func (f frame) has(flag uint8) bool { return f.flags&flag != 0 }

// write writes the frame as a message of the packet; all frames of a packet are one layer, as in Wireshark. It reports false when there is no room for
// a layer.
func (f frame) write(p *dissect.Packet) bool {
	if p.Top() != Protocol && !p.Push(Protocol) {
		return false
	}
	p.Message(Protocol)
	name(p.Out, fType, typeNames, uint32(f.kind))
	p.Out.Uint(fStream, uint64(f.id))
	p.Out.Uint(fLength, uint64(f.length)) //nolint:gosec // 24 bits
	p.Out.Uint(fFlags, uint64(f.flags))
	return true
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s := stateOf(c)
	d := &s.dir[p.Direction]
	switch {
	case len(data) == 0:
		return 0
	case d.left > 0:
		return s.body(p, c, d, data)
	case !d.begun:
		n, ok := s.begin(p, c, d, data)
		if !ok && s.known { // a server that does not know HTTP/2 answers the preface in HTTP/1
			c.HandOver(nil, nil)
			return 0
		}
		if !ok {
			return dissect.Reject
		}
		if n > 0 || !d.begun {
			return n
		}
	}
	if len(data) < headerLen {
		return 0
	}
	f := readFrame(data)
	if f.kind == typeData {
		return s.data(p, c, d, f, data)
	}
	n := headerLen + f.length
	switch {
	case f.length > maxBlock:
		if f.write(p) {
			p.Bad()
		}
		d.lost = d.lost || f.headers()
		return n
	case len(data) < n && !p.Truncated:
		return 0
	}
	if f.write(p) {
		content := common.Read(p, data[headerLen:min(n, len(data))], f.length)
		s.frame(p, c, d, f, &content)
	}
	return n
}

// headers reports whether the frame holds a part of a header block.
func (f frame) headers() bool {
	return f.kind == typeHeaders || f.kind == typePushPromise || f.kind == typeContinuation
}

// begin looks at the first bytes of a direction: the client's preface, which it takes, or a SETTINGS frame. It returns 0 and leaves d.begun unset while
// there are too few of them, and ok false when they are neither.
func (s *state) begin(p *dissect.Packet, c *dissect.Conversation, d *direction, data []byte) (n int, ok bool) {
	if !s.known && p.Options.Wireshark && !found(p, data) {
		return 0, false
	}
	if strings.HasPrefix(preface, string(data[:min(len(data), len(preface))])) {
		if len(data) < len(preface) {
			return 0, true
		}
		if p.Options.Wireshark {
			c.Through = http.Protocol
		}
		d.begun, s.known = true, true
		if p.Top() == Protocol || p.Push(Protocol) {
			p.Message(Protocol)
			p.Out.Bool(fMagic, true)
		}
		return len(preface), true
	}
	if len(data) < headerLen {
		return 0, true
	}
	f := readFrame(data)
	if f.kind != typeSettings || f.id != 0 || f.length > maxBlock {
		return 0, false
	}
	d.begun, s.known = true, true
	return 0, true
}

// found reports whether tshark finds HTTP/2, by the client's preface on a port of HTTP's.
func found(p *dissect.Packet, data []byte) bool {
	ports := http.Protocol.TCPPorts
	return data[0] == preface[0] && (slices.Contains(ports, p.Core.Source.Port) || slices.Contains(ports, p.Core.Destination.Port))
}

// frame writes what the payload of a frame other than DATA says.
func (s *state) frame(p *dissect.Packet, c *dissect.Conversation, d *direction, f frame, b *common.Cursor) {
	o := p.Out
	switch f.kind {
	case typeHeaders, typePushPromise:
		s.headers(p, c, d, f, b)
	case typeContinuation:
		s.continuation(p, c, d, f, b)
	case typePriority:
		priority(o, b)
	case typeRstStream:
		if code := b.U32(); !b.Failed {
			name(o, fReset, errorNames, code)
			s.end(f.id)
			c.Answer(uint64(f.id)) // nothing will answer it any more
		}
	case typeSettings:
		for n := 0; b.More() && n < common.MaxItems; n++ {
			id := b.Uint16(fSetting)
			value := b.U32()
			if known, ok := settings[id]; ok && !b.Failed {
				o.Uint(known, uint64(value))
			}
		}
	case typePing:
		id := fPing
		if f.has(flagAck) {
			id = fPong
		}
		b.Hex(id, 8)
	case typeGoAway:
		if last, code := b.U32(), b.U32(); !b.Failed {
			o.Uint(fLast, uint64(last&^(1<<31)))
			name(o, fGoAway, errorNames, code)
			b.Text(fDebug, len(b.B))
		}
	case typeWindowUpdate:
		if n := b.U32(); !b.Failed {
			o.Uint(fWindow, uint64(n&^(1<<31)))
		}
	case typeAltSvc:
		b.Text(fOrigin, int(b.U16()))
		b.Text(fAltSvc, len(b.B))
	case typeOrigin:
		for n := 0; b.More() && n < common.MaxItems; n++ {
			b.Text(fOrigin, int(b.U16()))
		}
	case typePriorityUpdate:
		b.Skip(4)
		b.Text(fPriority, len(b.B))
	}
}

// priority reads a stream's priority (RFC 7540, 6.3).
func priority(o *field.Buffer, b *common.Cursor) {
	if n := b.U32(); !b.Failed {
		o.Uint(fDepends, uint64(n&^(1<<31)))
		b.Uint8(fWeight)
	}
}
