// SPDX-License-Identifier: Apache-2.0

package imap

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/imf"
	"github.com/espbeat/espbeat/field"
)

// state is a connection's.
type state struct {
	server int // its direction
	dir    [2]direction
	// login is that of AUTHENTICATE while it waits for its tagged response.
	login     common.SASL
	loggingIn bool
}

// direction is where one direction's stream stands.
type direction struct {
	// literal is what is left of one, bytes, which is a message or not.
	literal   uint64
	isMessage bool
	message   imf.Message
	// continues is set when the next line is the rest of one with a literal.
	continues bool
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		_, rest := common.Word(data)
		word, _ := common.Word(rest)
		s = &state{server: common.Server(p, c, data[0] == '*' || status(word) != "")}
		c.AppState = s
	}
	done := 0
	for done < len(data) {
		n := s.step(p, c, data[done:])
		if n == 0 {
			break
		}
		done += n
	}
	return done
}

// step takes a line or a piece of a literal off the front, and returns how many bytes it took, 0 for more.
func (s *state) step(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	d := &s.dir[p.Direction]
	if d.literal > 0 {
		return d.octets(p, data)
	}
	if common.StartTLS(p, c, data) {
		return 0
	}
	line, n := common.Line(p, data)
	if n == 0 || !imf.Layer(p, Protocol) {
		return n
	}
	whole := !d.continues
	d.begin(line)
	switch {
	case !whole || len(line) == 0:
	case p.Direction == s.server:
		s.response(p, c, line)
	default:
		s.command(p, c, line)
	}
	return n
}

// begin notes the literal that follows the line, if one does: {length}, {length+} or {length-} (RFC 9051, 4.3; RFC 7888).
func (d *direction) begin(line []byte) {
	d.continues = false
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || line[len(line)-1] != '}' {
		return
	}
	digits := bytes.TrimRight(line[open+1:len(line)-1], "+-")
	if len(digits) == 0 || len(digits) > 10 {
		return
	}
	size := uint64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return
		}
		size = size*10 + uint64(c-'0')
	}
	d.literal, d.continues, d.isMessage = size, true, isMessage(bytes.ToUpper(line[:open]))
}

// isMessage tells from the line before a literal whether that begins a message: an APPEND, or the whole or the head that a FETCH asked for.
func isMessage(line []byte) bool {
	_, rest := common.Word(line)
	if bytes.HasPrefix(rest, []byte("APPEND ")) {
		return true
	}
	line = bytes.TrimSuffix(bytes.TrimRight(line, " ~"), []byte("<0>"))
	if bytes.HasSuffix(line, []byte("RFC822")) || bytes.HasSuffix(line, []byte("RFC822.HEADER")) {
		return true
	}
	section := bytes.LastIndex(line, []byte("BODY["))
	if section < 0 || line[len(line)-1] != ']' {
		return false
	}
	section += len("BODY[")
	return line[section] == ']' || bytes.HasPrefix(line[section:], []byte("HEADER"))
}

// octets takes a piece of a literal.
func (d *direction) octets(p *dissect.Packet, data []byte) int {
	n := len(data)
	if uint64(n) > d.literal {
		n = int(d.literal) //nolint:gosec // smaller than n
	}
	ended := uint64(n) == d.literal
	switch {
	case d.isMessage:
		if !d.message.Chunk(p, Protocol, data[:n], ended) {
			return 0
		}
		if ended {
			d.message.End(p)
		}
	case !imf.Layer(p, Protocol):
		return n
	}
	p.Out.Uint(fLiteral, uint64(n))
	d.literal -= uint64(n)
	return n
}

func (s *state) command(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	tag, rest := common.Word(line)
	if len(rest) == 0 && !bytes.EqualFold(line, []byte("DONE")) { // no command has no tag, but the end of IDLE
		p.Out.Text(fSecret, line)
		if s.loggingIn {
			s.login.Response(p, line)
		}
		return
	}
	p.Message(Protocol)
	if len(rest) == 0 {
		p.Out.Text(fRequest, line)
		p.Out.Text(fCommand, line)
		return
	}
	word, arguments := common.Word(rest)
	common.Request(p, c, key(tag))
	secret := 0 // bytes at the end of line
	var b [16]byte
	switch string(common.Upper(&b, word)) {
	case "LOGIN":
		var user []byte
		user, arguments = token(arguments)
		if len(user) > 0 && user[0] != '{' {
			common.User(p.Out, user)
		}
		secret = len(arguments)
	case "AUTHENTICATE":
		var mechanism []byte
		mechanism, arguments = common.Word(arguments)
		s.login, s.loggingIn = common.NewSASL(mechanism), true
		if secret = len(arguments); secret > 0 {
			s.login.Response(p, arguments)
		}
	case "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "STATUS", "APPEND", "GETACL", "SETACL", "GETQUOTAROOT":
		if folder, _ := token(arguments); len(folder) > 0 {
			p.Out.Text(fFolder, folder)
		}
	}
	p.Out.Text(fTag, tag)
	p.Out.Text(fCommand, word)
	s.write(p, line, secret)
}

// write writes the line of a command whose last secret bytes are a secret.
func (s *state) write(p *dissect.Packet, line []byte, secret int) {
	if secret == 0 || p.Out.Reveal {
		p.Out.Text(fRequest, line)
	} else {
		var b [512]byte
		p.Out.Text(fRequest, append(append(b[:0], line[:len(line)-secret]...), field.Redacted...))
	}
	if secret > 0 {
		p.Out.Text(fSecret, line[len(line)-secret:])
	}
}

// token takes an atom or a quoted string off the front (RFC 9051, 4.1 and 4.3), without its quotes.
func token(b []byte) (t, rest []byte) {
	if len(b) == 0 || b[0] != '"' {
		return common.Word(b)
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[1:i], bytes.TrimPrefix(b[i+1:], []byte(" "))
		}
	}
	return b[1:], nil
}

func (s *state) response(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	tag, rest := common.Word(line)
	word, _ := common.Word(rest)
	state := status(word)
	if state != "" {
		p.Out.String(fStatus, state)
	}
	switch {
	case string(tag) == "+":
	case string(tag) == "*":
		p.Message(Protocol)
	case state != "":
		p.Message(Protocol)
		p.Out.Text(fTagged, tag)
		common.Response(p, c, key(tag))
		s.loggingIn = false
	default:
		return // no response, such as what is left of a line that was too long
	}
	if _, data := common.Word(rest); bytes.HasPrefix(data, []byte("FETCH ")) { // quoted strings of it may be a body
		quote := bytes.IndexByte(line, '"')
		if quote >= 0 {
			line = line[:quote]
		}
	}
	p.Out.Text(fAnswer, line)
}

// key is what a command and its response have in common: their tag, hashed (FNV-1a).
func key(tag []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range tag {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
