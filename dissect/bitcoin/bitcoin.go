// SPDX-License-Identifier: Apache-2.0

// Package bitcoin dissects the messages of Bitcoin's peers over TCP (Bitcoin P2P network protocol):
//
//	0       4                     16       20         24
//	| magic | command, with zeros | length | checksum | payload
//
// A message stands in the packet that completes its header; payloads are counted. Limits: payloads of 32 MiB. Not decoded: payloads, the encrypted
// transport (BIP 324).
package bitcoin

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen  = 24
	maxPayload = 32 << 20
	maxListed  = 256
)

// Protocol is Bitcoin.
var Protocol = &dissect.Protocol{
	Name: "bitcoin", Title: "Bitcoin", Reference: "Bitcoin P2P network protocol", Application: true,
	GuessTCP: guess,
	Summary:  summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("bitcoin")
	fCommand = fields.Add("command", field.Keyword, "bitcoin.command", "Commands: version, verack, inv, getdata, tx, block, …")
	fLength  = fields.Add("length", field.Uint32, "bitcoin.length", "Length of each payload, bytes", field.Rare)
	fMagic   = fields.Add("magic", field.Hex, "bitcoin.magic", "Network: f9beb4d9 main, 0b110907 test, fabfb5da regression test", field.Rare, field.Detail)
)

// magics are those of the networks: main, the test networks 3 and 4, signet, regression test, Namecoin.
var magics = [...]string{"\xf9\xbe\xb4\xd9", "\x0b\x11\x09\x07", "\x1c\x16\x3f\x28", "\x0a\x03\xcf\x40", "\xfa\xbf\xb5\xda", "\xf9\xbe\xb4\xfe"}

// guess takes a header: a network and a command of letters that zeros end.
func guess(b []byte) bool {
	if len(b) < headerLen || binary.LittleEndian.Uint32(b[16:]) > maxPayload {
		return false
	}
	known := false
	for _, m := range magics {
		known = known || string(b[:4]) == m
	}
	name := bytes.TrimRight(b[4:16], "\x00")
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return known && len(name) > 0
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 || len(data) < headerLen && c.AppState != nil && !p.Truncated {
		return 0
	}
	done := 0
	for n := 0; done < len(data); n++ {
		b := data[done:]
		if len(b) < headerLen && n > 0 && !p.Truncated {
			break
		}
		if !guess(b) {
			if done == 0 {
				return dissect.Reject
			}
			break
		}
		if p.Top() != Protocol && !p.Push(Protocol) {
			return len(data)
		}
		c.AppState = Protocol // a message was seen
		p.Message(Protocol)
		size := binary.LittleEndian.Uint32(b[16:])
		if n < maxListed {
			p.Out.Bytes(fMagic, b[:4])
			p.Out.Text(fCommand, bytes.TrimRight(b[4:16], "\x00"))
			p.Out.Uint(fLength, uint64(size))
		} else {
			p.Out.Cut = true
		}
		done += headerLen + int(size)
	}
	return done
}

// summary reads "version, verack".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fCommand, func(command []byte) {
		switch n++; {
		case n == 1:
			dst = append(dst, command...)
		case n <= 8:
			dst = append(append(dst, ", "...), command...)
		case n == 9:
			dst = append(dst, ", …"...)
		}
	})
	return dst
}
