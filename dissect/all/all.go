// SPDX-License-Identifier: Apache-2.0

// Package all lists every protocol that espbeat dissects, one line each.
package all

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/arp"
	"github.com/espbeat/espbeat/dissect/chdlc"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/dissect/llc"
	"github.com/espbeat/espbeat/dissect/loop"
	"github.com/espbeat/espbeat/dissect/mpls"
	"github.com/espbeat/espbeat/dissect/null"
	"github.com/espbeat/espbeat/dissect/ppp"
	"github.com/espbeat/espbeat/dissect/pppoe"
	"github.com/espbeat/espbeat/dissect/raw"
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

		// Transport
		tcp.Protocol,
		udp.Protocol,

		// Application
	)
}
