// SPDX-License-Identifier: Apache-2.0

package bittorrent

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	nodeLen = 26 // of IPv4
	// repetition is how long a node may ask again under the number of a query, nanoseconds: implementations give up after 15 s or less.
	repetition = int64(15e9)
)

// DHT is the distributed hash table.
var DHT = &dissect.Protocol{
	Name: "bt-dht", Title: "BT-DHT", Reference: "BEP 5", Application: true,
	GuessUDP: guessDHT,
	Summary:  summaryDHT,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { DHT.Dissect = decodeDHT }

var (
	dht       = field.Group("bt_dht")
	fKind     = dht.Add("type", field.Keyword, "", "q query, r response, e error")
	fQuery    = dht.Add("query", field.Keyword, "", "Query: ping, find_node, get_peers, announce_peer, …")
	fTransID  = dht.Add("transaction_id", field.Hex, "", "Number that pairs a response with its query", field.Rare)
	fID       = dht.Add("id", field.Hex, "bt-dht.id", "Identifier of the node that sends")
	fDHTHash  = dht.Add("info_hash", field.Hex, "", "Hash of the torrent whose peers are asked for or announced")
	fErrorNo  = dht.Add("error_code", field.Int64, "", "Error: 201 generic, 202 server, 203 protocol, 204 unknown method", field.Rare)
	fErrorMsg = dht.Add("error_message", field.Keyword, "", "Text of the error", field.Rare, field.Detail)
	fNodes    = dht.Add("nodes", field.Uint16, "", "Number of nodes in a response", field.Rare, field.Detail)
	fPeers    = dht.Add("peers", field.Uint16, "", "Number of peers in a response", field.Rare, field.Detail)
	fPort     = dht.Add("port", field.Int64, "bt-dht.port", "TCP port of a peer that announces itself", field.Rare, field.Detail)
)

// guessDHT recognises the dictionary by its first key: arguments, a response or an error, or the address that the sender sees.
func guessDHT(b []byte) bool {
	for _, begin := range [...]string{"d1:ad2:id20:", "d1:rd2:id20:", "d1:eli20", "d2:ip6:", "d2:ip18:"} {
		if bytes.HasPrefix(b, []byte(begin)) {
			return true
		}
	}
	return false
}

func decodeDHT(p *dissect.Packet, b []byte, wire int) {
	p.Message(DHT)
	o := p.Out
	var kind byte
	var key uint64
	known := false
	whole := entries(b, func(name string, v []byte) {
		s, n := text(v)
		switch {
		case name == "y" && len(s) == 1:
			kind = s[0]
			o.Text(fKind, s)
		case name == "q" && n > 0:
			var buf [64]byte
			o.Text(fQuery, common.AppendOctets(buf[:0], s))
		case name == "t" && len(s) > 0:
			o.Bytes(fTransID, s)
			known = true
			for _, c := range s {
				key = key<<8 | uint64(c)
			}
		case name == "a" || name == "r":
			values(o, v)
		case name == "e" && v[0] == 'l':
			failure(o, v)
		}
	})
	switch {
	case !known:
	case kind == 'q':
		common.Repeatable(p, p.Conversation, key, repetition)
	case kind == 'r' || kind == 'e':
		common.Response(p, p.Conversation, key)
	}
	switch {
	case len(b) < wire:
		p.Truncated = true
	case !whole:
		p.Bad()
	}
}

// values writes the arguments of a query, or what a response returns.
func values(o *field.Buffer, b []byte) {
	entries(b, func(name string, v []byte) {
		s, n := text(v)
		switch {
		case name == "id" && len(s) > 0:
			o.Bytes(fID, s)
		case name == "info_hash" && len(s) > 0:
			o.Bytes(fDHTHash, s)
		case name == "nodes" && n > 0:
			o.Uint(fNodes, uint64(len(s)/nodeLen)) //nolint:gosec // not negative
		case name == "values" && v[0] == 'l':
			peers, items := uint64(0), maxItems
			for at := 1; at < len(v)-1; peers++ {
				n := span(v[at:], 0, &items)
				if n < 0 {
					return
				}
				at += n
			}
			o.Uint(fPeers, peers)
		case name == "port":
			if port, ok := integer(v); ok {
				o.Int(fPort, port)
			}
		}
	})
}

// failure writes the number and the text of an error.
func failure(o *field.Buffer, v []byte) {
	items := maxItems
	n := span(v[1:], 0, &items)
	if n < 0 {
		return
	}
	if number, ok := integer(v[1 : 1+n]); ok {
		o.Int(fErrorNo, number)
	}
	if s, n := text(v[1+n:]); n > 0 {
		var buf [128]byte
		o.Text(fErrorMsg, common.AppendOctets(buf[:0], s))
	}
}

// summaryDHT reads "query get_peers 0123…" or "error 203".
func summaryDHT(dst []byte, v dissect.View) []byte {
	var b [16]byte
	kind, _ := v.Text(b[:0], fKind)
	dst = append(append(dst, "BitTorrent DHT Protocol "...), map[string]string{"q": "query", "r": "reply", "e": "error"}[string(kind)]...)
	for _, part := range [...]struct {
		lead string
		id   field.ID
		tail string
	}{{" ", fQuery, ""}, {" ", fDHTHash, ""}, {" ", fErrorNo, ""}, {" ", fErrorMsg, ""}, {" ", fNodes, " nodes"}, {" ", fPeers, " peers"}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = append(text, part.tail...)
		}
	}
	return dst
}
