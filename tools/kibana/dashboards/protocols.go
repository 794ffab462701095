// SPDX-License-Identifier: Apache-2.0

package dashboards

// protocols is about everything that is spoken, what it travels in, and what is broken.
func protocols() Dashboard {
	tunnelled, fragments := Has("tunnel.type"), Has("ip.fragments.count")
	return Dashboard{
		ID: "protocols", Title: "Protocols and tunnels",
		Description: "Layers of the packets, tunnels and VLANs, errors that ICMP tells of, and packets that are broken or cut.",
		Controls: []Control{host, {"packet.layers", "Layer"}, {"packet.protocol", "Protocol"}, {"tunnel.type", "Tunnel"}, {"tunnel.id", "Tunnel ID"},
			{"network.vlan.id", "VLAN"}},
		Rows: []Row{
			row(5,
				number("protocols", 10, nil, Unique("Protocols", "packet.protocol")),
				number("layers", 10, nil, Unique("Layers", "packet.layers")),
				number("tunnelled", 10, tunnelled, Count("Packets in tunnels")),
				number("malformed-packets", 9, Has("packet.malformed"), Count("Malformed packets")),
				number("truncated", 9, Is("packet.truncated", "true"), Count("Cut by the capture"))),
			row(16,
				of("by-protocol", "Protocols", 26, Table, nil,
					Top("Protocol", "packet.protocol", 20), Count("Packets"), Sum("Bytes", "network.bytes", Bytes), Unique("Conversations", "flow.id")),
				of("by-layer", "Layers", 22, Ranking, nil, Top("Layer", "packet.layers", 20), Count("Packets"))),
			row(13,
				of("tunnels-over-time", "Tunnelled packets over time", 24, Bars, tunnelled, Top("Tunnel", "tunnel.type", 10), OverTime(), Count("Packets")),
				of("tunnels", "Tunnels", 24, Table, tunnelled, Top("Tunnel", "tunnel.type", 8), Top("ID", "tunnel.id", 3), Count("Packets"), Sum("Bytes", "network.bytes", Bytes))),
			row(13,
				of("vlans", "VLANs", 16, Ranking, Has("network.vlan.id"), Top("VLAN", "network.vlan.id", 12), Count("Packets")),
				of("versions", "IP versions", 16, Donut, Has("network.type"), Top("Version", "network.type", 4), Count("Packets")),
				of("broken", "Malformed layers", 16, Ranking, Has("packet.malformed"), Top("Layer", "packet.malformed", 12), Count("Packets"))),
			row(13,
				of("icmp", "ICMP types and codes", 20, Table, Has("icmp.type"), Top("Type", "icmp.type", 8), Top("Code", "icmp.code", 3), Count("Messages")),
				of("icmp-errors", "What ICMP errors are about", 28, Table, Has("icmp.original.destination.ip"),
					Top("Destination", "icmp.original.destination.ip", 8), Top("Port", "icmp.original.destination.port", 2), Last("Said by", "source.ip"), Count("Errors"))),
			row(13,
				of("arp", "Who has which address (ARP)", 24, Table, Has("arp.src.proto_ipv4"),
					Top("Address", "arp.src.proto_ipv4", 12), Top("MAC", "arp.src.hw_mac", 2), Count("Messages")),
				of("fragments", "Fragmented datagrams", 24, Table, fragments,
					Top("Source", "source.ip", 8), Last("Destination", "destination.ip"), Count("Datagrams"), Max("Most fragments", "ip.fragments.count", Plain))),
			list("malformed", "Malformed packets"),
		},
	}
}
