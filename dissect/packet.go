// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"net/netip"

	"github.com/espbeat/espbeat/field"
)

// Bounds of one packet.
const (
	// MaxLayers bounds the layers of one packet; headers beyond are left undissected. Real stacks have fewer than 20 layers. 32 Ethernet
	// pseudowires within each other, of which captures exist that probe for a bound, have 129; Wireshark's bound is 500.
	MaxLayers = 160
	// MaxTunnels bounds how often a packet may carry a packet. Pseudowires over MPLS do not count: nothing that spans packets is
	// kept of them, so that MaxLayers suffices.
	MaxTunnels = 16
	// MaxVLANs bounds the tags that are remembered for the ECS fields; all tags have vlan.* fields.
	MaxVLANs = 4
)

// Options say how to dissect.
type Options struct {
	// Wireshark follows what tshark 4.0's defaults do where espbeat's own way differs (espbeat.dissect.compat).
	Wireshark bool
	// Checksums verifies checksums (espbeat.dissect.checksums).
	Checksums bool
	// HeadersOnly stops after the transport layer: application protocols are not called, and streams pass over their bytes. Tunnels are
	// opened all the same, and what is known of flows stays right.
	HeadersOnly bool
}

// Endpoint is one side of the innermost headers.
type Endpoint struct {
	Addr netip.Addr
	Port uint16
	MAC  [8]byte
	// MACLen is the length of MAC in bytes, 0 when there is none.
	MACLen uint8
}

// Core is what the ECS fields of a packet are made of: the innermost headers. It holds no pointer into packet bytes.
type Core struct {
	Source, Destination Endpoint
	// IPVersion is 4, 6 or 0.
	IPVersion uint8
	// IPProtocol is IANA's number of what the innermost IP header carries, after IPv6 extension headers; valid when IPVersion is not 0.
	IPProtocol uint8
	// Ports is set when Source.Port and Destination.Port are.
	Ports bool
	// TCPFlags are those of the innermost TCP header; valid when IPProtocol is TCP and Ports is set.
	TCPFlags uint8
	// EtherType of the innermost link header, 0 when unknown.
	EtherType uint16
	VLANs     [MaxVLANs]uint16
	VLANCount uint8
	// Networks counts IP headers, Transports TCP, UDP, … headers, Links Ethernet headers.
	Networks, Transports, Links uint8
	// Application is the protocol of the message that the packet carries or completes, or of its flow, nil when unknown.
	Application *Protocol
	// Messages counts application messages in the packet.
	Messages int
	// ICMPType and ICMPCode stand for ports in the community ID of ICMP and ICMPv6.
	ICMPType, ICMPCode uint8
	HasICMP            bool
	// Headline is what Wireshark's Protocol column says of the innermost layer with a summary, where that is not its Title (TLSv1.2); 0 where it is.
	Headline field.Str
}

// Packet is one packet while it is dissected. It is reused from packet to packet.
type Packet struct {
	Number   uint64
	Time     int64 // nanoseconds since the epoch
	Length   int   // bytes on the wire
	LinkType uint32
	Registry *Registry
	Options  *Options
	State    State
	Out      *field.Buffer

	Core Core
	// Layers are those found so far, outermost first.
	Layers [MaxLayers]*Protocol
	Depth  int

	// QuotedFrom is the index in Layers of the first layer that the packet only quotes (an ICMP error); 0 when it quotes none.
	QuotedFrom int

	// ChecksumOffload is set when the sender's network card was still to write the checksum of a transport layer: a wrong one says nothing.
	ChecksumOffload bool
	// Truncated is set when a layer's bytes were cut by the capture.
	Truncated bool
	// Malformed is the layer whose bytes contradict themselves, nil for a sound packet.
	Malformed *Protocol
	// Unnamed is set when nobody dissects some of the packet's bytes: no protocol has their link type, EtherType, number or port, or knows their
	// stream by its first bytes. That a protocol of theirs does not look into all it carries is not meant, nor what a quote has.
	Unnamed bool
	// Payload is what the innermost TCP or UDP header carries, else what the innermost IP header does; not that of a packet that is quoted. It is
	// valid until the next packet.
	Payload []byte
	// Conversation is the innermost one, nil when the packet has none.
	Conversation *Conversation
	// Direction is the packet's in Conversation: 0 from the initiator as far as known, 1 to it.
	Direction int
	// Quoted is set while the bytes at hand are a fragment that was not reassembled, or a quote in an ICMP error:
	// what they carry belongs to no stream.
	Quoted bool
	// InQuote is set in an ICMP error's quote only, where Core describes the packet that is quoted.
	InQuote bool
	// Reassembled is set while the bytes at hand come from several packets.
	Reassembled bool

	tunnels   int
	tunnelKey uint64
	passed    Passed
}

// Passed is what Core forgets of the outer headers. Only Wireshark's community ID looks at it.
type Passed struct {
	// IPv4Protocol is the protocol number of the outermost IPv4 header, 0 without one.
	IPv4Protocol uint8
	// Transport is the protocol number of the last header with ports, and these ports; 0 without one.
	Transport        uint8
	SrcPort, DstPort uint16
	// SrcIP and DstIP are the innermost IP header's own addresses, which options and routing headers replace in Core.
	SrcIP, DstIP netip.Addr
}

