// SPDX-License-Identifier: Apache-2.0

package vnc

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
)

// Messages that both sides have names for (RFC 6143, 7.5 and 7.6); cut text is both sides' with other numbers.
const (
	setPixelFormat = 0
	setEncodings   = 2
	updateRequest  = 3
	keyEvent       = 4
	pointerEvent   = 5
	clientCutText  = 6

	update        = 0
	colourMap     = 1
	bell          = 2
	serverCutText = 3
)

// Encodings of rectangles (RFC 6143, 7.7, and the registry of the RFB protocol).
const (
	encRaw                 = 0
	encCopyRect            = 1
	encRRE                 = 2
	encCoRRE               = 4
	encZlib                = 6
	encZRLE                = 16
	encDesktopSize         = -223
	encLastRect            = -224
	encCursor              = -239
	encXCursor             = -240
	encDesktopName         = -307
	encExtendedDesktopSize = -308
)

// serverStep takes what a server sends next off the front: how many bytes, 0 for more, -1 when nobody knows what follows.
func (s *state) serverStep(p *dissect.Packet, d *direction, b []byte) (n int) {
	switch d.phase {
	case inSecurity:
		return s.offer(p, d, b)
	case inResult:
		if len(b) < 4 {
			return 0
		}
		result := binary.BigEndian.Uint32(b)
		p.Out.Uint(fResult, uint64(result))
		switch {
		case result == 0:
			d.phase = inInit
		case s.minor == 8:
			d.phase = inReason
		default:
			d.phase = opaque // nothing comes
		}
		return 4
	case inReason:
		if n = text(p, b, 0, fReason); n > 0 {
			d.phase = opaque
		}
		return n
	case inInit:
		if n = text(p, b, 4+pixelFormatLen, fDesktop); n > 0 {
			p.Out.Uint(fWidth, uint64(binary.BigEndian.Uint16(b)))
			p.Out.Uint(fHeight, uint64(binary.BigEndian.Uint16(b[2:])))
			s.pixel = uint64(b[4] / 8)
			d.phase = inMessages
		}
		return n
	case inRectangles:
		return s.rectangle(p, d, b)
	}
	return s.serverMessage(p, d, b)
}

// offer takes the types of security, of version 3.3 the one that the server decides on.
func (s *state) offer(p *dissect.Packet, d *direction, b []byte) int {
	if s.minor <= 3 {
		if len(b) < 4 {
			return 0
		}
		security := binary.BigEndian.Uint32(b)
		p.Out.Uint(fOffered, uint64(security))
		if d.phase = inReason; security != 0 {
			s.chosen(security)
		}
		return 4
	}
	n := 1 + int(b[0])
	if len(b) < n {
		return 0
	}
	for _, t := range b[1:n] {
		p.Out.Uint(fOffered, uint64(t))
	}
	if d.phase = opaque; n == 1 { // opaque until the client has chosen
		d.phase = inReason
	}
	return n
}

func (s *state) serverMessage(p *dissect.Packet, d *direction, b []byte) int {
	head := map[byte]int{update: 4, colourMap: 6, bell: 1, serverCutText: 8}[b[0]]
	switch {
	case head == 0:
		return -1
	case len(b) < head:
		return 0
	}
	if s.item(p) {
		p.Out.Uint(fServerType, uint64(b[0]))
	}
	switch b[0] {
	case update:
		n := binary.BigEndian.Uint16(b[2:])
		p.Out.Uint(fRectangles, uint64(n))
		if s.rectangles = int(n); n > 0 {
			d.phase = inRectangles
		}
	case colourMap:
		d.left = 6 * uint64(binary.BigEndian.Uint16(b[4:]))
	case serverCutText:
		d.left = uint64(binary.BigEndian.Uint32(b[4:]))
	}
	return head
}

// rectangle takes the head of a rectangle, and notes how long its contents are.
func (s *state) rectangle(p *dissect.Packet, d *direction, b []byte) int {
	const head = 12
	if len(b) < head {
		return 0
	}
	w, h, encoding := uint64(binary.BigEndian.Uint16(b[4:])), uint64(binary.BigEndian.Uint16(b[6:])), int32(binary.BigEndian.Uint32(b[8:])) //nolint:gosec // it has a sign
	counted := uint64(0)                                                                                                                    // the number behind the head, in the encodings that have one
	switch encoding {
	case encRRE, encCoRRE, encZlib, encZRLE, encDesktopName, encExtendedDesktopSize:
		if len(b) < head+4 {
			return 0
		}
		counted = uint64(binary.BigEndian.Uint32(b[head:]))
	}
	mask := (w + 7) / 8 * h
	switch encoding {
	case encRaw:
		d.left = w * h * s.pixel
	case encCopyRect:
		d.left = 4
	case encRRE:
		d.left = 4 + s.pixel + counted*(s.pixel+8)
	case encCoRRE:
		d.left = 4 + s.pixel + counted*(s.pixel+4)
	case encZlib, encZRLE, encDesktopName:
		d.left = 4 + counted
	case encExtendedDesktopSize:
		d.left = 4 + 16*(counted>>24)
	case encCursor:
		d.left = w*h*s.pixel + mask
	case encXCursor:
		if w*h > 0 {
			d.left = 6 + 2*mask
		}
	case encDesktopSize:
	case encLastRect:
		s.rectangles = 1
	default:
		return -1
	}
	if s.item(p) {
		p.Out.Int(fRectEncoding, int64(encoding))
	}
	if s.rectangles--; s.rectangles <= 0 {
		d.phase = inMessages
	}
	return head
}

// clientStep is serverStep of a client.
func (s *state) clientStep(p *dissect.Packet, d *direction, b []byte) int {
	switch d.phase {
	case inSecurity:
		p.Out.Uint(fChosen, uint64(b[0]))
		s.chosen(uint32(b[0]))
		return 1
	case inInit:
		p.Out.Bool(fShared, b[0] != 0)
		d.phase = inMessages
		return 1
	}
	n := map[byte]int{setPixelFormat: 4 + pixelFormatLen, setEncodings: 4, updateRequest: 10, keyEvent: 8, pointerEvent: 6, clientCutText: 8}[b[0]]
	switch {
	case n == 0:
		return -1
	case len(b) < n:
		return 0
	}
	switch b[0] {
	case setPixelFormat:
		s.pixel = uint64(b[4] / 8)
	case setEncodings:
		count := int(binary.BigEndian.Uint16(b[2:]))
		if n += 4 * count; len(b) < n {
			return 0
		}
		for i := 4; i < n && s.item(p); i += 4 {
			p.Out.Int(fEncodings, int64(int32(binary.BigEndian.Uint32(b[i:])))) //nolint:gosec // it has a sign
		}
	case clientCutText:
		d.left = uint64(binary.BigEndian.Uint32(b[4:]))
	}
	if s.item(p) {
		p.Out.Uint(fClientType, uint64(b[0]))
	}
	return n
}
