// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxSummed bounds the messages that a summary names.
const maxSummed = 8

// summary reads "NFS V3 NULL Call".
func summary(dst []byte, v dissect.View) []byte { return messages(dst, v, true) }

// Summary is how summaries of programs begin: "V3 LOOKUP Call | V3 GETATTR Call".
func Summary(dst []byte, v dissect.View) []byte { return messages(dst, v, false) }

func messages(dst []byte, v dissect.View, named bool) []byte {
	types := texts(v, fType)
	if len(types) == 0 {
		return append(dst, "Continuation"...)
	}
	numbers, versions, names, programs := texts(v, fProc), texts(v, fVersion), texts(v, fProcs), texts(v, fName)
	for i, t := range types {
		if i == maxSummed {
			return append(dst, ", …"...)
		}
		if i > 0 {
			dst = append(dst, " | "...)
		}
		if len(versions) == len(types) { // else some replies' calls were not captured
			if named && len(programs) == len(types) && (i == 0 || programs[i] != programs[i-1]) {
				dst = append(append(dst, programs[i]...), ' ')
			}
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
