// SPDX-License-Identifier: Apache-2.0

// Package telnet dissects Telnet (RFC 854): the commands between the characters, and the options that they negotiate (RFC 855).
//
//	255 | 251 WILL, 252 WON'T, 253 DO, 254 DON'T | option
//	255 | 250 SB | option | parameters | 255 | 240 SE
//
// The layer stands in every packet of the connection, as in Wireshark. Characters are counted and never indexed: they hold what is typed, passwords among it.
// Limits: 256 commands listed of a packet. Not decoded: the parameters of options, TN3270 and TN5250.
package telnet

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxListed bounds the commands that are listed of a packet.
const maxListed = 256

// Commands (RFC 854).
const (
	se   = 240
	sb   = 250
	will = 251
	dont = 254
	iac  = 255
)

// Protocol is Telnet.
var Protocol = &dissect.Protocol{
	Name: "telnet", Title: "TELNET", Reference: "RFC 854", Application: true,
	TCPPorts: []uint16{23},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields   = field.Group("telnet")
	fCommand = fields.Add("cmd", field.Uint8, "telnet.cmd", "Commands: 240 end of parameters, 241 to 249 NOP, mark, break, interrupt, abort, are you there, erase, go ahead; 250 parameters, 251 will, 252 won't, 253 do, 254 don't")
	fOption  = fields.Add("option", field.Uint8, "", "Options that are negotiated: 0 binary, 1 echo, 3 no go ahead, 24 terminal type, 31 window size, 32 speed, 37 authentication, 39 environment", field.Rare)
	fData    = fields.Add("data_length", field.Uint32, "", "Characters in the packet", field.Rare)
)

// guess takes two negotiations of options that there are.
func guess(b []byte) bool { return len(b) >= 6 && negotiation(b) && negotiation(b[3:]) }

func negotiation(b []byte) bool {
	const lastOption = 49
	return b[0] == iac && b[1] >= will && b[1] <= dont && b[2] <= lastOption
}

// accept takes commands, and text that is not of a protocol that begins with text of its own.
func accept(b []byte) bool {
	if len(b) == 0 || bytes.HasPrefix(b, []byte("SSH-")) || bytes.Contains(b[:min(len(b), 256)], []byte(" HTTP/1.")) {
		return false
	}
	if b[0] == iac {
		return len(b) == 1 || b[1] >= se
	}
	const looked = 32
	for _, c := range b[:min(len(b), looked)] {
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' && c != '\b' && c != 0x1b && c != 0 && c != 7 {
			return false
		}
		if c == iac {
			return true
		}
	}
	return true
}

// phase is where a direction stands between commands.
type phase uint8

const (
	inText phase = iota
	inCommand
	inOption // of a negotiation, or of parameters
	inParameters
	inParametersCommand
)

// state is a connection's.
type state struct{ dir [2]direction }

type direction struct {
	phase   phase
	command byte
}

func stream(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	s, ok := c.AppState.(*state)
	if !ok {
		if !accept(data) {
			return dissect.Reject
		}
		s = &state{}
		c.AppState = s
	}
	if !p.Push(Protocol) {
		return len(data)
	}
	p.Message(Protocol)
	d := &s.dir[p.Direction]
	listed, text := 0, 0
	for _, b := range data {
		switch d.phase {
		case inText:
			if b == iac {
				d.phase = inCommand
			} else {
				text++
			}
		case inCommand, inParametersCommand:
			if b == iac { // the byte 255 itself
				if d.phase--; d.phase == inText {
					text++
				}
				continue
			}
			if listed++; listed <= maxListed {
				p.Out.Uint(fCommand, uint64(b))
			} else {
				p.Out.Cut = true
			}
			d.phase, d.command = inText, b
			if b >= sb {
				d.phase = inOption
			}
		case inOption:
			if listed <= maxListed {
				p.Out.Uint(fOption, uint64(b))
			}
			d.phase = inText
			if d.command == sb {
				d.phase = inParameters
			}
		case inParameters:
			if b == iac {
				d.phase = inParametersCommand
			}
		}
	}
	if text > 0 {
		p.Out.Uint(fData, uint64(text)) //nolint:gosec // not negative
	}
	return len(data)
}

var names = map[string]string{"240": "Suboption End", "241": "NOP", "242": "Data Mark", "243": "Break", "244": "Interrupt Process", "245": "Abort Output", "246": "Are You There", "247": "Erase Character", "248": "Erase Line", "249": "Go Ahead",
	"250": "Suboption", "251": "Will", "252": "Won't", "253": "Do", "254": "Don't"}

// summary reads "Do, Will, Will" or "Telnet Data, 37 bytes".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	n := 0
	v.All(fCommand, func(c []byte) {
		if n++; n > 8 {
			return
		}
		if n > 1 {
			dst = append(dst, ", "...)
		}
		if name := names[string(c)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Command "...), c...)
		}
	})
	if n > 8 {
		dst = append(dst, ", …"...)
	}
	if size, ok := v.Uint(fData); ok {
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		dst = append(strconv.AppendUint(append(dst, "Telnet Data, "...), size, 10), " bytes"...)
	}
	return dst
}
