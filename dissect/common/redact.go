// SPDX-License-Identifier: Apache-2.0

package common

import (
	"bytes"

	"github.com/espbeat/espbeat/field"
)

// maxParameter bounds the name of a parameter that is looked at, bytes; a longer one is compared by its end, which decides.
const maxParameter = 64

// secretNames are parameters whose value is a secret; letters and digits only, lower case.
var secretNames = []string{"auth", "authorization", "jwt", "key", "pass", "passphrase", "pin", "pw", "pwd", "sid", "sig", "urlauth"}

// secretEnds are how names of other such parameters end: access_token, X-Amz-Signature, client_secret, PHPSESSID.
var secretEnds = []string{"token", "password", "passwd", "secret", "apikey", "accesskey", "signature", "credential", "credentials", "sessionid", "sessid"}

// AppendURL appends a URL or request target without its secrets: the password before an @ of the authority, and the values
// of parameters such as access_token in path, query and fragment. o.Reveal keeps them. What is not seen: secrets that are
// path segments, and parameters of a URL that is itself the percent-encoded value of another.
func AppendURL(dst []byte, o *field.Buffer, url []byte) []byte {
	if o.Reveal {
		return append(dst, url...)
	}
	if i := bytes.Index(url, []byte("://")); i >= 0 {
		at := i + 3
		end := len(url)
		if j := bytes.IndexAny(url[at:], "/?#"); j >= 0 {
			end = at + j
		}
		if j := bytes.LastIndexByte(url[at:end], '@'); j >= 0 {
			user := url[at : at+j]
			if k := bytes.IndexByte(user, ':'); k >= 0 {
				dst = append(append(dst, url[:at+k+1]...), field.Redacted...)
				url = url[at+j:]
			}
		}
	}
	for len(url) > 0 {
		n := bytes.IndexAny(url, "?&;#")
		part, rest := url, []byte(nil)
		if n >= 0 {
			part, rest = url[:n+1], url[n+1:]
		}
		dst = appendParameter(dst, part)
		url = rest
	}
	return dst
}

// appendParameter appends "name=value", with the separator that ends it, if any.
func appendParameter(dst, part []byte) []byte {
	eq := bytes.IndexByte(part, '=')
	if eq < 0 || !secretParameter(part[:eq]) {
		return append(dst, part...)
	}
	dst = append(append(dst, part[:eq+1]...), field.Redacted...)
	if last := part[len(part)-1]; bytes.IndexByte([]byte("?&;#"), last) >= 0 {
		dst = append(dst, last)
	}
	return dst
}

// secretParameter compares without case, punctuation and percent-encoding.
func secretParameter(name []byte) bool {
	var b [maxParameter]byte
	at := len(b)
	for i := len(name) - 1; i >= 0 && at > 0; i-- {
		c := name[i]
		if i >= 2 && name[i-2] == '%' {
			if hi, lo := hexDigit(name[i-1]), hexDigit(c); hi >= 0 && lo >= 0 {
				c, i = byte(hi<<4|lo), i-2
			}
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			at--
			b[at] = c
		}
	}
	plain := b[at:]
	for _, s := range secretNames {
		if string(plain) == s {
			return true
		}
	}
	for _, s := range secretEnds {
		if len(plain) >= len(s) && string(plain[len(plain)-len(s):]) == s {
			return true
		}
	}
	return false
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c - 'a' + 10)
	case c >= 'A' && c <= 'F':
		return int(c - 'A' + 10)
	}
	return -1
}
