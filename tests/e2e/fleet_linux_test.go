// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tests/internal/fleetpackage"
)

// What the Fleet package makes of a policy is an input that captures.
func TestFleetPolicyCaptures(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"defaults": {"interfaces": []any{"lo"}},
		"variables": {"interfaces": []any{"l[no]"}, "exclude_interfaces": []any{"eth*", "it's: #1"}, "filter": "udp or\ntcp", "wait_for_interfaces": true, "snaplen": 2048,
			"promiscuous": false, "engine": "af_packet", "buffer_size": "4MiB", "buffer_time": "100ms", "fanout": 1, "shedding_enabled": true,
			"dedup_window": "0s", "tags": []any{"fleet: #1"}, "fields": "zone: it's", "processors": "- add_labels.labels.site: lab"},
	} {
		t.Run(name, func(t *testing.T) {
			namespace(t)
			s := es.NewSink(t, es.SinkOptions{})
			p := cmdline{args: []string{"-c", policy(t, set, s.URL)}}.start(t)
			capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
			x := send(t)
			x.arrives(t, s)
			p.signal(os.Interrupt)
			p.wait().exits(0)
			docs := shippedDocs(t, s)
			x.check(t, docs)
			if name == "defaults" {
				return
			}
			for _, d := range docs {
				if !hasText("tags", "fleet: #1")(d) || !hasText("fields.zone", "it's")(d) || !hasText("labels.site", "lab")(d) {
					t.Fatalf("tags %v, fields %v, labels %v", d.at("tags"), d.at("fields"), d.at("labels"))
				}
			}
		})
	}
}

// policy is a configuration with the package's packet stream as its input.
func policy(t *testing.T, set map[string]any, url string) string {
	t.Helper()
	stream, err := fleetpackage.Open("packet")
	if err != nil {
		t.Fatal(err)
	}
	input, err := stream.Render(fleetpackage.Kibanas[len(fleetpackage.Kibanas)-1], set)
	if err != nil {
		t.Fatal(err)
	}
	input["type"] = "live"
	text, err := yaml.Marshal(map[string]any{
		"espbeat.inputs":             []any{input},
		"output.elasticsearch.hosts": []string{url},
		"logging.to_stderr":          true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return write(t, t.TempDir(), "espbeat.yml", string(text))
}
