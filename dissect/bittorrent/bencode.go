// SPDX-License-Identifier: Apache-2.0

package bittorrent

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxDepth bounds lists and dictionaries in each other; those of the protocols have three levels.
	maxDepth = 8
	maxItems = 1024
	// maxDigits bounds the digits of a length.
	maxDigits = 6
)

// Bencode is the layer of bencoded data (BEP 3) in a message.
var Bencode = &dissect.Protocol{
	Name: "bencode", Title: "BENCODE", Reference: "BEP 3",
	Dissect: func(p *dissect.Packet, b []byte, wire int) {
		if items := maxItems; span(b, 0, &items) < 0 {
			if len(b) < wire {
				p.Truncated = true
			} else {
				p.Bad()
			}
		}
	},
}

// span is how long the value at the front of b is, bytes, -1 when it is none or does not end.
func span(b []byte, depth int, items *int) int {
	if *items--; len(b) == 0 || *items < 0 || depth > maxDepth {
		return -1
	}
	switch c := b[0]; {
	case c == 'i':
		if end := bytes.IndexByte(b, 'e'); end > 1 {
			return end + 1
		}
		return -1
	case c == 'l' || c == 'd':
		at := 1
		for at < len(b) && b[at] != 'e' {
			n := span(b[at:], depth+1, items)
			if n < 0 {
				return -1
			}
			at += n
		}
		if at == len(b) {
			return -1
		}
		return at + 1
	}
	_, n := text(b)
	return n
}

// text is the string at the front of b, and how long it is with its length, -1 when there is none.
func text(b []byte) (s []byte, n int) {
	colon := bytes.IndexByte(b[:min(len(b), maxDigits+1)], ':')
	if colon <= 0 {
		return nil, -1
	}
	size := 0
	for _, c := range b[:colon] {
		if c < '0' || c > '9' {
			return nil, -1
		}
		size = 10*size + int(c-'0')
	}
	n = colon + 1 + size
	if n > len(b) {
		return nil, -1
	}
	return b[colon+1 : n : n], n
}

// entries calls f with each key and value of the dictionary at the front of b, as far as it is sound, and reports whether it is to its end.
func entries(b []byte, f func(key string, value []byte)) bool {
	if len(b) == 0 || b[0] != 'd' {
		return false
	}
	items := maxItems
	for at := 1; at < len(b); {
		if b[at] == 'e' {
			return true
		}
		key, n := text(b[at:])
		if n < 0 {
			return false
		}
		at += n
		n = span(b[at:], 1, &items)
		if n < 0 {
			return false
		}
		f(string(key), b[at:at+n:at+n])
		at += n
	}
	return false
}

// integer is the number that v is.
func integer(v []byte) (int64, bool) {
	const longest = 22
	if len(v) < 3 || len(v) > longest || v[0] != 'i' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v[1:len(v)-1]), 10, 64)
	return n, err == nil
}
