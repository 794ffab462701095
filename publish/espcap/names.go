// SPDX-License-Identifier: Apache-2.0

package espcap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// made are the fields without a Wireshark name, or with another one, that the script makes: of which of Wireshark's.
var made = map[string][]string{
	"@timestamp": {"frame.time_epoch"}, "network.type": {"ip.version", "ipv6.version"}, "network.transport": {"frame.protocols", "ip.proto"},
	"network.protocol": {"frame.protocols"}, "tcp.flags.names": {"tcp.flags"}, "event.type": {"tcp.flags"}, "event.duration": {"dns.time", "http.time"},
	"dns.type": {"dns.flags.response"}, "dns.op_code": {"dns.flags.opcode"}, "dns.response_code": {"dns.flags.rcode"},
	"dns.header_flags": {"dns.flags.authoritative", "dns.flags.truncated", "dns.flags.recdesired", "dns.flags.recavail", "dns.flags.authenticated",
		"dns.flags.checkdisable"},
	"dns.question.type": {"dns.qry.type"}, "dns.question.class": {"dns.qry.class"}, "dns.resolved_ip": {"dns.a", "dns.aaaa"},
	"http.version": {"http.request.version", "http.response.version"}, "url.path": {"http.request.uri", "http.request.uri.path"}, "url.scheme": {"http.request.full_uri"},
	"url.domain": {"http.request.full_uri"}, "url.port": {"http.request.full_uri"},
	"related.ip":    {"ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "dns.a", "dns.aaaa"},
	"related.hosts": {"dns.qry.name", "dhcp.option.hostname", "tls.handshake.extensions_server_name", "http.request.full_uri"},
}

// Conversion is a field of Espcap's documents and what it becomes.
type Conversion struct {
	Layer, Key string   // layers.LAYER.KEY
	Filter     string   // Wireshark's name
	Fields     []string // of espbeat's documents, in their order
}

// Conversions are all of them, by layer and key.
func Conversions() []Conversion {
	byFilter := map[string]*Conversion{}
	add := func(name string, filters []string) {
		for _, f := range filters {
			f = strings.TrimSpace(f)
			c := byFilter[f]
			if c == nil {
				c = &Conversion{Layer: strings.ReplaceAll(owner(f), ".", "_"), Key: Key(f), Filter: f}
				byFilter[f] = c
			}
			c.Fields = append(c.Fields, name)
		}
	}
	add("@timestamp", made["@timestamp"]) // which is libbeat's
	layout := field.Seal()
	for _, id := range layout.Order {
		d := &layout.Defs[id]
		switch {
		case made[d.Name] != nil:
			add(d.Name, made[d.Name])
		case d.Wireshark != "" && d.Type != field.Object && layout.Array[id] == field.NoArray && !unmade[d.Name] && d.Name != "network.community_id": // which is computed
			add(d.Name, strings.Split(d.Wireshark, ","))
		}
	}
	all := make([]Conversion, 0, len(byFilter))
	for _, c := range byFilter {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Conversion) int { return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Key, b.Key)) })
	return all
}

// Markdown is the table of Conversions, a part for each layer.
func Markdown() string {
	var b strings.Builder
	layer := ""
	for _, c := range Conversions() {
		if c.Layer != layer {
			layer = c.Layer
			fmt.Fprintf(&b, "\n### layers.%s\n\n| Espcap | espbeat | Wireshark |\n|---|---|---|\n", layer)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` |\n", c.Key, strings.Join(c.Fields, "`, `"), c.Filter)
	}
	return b.String()
}
