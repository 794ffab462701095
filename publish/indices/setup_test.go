// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

func (b *bench) setup() string {
	b.t.Helper()
	out, err := b.try()
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestSetupTwiceWritesOnce(t *testing.T) {
	b := newBench(t)
	says(t, b.setup(), "ILM policy espbeat: created", "index template espbeat-9: created (mode logsdb, source stored)", "data stream espbeat-9: created")
	wrote(t, b.c, "PUT /_ilm/policy/espbeat", "PUT /_index_template/espbeat-9", "PUT /_data_stream/espbeat-9")
	b.c.forget()
	says(t, b.setup(), "ILM policy espbeat: up to date", "index template espbeat-9: up to date", "data stream espbeat-9: is there")
	wrote(t, b.c)
	b.yml = `setup.ilm.overwrite: true`
	says(t, b.setup(), "ILM policy espbeat: up to date")
	wrote(t, b.c)
}

func TestChangedTemplateRollsOver(t *testing.T) {
	b := newBench(t)
	b.setup()
	b.c.forget()
	b.index.Template = clone(packets.Template)
	merge(b.index.Template, map[string]any{"mappings": map[string]any{"properties": map[string]any{"a": map[string]any{"type": "keyword"}, "b": map[string]any{"type": "ip"}}}})
	b.yml = `setup.template.settings.index.number_of_replicas: 2`
	says(t, b.setup(), "index template espbeat-9: changes", "mappings.a.type: long → keyword", "mappings.b.type: (none) → ip",
		"settings.index.number_of_replicas: (none) → 2", "data stream espbeat-9: rolled over from a to b")
	wrote(t, b.c, "PUT /_index_template/espbeat-9", "POST /espbeat-9/_rollover")

	b.c.forget()
	b.noRollover = true
	b.yml = ``
	says(t, b.setup(), "settings.index.number_of_replicas: 2 → (none)", "not rolled over (--no-rollover)")
	wrote(t, b.c, "PUT /_index_template/espbeat-9")

	b.c.forget()
	b.noRollover = false
	b.yml = `setup.template.priority: 200`
	says(t, b.setup(), "priority: 150 → 200")
	wrote(t, b.c, "PUT /_index_template/espbeat-9") // indices are not made of it
}

func TestPolicyStaysUnlessOverwritten(t *testing.T) {
	b := newBench(t)
	b.setup()
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(`{"policy": {"phases": {"hot": {"actions": {"rollover": {"max_age": "1d"}}}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.c.forget()
	b.yml = "setup.ilm.policy_file: " + file
	says(t, b.setup(), "ILM policy espbeat: kept as it is, setup.ilm.overwrite: true would change",
		"phases.hot.actions.rollover.max_age: 7d → 1d", "phases.delete.min_age: 90d → (none)")
	wrote(t, b.c)
	b.yml += "\nsetup.ilm.overwrite: true"
	says(t, b.setup(), "ILM policy espbeat: changes", "phases.warm.actions.readonly: {} → (none)")
	wrote(t, b.c, "PUT /_ilm/policy/espbeat")
}

// TestRunMakesWhatIsMissing and changes nothing: a run may have fewer rights, and a rollover is for people to decide.
func TestRunMakesWhatIsMissing(t *testing.T) {
	b := newBench(t)
	run := func(want ...string) {
		t.Helper()
		b.c.forget()
		if err := b.run(); err != nil {
			t.Fatal(err)
		}
		wrote(t, b.c, want...)
	}
	run("PUT /_ilm/policy/espbeat", "PUT /_index_template/espbeat-9", "PUT /_data_stream/espbeat-9")
	if b.setting("mode") != "logsdb" {
		t.Errorf("template %v", b.template())
	}
	run()
	b.index.Template = clone(packets.Template)
	section(b.index.Template, "mappings")["date_detection"] = false
	run()
	delete(b.c.assets, "/_ilm/policy/espbeat")
	run("PUT /_ilm/policy/espbeat")
	b.yml = `setup.template.overwrite: true`
	run("PUT /_index_template/espbeat-9") // asked for, but no rollover
	run()
	b.yml = `output.elasticsearch.pipeline: espbeat-geoip`
	run("PUT /_ingest/pipeline/espbeat-geoip")
	run()
	b.c.processors = []string{"set"}
	delete(b.c.assets, "/_ingest/pipeline/espbeat-geoip")
	if err := b.run(); err == nil || !strings.Contains(err.Error(), "output.elasticsearch.pipeline: espbeat-geoip: the server has no geoip processor") {
		t.Errorf("error %v", err)
	}
	b.yml = `setup.template.enabled: false`
	run()
}

func TestServerlessHasAStreamLifecycle(t *testing.T) {
	b := newBench(t)
	b.c.flavor, b.c.version = "serverless", "8.11.0"
	says(t, b.setup(), "created (mode logsdb, source synthetic)")
	wrote(t, b.c, "PUT /_index_template/espbeat-9", "PUT /_data_stream/espbeat-9")
	f := flatTemplate(b.template())
	if f["lifecycle.data_retention"] != "90d" || f["settings.index.lifecycle.name"] != "" {
		t.Errorf("template %v", f)
	}
	// The server gives a new data stream its template's lifecycle.
	b.c.assets["/_data_stream/espbeat-9/_lifecycle"] = map[string]any{"enabled": true, "data_retention": "90d"}
	b.c.forget()
	b.setup()
	wrote(t, b.c)
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(`{"data_retention": "10d"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.yml = "setup.dsl: {enabled: true, policy_file: " + file + "}"
	says(t, b.setup(), "lifecycle.data_retention: 90d → 10d", "kept as it is, setup.dsl.overwrite: true would change", "data_retention: 90d → 10d")
	wrote(t, b.c, "PUT /_index_template/espbeat-9")
	b.c.forget()
	b.yml = "setup.dsl: {enabled: true, overwrite: true, policy_file: " + file + "}"
	says(t, b.setup(), "lifecycle of data stream espbeat-9: changes")
	wrote(t, b.c, "PUT /_data_stream/espbeat-9/_lifecycle")
}

func TestNames(t *testing.T) {
	for name, c := range map[string]struct {
		yml      string
		index    Index
		template string
		pattern  string
		into     string // where an event goes
		stream   string // that is created
	}{
		"default":          {``, packets, "espbeat-9", "espbeat-9", "espbeat-9", "espbeat-9"},
		"index alone":      {`output.elasticsearch: {hosts: [a], index: Mine}`, packets, "mine", "mine", "mine", "mine"},
		"dated index":      {`output.elasticsearch: {hosts: [a], index: "p-%{+yyyy}"}`, packets, "p", "p-*", "p-2024", ""},
		"names of its own": {`{output.elasticsearch: {hosts: [a], index: a-b}, setup.template: {name: other, pattern: "a-*"}}`, packets, "other", "a-*", "a-b", ""},
		"plain":            {``, lite, "packets_lite", "packets_lite", "packets_lite", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.yml, b.index = c.yml, c.index
			b.setup()
			body := b.c.get("/_index_template/" + c.template)
			if flatTemplate(body)["index_patterns"] != c.pattern {
				t.Errorf("template %v; %q", body, b.c.asked)
			}
			if _, ok := body["data_stream"]; ok == c.index.Plain {
				t.Errorf("data_stream: %v", ok)
			}
			if got := flatTemplate(body)["settings.index.lifecycle.name"]; (got == "espbeat") == c.index.Plain {
				t.Errorf("policy %q", got)
			}
			var streams string
			for _, w := range b.c.writes() {
				if s, ok := strings.CutPrefix(w, "PUT /_data_stream/"); ok {
					streams += s
				}
			}
			if streams != c.stream {
				t.Errorf("data stream %q, want %q", streams, c.stream)
			}
			s, root, err := b.supporter()
			if err != nil {
				t.Fatal(err)
			}
			out, err := root.Child("output.elasticsearch", -1)
			if err != nil {
				t.Fatal(err)
			}
			sel, err := s.BuildSelector(out)
			if err != nil {
				t.Fatal(err)
			}
			e := &beat.Event{Timestamp: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Meta: mapstr.M{"_id": "x"}}
			if got, err := sel.Select(e); err != nil || got != c.into {
				t.Errorf("goes to %q, %v", got, err)
			}
		})
	}
}

func TestChangeOfAPlainIndexSaysWhatItDoesNotDo(t *testing.T) {
	b := newBench(t)
	b.index = lite
	b.setup()
	b.yml = `setup.template.settings.index.number_of_replicas: 0`
	says(t, b.setup(), "number_of_replicas: (none) → 0", "only new ones get it")
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct{ yml, want string }{
		"append_fields": {`setup.template.append_fields: [{name: a, type: keyword}]`, "setup.template.append_fields"},
		"index":         {`output.elasticsearch: {hosts: [a], index: "%{[agent.name]}"}`, "put a fixed part first"},
		"no server":     {`output.kafka.hosts: [k]`, "output.elasticsearch: not configured"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.yml = c.yml
			if _, err := b.try(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	t.Run("synthetic on an old server", func(t *testing.T) {
		b := newBench(t)
		b.c.version, b.index.Source = "8.10.0", synthetic
		if _, err := b.try(); err == nil || !strings.Contains(err.Error(), "set it to auto") {
			t.Errorf("error %v", err)
		}
		wrote(t, b.c, "PUT /_ilm/policy/espbeat")
	})
}

func TestTemplateOfTheUser(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "mine.json")
	if err := os.WriteFile(file, []byte(`{"index_patterns": ["mine"], "template": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.yml = "setup.template.json: {enabled: true, path: " + file + ", name: mine}"
	b.setup()
	if got := b.c.get("/_index_template/mine"); got == nil || len(object(got, "template")) != 0 {
		t.Errorf("template %v; %q", got, b.c.asked)
	}
}

func TestPipelines(t *testing.T) {
	b := newBench(t)
	conn, err := dial(yml(t, `output.elasticsearch.hosts: ["`+b.c.URL+`"]`), b.info(), b.log)
	if err != nil {
		t.Fatal(err)
	}
	own := []Pipeline{GeoIP(), {Name: "p", Body: map[string]any{"description": "x", "processors": []any{map[string]any{"set": map[string]any{"field": "a", "value": 1}}}}}}
	load := func() string {
		t.Helper()
		b.c.forget()
		b.out.Reset()
		if err := LoadPipelines(conn, own, func(f string, a ...any) { fmt.Fprintf(&b.out, f+"\n", a...) }); err != nil {
			t.Fatal(err)
		}
		return b.out.String()
	}
	says(t, load(), "ingest pipeline espbeat-geoip: created", "ingest pipeline p: created")
	says(t, load(), "ingest pipeline espbeat-geoip: up to date", "ingest pipeline p: up to date")
	wrote(t, b.c)
	own[1].Body = map[string]any{"description": "x", "processors": []any{map[string]any{"set": map[string]any{"field": "a", "value": 2}}}}
	says(t, load(), "ingest pipeline p: changes", "processors.set.value: 1 → 2")
	wrote(t, b.c, "PUT /_ingest/pipeline/p")
	b.c.processors = []string{"set"}
	delete(b.c.assets, "/_ingest/pipeline/espbeat-geoip")
	for range 2 {
		says(t, load(), "espbeat-geoip: left out, the server has no geoip processor")
		wrote(t, b.c)
	}
}

func TestNoLifecycle(t *testing.T) {
	b := newBench(t)
	b.yml = `setup.ilm.enabled: false`
	b.setup()
	wrote(t, b.c, "PUT /_index_template/espbeat-9", "PUT /_data_stream/espbeat-9")
	if b.setting("lifecycle.name") != "" {
		t.Errorf("template %v", b.template())
	}
	// A data stream's own lifecycle instead.
	b.yml = `{setup.ilm.enabled: false, setup.template.settings.lifecycle.data_retention: 3d}`
	b.setup()
	if f := flatTemplate(b.template()); f["lifecycle.data_retention"] != "3d" {
		t.Errorf("template %v", f)
	}
	b.c.forget()
	b.setup()
	wrote(t, b.c)
}
