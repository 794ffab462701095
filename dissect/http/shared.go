// SPDX-License-Identifier: Apache-2.0

package http

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Request writes the ECS fields that a request has in every version of HTTP, but for its url.*.
func Request(o *field.Buffer, version, method string) {
	o.String(fMethod, method)
	o.String(fVersion, version)
}

// Response writes the ECS fields that a response has in every version of HTTP.
func Response(o *field.Buffer, version string, status int) {
	o.Uint(fStatus, uint64(status))
	o.String(fVersion, version)
}

// Header writes the ECS field of a header, if it has one; name is in lower case.
func Header(o *field.Buffer, name string, value []byte) {
	if name == "user-agent" {
		common.UserAgent(o, value)
	}
	if len(value) == 0 {
		return
	}
	switch name {
	case "referer":
		var b [256]byte
		o.Text(fReferrer, common.AppendURL(b[:0], o, value))
	case "x-request-id":
		o.Text(fRequestID, value)
	case "x-forwarded-for":
		common.Forwarded(o, value)
	}
}

// End writes what the packet says that ends a message, whose body, if any, had so many bytes.
func End(o *field.Buffer, request bool, body uint64, hasBody bool) {
	if hasBody {
		id := fRespBody
		if request {
			id = fReqBody
		}
		o.Uint(id, body)
	}
	o.Bool(fEnd, true)
}
