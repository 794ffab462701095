// SPDX-License-Identifier: Apache-2.0

package icmpv6

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

var typeNames = byText(map[int]string{
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
})

// byText keys names by a number as it reads in a document.
func byText(names map[int]string) map[string]string {
	out := make(map[string]string, len(names))
	for n, name := range names {
		out[strconv.Itoa(n)] = name
	}
	return out
}

// summaryFields are shown when the message has them.
var summaryFields = []struct {
	label string
	id    field.ID
}{{" id=", fIdent}, {" seq=", fSeq}, {" mtu=", fMTU}, {" for ", fSolicited}, {" of ", fAdvertised}}

func summary(dst []byte, v dissect.View) []byte {
	kind := common.First(v, fType)
	if name := typeNames[kind]; name != "" {
		dst = append(dst, name...)
	} else {
		dst = append(append(dst, "Type "...), kind...)
	}
	if code := common.First(v, fCode); code != "0" {
		dst = append(append(dst, " code="...), code...)
	}
	for _, f := range summaryFields {
		if text := common.First(v, f.id); text != "" {
			dst = append(append(dst, f.label...), text...)
		}
	}
	return dst
}
