// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// summary reads as Wireshark's Info column: [SYN, ACK] Seq=0 Ack=1 Win=65535 Len=0 MSS=1460.
func summary(dst []byte, v dissect.View) []byte {
	flags, _ := v.Uint(fFlags)
	acks := flags&flagACK != 0
	dst = append(dst, '[')
	first := true
	v.All(fFlagNames, func(name []byte) {
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		for _, c := range name {
			dst = append(dst, c-'a'+'A')
		}
	})
	dst = append(dst, ']')
	for _, f := range [...]struct {
		name string
		id   field.ID
	}{{" Seq=", fSeq}, {" Ack=", fAck}, {" Win=", fWindow}, {" Len=", fLen}, {" MSS=", fMSS}} {
		if n, ok := v.Uint(f.id); ok && (f.id != fAck || acks) {
			dst = strconv.AppendUint(append(dst, f.name...), n, 10)
		}
	}
	return dst
}
