// SPDX-License-Identifier: Apache-2.0

package dashboards

// web is about HTTP in the clear.
func web() Dashboard {
	messages := Is("packet.layers", "http", "http2") // not SSDP, which has the same fields
	requests, responses := messages.And(Has("http.request.method")), messages.And(Has("http.response.status_code"))
	status := func(from, below int) Filter { return messages.And(Between("http.response.status_code", from, below)) }
	timed := responses.And(Has("event.duration"))
	return Dashboard{
		ID: "web", Title: "Web",
		Description: "HTTP in the clear: requests, responses, how long they take and what fails.",
		Controls: []Control{host, {"url.domain", "Host"}, {"http.request.method", "Method"}, {"http.response.status_code", "Status"}, {"client.ip", "Client"},
			{"server.ip", "Server"}},
		Rows: []Row{
			row(5,
				number("requests", 10, requests, Count("Requests")),
				number("responses", 10, responses, Count("Responses")),
				number("client-errors", 9, status(400, 500), Count("Client errors (4xx)")),
				number("server-errors", 9, status(500, 600), Count("Server errors (5xx)")),
				number("time", 10, timed, Median("Median response time", "event.duration", Nanoseconds), Percentile("95th percentile", "event.duration", 95, Nanoseconds))),
			row(13,
				of("status-over-time", "Responses by status", 24, Bars, responses, Top("Status", "http.response.status_code", 10), OverTime(), Count("Responses")),
				of("time-over-time", "Response time", 24, Lines, timed, OverTime(), Median("Median", "event.duration", Nanoseconds),
					Percentile("95th percentile", "event.duration", 95, Nanoseconds))),
			row(16,
				of("hosts", "Hosts and paths", 30, Table, requests,
					Top("Host", "url.domain", 8), Top("Path", "url.path", 3), Count("Requests"), Unique("Clients", "source.ip")),
				of("methods", "Methods", 18, Donut, requests, Top("Method", "http.request.method", 8), Count("Requests"))),
			row(15,
				of("servers", "Servers by response time", 26, Table, timed,
					Top("Server", "source.ip", 12), Top("Port", "source.port", 2), Percentile("95th percentile", "event.duration", 95, Nanoseconds),
					Median("Median", "event.duration", Nanoseconds), Count("Responses"), Count("Errors").Of(status(400, 600))),
				of("agents", "User agents", 22, Table, requests.And(Has("user_agent.original")),
					Top("User agent", "user_agent.original", 12), Count("Requests"), Unique("Clients", "source.ip"))),
			row(13,
				of("content", "Types of content", 24, Ranking, responses.And(Has("http.content_type")), Top("Content type", "http.content_type", 12), Count("Responses")),
				of("versions", "Versions of HTTP", 24, Donut, messages.And(Has("http.version")), Top("Version", "http.version", 5), Count("Messages"))),
			list("web", "Requests and responses"),
		},
	}
}
