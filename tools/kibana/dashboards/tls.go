// SPDX-License-Identifier: Apache-2.0

package dashboards

// tls is about encrypted conversations: what is said before encryption begins, and who says it.
func tls() Dashboard {
	client, server := Has("tls.client.ja4"), Has("tls.version")
	certificate := Has("tls.server.x509.subject.common_name")
	return Dashboard{
		ID: "tls", Title: "TLS and fingerprints",
		Description: "Handshakes of TLS, QUIC and SSH: versions, names, certificates, and the fingerprints of those who speak.",
		Controls: []Control{host, {"tls.client.server_name", "Server name"}, {"tls.version", "Version"}, {"tls.client.ja4", "JA4"}, {"tls.client.ja3", "JA3"},
			{"tls.server.ja3s", "JA3S"}},
		Rows: []Row{
			row(5,
				number("clients", 10, client, Count("Client hellos")),
				number("servers", 10, server, Count("Server hellos")),
				number("resumed", 9, server, Count("Sessions resumed").Of(Is("tls.resumed", "true"))),
				number("names", 9, Has("tls.client.server_name"), Unique("Server names", "tls.client.server_name")),
				number("alerts", 10, Has("tls.alert_message.desc"), Count("Alerts in the clear"))),
			row(13,
				of("versions-over-time", "Handshakes by version", 24, Bars, server, Top("Version", "tls.version", 6), OverTime(), Count("Server hellos")),
				of("ciphers", "Cipher suites chosen", 24, Ranking, Has("tls.cipher"), Top("Cipher suite", "tls.cipher", 12), Count("Server hellos"))),
			row(15,
				of("server-names", "Names of servers", 24, Table, Has("tls.client.server_name"),
					Top("Server name", "tls.client.server_name", 15), Count("Client hellos"), Unique("Clients", "source.ip"), Unique("Fingerprints", "tls.client.ja4")),
				of("fingerprints", "Fingerprints of clients", 24, Table, client,
					Top("JA4", "tls.client.ja4", 15), Last("JA3", "tls.client.ja3"), Count("Client hellos"), Unique("Clients", "source.ip"))),
			row(15,
				of("certificates", "Certificates", 30, Table, certificate,
					Top("Subject", "tls.server.x509.subject.common_name", 12), Last("Issuer", "tls.server.x509.issuer.common_name"), Count("Seen"),
					Last("Not after", "tls.server.x509.not_after")),
				of("alpn", "Protocols chosen (ALPN)", 18, Donut, Has("tls.next_protocol"), Top("Protocol", "tls.next_protocol", 8), Count("Server hellos"))),
			row(13,
				of("server-fingerprints", "Fingerprints of servers", 24, Table, Has("tls.server.ja3s"),
					Top("JA3S", "tls.server.ja3s", 10), Count("Server hellos"), Unique("Servers", "source.ip")),
				of("ssh", "Fingerprints of SSH (HASSH)", 24, Table, Has("ssh.kex.hassh"),
					Top("HASSH", "ssh.kex.hassh", 10), Count("Key exchanges"), Unique("Clients", "source.ip"))),
			row(12,
				of("ssh-software", "SSH software", 24, Table, Has("ssh.protocol"), Top("Identification", "ssh.protocol", 10), Count("Connections"), Unique("Hosts", "source.ip")),
				of("quic", "QUIC packets", 24, Bars, Has("quic.packet_type"), Top("Type", "quic.packet_type", 6), OverTime(), Count("Packets"))),
			list("tls", "Handshakes"),
		},
	}
}
