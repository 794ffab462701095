// SPDX-License-Identifier: Apache-2.0

package memcache

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// maxWords bounds the words of a line that are looked at.
const maxWords = 256

// text is a line of the text protocol.
type text struct {
	line  []byte
	words [][]byte
	// size is the length of the value behind the line, -1 without one.
	size int64
}

// sizeAt is which word of a request says how long the value behind it is; of a response it is responseSizeAt.
var (
	sizeAt         = map[string]int{"set": 4, "add": 4, "replace": 4, "append": 4, "prepend": 4, "cas": 4, "ms": 2}
	responseSizeAt = map[string]int{"VALUE": 3, "VA": 1}
)

// parse cuts the line into words, and returns how many bytes of a value follow it, with the CRLF behind them.
func (t *text) parse(response bool) int {
	const crlf = 2
	t.size = -1
	for rest := t.line; len(t.words) < maxWords; {
		rest = bytes.TrimLeft(rest, " ")
		if len(rest) == 0 {
			break
		}
		var word []byte
		word, rest = common.Word(rest)
		t.words = append(t.words, word)
	}
	table := sizeAt
	if response {
		table = responseSizeAt
	}
	n, ok := t.number(table[string(t.word(0))])
	if !ok || table[string(t.word(0))] == 0 || n > 1<<30 {
		return 0
	}
	t.size = int64(n) //nolint:gosec // bounded
	return int(n) + crlf
}

func (t *text) word(i int) []byte {
	if i < len(t.words) {
		return t.words[i]
	}
	return nil
}

func (t *text) number(i int) (uint64, bool) {
	n, err := strconv.ParseUint(string(t.word(i)[:min(len(t.word(i)), 20)]), 10, 64)
	return n, err == nil
}

// stores reports whether b starts with a command that stores a value, whose form nothing else has.
func stores(b []byte) bool {
	line, _, ok := bytes.Cut(b[:min(len(b), maxKey+64)], []byte("\r\n"))
	if !ok {
		return false
	}
	t := text{line: line}
	t.parse(false)
	if sizeAt[string(t.word(0))] != 4 || len(t.words) < 5 || len(t.words) > 7 || t.size < 0 {
		return false
	}
	_, flags := t.number(2)
	_, expires := strconv.ParseInt(string(t.words[3]), 10, 64)
	return flags && expires == nil
}

// request takes a command.
func request(p *dissect.Packet, c *dissect.Conversation, t *text) {
	o := p.Out
	p.Message(Protocol)
	o.Text(fCommand, t.word(0))
	keys, quiet := t.words[1:1], bytes.Equal(t.words[len(t.words)-1], []byte("noreply"))
	switch string(t.word(0)) {
	case "get", "gets":
		keys = t.words[1:]
	case "gat", "gats":
		keys = t.words[min(2, len(t.words)):]
	case "set", "add", "replace", "append", "prepend", "cas":
		keys = t.words[1:min(2, len(t.words))]
		if n, ok := t.number(2); ok && n <= 1<<32-1 {
			o.Uint(fFlags, n)
		}
		if n, err := strconv.ParseInt(string(t.word(3)), 10, 64); err == nil {
			o.Int(fExpires, n)
		}
	case "delete", "incr", "decr", "touch":
		keys = t.words[1:min(2, len(t.words))]
	case "mg", "ms", "md", "ma", "me":
		keys = t.words[1:min(2, len(t.words))]
		for _, flag := range t.words[min(2, len(t.words)):] {
			quiet = quiet || flag[0] == 'q'
		}
	case "quit":
		quiet = true
	}
	for _, key := range keys {
		o.Text(fKey, key)
	}
	if t.size >= 0 {
		o.Int(fValue, t.size)
	}
	if quiet {
		o.Bool(fNoReply, true)
	} else {
		common.Request(p, c, 0)
	}
}

// response takes a line of a response.
func (s *state) response(p *dissect.Packet, c *dissect.Conversation, t *text) {
	o := p.Out
	first := !s.within
	if first {
		p.Message(Protocol)
		common.Response(p, c, 0)
	}
	word := string(t.word(0))
	s.within = word == "VALUE" || word == "STAT"
	switch word {
	case "STAT":
		if p.Options.Wireshark { // which takes it for a command
			o.Text(fCommand, t.word(0))
			return
		}
		if !first {
			return
		}
	case "CLIENT_ERROR", "SERVER_ERROR":
		if _, rest := common.Word(t.line); len(rest) > 0 {
			o.Text(fError, rest)
		}
	case "VALUE":
		if len(t.words) > 1 {
			o.Text(fKey, t.words[1])
		}
		if n, ok := t.number(2); ok && n <= 1<<32-1 {
			o.Uint(fFlags, n)
		}
	}
	if t.size >= 0 {
		o.Int(fValue, t.size)
	}
	o.Text(fResponse, t.word(0))
}
