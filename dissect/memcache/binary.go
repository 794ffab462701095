// SPDX-License-Identifier: Apache-2.0

package memcache

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	headerLen     = 24
	magicRequest  = 0x80
	magicResponse = 0x81
	opSASLAuth    = 0x21
	lastOpcode    = 0x22
)

// commands are the names that the text protocol has for opcodes; k is with the key, q quietly.
var commands = [lastOpcode + 1]string{"get", "set", "add", "replace", "delete", "incr", "decr", "quit", "flush_all", "getq", "noop", "version", "getk", "getkq", "append", "prepend", "stats", "setq", "addq", "replaceq",
	"deleteq", "incrq", "decrq", "quitq", "flush_allq", "appendq", "prependq", "verbosity", "touch", "gat", "gatq", 0x20: "sasl_list", 0x21: "sasl_auth", 0x22: "sasl_step"}

// header is that of a message of the binary protocol.
type header struct {
	magic, opcode, extras, dataType byte
	key, status                     uint16
	body, opaque                    uint32
}

func parseHeader(b []byte) header {
	return header{b[0], b[1], b[4], b[5], binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])}
}

// soundHeader reports whether b starts with a header whose lengths may be.
func soundHeader(b []byte) bool {
	if len(b) < headerLen || b[0] != magicRequest && b[0] != magicResponse {
		return false
	}
	h := parseHeader(b)
	const maxExtras, maxStatus, maxBody = 20, 0x100, 128 << 20
	return int(h.opcode) < len(commands) && commands[h.opcode] != "" && h.dataType == 0 && h.key <= maxKey && h.extras <= maxExtras && h.extras%4 == 0 &&
		uint32(h.key)+uint32(h.extras) <= h.body && h.body <= maxBody && (h.magic == magicRequest || h.status < maxStatus)
}

// binary takes a message of the binary protocol off the front, and returns how many bytes it took, 0 for more.
func (s *state) binary(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
	if len(data) < headerLen {
		if p.Truncated {
			layer(p)
		}
		return 0
	}
	h := parseHeader(data)
	n := headerLen + int(h.body)
	if len(data) < n && n <= maxWait && !p.Truncated && !s.datagram {
		return 0
	}
	if !layer(p) {
		return n
	}
	p.Message(Protocol)
	h.write(p, data)
	m := common.Read(p, data[headerLen:min(n, len(data))], n-headerLen)
	m.Skip(int(h.extras))
	key := m.Bytes(int(h.key))
	if len(key) > 0 && !m.Failed {
		p.Out.Text(fKey, key)
	}
	if !m.Failed && m.Wire > 0 {
		p.Out.Int(fValue, int64(m.Wire))
		switch {
		case h.magic == magicResponse && h.status != 0:
			p.Out.Text(fError, m.B[:min(len(m.B), maxKey)])
		case h.magic == magicRequest && h.opcode == opSASLAuth && bytes.Equal(key, []byte("PLAIN")): // RFC 4616: the user is between the zero bytes
			if parts := bytes.SplitN(m.B, []byte{0}, 3); len(parts) == 3 {
				common.User(p.Out, parts[1])
			}
		}
	}
	if h.magic == magicRequest {
		common.Request(p, c, uint64(h.opaque))
	} else {
		common.Response(p, c, uint64(h.opaque))
	}
	return n
}

func (h *header) write(p *dissect.Packet, data []byte) {
	o := p.Out
	o.Uint(fOpcode, uint64(h.opcode))
	if int(h.opcode) < len(commands) && !p.Options.Wireshark && h.magic == magicRequest {
		o.String(fCommand, commands[h.opcode])
	}
	if h.magic == magicResponse {
		o.Uint(fStatus, uint64(h.status))
	}
	o.Uint(fOpaque, uint64(h.opaque))
	if cas := data[16:headerLen]; binary.BigEndian.Uint64(cas) != 0 {
		o.Bytes(fCAS, cas)
	}
}
