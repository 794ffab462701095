// SPDX-License-Identifier: Apache-2.0

// Package all lists every protocol that espbeat dissects, one line each.
package all

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ah"
	"github.com/espbeat/espbeat/dissect/arcnet"
	"github.com/espbeat/espbeat/dissect/arp"
	"github.com/espbeat/espbeat/dissect/atm"
	"github.com/espbeat/espbeat/dissect/ayiya"
	"github.com/espbeat/espbeat/dissect/can"
	"github.com/espbeat/espbeat/dissect/chdlc"
	"github.com/espbeat/espbeat/dissect/dccp"
	"github.com/espbeat/espbeat/dissect/dns"
	"github.com/espbeat/espbeat/dissect/eap"
	"github.com/espbeat/espbeat/dissect/eapol"
	"github.com/espbeat/espbeat/dissect/erspan"
	"github.com/espbeat/espbeat/dissect/esp"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/dissect/etherip"
	"github.com/espbeat/espbeat/dissect/fddi"
	"github.com/espbeat/espbeat/dissect/fr"
	"github.com/espbeat/espbeat/dissect/geneve"
	"github.com/espbeat/espbeat/dissect/gre"
	"github.com/espbeat/espbeat/dissect/gtp"
	"github.com/espbeat/espbeat/dissect/hip"
	"github.com/espbeat/espbeat/dissect/http"
	"github.com/espbeat/espbeat/dissect/icmp"
	"github.com/espbeat/espbeat/dissect/icmpv6"
	"github.com/espbeat/espbeat/dissect/igmp"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/dissect/ipcomp"
	"github.com/espbeat/espbeat/dissect/ipnet"
	"github.com/espbeat/espbeat/dissect/ipoib"
	"github.com/espbeat/espbeat/dissect/ipv6"
	"github.com/espbeat/espbeat/dissect/isakmp"
	"github.com/espbeat/espbeat/dissect/l2tp"
	"github.com/espbeat/espbeat/dissect/lisp"
	"github.com/espbeat/espbeat/dissect/llc"
	"github.com/espbeat/espbeat/dissect/loop"
	"github.com/espbeat/espbeat/dissect/macsec"
	"github.com/espbeat/espbeat/dissect/mipv6"
	"github.com/espbeat/espbeat/dissect/mpls"
	"github.com/espbeat/espbeat/dissect/nflog"
	"github.com/espbeat/espbeat/dissect/nsh"
	"github.com/espbeat/espbeat/dissect/null"
	"github.com/espbeat/espbeat/dissect/openvpn"
	"github.com/espbeat/espbeat/dissect/pktap"
	"github.com/espbeat/espbeat/dissect/ppi"
	"github.com/espbeat/espbeat/dissect/ppp"
	"github.com/espbeat/espbeat/dissect/pppoe"
	"github.com/espbeat/espbeat/dissect/radiotap"
	"github.com/espbeat/espbeat/dissect/raw"
	"github.com/espbeat/espbeat/dissect/sctp"
	"github.com/espbeat/espbeat/dissect/shim6"
	"github.com/espbeat/espbeat/dissect/slip"
	"github.com/espbeat/espbeat/dissect/sll"
	"github.com/espbeat/espbeat/dissect/tag"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/dissect/teredo"
	"github.com/espbeat/espbeat/dissect/udp"
	"github.com/espbeat/espbeat/dissect/udpencap"
	"github.com/espbeat/espbeat/dissect/udplite"
	"github.com/espbeat/espbeat/dissect/vlan"
	"github.com/espbeat/espbeat/dissect/vxlan"
	"github.com/espbeat/espbeat/dissect/wireguard"
	"github.com/espbeat/espbeat/dissect/wlan"
)

// Registry returns a new registry of every protocol.
func Registry() *dissect.Registry {
	return dissect.NewRegistry(
		// Link
		arcnet.Protocol,
		arp.Protocol,
		atm.CLIP,
		atm.Protocol,
		can.Protocol,
		chdlc.Protocol,
		chdlc.SLARP,
		eapol.Protocol,
		eth.Protocol,
		fddi.Protocol,
		fr.Protocol,
		ipnet.Protocol,
		ipoib.Protocol,
		llc.Protocol,
		loop.Protocol,
		macsec.Protocol,
		mpls.ACH,
		mpls.ControlWord,
		mpls.NoControlWord,
		mpls.Protocol,
		mpls.Pseudowire,
		nflog.Protocol,
		null.Protocol,
		pktap.Data,
		pktap.Protocol,
		pktap.User2,
		ppi.Protocol,
		ppp.BACP,
		ppp.CCP,
		ppp.CHAP,
		ppp.ECP,
		ppp.IPCP,
		ppp.IPV6CP,
		ppp.LCP,
		ppp.MPLSCP,
		ppp.OSINLCP,
		ppp.PAP,
		ppp.Protocol,
		pppoe.Discovery,
		pppoe.Session,
		radiotap.Protocol,
		raw.Protocol,
		slip.Protocol,
		sll.Protocol,
		tag.Arista,
		tag.ETag,
		tag.FabricPath,
		tag.ISL,
		tag.ITag,
		tag.MetaData,
		tag.VNTag,
		vlan.Protocol,
		vlan.Service,
		wlan.Protocol,
		wlan.Radio,

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

		// Tunnels
		ayiya.Protocol,
		erspan.Protocol,
		etherip.Protocol,
		geneve.Protocol,
		gre.Protocol,
		gtp.Prime,
		gtp.Protocol,
		gtp.V2,
		ipcomp.Protocol,
		l2tp.Protocol,
		lisp.Control,
		lisp.Data,
		nsh.Protocol,
		teredo.Protocol,
		udpencap.Protocol,
		vxlan.GPE,
		vxlan.Protocol,

		// Transport
		dccp.Protocol,
		sctp.Protocol,
		tcp.Protocol,
		udp.Protocol,
		udplite.Protocol,

		// Application
		dns.Elsewhere,
		dns.LLMNR,
		dns.MDNS,
		dns.Protocol,
		eap.Protocol,
		http.Protocol,
		http.SSDP,
		isakmp.Protocol,
		openvpn.Protocol,
		wireguard.Protocol,
	)
}
