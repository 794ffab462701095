// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tests/internal/fleetpackage"
)

// custom are the component templates that docs/fleet-index.md gives, in its order.
func custom(t *testing.T) []map[string]any {
	t.Helper()
	page := read(t, filepath.Join(root(), "docs", "fleet-index.md"))
	var all []map[string]any
	for _, m := range regexp.MustCompile("(?s)```\nPUT _component_template/logs-espbeat.packet@custom\n(.*?)```").FindAllSubmatch(page, -1) {
		var c map[string]any
		if err := json.Unmarshal(m[1], &c); err != nil {
			t.Fatalf("docs/fleet-index.md: %v in %s", err, m[1])
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		t.Fatal("docs/fleet-index.md gives no component template")
	}
	return all
}

// builtPackage is the package as Kibana installs it, built once.
var builtPackage = sync.OnceValues(func() (*fleetpackage.Built, error) { return fleetpackage.Build(filepath.Join(scratch, "package")) })

// installed puts a data stream of the package on the server as Fleet does, with a component template of the user, and returns the name of a stream.
func installed(t *testing.T, s *es.Server, of string, user map[string]any) string {
	t.Helper()
	b, err := builtPackage()
	if err != nil {
		t.Fatal(err)
	}
	id := unique()
	name := "logs-espbeat." + of + "-" + id
	pipeline, err := b.Pipeline(of, id+"@custom")
	if err != nil {
		t.Fatal(err)
	}
	component, err := b.Component(of, id)
	if err != nil {
		t.Fatal(err)
	}
	template := map[string]any{"index_patterns": []string{name}, "priority": 300, "data_stream": map[string]any{}, "composed_of": []string{id + "@package", id + "@custom"}}
	for _, put := range []struct {
		path string
		body any
	}{
		{"/_ingest/pipeline/" + id, pipeline}, {"/_component_template/" + id + "@package", component}, {"/_component_template/" + id + "@custom", user},
		{"/_index_template/" + id, template},
	} {
		if status, answer := s.Do("PUT", put.path, put.body); status != 200 {
			t.Fatalf("PUT %s: %d: %v", put.path, status, answer)
		}
		t.Cleanup(func() { s.Do("DELETE", put.path, nil) })
	}
	t.Cleanup(func() { s.DeleteDataStream(name) })
	return name
}

// ship ships the demo into an index, which others have set up. The status is not 0 when a document is rejected.
func ship(t *testing.T, s *es.Server, index string) {
	t.Helper()
	dir := t.TempDir() // its own progress: another run has read the demo, too
	c := write(t, dir, "espbeat.yml", fmt.Sprintf(`
espbeat.inputs:
  - {type: file, paths: [%q], index: %q}
setup.template.enabled: false
setup.ilm.enabled: false
output.elasticsearch.hosts: [%q]
`, demo(), index, s.URL))
	run(t, "-c", c, "--path.home", dir).exits(0)
}

// The mapping that Fleet makes of the package takes every packet, and what its component templates and pipeline promise holds.
func TestFleetPackageInElasticsearch(t *testing.T) {
	for i, user := range custom(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := server(t)
			index := installed(t, s, "packet", user)
			ship(t, s, index)
			s.Refresh(index)
			if n := s.Count(index, nil); n != demoPackets {
				t.Errorf("%d documents, want %d", n, demoPackets)
			}
			// The server reads the nanoseconds of the first packet, and finds fields of several types.
			for query, want := range map[string]int{
				`@timestamp: "2026-11-23T02:39:07.267382050Z"`:                                                           1,
				`source.ip: "192.0.2.0/24" AND network.transport: udp AND destination.port: 53 AND dns.question.name: *`: -1,
				`packet.layers: http AND http.response.status_code: 404`:                                                 1,
			} {
				if n := s.Count(index, es.Query(query)); n != want && (want >= 0 || n == 0) {
					t.Errorf("%s: %d documents, want %d", query, n, want)
				}
			}
		})
	}
}

// A pipeline of the user that fails costs no packet.
func TestFleetPipelineFails(t *testing.T) {
	s := server(t)
	index := installed(t, s, "packet", custom(t)[0])
	id := index[len("logs-espbeat.packet-"):]
	failing := map[string]any{"processors": []any{map[string]any{"rename": map[string]any{"field": "none", "target_field": "other", "tag": "mine"}}}}
	if status, answer := s.Do("PUT", "/_ingest/pipeline/"+id+"@custom", failing); status != 200 {
		t.Fatalf("%d: %v", status, answer)
	}
	t.Cleanup(func() { s.Do("DELETE", "/_ingest/pipeline/"+id+"@custom", nil) })
	ship(t, s, index)
	s.Refresh(index)
	if n := s.Count(index, es.Query(`event.kind: pipeline_error AND error.message: "field [none]"`)); n != demoPackets {
		t.Errorf("%d documents tell the failure, want %d: %v", n, demoPackets, s.Search(index, map[string]any{"size": 1}).Hits[0].Source)
	}
}

// Documents of flows and of losses are stored by the mappings of their streams.
func TestFleetStreamsInElasticsearch(t *testing.T) {
	for stream, file := range map[string]string{"flow": "flow.ndjson", "ledger": "gap.ndjson"} {
		t.Run(stream, func(t *testing.T) {
			s := server(t)
			index := installed(t, s, stream, custom(t)[0])
			sample := read(t, filepath.Join(fleetpackage.Dir(), "data_stream", stream, "sample_event.json"))
			var docs []any
			for d := json.NewDecoder(bytes.NewReader(append(sample, read(t, filepath.Join(root(), "tests", "golden", file))...))); d.More(); {
				var doc map[string]any
				if err := d.Decode(&doc); err != nil {
					t.Fatal(err)
				}
				docs = append(docs, doc)
			}
			s.Bulk(index, docs...)
			s.Refresh(index)
			if n := s.Count(index, nil); n != len(docs) || n == 0 {
				t.Errorf("%d documents of %d", n, len(docs))
			}
		})
	}
}
