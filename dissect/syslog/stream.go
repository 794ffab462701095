// SPDX-License-Identifier: Apache-2.0

package syslog

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
)

// maxMessage bounds a message over TCP, bytes; receivers take far less.
const maxMessage = 64 << 10

// guessStream recognises a stream by its first message.
func guessStream(data []byte) bool {
	if n, digits := counted(data); n > 0 {
		data = data[digits:]
	}
	return guess(data)
}

// acceptStream says what may be a stream on syslog's ports: one that begins with a priority.
func acceptStream(data []byte) bool {
	if n, digits := counted(data); n > 0 {
		data = data[digits:]
	}
	_, _, ok := priority(data)
	return ok
}

// counted is the length of the message at the front of data and how many bytes say it, where it is counted (RFC 6587, 3.4.1): digits and a space. n is 0
// when it is not, -1 when that is not known yet.
func counted(data []byte) (n, digits int) {
	const maxDigits = 5
	for i, c := range data[:min(len(data), maxDigits+1)] {
		switch {
		case c == ' ' && i > 0:
			return n, i + 1
		case c < '0' || c > '9' || i == 0 && c == '0' || i == maxDigits:
			return 0, 0
		}
		n = 10*n + int(c-'0')
	}
	return -1, 0
}

// stream takes a message off the front, counted or ended by a line feed (RFC 6587, 3.4.2). With the end of the stream ends the last message, too.
func stream(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
	const flagFIN = 1
	n, digits := counted(data)
	end := digits + n
	switch {
	case n < 0 && len(data) > 0:
		return 0
	case n > maxMessage:
		return dissect.Reject
	case n > 0 && len(data) < end:
		return 0
	case n <= 0:
		at := bytes.IndexByte(data[:min(len(data), maxMessage)], '\n')
		switch {
		case at >= 0:
			n, end = at, at+1
		case len(data) >= maxMessage:
			return dissect.Reject
		case p.Core.TCPFlags&flagFIN != 0:
			n, end = len(data), len(data)
		default:
			return 0
		}
	}
	if message := data[digits : digits+n : digits+n]; len(bytes.TrimSpace(message)) > 0 && p.Push(Protocol) {
		decode(p, message, len(message))
	}
	return end
}
