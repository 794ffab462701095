// SPDX-License-Identifier: Apache-2.0

// Package all lists every protocol that espbeat dissects, one line each.
package all

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ah"
	"github.com/espbeat/espbeat/dissect/arp"
	"github.com/espbeat/espbeat/dissect/chdlc"
	"github.com/espbeat/espbeat/dissect/esp"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/dissect/hip"
	"github.com/espbeat/espbeat/dissect/icmp"
	"github.com/espbeat/espbeat/dissect/icmpv6"
	"github.com/espbeat/espbeat/dissect/igmp"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/dissect/ipv6"
	"github.com/espbeat/espbeat/dissect/llc"
	"github.com/espbeat/espbeat/dissect/loop"
	"github.com/espbeat/espbeat/dissect/mipv6"
	"github.com/espbeat/espbeat/dissect/mpls"
	"github.com/espbeat/espbeat/dissect/null"
	"github.com/espbeat/espbeat/dissect/ppp"
	"github.com/espbeat/espbeat/dissect/pppoe"
	"github.com/espbeat/espbeat/dissect/raw"
	"github.com/espbeat/espbeat/dissect/shim6"
	"github.com/espbeat/espbeat/dissect/sll"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/dissect/udp"
	"github.com/espbeat/espbeat/dissect/vlan"
)

// Registry returns a new registry of every protocol.
func Registry() *dissect.Registry {
	return dissect.NewRegistry(
		// Link
		arp.Protocol,
		chdlc.Protocol,
		chdlc.SLARP,
		eth.Protocol,
		llc.Protocol,
		loop.Protocol,
		mpls.ACH,
		mpls.ControlWord,
		mpls.NoControlWord,
		mpls.Protocol,
		mpls.Pseudowire,
		null.Protocol,
		ppp.Protocol,
		pppoe.Discovery,
		pppoe.Session,
		raw.Protocol,
		sll.Protocol,
		vlan.Protocol,
		vlan.Service,

		// Network
		ah.Protocol,
		esp.Protocol,
		hip.Protocol,
		icmp.Protocol,
		icmpv6.Protocol,
		igmp.Protocol,
		ip.Protocol,
		ipv6.Destination,
		ipv6.Fragment,
		ipv6.HopByHop,
		ipv6.Protocol,
		ipv6.Routing,
		mipv6.Protocol,
		shim6.Protocol,

		// Transport
		tcp.Protocol,
		udp.Protocol,

		// Application
	)
}
