// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxSummary bounds the answers that a summary line names.
const maxSummary = 4

// summary reads "query 4660 A example.com" or "answer 4660 NOERROR A example.com: 192.0.2.1".
func summary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(dst, fType)
	dst, _ = v.Text(append(dst, ' '), fID)
	if code, ok := v.Text(append(dst, ' '), fRCode); ok {
		dst = code
	}
	dst = list(dst, v, " ", fQType, 1)
	dst = list(dst, v, " ", fQName, maxSummary)
	return list(dst, v, ": ", sections[0].data, maxSummary)
}

// list appends up to n values of a field, the first after lead, the others after commas.
func list(dst []byte, v dissect.View, lead string, id field.ID, n int) []byte {
	i := 0
	v.All(id, func(text []byte) {
		switch {
		case i == 0:
			dst = append(append(dst, lead...), text...)
		case i < n:
			dst = append(append(dst, ", "...), text...)
		case i == n && n > 1:
			dst = append(dst, ", …"...)
		}
		i++
	})
	return dst
}
