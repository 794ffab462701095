// SPDX-License-Identifier: Apache-2.0

// Package nntp dissects the Network News Transfer Protocol (RFC 3977) over TCP:
//
//	200 news.example.com ready        server
//	GROUP comp.lang.go                client
//	211 3 1 3 comp.lang.go
//
// The lines of a packet are one layer. Articles and lists, which a line of a single dot ends, are counted and never indexed. After STARTTLS (RFC 4642) the
// conversation is handed over to TLS. Limits: lines of 64 KiB. Not decoded: articles, compression (RFC 8054), feeds by CHECK and TAKETHIS.
package nntp

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is NNTP.
var Protocol = &dissect.Protocol{
	Name: "nntp", Title: "NNTP", Reference: "RFC 3977", Application: true,
	TCPPorts:  []uint16{119},
	AcceptTCP: func(b []byte) bool { return common.Opens(b, commands) },
	Summary:   summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields     = field.Group("nntp")
	fRequest   = fields.Add("request", field.Bool, "nntp.request", "The packet is the client's", field.Rare, field.Detail)
	fCommand   = fields.Add("command", field.Keyword, "", "Commands")
	fParameter = fields.Add("parameter", field.Keyword, "", "What follows each command, such as the name of a group")
	fCode      = fields.Add("response_code", field.Uint16, "", "Code of each response", field.Rare)
	fText      = fields.Add("response_text", field.Keyword, "", "Text of each response", field.Rare, field.Detail)
	fSecret    = fields.Add("password", field.Keyword, "", "Password of AUTHINFO", field.Secret)
	fData      = fields.Add("data_length", field.Uint32, "", "Bytes of articles and lists in the packet", field.Rare, field.Detail)
)

// commands are those of RFC 3977 and its extensions.
var commands = map[string]bool{"ARTICLE": true, "AUTHINFO": true, "BODY": true, "CAPABILITIES": true, "CHECK": true, "DATE": true, "GROUP": true, "HDR": true, "HEAD": true, "HELP": true, "IHAVE": true, "LAST": true, "LIST": true,
	"LISTGROUP": true, "MODE": true, "NEWGROUPS": true, "NEWNEWS": true, "NEXT": true, "OVER": true, "POST": true, "QUIT": true, "SLAVE": true, "STARTTLS": true, "STAT": true, "TAKETHIS": true, "XHDR": true, "XOVER": true}

// long are responses that lines up to a dot follow (RFC 3977, 3.2).
var long = map[uint64]bool{100: true, 101: true, 215: true, 220: true, 221: true, 222: true, 224: true, 225: true, 230: true, 231: true}

// state is a connection's.
type state struct {
	server int
	// data says which directions are within an article or a list.
	data [2]bool
	// list is set while the answer to LISTGROUP is awaited, whose code others have without a list.
	list bool
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !common.Opens(data, commands) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{server: common.Server(p, c, data[0] >= '0' && data[0] <= '9')}
		c.AppState = s
	}
	done, counted := 0, 0
	for done < len(data) {
		if common.StartTLS(p, c, data[done:]) {
			break
		}
		line, n := common.Line(p, data[done:])
		if n == 0 {
			break
		}
		if p.Top() != Protocol {
			if !p.Push(Protocol) {
				return len(data)
			}
			p.Message(Protocol)
			if p.Direction != s.server {
				p.Out.Bool(fRequest, true)
			}
		}
		done += n
		switch {
		case s.data[p.Direction]:
			counted += n
			s.data[p.Direction] = string(line) != "."
		case p.Direction == s.server:
			s.response(p, c, line)
		default:
			s.command(p, c, line)
		}
	}
	if counted > 0 {
		p.Out.Uint(fData, uint64(counted)) //nolint:gosec // not negative
	}
	return done
}

func (s *state) command(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	word, rest := common.Word(line)
	var b [16]byte
	name := string(common.Upper(&b, word))
	if !commands[name] {
		return // may be a secret
	}
	common.Request(p, c, 0)
	s.list = name == "LISTGROUP"
	p.Out.Text(fCommand, word)
	if name == "AUTHINFO" { // RFC 4643: USER and PASS, or SASL
		kind, value := common.Word(rest)
		if bytes.EqualFold(kind, []byte("USER")) {
			common.User(p.Out, value)
		} else if len(value) > 0 {
			p.Out.Text(fSecret, value)
		}
		rest = kind
	}
	if len(rest) > 0 {
		p.Out.Text(fParameter, rest)
	}
}

func (s *state) response(p *dissect.Packet, c *dissect.Conversation, line []byte) {
	r, ok := common.ParseReply(line)
	if !ok {
		return
	}
	common.Response(p, c, 0)
	p.Out.Uint(fCode, r.Code)
	if len(r.Text) > 0 {
		p.Out.Text(fText, r.Text)
	}
	switch {
	case long[r.Code], r.Code == 211 && s.list:
		s.data[s.server] = true
	case r.Code == 340 || r.Code == 335: // an article is wanted
		s.data[1-s.server] = true
	}
}

// summary reads "Request: GROUP comp.lang.go" or "Response: 211 3 1 3 comp.lang.go".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	if _, ok := v.Text(dst, fCommand); ok {
		dst = common.Lines(append(dst, "Request: "...), v, fCommand, fParameter)
	}
	if _, ok := v.Text(dst, fCode); ok {
		dst = common.Lines(append(dst, "Response: "...), v, fCode, fText)
	}
	if size, ok := v.Uint(fData); ok {
		if len(dst) > begin {
			dst = append(dst, " | "...)
		}
		dst = append(strconv.AppendUint(append(dst, "Data, "...), size, 10), " bytes"...)
	}
	return dst
}
