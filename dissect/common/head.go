// SPDX-License-Identifier: Apache-2.0

package common

import "bytes"

// MaxHead bounds the head of a message of a text protocol, bytes.
const MaxHead = 64 << 10

// HeadEnd is where the head of a message ends, behind the empty line (RFC 822, 3.1), -1 while that is yet to come.
func HeadEnd(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return -1
		}
		line := bytes.TrimSuffix(b[at:at+i], []byte("\r"))
		if at += i + 1; len(line) == 0 {
			return at
		}
	}
}

// Headers calls f with the first line of a head, and with the name and the value of each header behind it. Folded lines, which continue a value, are left out.
func Headers(head []byte, f func(name, value []byte)) (first []byte) {
	first, rest, _ := bytes.Cut(head, []byte("\n"))
	for n := 0; len(rest) > 0 && n < MaxItems; n++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && len(name) > 0 && name[0] != ' ' && name[0] != '\t' {
			f(bytes.TrimSpace(name), bytes.TrimSpace(value))
		}
	}
	return bytes.TrimSuffix(first, []byte("\r"))
}

// Number is the decimal number at the front of b, of at most 18 digits, and whether there is one.
func Number(b []byte) (n int64, ok bool) {
	const longest = 18
	for i, c := range b {
		if c < '0' || c > '9' || i == longest {
			return n, i > 0 && i < longest
		}
		n = 10*n + int64(c-'0')
	}
	return n, len(b) > 0
}
