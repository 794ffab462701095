// SPDX-License-Identifier: Apache-2.0

package rdp

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
)

var negotiations = map[uint64]string{negotiationRequest: "Negotiate Request", negotiationResponse: "Negotiate Response", negotiationFailure: "Negotiate Failure"}

var units = map[uint64]string{0: "plumbDomainIndication", 1: "erectDomainRequest", disconnect: "disconnectProviderUltimatum", 10: "attachUserRequest", attachUserConfirm: "attachUserConfirm",
	12: "detachUserRequest", 13: "detachUserIndication", channelJoin: "channelJoinRequest", channelJoinConfirm: "channelJoinConfirm", sendRequest: "sendDataRequest", sendIndication: "sendDataIndication",
	connectInitial: "ClientData", connectResponse: "ServerData"}

// summary reads "Cookie: mstshash=A70067, Negotiate Request", "ClientData from WORKSTATION" or "channelJoinRequest 1007".
func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	if text, ok := v.Text(dst, fCookie); ok {
		dst = text
	}
	if kind, ok := v.Uint(fType); ok {
		if len(dst) > n {
			dst = append(dst, ", "...)
		}
		dst = append(dst, negotiations[kind]...)
		if code, ok := v.Uint(fFailure); ok {
			dst = fmt.Appendf(dst, " %d", code)
		}
	}
	if kind, ok := v.Uint(fUnit); ok {
		if name := units[kind]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = fmt.Appendf(dst, "unit %d", kind)
		}
		if channel, ok := v.Uint(fChannel); ok {
			dst = fmt.Appendf(dst, " %d", channel)
		}
		if text, ok := v.Text(append(dst, " from "...), fName); ok {
			dst = text
		}
	}
	if size, ok := v.Uint(fFastPath); ok {
		dst = fmt.Appendf(dst, "Fast-Path PDU, %d bytes", size)
	}
	return dst
}
