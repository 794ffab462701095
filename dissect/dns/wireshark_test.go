// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/flow"
)

// Wireshark lists the types of bit maps as types of records, and has names of services elsewhere.
func TestWiresharksLists(t *testing.T) {
	m := msg(0x8000, [4]uint16{1, 4}, asked, rr(typeSRV, u16(1, 2, 5060)+"\x03sip\xc0\x0c"), rr(typeNSEC, "\x01b\xc0\x0c\x00\x01\x40"),
		rr(typeNSEC3, "\x01\x00\x00\x0a\x02\xaa\xbb\x01h\x00\x01\x22"), rr(typeCSYNC, u16(0, 66, 3)+"\x00\x01\x60"))
	b := dissecttest.New(nil, Protocol)
	b.Datagrams(Protocol, dissecttest.Piece{Data: m})[0].Check(t, map[string]string{"dns.resp.type": "33,47,1,50,2,6,62,1,2", "dns.resp.name": "example.com,example.com,example.com"})
	b.P.Options.Wireshark = false
	b.Datagrams(Protocol, dissecttest.Piece{Data: m})[0].Check(t, map[string]string{"dns.resp.type": "33,47,50,62", "dns.resp.name": "example.com,example.com,example.com,example.com"})
}

// A group is asked, and answers come from their senders' own addresses.
func TestLLMNRTransactions(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), LLMNR)
	run := func(src, dst string, m []byte) dissecttest.Result {
		return b.Run(&dissect.Protocol{Name: "addressed", Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Core.Source.Addr, p.Core.Destination.Addr = netip.MustParseAddr(src), netip.MustParseAddr(dst)
			p.Time += 1e6
			p.Call(LLMNR, b, wire)
		}}, m, len(m))
	}
	asked := run("10.0.0.1", "224.0.0.252", request)
	for _, from := range []string{"10.0.0.2", "10.0.0.3"} {
		r := run(from, "10.0.0.1", response)
		r.Check(t, map[string]string{"transaction.id": asked.Fields["transaction.id"][0], "request_in": "1", "dns.response_to": ""})
	}
	other := run("10.0.0.2", "10.0.0.4", response)
	other.Check(t, map[string]string{"transaction.id": ""})
}
