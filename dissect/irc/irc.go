// SPDX-License-Identifier: Apache-2.0

// Package irc dissects Internet Relay Chat (RFC 2812) over TCP:
//
//	NICK alice                                 client
//	:irc.example.com 001 alice :Welcome        server
//
// The lines of a packet are one layer. With Options.Wireshark a line that goes on in the next packet is taken for two, as tshark does. Limits: 256 lines listed of a
// packet. Not decoded: what is said and passwords, which are never indexed; parameters other than targets and names; tags (IRCv3), CTCP.
package irc

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	maxListed  = 256
	maxCommand = 64
)

// Protocol is IRC.
var Protocol = &dissect.Protocol{
	Name: "irc", Title: "IRC", Reference: "RFC 2812", Application: true,
	TCPPorts: []uint16{6667, 57000},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields    = field.Group("irc")
	fRequest  = fields.Add("request_command", field.Keyword, "irc.request.command", "Commands of the client")
	fResponse = fields.Add("response_command", field.Keyword, "irc.response.command", "Commands and numbers of the server", field.Rare)
	fTarget   = fields.Add("target", field.Keyword, "", "Channels and users that commands are for")
	fNick     = fields.Add("nick", field.Keyword, "", "Nickname that the client takes")
)

// targets are commands whose first parameter is a channel or a user.
var targets = map[string]bool{"JOIN": true, "PART": true, "PRIVMSG": true, "NOTICE": true, "MODE": true, "TOPIC": true, "KICK": true, "INVITE": true, "WHO": true, "WHOIS": true, "NAMES": true}

// commands are those that a connection may begin with.
var commands = map[string]bool{"NICK": true, "USER": true, "PASS": true, "CAP": true, "NOTICE": true, "PING": true, "PONG": true, "ERROR": true, "JOIN": true, "PART": true, "PRIVMSG": true, "MODE": true, "QUIT": true, "WHO": true, "SERVER": true}

// guess takes how clients register, and the first line of a server.
func guess(b []byte) bool {
	line, rest, ok := bytes.Cut(b[:min(len(b), 1024)], []byte("\n"))
	if !ok {
		return false
	}
	switch {
	case bytes.HasPrefix(line, []byte("NICK ")):
		return bytes.HasPrefix(rest, []byte("USER "))
	case bytes.HasPrefix(line, []byte("CAP LS")), bytes.HasPrefix(line, []byte("NOTICE AUTH :")):
		return true
	case len(line) == 0 || line[0] != ':':
		return false
	}
	_, after := common.Word(line)
	return bytes.HasPrefix(after, []byte("NOTICE ")) || bytes.HasPrefix(after, []byte("001 "))
}

// accept takes a command, with or without who sends it.
func accept(b []byte) bool {
	if len(b) > 0 && b[0] == ':' {
		from, _ := common.Word(b)
		return len(from) > 1 && bytes.IndexByte(from, '\n') < 0
	}
	return common.Opens(b, commands) && (len(b) == 0 || b[0] > '9')
}

// state is a connection's.
type state struct{ server int }

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	s, ok := c.AppState.(*state)
	if !ok {
		if len(data) == 0 {
			return 0
		}
		if !accept(data) || common.Elsewhere(p, Protocol) {
			return dissect.Reject
		}
		s = &state{server: common.Server(p, c, data[0] == ':' || slices.Contains(Protocol.TCPPorts, p.Core.Source.Port))}
		c.AppState = s
	}
	done, listed := 0, 0
	for done < len(data) {
		line, n := common.Line(p, data[done:])
		if n == 0 && p.Options.Wireshark {
			line, n = data[done:], len(data)-done
		}
		if n == 0 || p.Top() != Protocol && !p.Push(Protocol) {
			break
		}
		done += n
		if listed++; listed > maxListed {
			p.Out.Cut = true
			continue
		}
		p.Message(Protocol)
		s.line(p, line)
	}
	return done
}

// line reads a command behind who sends it.
func (s *state) line(p *dissect.Packet, line []byte) {
	if len(line) > 0 && line[0] == ':' {
		_, line = common.Word(line)
	}
	command, rest := common.Word(bytes.TrimLeft(line, " "))
	if len(command) == 0 || len(command) > maxCommand {
		return
	}
	o := p.Out
	var b [16]byte
	name := string(common.Upper(&b, command))
	parameter, _ := common.Word(rest)
	parameter = bytes.TrimPrefix(parameter, []byte(":"))
	if len(parameter) > 0 && targets[name] {
		o.Text(fTarget, parameter)
	}
	if p.Direction == s.server {
		o.Text(fResponse, command)
		return
	}
	o.Text(fRequest, command)
	switch {
	case len(parameter) == 0:
	case name == "NICK":
		o.Text(fNick, parameter)
	case name == "USER":
		common.User(o, parameter)
	}
}

// summary reads "Request: NICK, USER" or "Response: 001, 002".
func summary(dst []byte, v dissect.View) []byte {
	for _, side := range [...]struct {
		lead string
		id   field.ID
	}{{"Request: ", fRequest}, {"Response: ", fResponse}} {
		n := 0
		v.All(side.id, func(command []byte) {
			switch n++; {
			case n == 1:
				dst = append(append(dst, side.lead...), command...)
			case n <= 8:
				dst = append(append(dst, ", "...), command...)
			case n == 9:
				dst = append(dst, ", …"...)
			}
		})
	}
	return dst
}
