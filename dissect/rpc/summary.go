// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxSummed bounds the messages that a summary names.
const maxSummed = 8

// Summary reads "V3 LOOKUP Call | V3 GETATTR Call"; so do the summaries of programs begin. The program's name is the packet's headline.
func Summary(dst []byte, v dissect.View) []byte {
	types := texts(v, fType)
	if len(types) == 0 {
		return append(dst, "Continuation"...)
	}
	numbers, versions, names := texts(v, fProc), texts(v, fVersion), texts(v, fProcs)
	for i, t := range types {
		if i == maxSummed {
			return append(dst, ", …"...)
		}
		if i > 0 {
			dst = append(dst, " | "...)
		}
		if len(versions) == len(types) { // else some replies' calls were not captured
			dst = append(append(append(dst, 'V'), versions[i]...), ' ')
			if len(names) == len(types) {
				dst = append(append(dst, names[i]...), ' ')
			} else {
				dst = append(append(append(dst, "proc-"...), numbers[i]...), ' ')
			}
		}
		if t == strconv.Itoa(typeCall) {
			dst = append(dst, "Call"...)
		} else {
			dst = append(dst, "Reply"...)
		}
	}
	if status, ok := v.Text(nil, fStatus); ok && string(status) != accepts[acceptSuccess] {
		dst = append(append(dst, ' '), status...)
	}
	return dst
}

// texts are the field's values as they read.
func texts(v dissect.View, id field.ID) (all []string) {
	v.All(id, func(text []byte) { all = append(all, string(text)) })
	return all
}
