// SPDX-License-Identifier: Apache-2.0

package http

import "bytes"

// verdict is what classify says of bytes.
type verdict uint8

const (
	no verdict = iota
	more
	yes
)

const (
	prefix = "HTTP/1."
	// maxMethod bounds a method, bytes; the longest registered one has 17.
	maxMethod = 24
)

// methods are those that need no version to be known: RFC 9110, WebDAV with its extensions (RFC 3253, 3648, 3744, 4437, 4791, 4918, 5323, 5789, 5842), GENA, and
// Microsoft's.
var methods = set("ACL", "BASELINE-CONTROL", "BCOPY", "BDELETE", "BIND", "BMOVE", "BPROPFIND", "BPROPPATCH", "CCM_POST", "CHECKIN", "CHECKOUT", "CONNECT", "COPY",
	"DELETE", "GET", "HEAD", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "NOTIFY", "OPTIONS",
	"ORDERPATCH", "PATCH", "POLL", "POST", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "RPC_CONNECT", "RPC_IN_DATA", "RPC_OUT_DATA", "SEARCH",
	"SSTP_DUPLEX_POST", "SUBSCRIBE", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UNSUBSCRIBE", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL")

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}

// classify tells whether data starts with the first line of a message (RFC 9112, 3 and 4): a method in capitals, a target and
// HTTP/1.x, or HTTP/1.x and three digits. RTSP, SIP and ICAP have lines of that form with another version.
func classify(data []byte) verdict { return classifyLine(data, false) }

// classifyHere is classify where HTTP is expected: there a known method makes a request of any line that names no other protocol, also
// without a target or a sound version. So it is in HTTP/0.9 (RFC 1945, 4.1), and what servers answer with 400.
func classifyHere(data []byte) verdict { return classifyLine(data, true) }

func classifyLine(data []byte, here bool) verdict {
	if n := min(len(data), len(prefix)); string(data[:n]) == prefix[:n] {
		return classifyStatus(data)
	}
	n := bytes.IndexAny(data[:min(len(data), maxMethod)], " \r\n")
	method := data[:max(n, 0)]
	if n < 0 {
		method = data[:min(len(data), maxMethod)]
	}
	for _, c := range method {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return no
		}
	}
	switch {
	case n < 0 && len(data) < maxMethod:
		return more
	case n <= 0:
		return no
	}
	line, _, ended := bytes.Cut(data[n:], []byte("\n"))
	if ended {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	for _, c := range line[:min(len(line), maxMethod)] {
		if c < ' ' && c != '\r' {
			return no
		}
	}
	if !ended {
		return more
	}
	at := bytes.LastIndexByte(line, ' ')
	version := line[at+1:]
	switch {
	case at > 1 && len(version) == len(prefix)+1 && string(version[:len(prefix)]) == prefix && digits(version[len(prefix):]),
		here && methods[string(method)] && !foreign(version):
		return yes
	}
	return no
}

// foreign reports whether the last word of a request line is another protocol's version, as in RTSP/1.0 and HTTP/2.0.
func foreign(word []byte) bool {
	name, number, ok := bytes.Cut(word, []byte("/"))
	if !ok || bytes.HasPrefix(word, []byte(prefix)) || len(name) == 0 || len(number) == 0 || !digits(number[:1]) {
		return false
	}
	for _, c := range name {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

func classifyStatus(data []byte) verdict {
	const n = len("HTTP/1.1 200")
	if len(data) < n {
		return more
	}
	if digits(data[7:8]) && data[8] == ' ' && digits(data[9:n]) && (len(data) == n || data[n] <= ' ') {
		return yes
	}
	return no
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// accept is guess on HTTP's own ports.
func accept(data []byte) bool { return classifyHere(data) == yes || guess(data) }

// guess also takes a request line whose end is yet to come, when its start leaves little doubt.
func guess(data []byte) bool {
	switch classify(data) {
	case yes:
		return true
	case no:
		return false
	}
	method, target, ok := bytes.Cut(data, []byte(" "))
	if !ok || len(target) < 8 || target[0] != '/' && string(target[:7]) != "http://" {
		return false
	}
	switch string(method) {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH":
		return true
	}
	return false
}
