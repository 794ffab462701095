// SPDX-License-Identifier: Apache-2.0

package http2

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxNamed bounds the frames that a summary names.
const maxNamed = 8

// summary names the frames with their streams, and the heads with what they ask or answer.
func summary(dst []byte, v dissect.View) []byte {
	if _, ok := v.Uint(fMagic); ok {
		dst = append(dst, "Magic, "...)
	}
	ids, methods, paths, statuses := texts(v, fStream), texts(v, fMethod), texts(v, fPath), texts(v, fStatus)
	n := 0
	v.All(fType, func(kind []byte) {
		if n++; n > maxNamed || len(ids) < n {
			return
		}
		dst = append(append(append(append(dst, kind...), '['), ids[n-1]...), ']')
		switch text := string(kind); {
		case text != "HEADERS" && text != "PUSH_PROMISE" && text != "CONTINUATION":
		case len(methods) > 0:
			dst = append(append(dst, ": "...), next(&methods)...)
			if len(paths) > 0 {
				dst = append(append(dst, ' '), next(&paths)...)
			}
		case len(statuses) > 0:
			dst = append(append(dst, ": "...), next(&statuses)...)
		}
		dst = append(dst, ", "...)
	})
	if n > maxNamed {
		return append(dst, "…"...)
	}
	return bytes.TrimSuffix(dst, []byte(", "))
}

func texts(v dissect.View, id field.ID) (all []string) {
	v.All(id, func(text []byte) { all = append(all, string(text)) })
	return all
}

func next(texts *[]string) string {
	first := (*texts)[0]
	*texts = (*texts)[1:]
	return first
}
