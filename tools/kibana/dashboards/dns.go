// SPDX-License-Identifier: Apache-2.0

package dashboards

// dns is about names that are asked for, what is answered, and how fast.
func dns() Dashboard {
	queries, answers := Is("dns.type", "query"), Is("dns.type", "answer")
	failed := answers.And(Not(Is("dns.response_code", "NOERROR")))
	timed := answers.And(Has("event.duration"))
	return Dashboard{
		ID: "dns", Title: "DNS",
		Description: "Names asked for, response codes and response times, of DNS, mDNS and LLMNR.",
		Controls: []Control{host, {"packet.protocol", "Protocol"}, {"dns.question.type", "Type"}, {"dns.response_code", "Response code"}, {"dns.question.name", "Name"},
			{"source.ip", "Source"}},
		Rows: []Row{
			row(5,
				number("queries", 10, queries, Count("Queries")),
				number("answers", 10, answers, Count("Answers")),
				number("names", 10, Has("dns.question.name"), Unique("Names", "dns.question.name")),
				number("failures", 9, failed, Count("Answers with an error")),
				number("time", 9, timed, Median("Median response time", "event.duration", Nanoseconds), Percentile("95th percentile", "event.duration", 95, Nanoseconds))),
			row(13,
				of("codes-over-time", "Answers by response code", 24, Bars, answers, Top("Response code", "dns.response_code", 8), OverTime(), Count("Answers")),
				of("time-over-time", "Response time", 24, Lines, timed, OverTime(), Median("Median", "event.duration", Nanoseconds),
					Percentile("95th percentile", "event.duration", 95, Nanoseconds))),
			row(15,
				of("top-names", "Names asked for most", 24, Table, queries,
					Top("Name", "dns.question.name", 15), Count("Queries"), Unique("Clients", "source.ip")),
				of("failed-names", "Names answered with an error", 24, Table, failed,
					Top("Name", "dns.question.name", 12), Top("Response code", "dns.response_code", 2), Count("Answers"), Unique("Clients", "destination.ip"))),
			row(14,
				of("types", "Types asked for", 16, Donut, queries, Top("Type", "dns.question.type", 10), Count("Queries")),
				of("servers", "Servers by response time", 32, Table, timed,
					Top("Server", "source.ip", 12), Percentile("95th percentile", "event.duration", 95, Nanoseconds), Median("Median", "event.duration", Nanoseconds), Count("Answers"))),
			row(14,
				of("clients", "Who asks", 24, Table, queries,
					Top("Client", "source.ip", 12), Count("Queries"), Unique("Names", "dns.question.name")),
				of("addresses", "Addresses in answers", 24, Table, answers.And(Has("dns.resolved_ip")),
					Top("Address", "dns.resolved_ip", 12), Last("Name", "dns.question.name"), Count("Answers"))),
			list("dns", "Queries and answers"),
		},
	}
}
