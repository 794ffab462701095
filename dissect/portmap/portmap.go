// SPDX-License-Identifier: Apache-2.0

// Package portmap dissects what ONC RPC's port mapper (RFC 1833) is asked and answers.
//
//	GETPORT, SET, UNSET of version 2: program 4, version 4, protocol 4, port 4; GETPORT answers a port, the others a truth value
//	GETADDR, SET, UNSET of versions 3 and 4: program 4, version 4, network, address, owner; GETADDR answers an address a.b.c.d.p.q
//	CALLIT: program 4, version 4, procedure 4, arguments; DUMP answers with all mappings
//
// A port that it gives out is where RPC is expected next. Limits: 64 mappings of a DUMP. Not decoded: what CALLIT carries, the statistics of version 4.
package portmap

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rpc"
	"github.com/espbeat/espbeat/field"
)

// Protocol is the port mapper, also called rpcbind.
var Protocol = &dissect.Protocol{
	Name: "portmap", Title: "Portmap", Reference: "RFC 1833", Application: true,
	Summary: summary,
}

func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("portmap")
	fProgram  = fields.Add("prog", field.Uint32, "portmap.prog", "Program that the port mapper is asked for, or tells of")
	fVersion  = fields.Add("version", field.Uint32, "portmap.version", "Version of that program", field.Rare, field.Detail)
	fProtocol = fields.Add("proto", field.Uint32, "portmap.proto", "Transport of that program: 6 TCP, 17 UDP", field.Rare, field.Detail)
	fPort     = fields.Add("port", field.Uint32, "portmap.port", "Port of that program, 0 when it has none")
	fAddress  = fields.Add("uaddr", field.Keyword, "portmap.uaddr", "Address of that program as versions 3 and 4 have it: a.b.c.d, and the port as p.q", field.Rare)
)

// Procedures.
const (
	procNull  = 0
	procSet   = 1
	procUnset = 2
	procGet   = 3
	procDump  = 4
	procCall  = 5
	version2  = 2
	// maxText bounds the texts of an address, bytes.
	maxText     = 256
	maxMappings = 64
	// lifetime is how long what was asked for may take to be called.
	lifetime = 5 * time.Minute
)

// IP protocols.
const (
	protoTCP = 6
	protoUDP = 17
)

// decode takes back its layer when the procedure has no arguments or results.
func decode(p *dissect.Packet, b []byte, wire int) {
	m := rpc.Current(p)
	if m == nil || wire == 0 || m.Procedure == procNull || m.Procedure == procDump && !m.Reply {
		p.Pop()
		return
	}
	c := common.Read(p, b, wire)
	switch {
	case m.Procedure == procDump:
		for n := 0; n < maxMappings && c.More() && c.U32() == 1; n++ {
			mapping(&c, m.Version)
		}
	case m.Procedure == procCall && !m.Reply:
		c.Uint32(fProgram)
		c.Uint32(fVersion)
	case m.Procedure == procCall && m.Version == version2:
		c.Uint32(fPort)
	case m.Procedure == procCall:
		address(&c)
	case m.Procedure > procCall:
	case !m.Reply:
		if transport := mapping(&c, m.Version); m.Procedure == procGet && !c.Failed {
			m.Memo = transport
		}
	case m.Procedure == procGet && m.Version == version2:
		expect(p, m, c.Uint32(fPort))
	case m.Procedure == procGet:
		expect(p, m, address(&c))
	}
}

// mapping dissects a program and where it is, and returns its transport, 0 for one other than TCP and UDP.
func mapping(c *common.Cursor, version uint32) uint8 {
	c.Uint32(fProgram)
	c.Uint32(fVersion)
	if version == version2 {
		transport := c.Uint32(fProtocol)
		if port := c.U32(); port != 0 {
			c.P.Out.Uint(fPort, uint64(port))
		}
		if transport == protoTCP || transport == protoUDP {
			return uint8(transport)
		}
		return 0
	}
	network := string(c.Opaque(maxText))
	address(c)
	c.Opaque(maxText) // the owner
	switch {
	case strings.HasPrefix(network, "tcp"):
		return protoTCP
	case strings.HasPrefix(network, "udp"):
		return protoUDP
	}
	return 0
}

// address dissects a universal address, and returns its port, 0 when it has none.
func address(c *common.Cursor) uint32 {
	text := c.Opaque(maxText)
	if len(text) == 0 {
		return 0
	}
	c.P.Out.Text(fAddress, text)
	parts := strings.Split(string(text), ".")
	if len(parts) < 3 {
		return 0
	}
	high, err := strconv.ParseUint(parts[len(parts)-2], 10, 8)
	low, err2 := strconv.ParseUint(parts[len(parts)-1], 10, 8)
	if err != nil || err2 != nil {
		return 0
	}
	port := uint32(high<<8 | low) //nolint:gosec // 8 bits each
	c.P.Out.Uint(fPort, uint64(port))
	return port
}

// expect announces that RPC will be spoken at the port that was asked for.
func expect(p *dissect.Packet, m *rpc.Call, port uint32) {
	transport, _ := m.Memo.(uint8)
	server := p.Core.Source.Addr
	if transport == 0 || port == 0 || port > 0xffff || !server.IsValid() {
		return
	}
	p.State.Expect(p, dissect.Expectation{Transport: transport, At: netip.AddrPortFrom(server, uint16(port)), App: rpc.Protocol, Lifetime: lifetime})
}

// summary reads "V2 GETPORT Call program 100003", "V2 GETPORT Reply port 2049".
func summary(dst []byte, v dissect.View) []byte {
	dst = rpc.Summary(dst, v)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{" program ", fProgram}, {" V", fVersion}, {" port ", fPort}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}
