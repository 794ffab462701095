// SPDX-License-Identifier: Apache-2.0

package capture

// Link types that are a network header without a link layer.
const (
	linkIPv4 LinkType = 228
	linkIPv6 LinkType = 229
)

// Network returns the EtherType of the packet's network layer and the bytes from there on, behind up to four VLAN tags. An EtherType
// below 1536 is the length of an IEEE 802.3 frame, whose bytes begin with LLC; 0 is a link layer that this does not know.
func (p *Packet) Network() (etherType uint16, b []byte) {
	if p.LinkType == linkIPv4 || p.LinkType == linkIPv6 {
		return ipEtherType(p.Data)
	}
	return networkOf(p.Data, p.LinkType)
}
