// SPDX-License-Identifier: Apache-2.0

package dashboards

// PacketsID is the dashboard that the others' tables lead to.
const PacketsID = "packets"

// packets lists packets as Wireshark does, with what leads to all of a conversation.
func packets() Dashboard {
	return Dashboard{
		ID: PacketsID, Title: "Packets",
		Description: "Packets as Wireshark lists them. A click on a conversation or a community ID leaves its packets.",
		Controls: []Control{{"packet.protocol", "Protocol"}, {"source.ip", "Source"}, {"destination.ip", "Destination"}, {"destination.port", "Destination port"},
			{"flow.id", "Conversation"}, {"network.community_id", "Community ID"}},
		Rows: []Row{
			row(9, of("over-time", "Packets over time by protocol", 48, Bars, nil, Top("Protocol", "packet.protocol", 10), OverTime(), Count("Packets"))),
			row(16, of("conversations", "Conversations: filter for one to list its packets", 48, Table, nil,
				append([]Column{Top("Conversation", "flow.id", 20), Last("Community ID", "network.community_id")},
					conversation(Count("Packets"), Sum("Bytes", "network.bytes", Bytes))...)...)),
			list(PacketsID, "Packets"),
		},
	}
}

// Searches are the saved searches: lists of packets, and of what else espbeat writes.
func Searches() []Search {
	common := []string{"packet.number", "source.ip", "source.port", "destination.ip", "destination.port", "packet.protocol", "network.bytes"}
	with := func(more ...string) []string { return append(append([]string{}, common...), more...) }
	return []Search{
		{ID: PacketsID, Title: "Packets", Description: "Packets in the order of time, with Wireshark's columns.", Of: Packet, Ascending: true,
			Fields: with("tcp.flags.names", "flow.id", "network.community_id")},
		{ID: "tcp-trouble", Title: "TCP trouble", Description: "Segments that TCP analysis has something to say of.", Of: Packet, Where: Has("tcp.analysis.flags"), Ascending: true,
			Fields: with("tcp.analysis.flags", "tcp.seq", "tcp.ack", "tcp.len", "flow.id")},
		{ID: "dns", Title: "DNS", Description: "DNS queries and answers.", Of: Packet, Where: Has("dns.type"),
			Fields: []string{"source.ip", "destination.ip", "dns.type", "dns.question.name", "dns.question.type", "dns.response_code", "dns.resolved_ip", "event.duration"}},
		{ID: "web", Title: "Web", Description: "HTTP requests and responses.", Of: Packet, Where: Is("packet.layers", "http", "http2"),
			Fields: []string{"source.ip", "destination.ip", "http.request.method", "url.domain", "url.path", "http.response.status_code", "user_agent.original", "event.duration"}},
		{ID: "tls", Title: "TLS handshakes", Description: "Hellos and certificates.", Of: Packet, Where: Is("tls.handshake.type", "1", "2", "11"),
			Fields: []string{"source.ip", "destination.ip", "tls.client.server_name", "tls.version", "tls.cipher", "tls.server.x509.subject.common_name", "tls.client.ja4", "tls.server.ja3s"}},
		{ID: "malformed", Title: "Malformed packets", Description: "Packets whose bytes contradict themselves.", Of: Packet, Where: Has("packet.malformed"),
			Fields: with("packet.malformed", "packet.layers")},
		{ID: "losses", Title: "Losses", Description: "Where packets of a live interface were lost.", Of: Gap,
			Fields: []string{"host.name", "observer.ingress.interface.name", "event.start", "event.end", "packet.lost.kernel", "packet.lost.pool"}},
	}
}
