// SPDX-License-Identifier: Apache-2.0

package cip

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// summary reads "Identity - Get Attribute Single", of a response "Success: Identity - Get Attribute Single", as Wireshark's Info column.
func summary(dst []byte, v dissect.View) []byte {
	first := func(id field.ID) (text string, ok bool) {
		v.All(id, func(t []byte) {
			if !ok {
				text, ok = string(t), true
			}
		})
		return text, ok
	}
	if status, ok := first(fStatus); ok {
		if name := statuses[status]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = fmt.Appendf(dst, "Status %s", status)
		}
		dst = append(dst, ": "...)
	}
	if symbol, ok := first(fSymbol); ok {
		dst = append(append(append(dst, '\''), symbol...), "' - "...)
	} else if class, ok := first(fClass); ok {
		if name := classes[class]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Class "...), class...)
		}
		dst = append(dst, " - "...)
	}
	const most = 8
	n := 0
	v.All(fName, func(name []byte) {
		switch n++; {
		case n > most:
			return
		case n == 2:
			dst = append(dst, ": "...)
		case n > 2:
			dst = append(dst, ", "...)
		}
		dst = append(dst, name...)
	})
	if n > most {
		dst = append(dst, ", …"...)
	}
	return dst
}
