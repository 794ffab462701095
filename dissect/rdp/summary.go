// SPDX-License-Identifier: Apache-2.0

package rdp

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
)

var negotiations = map[uint64]string{negotiationRequest: "Negotiate Request", negotiationResponse: "Negotiate Response", negotiationFailure: "Negotiate Failure"}

var units = map[uint64]string{erectDomain: "erectDomainRequest", disconnect: "disconnectProviderUltimatum", attachUser: "attachUserRequest", attachUserConfirm: "attachUserConfirm",
	channelJoin: "channelJoinRequest", channelJoinConfirm: "channelJoinConfirm", sendRequest: "sendDataRequest", sendIndication: "sendDataIndication", connectInitial: "ClientData", connectResponse: "ServerData"}

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
		dst = append(dst, units[kind]...)
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
