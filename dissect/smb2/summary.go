// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/dissect/smb"
	"github.com/espbeat/espbeat/field"
)

// maxNamed bounds the messages that a summary names.
const maxNamed = 8

// functions are those of ioctls ([MS-FSCC] 2.3, [MS-SMB2] 2.2.31) that file servers are asked for most.
var functions = map[uint64]string{0x060194: "DFS_GET_REFERRALS", 0x0601b0: "DFS_GET_REFERRALS_EX", 0x09009c: "GET_OBJECT_ID", 0x0900a8: "GET_REPARSE_POINT", 0x0900c0: "CREATE_OR_GET_OBJECT_ID",
	0x110018: "PIPE_WAIT", 0x11400c: "PIPE_PEEK", pipeTransceive: "PIPE_TRANSCEIVE", 0x140078: "SRV_REQUEST_RESUME_KEY", 0x1401d4: "LMR_REQUEST_RESILIENCY", 0x1401fc: "QUERY_NETWORK_INTERFACE_INFO",
	0x140204: "VALIDATE_NEGOTIATE_INFO", 0x144064: "SRV_ENUMERATE_SNAPSHOTS", 0x1440f2: "SRV_COPYCHUNK", 0x1441bb: "SRV_READ_HASH", 0x1480f2: "SRV_COPYCHUNK_WRITE"}

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
	if function, ok := v.Uint(fFunction); ok {
		if name := functions[function]; name != "" {
			dst = append(append(dst, " FSCTL_"...), name...)
		}
	}
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", Error: ", fStatus}, {" Pattern: ", fPattern}, {" Len:", fRead}, {" Len:", fWrite}, {" Off:", fOffset}} {
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
	return ntlmssp.AppendInfo(dst, v)
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
