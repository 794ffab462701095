// SPDX-License-Identifier: Apache-2.0

package bittorrent

import (
	"bytes"
	"encoding/hex"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	search      = "BT-SEARCH * HTTP/1."
	maxTorrents = 8
)

// LSD is the local service discovery. tshark looks for it at its groups only: 239.192.152.143 and ff15::efc0:988f.
var LSD = &dissect.Protocol{
	Name: "lsd", Title: "LSD", Reference: "BEP 14", Application: true,
	UDPPorts: []uint16{6771},
	GuessUDP: func(b []byte) bool { return bytes.HasPrefix(b, []byte(search)) },
	Summary:  summaryLSD,
}

// The announcements name their Protocol, which cannot name them back in its own value.
func init() { LSD.Dissect = decodeLSD }

var (
	lsd      = field.Group("lsd")
	fLSDHash = lsd.Add("infohash", field.Hex, "lsd.infohash", "Hashes that name the torrents that are announced")
	fLSDPort = lsd.Add("port", field.Uint16, "lsd.port", "TCP port of the peer", field.Rare)
)

func decodeLSD(p *dissect.Packet, b []byte, wire int) {
	if p.Options.Wireshark && !p.Core.Destination.Addr.IsMulticast() {
		p.Pop()
		return
	}
	p.Message(LSD)
	if len(b) < wire {
		p.Truncated = true
	}
	torrents := 0
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte("\n"))
		name, value, _ := bytes.Cut(bytes.TrimRight(line, "\r"), []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Infohash")):
			if torrents++; torrents > maxTorrents {
				p.Out.Cut = true
				return
			}
			var hash [20]byte
			if len(value) == 2*len(hash) {
				if n, err := hex.Decode(hash[:], value); err == nil {
					p.Out.Bytes(fLSDHash, hash[:n])
				}
			}
		case bytes.EqualFold(name, []byte("Port")):
			if port, err := strconv.ParseUint(string(value[:min(len(value), 6)]), 10, 16); err == nil {
				p.Out.Uint(fLSDPort, port)
			}
		}
	}
}

// summaryLSD reads "Port 6881, 0123…".
func summaryLSD(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "Port "...), fLSDPort)
	v.All(fLSDHash, func(hash []byte) { dst = append(append(dst, ", "...), hash...) })
	return dst
}
