// SPDX-License-Identifier: Apache-2.0

package print

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
)

// Terminal colours (ECMA-48, SGR).
const (
	reset  = "\x1b[0m"
	dim    = "\x1b[2m"
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
)

// maxSay bounds what a line says of a packet, bytes.
const maxSay = 200

// summaryLine writes one line a packet: number, relative time, source → destination, protocol, length, what it says.
type summaryLine struct {
	color   bool
	view    *document.View
	started bool
	first   int64
	say     []byte
}

func (s *summaryLine) append(dst []byte, b *engine.Batch, r *engine.Record) []byte {
	if !s.started {
		s.started, s.first = true, r.Time
	}
	layers := b.Own(r)
	s.view.Of(b, r)
	dst = s.paint(dst, dim, func(d []byte) []byte {
		d = padLeft(d, 6, func(d []byte) []byte { return strconv.AppendUint(d, r.Number, 10) })
		return padLeft(append(d, ' '), 12, func(d []byte) []byte { return appendSeconds(d, r.Time-s.first) })
	})
	dst = append(dst, ' ')
	dst = padRight(dst, 15, func(d []byte) []byte { return appendEndpoint(d, &r.Core.Source) })
	dst = append(dst, " → "...)
	dst = padRight(dst, 15, func(d []byte) []byte { return appendEndpoint(d, &r.Core.Destination) })
	dst = append(dst, ' ')
	speaker := document.Speaker(layers)
	title := r.LinkType.String()
	if speaker != nil {
		title = document.Headline(speaker, &r.Core).String()
	}
	dst = s.paint(dst, protocolColor(r, speaker), func(d []byte) []byte {
		return padRight(d, 8, func(d []byte) []byte { return append(d, title...) })
	})
	dst = padLeft(append(dst, ' '), 5, func(d []byte) []byte { return strconv.AppendInt(d, int64(r.Length), 10) })
	dst = append(dst, ' ')
	s.say = s.say[:0]
	if speaker != nil && speaker.Summary != nil {
		s.say = speaker.Summary(s.say, s.view)
	}
	dst = appendPrintable(dst, s.say)
	if r.Malformed != nil {
		dst = s.paint(dst, red, func(d []byte) []byte { return append(append(append(d, " [malformed "...), r.Malformed.Name...), ']') })
	}
	if r.Truncated {
		dst = s.paint(dst, yellow, func(d []byte) []byte { return append(d, " [cut by the capture]"...) })
	}
	return append(dst, '\n')
}

func protocolColor(r *engine.Record, p *dissect.Protocol) string {
	const flagSYN, flagRST = 2, 4
	switch {
	case r.Malformed != nil:
		return red
	case p == nil:
		return dim
	case p.Application:
		return green
	case r.Core.TCPFlags&flagRST != 0:
		return red
	case r.Core.TCPFlags&flagSYN != 0:
		return bold
	}
	return cyan
}

func (s *summaryLine) paint(dst []byte, color string, f func([]byte) []byte) []byte {
	if !s.color {
		return f(dst)
	}
	return append(f(append(dst, color...)), reset...)
}

// appendSeconds appends nanoseconds as seconds with six decimals.
func appendSeconds(dst []byte, ns int64) []byte {
	if ns < 0 {
		dst, ns = append(dst, '-'), -ns
	}
	us := ns / 1000
	dst = strconv.AppendInt(dst, us/1e6, 10)
	dst = append(dst, '.')
	for div := int64(1e5); div > 0; div /= 10 {
		dst = append(dst, byte('0'+us/div%10))
	}
	return dst
}

func appendEndpoint(dst []byte, e *dissect.Endpoint) []byte {
	if e.Addr.IsValid() {
		return e.Addr.AppendTo(dst)
	}
	for i, c := range e.MAC[:e.MACLen] {
		if i > 0 {
			dst = append(dst, ':')
		}
		const hex = "0123456789abcdef"
		dst = append(dst, hex[c>>4], hex[c&15])
	}
	return dst
}

// appendPrintable appends text from packets so that it can do a terminal no harm: control characters and broken UTF-8 become dots, and it
// ends after maxSay bytes.
func appendPrintable(dst, text []byte) []byte {
	cut := len(text) > maxSay
	text = text[:min(len(text), maxSay)]
	for len(text) > 0 {
		c, n := utf8.DecodeRune(text)
		if c == utf8.RuneError && n <= 1 || !unicode.IsPrint(c) {
			dst = append(dst, '.')
		} else {
			dst = append(dst, text[:n]...)
		}
		text = text[n:]
	}
	if cut {
		dst = append(dst, "…"...)
	}
	return dst
}

func padRight(dst []byte, width int, f func([]byte) []byte) []byte {
	from := len(dst)
	dst = f(dst)
	for n := len(dst) - from; n < width; n++ {
		dst = append(dst, ' ')
	}
	return dst
}

func padLeft(dst []byte, width int, f func([]byte) []byte) []byte {
	var buf [32]byte
	text := f(buf[:0])
	for n := len(text); n < width; n++ {
		dst = append(dst, ' ')
	}
	return append(dst, text...)
}