// Begin prepares p for a new packet.
func (p *Packet) Begin() {
	p.Core = Core{}
	p.Depth, p.QuotedFrom, p.tunnels, p.tunnelKey, p.passed = 0, 0, 0, 0, Passed{}
	p.Truncated, p.Malformed, p.Unnamed, p.Payload, p.Conversation, p.Direction = false, nil, false, nil, nil, 0
	p.Quoted, p.InQuote, p.Reassembled = false, false, false
}

// Push records a layer. It reports false when the packet has too many.
func (p *Packet) Push(proto *Protocol) bool {
	if p.Depth >= MaxLayers {
		return false
	}
	p.Layers[p.Depth] = proto
	p.Depth++
	if proto.Summary != nil {
		p.Core.Headline = 0
	}
	return true
}

// Insert puts a layer before the one at that index; what the summary is about stays. It reports false when the packet has too many.
func (p *Packet) Insert(at int, proto *Protocol) bool {
	if p.Depth >= MaxLayers {
		return false
	}
	copy(p.Layers[at+1:p.Depth+1], p.Layers[at:p.Depth])
	p.Layers[at] = proto
	p.Depth++
	return true
}

// Pop takes back the last Push, of a layer that turned out to be something else.
func (p *Packet) Pop() { p.Depth-- }

// Top is the innermost layer so far, nil before the first.
func (p *Packet) Top() *Protocol {
	if p.Depth == 0 {
		return nil
	}
	return p.Layers[p.Depth-1]
}

// Call hands b to proto as the next layer; nil does nothing, nor does an application with Options.HeadersOnly. An empty b calls nothing
// either: there is no layer without a byte.
func (p *Packet) Call(proto *Protocol, b []byte, wire int) {
	if proto == nil {
		p.Unnamed = p.Unnamed || wire > 0 && !p.InQuote
		return
	}
	if wire <= 0 || p.Options.HeadersOnly && proto.Application {
		return
	}
	if len(b) == 0 {
		p.Truncated = true
		return
	}
	if p.Push(proto) {
		proto.Dissect(p, b[:len(b):len(b)], wire)
	}
}

// Need reports whether b has the n bytes that the current layer cannot do without. If not, the layer is truncated when the
// wire had them, else malformed.
func (p *Packet) Need(b []byte, wire, n int) bool {
	if len(b) >= n {
		return true
	}
	if wire >= n {
		p.Truncated = true
	} else {
		p.Bad()
	}
	return false
}

// Bad marks the current layer as malformed.
func (p *Packet) Bad() {
	if p.Malformed == nil {
		p.Malformed = p.Top()
	}
}

// Message notes an application message of proto.
func (p *Packet) Message(proto *Protocol) {
	p.Core.Application = proto
	p.Core.Messages++
}

// SetMAC notes the link addresses of the innermost link header; nil leaves a side empty.
func (p *Packet) SetMAC(src, dst []byte) {
	p.Core.Source.MACLen = uint8(copy(p.Core.Source.MAC[:], src))
	p.Core.Destination.MACLen = uint8(copy(p.Core.Destination.MAC[:], dst))
	p.Core.Links++
}

// AddVLAN notes a VLAN id, outer first.
func (p *Packet) AddVLAN(id uint16) {
	if int(p.Core.VLANCount) < MaxVLANs {
		p.Core.VLANs[p.Core.VLANCount] = id
		p.Core.VLANCount++
	}
}

// SetIP notes the addresses of an IP header, of 4 or 16 bytes each; what an outer transport header said no longer holds.
func (p *Packet) SetIP(version uint8, src, dst []byte, proto uint8) {
	c := &p.Core
	c.IPVersion, c.IPProtocol = version, proto
	c.Source.Addr, _ = netip.AddrFromSlice(src)
	c.Destination.Addr, _ = netip.AddrFromSlice(dst)
	c.Ports, c.HasICMP, c.TCPFlags = false, false, 0
	c.Source.Port, c.Destination.Port = 0, 0
	c.Networks++
	p.Conversation = nil
	p.passed.SrcIP, p.passed.DstIP = c.Source.Addr, c.Destination.Addr
	if version == 4 && p.passed.IPv4Protocol == 0 {
		p.passed.IPv4Protocol = proto
	}
}

// SetPorts notes the ports of a transport header.
func (p *Packet) SetPorts(src, dst uint16) {
	p.Core.Source.Port, p.Core.Destination.Port, p.Core.Ports = src, dst, true
	p.Core.Transports++
	p.passed.Transport, p.passed.SrcPort, p.passed.DstPort = p.Core.IPProtocol, src, dst
}

// Unpassed takes the last transport header out of Passed: Wireshark gives up on it before it knows its ports.
func (p *Packet) Unpassed() { p.passed.Transport = 0 }

// Passed is what the packet passed through.
func (p *Packet) Passed() Passed { return p.passed }
