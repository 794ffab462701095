// SPDX-License-Identifier: Apache-2.0

package dashboards

// tcp is about the health of connections, by Wireshark's TCP analysis.
func tcp() Dashboard {
	segments := Is("network.transport", "tcp")
	flag := func(names ...string) Filter { return segments.And(Is("tcp.analysis.flags", names...)) }
	flagged := segments.And(Has("tcp.analysis.flags"))
	handshakes := segments.And(Has("flow.handshake_rtt"))
	return Dashboard{
		ID: "tcp", Title: "TCP health",
		Description: "Retransmissions, losses, full windows and round-trip times, as Wireshark's TCP analysis finds them.",
		Controls:    []Control{host, {"source.ip", "Source"}, {"destination.ip", "Destination"}, {"tcp.analysis.flags", "Finding"}, {"network.protocol", "Application"}},
		Rows: []Row{
			row(5,
				number("connections", 8, segments, Unique("Connections", "flow.id")),
				number("segments", 8, segments, Count("Segments")),
				number("retransmissions", 8, flag("retransmission"), Count("Retransmissions")),
				number("lost", 8, flag("lost_segment"), Count("Segments not seen")),
				number("zero-windows", 8, flag("zero_window", "window_full"), Count("Zero or full windows")),
				number("handshake", 8, handshakes, Median("Median handshake", "flow.handshake_rtt", Nanoseconds), Percentile("95th percentile", "flow.handshake_rtt", 95, Nanoseconds))),
			row(13,
				of("findings-over-time", "What TCP analysis finds", 24, Bars, flagged, Top("Finding", "tcp.analysis.flags", 12), OverTime(), Count("Segments")),
				of("rtt-over-time", "Time to the acknowledgement", 24, Lines, segments.And(Has("tcp.analysis.rtt")), OverTime(),
					Median("Median", "tcp.analysis.rtt", Nanoseconds), Percentile("95th percentile", "tcp.analysis.rtt", 95, Nanoseconds))),
			row(15,
				of("troubled", "Conversations with most retransmissions", 30, Table, flag("retransmission"),
					Top("Conversation", "flow.id", 10), Last("Source", "source.ip"), Last("Destination", "destination.ip"), Count("Retransmissions"),
					Sum("Bytes sent again", "tcp.len", Bytes), Median("Median wait", "tcp.analysis.rto", Nanoseconds)),
				of("findings", "Findings", 18, Ranking, flagged, Top("Finding", "tcp.analysis.flags", 15), Count("Segments"))),
			row(15,
				of("handshakes", "Servers by time of the handshake", 26, Table, handshakes,
					Top("Server", "server.ip", 12), Top("Port", "server.port", 2), Percentile("95th percentile", "flow.handshake_rtt", 95, Nanoseconds),
					Median("Median", "flow.handshake_rtt", Nanoseconds), Count("Handshakes")),
				of("refused", "Who resets", 22, Table, segments.And(Is("tcp.flags.names", "rst")),
					Top("Source", "source.ip", 10), Top("Port", "source.port", 2), Count("Resets"), Unique("Connections", "flow.id"))),
			row(13,
				of("openings", "Connections opened, ended and refused", 24, Lines, segments, OverTime(),
					Count("Opened").Of(Is("event.type", "start")), Count("Ended").Of(Is("event.type", "end")), Count("Refused").Of(Is("event.type", "denied"))),
				of("windows", "Receivers that take no more", 24, Table, flag("zero_window"),
					Top("Receiver", "source.ip", 10), Last("Sender", "destination.ip"), Count("Zero windows"), Unique("Connections", "flow.id"))),
			list("tcp-trouble", "Segments that TCP analysis has something to say of"),
		},
	}
}
