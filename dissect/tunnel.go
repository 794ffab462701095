// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"strconv"

	"github.com/espbeat/espbeat/field"
)

// Tunnel says that what follows is a packet within a packet; key is the tunnel's identity (VNI, GRE key, session), which keeps flows of
// tenants with equal addresses apart. It reports false when packets are nested too deep.
func (p *Packet) Tunnel(key uint64) bool {
	if p.tunnels >= MaxTunnels {
		return false
	}
	p.tunnels++
	if !p.Options.Wireshark { // whose conversations know no tunnels
		p.tunnelKey = p.tunnelKey*0x9e3779b97f4a7c15 + key + 1
	}
	return true
}

// TunnelKey identifies the tunnels around the bytes at hand, 0 outside any.
func (p *Packet) TunnelKey() uint64 { return p.tunnelKey }

// TunnelType notes the kind of a tunnel that the packet comes through.
func (p *Packet) TunnelType(kind field.Str) { p.Out.Const(field.TunnelType, kind) }

// TunnelID notes what tells the tunnel apart from others of its kind.
func (p *Packet) TunnelID(id uint64) {
	var b [20]byte
	p.Out.Text(field.TunnelID, strconv.AppendUint(b[:0], id, 10))
}
