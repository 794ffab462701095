// SPDX-License-Identifier: Apache-2.0

// Package common holds the fields that application protocols share: how a response is tied to its request, what a
// message names (related.*), and URLs. A protocol's own fields stay in its own package.
//
// DESIGN section 4: one pass, so a response points back at its request and nothing points forward.
package common

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var (
	root       = field.Group("")
	fRequestIn = root.Add("request_in", field.Int64, "http.request_in, dns.response_to", "Number of the packet with the request that this response answers")
	fID        = root.Add("transaction.id", field.Keyword, "", "Flow and ordinal of the request, shared by request and response", field.ECS, field.Unique)
	fHosts     = root.Add("related.hosts", field.Keyword, "", "Host names that the packet mentions", field.ECS, field.List, field.Unique)
	fHashes    = root.Add("related.hash", field.Keyword, "", "Hashes and fingerprints that the packet has", field.ECS, field.List, field.Unique)
)

// Request notes a request in the conversation and writes the fields that name it. key is what the response will carry
// too: an identifier, a stream id, 0 where responses come in the order of requests. A nil c and bytes of a fragment are no conversation:
// nothing is noted and 0 returned; else the request's ordinal in the conversation, from 1.
func Request(p *dissect.Packet, c *dissect.Conversation, key uint64) uint64 {
	if c == nil || outside(p) {
		return 0
	}
	n := c.Ask(p, key)
	transaction(p, c, n)
	return n
}

// Repeatable is Request where clients send a request again under its key while it is open: within as many nanoseconds after it was sent first it is the
// same request, and from then on one that takes its place.
func Repeatable(p *dissect.Packet, c *dissect.Conversation, key uint64, within int64) {
	if c == nil || outside(p) {
		return
	}
	r, open := c.Asked(key)
	if open && p.Time-r.Time < within {
		transaction(p, c, r.Ordinal)
		return
	}
	if open {
		c.Answer(key)
	}
	Request(p, c, key)
}

// outside says that the bytes at hand belong to no conversation. What an ICMP error quotes is dissected so far in compat mode only, where it counts as sent.
func outside(p *dissect.Packet) bool { return p.Quoted && !p.InQuote }

// Response takes the oldest open request of that key and writes what ties the response to it. Without one it writes
// nothing and returns false.
func Response(p *dissect.Packet, c *dissect.Conversation, key uint64) (dissect.Request, bool) {
	if c == nil || outside(p) {
		return dissect.Request{}, false
	}
	r, ok := c.Answer(key)
	if ok {
		answer(p, c, r)
	}
	return r, ok
}

// AnyResponse is Response where several may answer a request, as of a group that was asked: the request stays open.
func AnyResponse(p *dissect.Packet, c *dissect.Conversation, key uint64) bool {
	if c == nil || outside(p) {
		return false
	}
	r, ok := c.Asked(key)
	if ok {
		answer(p, c, r)
	}
	return ok
}

func answer(p *dissect.Packet, c *dissect.Conversation, r dissect.Request) {
	p.Out.Uint(fRequestIn, r.Number)
	p.Out.Int(field.EventDuration, p.Time-r.Time)
	transaction(p, c, r.Ordinal)
}

// Answered are the fields under which Wireshark says of one protocol what request_in and event.duration say of any.
type Answered struct{ request, time field.ID }

// NewAnswered defines them for the protocol of g: request and time are Wireshark's names, which are the fields', too.
func NewAnswered(g field.Set, protocol, request string) Answered {
	return Answered{
		request: g.Add(request, field.Int64, protocol+"."+request, "request_in under Wireshark's name", field.Rare, field.Detail),
		time:    g.Add("time", field.Int64, protocol+".time", "event.duration under Wireshark's name, nanoseconds", field.Rare, field.Detail),
	}
}

// Response is the function of that name, and writes the protocol's fields as well.
func (a *Answered) Response(p *dissect.Packet, c *dissect.Conversation, key uint64) {
	if r, ok := Response(p, c, key); ok {
		p.Out.Uint(a.request, r.Number)
		p.Out.Int(a.time, p.Time-r.Time)
	}
}

func transaction(p *dissect.Packet, c *dissect.Conversation, ordinal uint64) {
	var b [64]byte
	id := append(append(b[:0], c.ID...), ':')
	p.Out.Text(fID, strconv.AppendUint(id, ordinal, 10))
}

// Host writes a host name that the message mentions; addresses and empty names are left out.
func Host(o *field.Buffer, name []byte) {
	for _, c := range name {
		if c == ':' {
			return // an IPv6 address
		}
		if (c < '0' || c > '9') && c != '.' {
			o.Text(fHosts, name)
			return
		}
	}
}

// Hash writes a hash or fingerprint of something in the message.
func Hash(o *field.Buffer, text []byte) { o.Text(fHashes, text) }

// IP writes an address of 4 or 16 bytes that the message mentions.
func IP(o *field.Buffer, addr []byte) { o.IP(field.RelatedIP, addr) }

// Uint writes n as the decimal text of a keyword field, for numbers that the Elastic Common Schema stores as text.
func Uint(o *field.Buffer, id field.ID, n uint64) {
	var b [20]byte
	o.Text(id, strconv.AppendUint(b[:0], n, 10))
}
