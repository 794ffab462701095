// SPDX-License-Identifier: Apache-2.0

// Package searches has the searches that users make of packets, and measures them.
package searches

import (
	"fmt"
	"net/netip"
)

// page is how many packets a search for packets returns.
const page = 100

// search is one kind of search; body makes one with other constants each time.
type search struct {
	name string
	body func(c *constants) map[string]any
}

// all are the kinds: first those that find packets, latest first, then those that count.
var all = []search{
	{"source address in a /24", func(c *constants) map[string]any { return packets(term("source.ip", network(c.text("source.ip")))) }},
	{"address on either side", func(c *constants) map[string]any {
		a := c.one("destination.ip")
		return packets(map[string]any{"bool": map[string]any{"should": []any{term("source.ip", a), term("destination.ip", a)}}})
	}},
	{"destination port", func(c *constants) map[string]any { return packets(term("destination.port", c.one("destination.port"))) }},
	{"DNS name by prefix", func(c *constants) map[string]any {
		name := c.text("dns.question.name")
		return packets(map[string]any{"prefix": map[string]any{"dns.question.name": name[:min(4, len(name))]}})
	}},
	{"DNS name", func(c *constants) map[string]any {
		return packets(term("dns.question.name", c.one("dns.question.name")))
	}},
	{"TCP flag", func(c *constants) map[string]any { return packets(term("tcp.flags.names", c.one("tcp.flags.names"))) }},
	{"connection attempts: SYN without ACK", func(c *constants) map[string]any {
		return packets(both(c.window(), term("tcp.flags.names", "syn")), term("tcp.flags.names", "ack"))
	}},
	{"conversation by flow.id, in order", func(c *constants) map[string]any {
		body := packets(term("flow.id", c.one("flow.id")))
		body["sort"] = []any{map[string]any{"@timestamp": "asc"}}
		return body
	}},
	{"community ID", func(c *constants) map[string]any {
		return packets(term("network.community_id", c.one("network.community_id")))
	}},
	{"length of TCP payload in a range", func(c *constants) map[string]any {
		n := c.one("tcp.len")
		return packets(map[string]any{"range": map[string]any{"tcp.len": map[string]any{"gte": n, "lte": n.(float64) + 200}}})
	}},
	{"VLAN", func(c *constants) map[string]any { return packets(term("network.vlan.id", c.one("network.vlan.id"))) }},
	{"has an HTTP request", func(c *constants) map[string]any { return packets(both(c.window(), exists("http.request.method"))) }},
	{"a transport but not to a port", func(c *constants) map[string]any {
		return packets(term("network.transport", c.one("network.transport")), term("destination.port", c.one("destination.port")))
	}},
	{"last 100 packets", func(c *constants) map[string]any { return packets(c.window()) }},
	{"top talkers", func(c *constants) map[string]any {
		return count(c, map[string]any{"terms": map[string]any{"field": "source.ip"}})
	}},
	{"bytes by source", func(c *constants) map[string]any {
		return count(c, map[string]any{
			"terms": map[string]any{"field": "source.ip", "order": map[string]any{"bytes": "desc"}},
			"aggs":  map[string]any{"bytes": map[string]any{"sum": map[string]any{"field": "network.bytes"}}},
		})
	}},
	{"packets over time", func(c *constants) map[string]any { return count(c, c.histogram(nil)) }},
	{"transports over time", func(c *constants) map[string]any {
		return count(c, c.histogram(map[string]any{"by": map[string]any{"terms": map[string]any{"field": "network.transport"}}}))
	}},
	{"percentiles of length", func(c *constants) map[string]any {
		return count(c, map[string]any{"percentiles": map[string]any{"field": "network.bytes"}})
	}},
	{"number of sources", func(c *constants) map[string]any {
		return count(c, map[string]any{"cardinality": map[string]any{"field": "source.ip"}})
	}},
}

// packets is a search for packets that match, and do not match any of not.
func packets(match any, not ...any) map[string]any {
	return map[string]any{
		"size": page, "sort": []any{map[string]any{"@timestamp": "desc"}},
		"query": map[string]any{"bool": map[string]any{"filter": match, "must_not": not}},
	}
}

// count is an aggregation over nearly all packets.
func count(c *constants, aggregation map[string]any) map[string]any {
	return map[string]any{"size": 0, "query": map[string]any{"bool": map[string]any{"filter": c.window()}}, "aggs": map[string]any{"of": aggregation}}
}

// bars is how many a histogram of all packets has, about as many as Kibana draws.
const bars = 60

func (c *constants) histogram(sub map[string]any) map[string]any {
	interval := max(1, c.last.Sub(c.first).Milliseconds()/bars)
	h := map[string]any{"date_histogram": map[string]any{"field": "@timestamp", "fixed_interval": fmt.Sprintf("%dms", interval)}}
	if sub != nil {
		h["aggs"] = sub
	}
	return h
}

func term(field string, value any) any {
	return map[string]any{"term": map[string]any{field: value}}
}

func exists(field string) any { return map[string]any{"exists": map[string]any{"field": field}} }

func both(a, b any) any { return []any{a, b} }

// network is the /24 (of IPv6 the /64) that an address is in.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address // the server says what is wrong with it
	}
	bits := 24
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}
