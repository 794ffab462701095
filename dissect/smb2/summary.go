// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/smb"
	"github.com/espbeat/espbeat/field"
)

// maxNamed bounds the messages that a summary names.
const maxNamed = 8

// summary reads "Create Request File: \\server\share\a.txt" or "Create Response;Close Response, Error: STATUS_FILE_CLOSED".
func summary(dst []byte, v dissect.View) []byte {
	if sealed, _ := v.Uint(fSealed); sealed != 0 {
		return append(dst, "Encrypted SMB3"...)
	}
	var responses [maxNamed]bool
	n := 0
	v.All(fResponse, func(text []byte) {
		if n < maxNamed {
			responses[n] = string(text) == "true"
		}
		n++
	})
	if n == 0 {
		return append(dst, "Compressed SMB3"...)
	}
	i := 0
	v.All(fCmd, func(text []byte) {
		if i < maxNamed {
			if i > 0 {
				dst = append(dst, ';')
			}
			dst = appendCommand(dst, string(text), responses[i])
		}
		i++
	})
	if n > maxNamed {
		return append(dst, ";…"...)
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", Error: ", fStatus}, {" Pattern: ", fPattern}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	if file, ok := smb.AppendFile(append(dst, " File: "...), v); ok {
		return file
	}
	if tree, ok := v.Text(append(dst, " Tree: "...), fTree); ok {
		dst = tree
	}
	return dst
}

func appendCommand(dst []byte, number string, response bool) []byte {
	if i, err := strconv.Atoi(number); err == nil && i < len(commands) {
		dst = append(dst, commands[i]...)
	} else {
		dst = append(append(dst, "Command "...), number...)
	}
	if response {
		return append(dst, " Response"...)
	}
	return append(dst, " Request"...)
}
