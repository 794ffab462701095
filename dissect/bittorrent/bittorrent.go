// SPDX-License-Identifier: Apache-2.0

// Package bittorrent dissects what the peers of BitTorrent speak over TCP (BEP 3), with its extensions (BEP 10), their distributed hash table over UDP
// (BEP 5), and how they find each other on a local network (BEP 14):
//
//	0    1                     20         28                    48
//	| 19 | BitTorrent protocol | reserved | hash of the torrent | peer's id |   and messages: length (4), type (1), …
//	d1:ad2:id20:…e1:q4:ping1:t2:aa1:y1:qe
//	BT-SEARCH * HTTP/1.1
//
// Limits: messages of 128 KiB, 1024 values and 8 levels of bencoded data, 64 messages listed of a packet, 8 torrents of an announcement. Not decoded: pieces
// (counted), what is obfuscated from its first byte on (message stream encryption), extensions but for the client's name, tokens of the hash table.
package bittorrent

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	greeting     = "\x13BitTorrent protocol"
	handshakeLen = len(greeting) + 8 + 20 + 20
	maxMessage   = 128 << 10
	// maxListed bounds the messages that are listed of a packet.
	maxListed = 64
)

// Messages (BEP 3, 5, 6, 10).
const (
	have     = 4
	bitfield = 5
	request  = 6
	piece    = 7
	cancel   = 8
	extended = 20
	lastType = 23 // of BEP 52
)

// Protocol is what peers speak.
var Protocol = &dissect.Protocol{
	Name: "bittorrent", Title: "BitTorrent", Reference: "BEP 3", Application: true,
	TCPPorts: []uint16{6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("bittorrent")
	fHash    = fields.Add("info_hash", field.Hex, "bittorrent.info_hash", "Hash that names the torrent")
	fPeer    = fields.Add("peer_id", field.Hex, "bittorrent.peer_id", "Identifier of the peer, which begins with its client's", field.Rare)
	fType    = fields.Add("msg_type", field.Uint8, "bittorrent.msg.type", "Messages: 0 choke, 1 unchoke, 2 interested, 3 not interested, 4 have, 5 bitfield, 6 request, 7 piece, 8 cancel, 9 port, 20 extended", field.Rare)
	fVersion = fields.Add("version", field.Keyword, "bittorrent.version", "Name and version of the client")
	fPiece   = fields.Add("piece_index", field.Uint32, "bittorrent.piece.index", "Pieces that messages are about", field.Rare, field.Detail)
	fData    = fields.Add("data_length", field.Uint32, "", "Bytes of pieces in the messages of the packet", field.Rare)
)

// guess takes the handshake.
func guess(b []byte) bool { return bytes.HasPrefix(b, []byte(greeting)) }

// accept also takes the beginning of one.
func accept(b []byte) bool { return guess(b) || len(b) > 0 && bytes.HasPrefix([]byte(greeting), b) }

// state is a connection's.
type state struct {
	// began says which directions have sent their handshake.
	began [2]bool
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		s = &state{}
		c.AppState = s
	}
	done, listed := 0, 0
	var pieces uint64
	for done < len(data) {
		b := data[done:]
		n := messageLen(b, s.began[p.Direction])
		if n < 0 {
			return dissect.Reject
		}
		if n == 0 || len(b) < n && !p.Truncated {
			break
		}
		if top := p.Top(); top != Protocol && top != Bencode && !p.Push(Protocol) {
			return len(data)
		}
		p.Message(Protocol)
		if len(b) < n {
			done = len(data)
			break
		}
		done += n
		switch {
		case !s.began[p.Direction]:
			s.began[p.Direction] = true
			p.Out.Bytes(fHash, b[28:48])
			p.Out.Bytes(fPeer, b[48:handshakeLen])
		case listed == maxListed:
			p.Out.Cut = true
		case n > 4:
			listed++
			pieces += message(p, b[4:n:n])
		}
	}
	if pieces > 0 {
		p.Out.Uint(fData, pieces)
	}
	return done
}

// messageLen is how long the message at the front of b is, with its length: 0 for more, -1 for none.
func messageLen(b []byte, began bool) int {
	switch {
	case !began && accept(b):
		return handshakeLen
	case !began:
		return -1
	case len(b) < 4:
		return 0
	}
	n := binary.BigEndian.Uint32(b)
	if n > maxMessage || n > 0 && len(b) > 4 && b[4] > lastType {
		return -1
	}
	return 4 + int(n)
}

// message writes a message behind its length, and returns how many bytes of a piece it has.
func message(p *dissect.Packet, b []byte) uint64 {
	p.Out.Uint(fType, uint64(b[0]))
	switch b[0] {
	case have, request, piece, cancel:
		if len(b) >= 5 {
			p.Out.Uint(fPiece, uint64(binary.BigEndian.Uint32(b[1:])))
		}
		if b[0] == piece && len(b) > 9 {
			return uint64(len(b) - 9)
		}
	case extended:
		if len(b) < 3 {
			return 0
		}
		entries(b[2:], func(key string, value []byte) {
			if key != "v" {
				return
			}
			if name, n := text(value); n > 0 {
				var buf [128]byte
				p.Out.Text(fVersion, common.AppendOctets(buf[:0], name))
			}
		})
		p.Call(Bencode, b[2:], len(b)-2)
	}
	return 0
}

var names = map[string]string{"0": "Choke", "1": "Unchoke", "2": "Interested", "3": "Not Interested", "4": "Have", "5": "Bitfield", "6": "Request", "7": "Piece", "8": "Cancel", "9": "Port", "13": "Suggest Piece",
	"14": "Have All", "15": "Have None", "16": "Reject Request", "17": "Allowed Fast", "20": "Extended"}

// summary reads "Handshake, Extended, Bitfield".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	part := func(text string) {
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		dst = append(dst, text...)
	}
	if _, ok := v.Text(dst, fHash); ok {
		part("Handshake")
	}
	n := 0
	v.All(fType, func(t []byte) {
		switch n++; {
		case n > 8:
		case names[string(t)] != "":
			part(names[string(t)])
		default:
			part("Message " + string(t))
		}
	})
	if n > 8 {
		part("…")
	}
	if size, ok := v.Uint(fData); ok {
		part("")
		dst = append(strconv.AppendUint(dst, size, 10), " bytes"...)
	}
	return dst
}
