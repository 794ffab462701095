// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var typeNames = map[uint64]string{
	unreachable: "Destination unreachable", packetTooBig: "Packet too big", timeExceeded: "Time exceeded",
	parameterProblem: "Parameter problem", echoRequest: "Echo (ping) request", echoReply: "Echo (ping) reply",
	listenerQuery: "Multicast listener query", listenerReport: "Multicast listener report", listenerDone: "Multicast listener done",
	routerSolicit: "Router solicitation", routerAdvert: "Router advertisement", neighborSolicit: "Neighbor solicitation",
	neighborAdvert: "Neighbor advertisement", redirect: "Redirect", 138: "Router renumbering", nodeQuery: "Node information query",
	nodeReply: "Node information reply", inverseSolicit: "Inverse neighbor solicitation", inverseAdvert: "Inverse neighbor advertisement",
	listenerReportV2: "Multicast listener report v2", homeAgentQuery: "Home agent discovery request",
	homeAgentReply: "Home agent discovery reply", prefixSolicit: "Mobile prefix solicitation", prefixAdvert: "Mobile prefix advertisement",
	pathSolicit: "Certification path solicitation", pathAdvert: "Certification path advertisement",
	mcastRtrAdvert: "Multicast router advertisement", 152: "Multicast router solicitation", 153: "Multicast router termination",
	fastMobility: "Fast handover", rpl: "RPL control", duplicateRequest: "Duplicate address request",
	duplicateConfirm: "Duplicate address confirmation",
}

func summary(dst []byte, v dissect.View) []byte {
	kind, _ := v.Uint(fType)
	if name := typeNames[kind]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Type "...), fType)
	}
	if code, _ := v.Uint(fCode); code != 0 {
		dst, _ = v.Text(append(dst, " code="...), fCode)
	}
	dst = labelled(dst, v, " id=", fIdent)
	dst = labelled(dst, v, " seq=", fSeq)
	dst = labelled(dst, v, " mtu=", fMTU)
	dst = labelled(dst, v, " for ", fSolicited)
	return labelled(dst, v, " of ", fAdvertised)
}

// labelled appends a field behind its label, nothing when the packet has none.
func labelled(dst []byte, v dissect.View, label string, id field.ID) []byte {
	n := len(dst)
	dst, ok := v.Text(append(dst, label...), id)
	if !ok {
		return dst[:n]
	}
	return dst
}
