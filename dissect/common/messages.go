// SPDX-License-Identifier: Apache-2.0

package common

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxNamed bounds the messages that a summary names.
const maxNamed = 8

// Messages appends to a summary the names of a packet's messages, by the numbers in the field of their types.
func Messages(dst []byte, v dissect.View, types field.ID, names map[string]string) []byte {
	n := 0
	v.All(types, func(t []byte) {
		if n++; n > maxNamed {
			return
		}
		if n > 1 {
			dst = append(dst, ", "...)
		}
		if name := names[string(t)]; name != "" {
			dst = append(append(dst, name...), " Message"...)
		} else {
			dst = append(append(dst, "Type "...), t...)
		}
	})
	if n > maxNamed {
		dst = append(dst, ", …"...)
	}
	return dst
}
