// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
)

// maxNamed bounds the PDUs that a summary names.
const maxNamed = 8

// statuses are those of C706, appendix E, and of Windows, that are seen most.
var statuses = map[uint64]string{0x5: "access denied", 0x6d8: "invalid stub", 0x721: "security package error", 0x1c010002: "nca_s_op_rng_error", 0x1c010003: "nca_s_unk_if",
	0x1c00001a: "nca_s_fault_context_mismatch", 0x1c010014: "nca_s_server_too_busy", 0x1c000006: "nca_s_fault_invalid_tag", 0x1c010001: "nca_s_comm_failure"}

// summary reads "NetShareEnumAll request" for an operation that has a name, else "Request, opnum: 2" and "Bind, LSARPC, NTLMSSP_NEGOTIATE".
func summary(dst []byte, v dissect.View) []byte {
	n, kind := 0, uint64(0)
	v.All(fType, func(t []byte) {
		kind, _ = strconv.ParseUint(string(t), 10, 8)
		if n++; n > maxNamed {
			return
		}
		if n > 1 {
			dst = append(dst, " | "...)
		}
		name := "PDU"
		if kind < uint64(len(types)) {
			name = types[kind]
		}
		dst = append(dst, name...)
	})
	if n == 1 && (kind == typeRequest || kind == typeResponse) {
		if name, ok := v.Text(dst[:len(dst)-len(types[kind])], fOperation); ok {
			return append(append(name, ' '), [...]string{typeRequest: "request", typeResponse: "response"}[kind]...)
		}
	}
	if kind != typeRequest && kind != typeResponse {
		v.All(fName, func(name []byte) {
			if !bytes.HasSuffix(dst, name) {
				dst = append(append(dst, ", "...), name...)
			}
		})
	}
	if text, ok := v.Text(append(dst, ", opnum: "...), fOpnum); ok {
		dst = text
	}
	if text, ok := v.Text(append(dst, ", call: "...), fCallID); ok && n == 1 {
		dst = text
	}
	if status, ok := v.Uint(fStatus); ok {
		if name := statuses[status]; name != "" {
			dst = append(append(dst, ", "...), name...)
		} else {
			dst = strconv.AppendUint(append(dst, ", status: 0x"...), status, 16)
		}
	}
	return ntlmssp.AppendInfo(dst, v)
}
