// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/publish/indices"
	"github.com/espbeat/espbeat/tests/internal/es"
)

// TestGeoIPTidiesUp runs those steps of the pipeline that the test server has: the lookups themselves are not among them.
func TestGeoIPTidiesUp(t *testing.T) {
	s := server(t)
	var steps []any
	for _, p := range indices.GeoIP().Body["processors"].([]any) {
		if _, ok := p.(map[string]any)["geoip"]; !ok {
			steps = append(steps, p)
		}
	}
	tidy := func(source map[string]any) document {
		t.Helper()
		status, m := s.Do("POST", "/_ingest/pipeline/_simulate", map[string]any{
			"pipeline": map[string]any{"processors": steps}, "docs": []any{map[string]any{"_source": source}},
		})
		d := document(m).at("docs")
		if status != 200 || len(d) != 1 {
			t.Fatalf("status %d: %v", status, m)
		}
		got := document(d[0].(map[string]any)).at("doc._source")
		if len(got) != 1 {
			t.Fatalf("%v", m)
		}
		return got[0].(map[string]any)
	}
	d := tidy(map[string]any{
		"tags":        []string{"_geoip_database_unavailable_GeoLite2-City.mmdb", "_geoip_database_unavailable_GeoLite2-ASN.mmdb"},
		"source":      map[string]any{"ip": "192.0.2.1", "as": map[string]any{"asn": 64496, "organization_name": "Example"}},
		"destination": map[string]any{"ip": "192.0.2.2"},
	})
	if has("tags")(d) || fmt.Sprint(d.at("source.as.number"), d.at("source.as.organization.name")) != "[64496] [Example]" || has("source.as.asn")(d) {
		t.Errorf("%v", d)
	}
	d = tidy(map[string]any{"tags": []string{"mine", "_geoip_expired_database"}})
	if fmt.Sprint(d.at("tags")) != "[mine]" {
		t.Errorf("%v", d)
	}
}

// TestStreamLifecycleIsTaken by the server, although it carries out none here.
func TestStreamLifecycleIsTaken(t *testing.T) {
	s := server(t)
	r := record(t, s)
	name, args := own(t, s, r.URL)
	args = append(args, "-E", "setup.ilm.enabled=false", "-E", "setup.template.settings.lifecycle.data_retention=90d")
	run(t, setup(args)...).exits(0).prints("index template " + name + ": created")
	m := must(t, s, "GET", "/_data_stream/"+name+"/_lifecycle")
	if got := document(document(m).at("data_streams")[0].(map[string]any)).at("lifecycle.data_retention"); len(got) != 1 || got[0] != "90d" {
		t.Errorf("lifecycle %v", m)
	}
	r.take()
	run(t, setup(args)...).exits(0).prints("index template " + name + ": up to date")
	if w := r.take(); len(w) > 0 {
		t.Errorf("the second setup writes %q", w)
	}
}

func TestExportFollowsTheIndexSettings(t *testing.T) {
	template := func(args ...string) document {
		t.Helper()
		return parse(t, strings.ReplaceAll(run(t, append([]string{"export", "template"}, args...)...).exits(0).out, "\n", ""))[0]
	}
	d := template()
	if !hasText("template.settings.index.mode", "logsdb")(d) || !hasText("template.settings.index.mapping.source.mode", "stored")(d) ||
		!hasText("template.settings.index.sort.field", "host.name")(d) {
		t.Errorf("settings %v", d.at("template.settings"))
	}
	if d := template("-E", "espbeat.index.mode=standard"); has("template.settings.index.mode")(d) || !hasText("template.settings.index.codec", "best_compression")(d) {
		t.Errorf("settings %v", d.at("template.settings"))
	}
}

// TestRunMakesThePipelineThatItNames, once: without it the server would reject every document.
func TestRunMakesThePipelineThatItNames(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	args := []string{"--file", demo(), "--node", s.URL, "-E", "output.elasticsearch.pipeline=espbeat-geoip"}
	run(t, args...).exits(0).accounts(everything())
	if s.Asset("/_ingest/pipeline/espbeat-geoip") == nil || s.Asset("/_ingest/pipeline/espbeat-espcap") != nil {
		t.Errorf("requests %q", s.Requests())
	}
	run(t, args...).exits(0)
	puts := 0
	for _, r := range s.Requests() {
		if r == "PUT /_ingest/pipeline/espbeat-geoip" {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("written %d times", puts)
	}
}
