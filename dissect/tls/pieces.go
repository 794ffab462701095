// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"cmp"
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxPieces bounds the pieces that wait for others before them, and maxHeld all their bytes.
	maxPieces = 64
	maxHeld   = maxHandshake
)

// Pieces are handshake bytes that come in any order, as DTLS and QUIC have it. Nothing is held beyond what came.
type Pieces struct {
	front   []byte  // from offset Done on
	waiting []piece // beyond, in order, apart from each other
	held    int     // bytes in all
	// Done counts the bytes that were taken off the front.
	Done int
}

type piece struct {
	at   int
	data []byte
}

// Add adds the bytes at an offset. What is there already is not replaced, and what is too much is dropped: the rest will never be whole.
func (p *Pieces) Add(at int, data []byte) {
	end := p.Done + len(p.front)
	if at+len(data) <= end || p.held+len(data) > maxHeld {
		return
	}
	if at > end {
		if len(p.waiting) == maxPieces {
			return
		}
		i, _ := slices.BinarySearchFunc(p.waiting, at, func(w piece, at int) int { return cmp.Compare(w.at, at) })
		p.waiting = slices.Insert(p.waiting, i, piece{at, slices.Clone(data)})
		p.held += len(data)
		return
	}
	p.extend(data[end-at:])
	p.held += at + len(data) - end
	for len(p.waiting) > 0 && p.waiting[0].at <= p.Done+len(p.front) {
		w := p.waiting[0]
		p.waiting = slices.Delete(p.waiting, 0, 1)
		if known := p.Done + len(p.front) - w.at; known < len(w.data) {
			p.extend(w.data[known:])
			p.held -= known
		} else {
			p.held -= len(w.data)
		}
	}
}

func (p *Pieces) extend(b []byte) { p.front = append(p.front, b...) }

// Messages reads the handshake messages at the front that are whole, as a layer of TLS in that of QUIC.
func (p *Pieces) Messages(pkt *dissect.Packet, s *Session) {
	if len(p.front) < 4 || len(p.front) < 4+messageLen(p.front) || !pkt.Push(Protocol) {
		return
	}
	pkt.Core.Headline = nameQUIC
	pkt.Out.Const(VersionProtocol, NameTLS)
	left := s.messages(pkt, pkt.Conversation, p.front, false)
	p.Take(len(p.front) - len(left))
}

// Front is what is whole from Done on, valid until the next call.
func (p *Pieces) Front() []byte { return p.front }

// Take takes n bytes off the front.
func (p *Pieces) Take(n int) {
	p.Done += n
	p.held -= n
	if p.front = p.front[n:]; len(p.front) == 0 {
		p.front = nil
	}
}
