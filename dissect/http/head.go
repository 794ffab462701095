// SPDX-License-Identifier: Apache-2.0

package http

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

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

	upgrade []byte // the Upgrade header, nil without

	content string // the protocol of the body, "" for others

	chunked bool
	length  int64 // Content-Length, -1 without
	bad     bool  // lengths that contradict each other
}

// parse reads a head whose first line classify, classifyHere or guess has approved of.
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
		var target []byte
		h.method, target, _ = bytes.Cut(line, []byte(" "))
		h.target = bytes.TrimSpace(target)
		if at := bytes.LastIndexByte(target, ' '); at >= 0 { // else it was sent without a version, or the capture cut the line
			h.target, h.version = bytes.TrimSpace(target[:at]), target[at+1:]
		}
	}
	lines := headerLines{rest: h.lines}
	for name, value := lines.next(); name != nil; name, value = lines.next() {
		switch string(name) {
		case "upgrade":
			h.upgrade = value
		case "transfer-encoding":
			const last = "chunked" // RFC 9112, 6.3: it frames the body only as the last coding
			h.chunked = len(value) >= len(last) && bytes.EqualFold(value[len(value)-len(last):], []byte(last))
		case "content-type":
			h.content = contents[string(value)]
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

// cutTarget ends the target at its first space, and takes the rest for the version, as tshark does. Servers that bear with such a target take all of it.
func (h *head) cutTarget() {
	at := bytes.IndexByte(h.target, ' ')
	if at < 0 {
		return
	}
	words := h.target[at+1 : len(h.target) : len(h.target)]
	if len(h.version) > 0 {
		words = append(append(words, ' '), h.version...)
	}
	h.target, h.version = h.target[:at], words
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
func (h *head) write(p *dissect.Packet) {
	o := p.Out
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
		Header(o, string(name), value)
		known, ok := headers[string(name)]
		switch {
		case !ok || len(value) == 0:
		case known.id == fLength:
			if n, ok := number(value); ok {
				o.Uint(fLength, uint64(n))
			}
		case known.url:
			var b [256]byte
			o.Text(known.id, common.AppendURL(b[:0], o, value))
		default:
			if known.token && authentication(p, value) && known.shown {
				value, _, _ = bytes.Cut(value, []byte{' '})
			}
			if known.id == fHost {
				var b [256]byte
				host = value
				value = common.AppendAuthority(b[:0], o, value)
			}
			o.Text(known.id, value)
		}
	}
	if h.method != nil {
		common.URL(o, "http", h.target, host, string(h.method) == "CONNECT")
	}
}
