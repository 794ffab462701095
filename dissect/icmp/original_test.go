// SPDX-License-Identifier: Apache-2.0

package icmp_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/dns"
	"github.com/espbeat/espbeat/dissect/http"
	"github.com/espbeat/espbeat/dissect/icmp"
	"github.com/espbeat/espbeat/dissect/icmpv6"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/dissect/ipv6"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/dissect/udp"
	"github.com/espbeat/espbeat/flow"
)

func v4(src, dst string, proto byte, payload []byte) []byte {
	h := []byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0}
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(payload)))
	return slices.Concat(h, netip.MustParseAddr(src).AsSlice(), netip.MustParseAddr(dst).AsSlice(), payload)
}

func v6(src, dst string, next byte, payload []byte) []byte {
	h := []byte{0x60, 0, 0, 0, 0, 0, next, 64}
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	return slices.Concat(h, netip.MustParseAddr(src).AsSlice(), netip.MustParseAddr(dst).AsSlice(), payload)
}

func ports(src, dst uint16, rest ...byte) []byte {
	return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, src), dst), rest...)
}

// What an error quotes is summed up, and tied to the flow that was seen before.
func TestOriginal(t *testing.T) {
	const a, b, router = "192.0.2.1", "198.51.100.2", "203.0.113.9"
	const a6, b6, router6 = "2001:db8::1", "2001:db8::2", "2001:db8::9"
	query := v4(a, b, 17, ports(40000, 53, 0, 8, 0, 0))
	syn := v6(a6, b6, 6, ports(40001, 443, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0))
	echo := v4(a, b, 1, []byte{8, 0, 0, 0, 0, 1, 0, 2})
	unreachable := func(quote []byte) []byte { return append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, quote...) }
	exceeded := v4(router, a, 1, append([]byte{11, 0, 0, 0, 0, 0, 0, 0}, echo...))
	for _, c := range []struct {
		name  string
		first []byte // a packet before
		frame []byte
		known bool
		want  map[string]string
	}{
		{"a datagram of a known flow", query, v4(b, a, 1, unreachable(query)), true, map[string]string{"icmp.original.source.ip": a, "icmp.original.source.port": "40000",
			"icmp.original.destination.ip": b, "icmp.original.destination.port": "53", "icmp.original.transport": "udp", "icmp.original.protocol": "dns", "related.ip": a + "," + b}},
		{"a datagram of an unknown flow", nil, v4(b, a, 1, unreachable(query)), false, map[string]string{"icmp.original.source.port": "40000"}},
		{"from a router", echo, exceeded, true, map[string]string{"icmp.original.transport": "icmp", "icmp.original.source.ip": a, "icmp.original.source.port": ""}},
		{"eight bytes of a segment over IPv6", syn, v6(router6, a6, 58, append([]byte{1, 4, 0, 0, 0, 0, 0, 0}, syn[:48]...)), true,
			map[string]string{"icmp.original.source.ip": a6, "icmp.original.destination.port": "443", "icmp.original.transport": "tcp"}},
		{"a quote within a quote", echo, v4(a, router, 1, unreachable(exceeded)), false, map[string]string{"icmp.original.source.ip": router, "icmp.original.destination.ip": a}},
		{"a quote that is no packet", query, v4(b, a, 1, unreachable([]byte{0x45})), false, map[string]string{"icmp.original.source.ip": "", "icmp.original.transport": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bench := dissecttest.New(flow.New(flow.Options{}), ip.Protocol, ipv6.Protocol, icmp.Protocol, icmpv6.Protocol, udp.Protocol, tcp.Protocol, dns.Protocol)
			first := ""
			if c.first != nil {
				bench.Run(ip.Protocol, c.first, len(c.first))
				first = bench.P.Conversation.ID
			}
			r := bench.Run(ip.Protocol, c.frame, len(c.frame))
			r.Check(t, c.want)
			if c.known {
				r.Check(t, map[string]string{"icmp.original.flow_id": first})
			} else {
				r.Check(t, map[string]string{"icmp.original.flow_id": ""})
			}
			if bench.P.Conversation.ID == first || bench.P.InQuote {
				t.Error("the error belongs to the flow that it quotes")
			}
		})
	}
}

// tshark takes a request that an error quotes for one that was sent; the stream that it was quoted from goes on as if nothing had been.
func TestQuotedRequest(t *testing.T) {
	const client, server = "192.0.2.1", "198.51.100.2"
	segment := func(src, dst uint16, seq, ack uint32, data string) []byte {
		h := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(ports(src, dst), seq), ack)
		return append(append(h, 0x50, 0x18, 4, 0, 0, 0, 0, 0), data...)
	}
	const request, rest = "GET /a HTTP/1.1\r\n", "Host: a\r\n\r\n"
	get := v4(client, server, 6, segment(40000, 80, 1, 1, request+rest+request))
	frames := [][]byte{get, v4(server, client, 1, append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, get[:46]...)),
		v4(client, server, 6, segment(40000, 80, uint32(len(get)-39), 1, rest)), v4(server, client, 1, append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, get[:40+len(request)-3]...)),
		v4(server, client, 6, segment(80, 40000, 1, 1, "HTTP/1.1 204 No\r\n\r\n"))}
	for _, compat := range []bool{false, true} {
		bench := dissecttest.New(flow.New(flow.Options{Wireshark: compat}), ip.Protocol, icmp.Protocol, tcp.Protocol, http.Protocol)
		bench.P.Options.Wireshark = compat
		want := []string{"", "", "", "", "1"}
		if compat {
			want[4] = "4"
		}
		for i, f := range frames {
			r := bench.Run(ip.Protocol, f, len(f))
			r.Check(t, map[string]string{"http.request_in": want[i]})
			if i == 2 && r.Layers != "ip:tcp:http" {
				t.Errorf("compat %v: the request after the quote is %s", compat, r.Layers)
			}
			if quote := i%2 == 1; quote {
				r.Check(t, map[string]string{"http.request.method": "", "transaction.id": ""})
			}
		}
	}
}
