// SPDX-License-Identifier: Apache-2.0

package dashboards

// sensor is about espbeat itself: what the sensors see, whether they keep up, and what became of every packet. Documents of the ledger are written under
// Elastic Agent only, so the Beat's own dashboard has no row of them.
func sensor() Dashboard {
	ledger := func(counter string) string { return "espbeat.ledger." + counter }
	inputs, process := Has("espbeat.ledger.input"), Not(Has("espbeat.ledger.input"))
	return Dashboard{
		ID: "sensor", Title: "Sensor and ledger",
		Description: "What the sensors see, whether they keep up, and what became of every packet.",
		Controls:    []Control{host, {"observer.ingress.interface.name", "Interface"}, {"agent.build.original", "Version"}},
		Rows: []Row{
			row(5,
				number("sensors", 12, nil, Unique("Sensors", "host.name")),
				number("packets", 12, nil, Count("Packets stored"), Sum("bytes on the wire", "network.bytes", Bytes)),
				Gap.about(number("lost-kernel", 12, nil, Sum("Lost by the kernel", "packet.lost.kernel", Plain))),
				Gap.about(number("lost-pool", 12, nil, Sum("Lost for want of memory", "packet.lost.pool", Plain)))),
			row(13,
				of("by-sensor", "Packets by sensor", 24, Bars, nil, Top("Sensor", "host.name", 10), OverTime(), Count("Packets")),
				Gap.about(of("lost-over-time", "Packets lost over time", 24, Bars, nil, OverTime(), Sum("By the kernel", "packet.lost.kernel", Plain),
					Sum("For want of memory", "packet.lost.pool", Plain)))),
			row(9,
				of("interfaces", "Interfaces", 24, Table, nil,
					Each("Sensor", "host.name", 20), Top("Interface", "observer.ingress.interface.name", 10), Count("Packets"), Sum("Bytes", "network.bytes", Bytes)),
				Gap.about(of("lost-where", "Where packets were lost", 24, Table, nil,
					Top("Sensor", "host.name", 20), Top("Interface", "observer.ingress.interface.name", 5), Sum("By the kernel", "packet.lost.kernel", Plain),
					Sum("For want of memory", "packet.lost.pool", Plain), Count("Gaps")))),
			row(9,
				Ledger.about(of("ledger", "What became of the packets, since the start of espbeat", 48, Table, inputs,
					Each("Sensor", "host.name", 100), Each("Input", "espbeat.ledger.input", 10), Counter("Seen", ledger("seen")), Counter("Acknowledged", ledger("acknowledged")),
					Counter("In flight", ledger("in_flight")), Counter("Filtered", ledger("filtered")), Counter("Sampled", ledger("sampled")), Counter("Own", ledger("own")),
					Counter("Lost by the kernel", ledger("dropped.kernel")), Counter("Lost for want of memory", ledger("dropped.pool"))))),
			row(10,
				Ledger.about(of("output", "What the output did, since the start of espbeat", 24, Table, process,
					Each("Sensor", "host.name", 100), Counter("Stored", ledger("output.stored")), Counter("Duplicates", ledger("output.duplicate")),
					Counter("Rejected", ledger("output.rejected")), Counter("Dead letters", ledger("output.dead_letter")))),
				Ledger.about(of("flows-open", "Conversations that are remembered", 24, Lines, process,
					Top("Sensor", "host.name", 10), OverTime(), Max("Conversations", ledger("flow.open"), Plain)))),
			row(13,
				Flow.about(of("ends", "Why flows ended", 24, Bars, nil, Top("Reason", "flow.end_reason", 8), OverTime(), Count("Flows"))),
				of("incomplete", "Packets that are not whole", 24, Lines, nil, OverTime(),
					Count("Malformed").Of(Has("packet.malformed")), Count("Cut by the capture").Of(Is("packet.truncated", "true")),
					Count("Documents cut").Of(Is("packet.truncated_document", "true")), Count("Shed").Of(Has("packet.shedding.level")))),
			list("losses", "Losses"),
		},
	}
}
