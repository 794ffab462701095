// SPDX-License-Identifier: Apache-2.0

package dashboards

// overview says how much there is, of what, between whom, and whether any of it is missing.
func overview() Dashboard {
	return Dashboard{
		ID: "overview", Title: "Overview",
		Description: "Packets that espbeat captured: how many, of what, between whom, and whether any were lost.",
		Controls: []Control{host, {"observer.ingress.interface.name", "Interface"}, {"network.transport", "Transport"},
			{"packet.protocol", "Protocol"}, {"network.vlan.id", "VLAN"}},
		Rows: []Row{
			row(5,
				number("packets", 10, nil, Count("Packets")),
				number("bytes", 10, nil, Sum("Bytes on the wire", "network.bytes", Bytes)),
				number("conversations", 10, nil, Unique("Conversations", "flow.id")),
				number("addresses", 9, nil, Unique("Source addresses", "source.ip")),
				Gap.about(number("lost", 9, nil, Sum("Lost by the kernel", "packet.lost.kernel", Plain), Sum("for want of memory", "packet.lost.pool", Plain)))),
			row(13,
				of("over-time", "Packets over time by protocol", 32, Bars, nil, Top("Protocol", "packet.protocol", 10), OverTime(), Count("Packets")),
				of("transports", "Transports", 16, Donut, nil, Top("Transport", "network.transport", 8), Count("Packets"))),
			row(13,
				of("bytes-over-time", "Bytes over time by transport", 24, Bars, nil,
					Top("Transport", "network.transport", 6), OverTime(), Sum("Bytes", "network.bytes", Bytes)),
				of("protocols", "Protocols by bytes", 24, Ranking, nil, Top("Protocol", "packet.protocol", 12), Sum("Bytes", "network.bytes", Bytes))),
			row(16,
				of("talkers", "Who sends to whom", 28, Table, Has("source.ip"),
					Top("Source", "source.ip", 10), Top("Destination", "destination.ip", 3), Sum("Bytes", "network.bytes", Bytes), Count("Packets"),
					Unique("Conversations", "flow.id")),
				of("services", "Services", 20, Table, Has("server.port"),
					Top("Server port", "server.port", 15), Last("Application", "network.protocol"), Sum("Bytes", "network.bytes", Bytes), Unique("Servers", "server.ip"))),
			row(14,
				of("conversations-by-bytes", "Largest conversations", 48, Table, nil,
					append([]Column{Top("Conversation", "flow.id", 10)}, conversation(Sum("Bytes", "network.bytes", Bytes), Count("Packets"))...)...)),
		},
	}
}
