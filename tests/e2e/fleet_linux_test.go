// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"slices"
	"testing"

	"github.com/elastic/elastic-agent-client/v7/pkg/proto"

	"github.com/espbeat/espbeat/tests/internal/agentserver"
	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tests/internal/fleetpackage"
)

// What the Fleet package makes of a policy captures under an agent, in all of its data streams.
func TestFleetPolicyCaptures(t *testing.T) {
	for name, set := range map[string]settings{
		"defaults": {"interfaces": []any{"lo"}},
		"variables": {"interfaces": []any{"l[no]"}, "exclude_interfaces": []any{"eth*", "it's: #1"}, "filter": "udp or\ntcp", "display_filter": "ip.addr == \"127.0.0.1\" && !icmp", "wait_for_interfaces": false, "profile": "standard",
			"internal_networks": []any{"loopback"}, "snaplen": 2048, "promiscuous": false, "engine": "af_packet", "buffer_size": "4MiB", "buffer_time": "100ms", "fanout": 1,
			"shedding_enabled": true, "payload_bytes": 16, "dedup_window": "0s", "tags": []any{"fleet: #1"}, "fields": "zone: it's", "processors": "- add_labels.labels.site: lab"},
	} {
		t.Run(name, func(t *testing.T) {
			namespace(t)
			s := es.NewSink(t, es.SinkOptions{})
			a := agentserver.New(t)
			a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, s.URL))
			a.Set(unitOne, proto.UnitType_INPUT, agentserver.Input(t, "one", policy(t, set)...))
			p := managed(t, a)
			a.Wait(unitOne, proto.State_HEALTHY)
			capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
			x := send(t)
			docs := until(t, s, "logs-espbeat.packet-default", "all that was sent", x.complete)
			x.check(t, docs)
			if kept := slices.ContainsFunc(docs, has("packet.payload")); kept != (set["payload_bytes"] != nil) {
				t.Errorf("payload is kept: %v", kept)
			}
			until(t, s, "logs-espbeat.ledger-default", "the ledger", func(docs []document) bool { return len(docs) > 0 })
			p.signal(os.Interrupt)
			p.wait().exits(0)
			for _, stream := range []string{"packet", "flow", "ledger"} {
				mapped(t, stream, ofStream(t, s, "logs-espbeat."+stream+"-default"))
			}
			if name == "defaults" {
				return
			}
			for _, d := range docs {
				if !hasText("tags", "fleet: #1")(d) || !hasText("fields.zone", "it's")(d) || !hasText("labels.site", "lab")(d) || !hasText("network.direction", "internal")(d) {
					t.Fatalf("tags %v, fields %v, labels %v, direction %v", d.at("tags"), d.at("fields"), d.at("labels"), d.at("network.direction"))
				}
			}
		})
	}
}

// mapped fails the test unless the package maps every field of the documents of a data stream, those that the agent adds included.
func mapped(t *testing.T, stream string, docs []document) {
	t.Helper()
	b, err := builtPackage()
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) == 0 {
		t.Errorf("no document in the data stream %s", stream)
	}
	var plain []map[string]any
	for _, d := range docs {
		plain = append(plain, d)
	}
	if missing, err := b.Unmapped(stream, plain); err != nil || len(missing) > 0 {
		t.Errorf("%s does not map %v, %v", stream, missing, err)
	}
}

// policy is the streams that the package makes of variables of the packet stream; the ledger is reported each second.
func policy(t *testing.T, set settings) []settings {
	t.Helper()
	var list []settings
	for _, of := range []struct {
		stream string
		set    settings
	}{{"packet", set}, {"flow", nil}, {"ledger", settings{"period": "1s"}}} {
		stream, err := fleetpackage.Open(of.stream)
		if err != nil {
			t.Fatal(err)
		}
		made, err := stream.Render(fleetpackage.Kibanas[len(fleetpackage.Kibanas)-1], of.set)
		if err != nil {
			t.Fatal(err)
		}
		made["dataset"] = "espbeat." + of.stream
		list = append(list, made)
	}
	return list
}
