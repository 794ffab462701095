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
	return named(dst, v, types, names, " Message")
}

// Named is Messages without that word behind each name.
func Named(dst []byte, v dissect.View, types field.ID, names map[string]string) []byte {
	return named(dst, v, types, names, "")
}

func named(dst []byte, v dissect.View, types field.ID, names map[string]string, behind string) []byte {
	n := 0
	v.All(types, func(t []byte) {
		if n++; n > maxNamed {
			return
		}
		if n > 1 {
			dst = append(dst, ", "...)
		}
		if name := names[string(t)]; name != "" {
			dst = append(append(dst, name...), behind...)
		} else {
			dst = append(append(dst, "Type "...), t...)
		}
	})
	if n > maxNamed {
		dst = append(dst, ", …"...)
	}
	return dst
}

// Lines appends what the lines of a text protocol say, each a word and what follows it: "EHLO a | QUIT". Where not every word is followed by
// something, it appends the words alone, unless there is just one.
func Lines(dst []byte, v dissect.View, words, rest field.ID) []byte {
	w, r := 0, 0
	v.All(words, func([]byte) { w++ })
	v.All(rest, func([]byte) { r++ })
	n := 0
	v.All(words, func(word []byte) {
		if n++; n > maxNamed {
			return
		}
		if n > 1 {
			dst = append(dst, " | "...)
		}
		dst = append(dst, word...)
		if w > 1 && r != w {
			return
		}
		i := 0
		v.All(rest, func(text []byte) {
			if i++; i == n || w == 1 && i <= maxNamed {
				if w == 1 && i > 1 {
					dst = append(dst, " |"...)
				}
				dst = append(append(dst, ' '), text...)
			}
		})
	})
	if n > maxNamed {
		dst = append(dst, ", …"...)
	}
	return dst
}

// AppendFile appends to a summary the path or name of the file that the message is about, behind a space, when there is one.
func AppendFile(dst []byte, v dissect.View) []byte {
	for _, id := range [...]field.ID{fFilePath, fFileName} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			return text
		}
	}
	return dst
}
