// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

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

// classify tells whether data starts with the first line of a message (RFC 9112, 3 and 4): a method in capitals, a target and
// HTTP/1.x, or HTTP/1.x and three digits. RTSP, SIP and ICAP have lines of that form with another version.
func classify(data []byte) verdict {
	if n := min(len(data), len(prefix)); string(data[:n]) == prefix[:n] {
		return classifyStatus(data)
	}
	space := -1
	for i, c := range data[:min(len(data), maxMethod)] {
		if c == ' ' && i > 0 {
			space = i
			break
		}
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return no
		}
	}
	switch {
	case space < 0 && len(data) < maxMethod:
		return more
	case space < 0:
		return no
	}
	end := bytes.IndexByte(data, '\n')
	line := data[space+1:]
	if end >= 0 {
		line = bytes.TrimSuffix(data[space+1:end], []byte("\r"))
	}
	for _, c := range line[:min(len(line), maxMethod)] {
		if c < ' ' && c != '\r' {
			return no
		}
	}
	if end < 0 {
		return more
	}
	at := bytes.LastIndexByte(line, ' ')
	if at < 1 || len(line) != at+9 || string(line[at+1:at+8]) != prefix || !digits(line[at+8:]) {
		return no
	}
	return yes
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

// headEnd returns the length of the head at the front of data, its empty line included, -1 while that is yet to come. The
// first from bytes are known to hold no end.
func headEnd(data []byte, from int) int {
	for i := max(0, from-3); ; {
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
		if rest := data[i:]; bytes.HasPrefix(rest, []byte("\n")) {
			return i + 1
		} else if bytes.HasPrefix(rest, []byte("\r\n")) {
			return i + 2
		}
	}
}

// head is a message's head. Its slices lie in the bytes it was parsed from.
type head struct {
	method, target, version []byte // a request's; method is nil for a response
	status                  int
	phrase                  []byte
	lines                   []byte // the header lines

	chunked bool
	length  int64 // Content-Length, -1 without
	bad     bool  // lengths that contradict each other
}

// parse reads a head whose first line classify or guess has approved of.
func parse(b []byte) head {
	line, rest := cutLine(b)
	h := head{lines: rest, length: -1}
	if bytes.HasPrefix(line, []byte(prefix)) {
		h.version = line[:8]
		for _, c := range line[9:12] {
			h.status = h.status*10 + int(c-'0')
		}
		h.phrase = bytes.TrimSpace(line[12:])
	} else {
		first, last := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
		h.method, h.target = line[:first], bytes.TrimSpace(line[first+1:])
		if first < last { // else the capture cut the line
			h.target, h.version = bytes.TrimSpace(line[first:last]), line[last+1:]
		}
	}
	lines := headerLines{rest: h.lines}
	for name, value := lines.next(); name != nil; name, value = lines.next() {
		switch string(name) {
		case "transfer-encoding":
			const last = "chunked" // RFC 9112, 6.3: it frames the body only as the last coding
			h.chunked = len(value) >= len(last) && bytes.EqualFold(value[len(value)-len(last):], []byte(last))
		case "content-length":
			n, ok := number(value)
			if !ok || h.length >= 0 && h.length != n {
				h.bad = true
				break
			}
			h.length = n
		}
	}
	return h
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// number reads a Content-Length; 18 digits are more than any body has.
func number(b []byte) (n int64, ok bool) {
	if len(b) > 18 || !digits(b) {
		return 0, false
	}
	for _, c := range b {
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// headerLines walks header lines.
type headerLines struct {
	rest  []byte
	lower [maxHeaderName]byte
}

// next returns the next header whose name is short enough to have a field: the name in lower case, valid until the next call, and the
// value; nil at the end.
func (l *headerLines) next() (name, value []byte) {
	for len(l.rest) > 0 {
		var line []byte
		if line, l.rest = cutLine(l.rest); len(line) == 0 {
			break
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 1 || colon > maxHeaderName || line[0] == ' ' {
			continue
		}
		for i, c := range line[:colon] {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			l.lower[i] = c
		}
		return l.lower[:colon], bytes.TrimSpace(line[colon+1:])
	}
	return nil, nil
}

// write writes the fields of the head.
func (h *head) write(o *field.Buffer) {
	if h.method != nil {
		o.Text(fMethod, h.method)
		if len(h.version) > 0 {
			o.Text(fReqVer, h.version)
		}
	} else {
		o.Uint(fStatus, uint64(h.status))
		o.Text(fPhrase, h.phrase)
	}
	if len(h.version) == len(prefix)+1 {
		o.Text(fVersion, h.version[len("HTTP/"):])
	}
	var host []byte
	lines := headerLines{rest: h.lines}
	for name, value := lines.next(); name != nil; name, value = lines.next() {
		known, ok := headers[string(name)]
		switch {
		case string(name) == "user-agent":
			common.UserAgent(o, value)
		case !ok || len(value) == 0:
		case known.id == fLength:
			if n, ok := number(value); ok {
				o.Uint(fLength, uint64(n))
			}
		case known.url:
			var b [256]byte
			o.Text(known.id, common.AppendURL(b[:0], o, value))
		default:
			if known.id == fHost {
				host = value
			}
			o.Text(known.id, value)
		}
	}
	if h.method != nil {
		common.URL(o, "http", h.target, host, string(h.method) == "CONNECT")
	}
}
