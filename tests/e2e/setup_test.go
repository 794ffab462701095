// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// recorder stands before a server and keeps what it is asked to write.
type recorder struct {
	URL    string
	mu     sync.Mutex
	writes []string
}

func record(t *testing.T, s *es.Server) *recorder {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			r.mu.Lock()
			r.writes = append(r.writes, req.Method+" "+req.URL.Path)
			r.mu.Unlock()
		}
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(front.Close)
	r.URL = front.URL
	return r
}

// take returns the writes so far and forgets them.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.writes
	r.writes = nil
	return w
}

// own are the arguments that set up what only this test has on the shared server.
func own(t *testing.T, s *es.Server, node string) (name string, args []string) {
	t.Helper()
	name = stream(t, s)
	t.Cleanup(func() { // after the data stream is gone
		s.DeleteDataStream(name)
		s.Do("DELETE", "/_index_template/"+name, nil)
		s.Do("DELETE", "/_ilm/policy/"+name, nil)
	})
	return name, []string{"-E", "output.elasticsearch.hosts=[" + node + "]", "-E", "output.elasticsearch.index=" + name, "-E", "setup.ilm.policy_name=" + name}
}

func setup(args []string, more ...string) []string {
	return slices.Concat([]string{"setup", "--index-management", "--pipelines"}, args, more)
}

func (r result) prints(parts ...string) result {
	r.t.Helper()
	for _, p := range parts {
		if !strings.Contains(r.out, p) {
			r.t.Errorf("espbeat %q prints nothing of %q:\n%s", r.args, p, tail(r.out, 3000))
		}
	}
	return r
}

// writeIndex is the backing index that new documents go into, with its settings.
func writeIndex(t *testing.T, s *es.Server, name string) (index string, settings document) {
	t.Helper()
	_, m := s.Do("GET", "/_data_stream/"+name, nil)
	names := document(m).at("data_streams")
	if len(names) != 1 {
		t.Fatalf("data stream %s: %v", name, m)
	}
	list := names[0].(map[string]any)["indices"].([]any)
	index = list[len(list)-1].(map[string]any)["index_name"].(string)
	_, m = s.Do("GET", "/"+index+"/_settings", nil)
	settings, _ = m[index].(map[string]any)
	return index, settings
}

func TestSetupTwiceWritesOnce(t *testing.T) {
	s := server(t)
	r := record(t, s)
	name, args := own(t, s, r.URL)
	run(t, setup(args)...).exits(0).prints("index template "+name+": created (mode logsdb", "data stream "+name+": created", "ILM policy "+name+": created")
	for _, w := range []string{"PUT /_ilm/policy/" + name, "PUT /_index_template/" + name, "PUT /_data_stream/" + name} {
		if !slices.Contains(r.writes, w) {
			t.Errorf("no %s in %q", w, r.writes)
		}
	}
	_, settings := writeIndex(t, s, name)
	for key, want := range map[string]string{"mode": "logsdb", "codec": "best_compression", "lifecycle.name": name} {
		if !hasText("settings.index."+key, want)(settings) {
			t.Errorf("index.%s is %v, want %s", key, settings.at("settings.index."+key), want)
		}
	}
	r.take()
	run(t, setup(args)...).exits(0).prints("index template "+name+": up to date", "data stream "+name+": is there", "ILM policy "+name+": up to date")
	if w := r.take(); len(w) > 0 {
		t.Errorf("the second setup writes %q", w)
	}
	// A run finds all there, and changes nothing that differs.
	run(t, append(args, "--file", demo(), "-E", "setup.template.settings.index.number_of_replicas=0")...).exits(0)
	for _, w := range r.take() {
		if !strings.HasSuffix(w, "/_bulk") {
			t.Errorf("a run writes %s", w)
		}
	}
}

func TestSetupRollsOverWhenTheTemplateChanges(t *testing.T) {
	s := server(t)
	r := record(t, s)
	name, args := own(t, s, r.URL)
	run(t, setup(args)...).exits(0)
	first, _ := writeIndex(t, s, name)
	r.take()

	run(t, setup(args, "-E", "setup.template.settings.index.number_of_replicas=0", "--no-rollover")...).exits(0).
		prints("settings.index.number_of_replicas: (none) → 0", "not rolled over")
	if index, _ := writeIndex(t, s, name); index != first {
		t.Errorf("rolled over to %s", index)
	}
	run(t, setup(args, "-E", "setup.template.settings.index.number_of_replicas=0", "-E", "espbeat.index.mode=standard")...).exits(0).
		prints("settings.index.mode: logsdb → (none)", "settings.index.sort.field: [host.name, @timestamp] → (none)", "rolled over from "+first)
	index, settings := writeIndex(t, s, name)
	if index == first || hasText("settings.index.mode", "logsdb")(settings) || !hasText("settings.index.number_of_replicas", "0")(settings) {
		t.Errorf("new documents go to %s: %v", index, settings)
	}
	if got := document(must(t, s, "GET", "/_index_template/"+name)).at("index_templates"); len(got) != 1 {
		t.Errorf("template %v", got)
	}
}

func must(t *testing.T, s *es.Server, method, path string) map[string]any {
	t.Helper()
	status, m := s.Do(method, path, nil)
	if status/100 != 2 {
		t.Fatalf("%s %s: status %d: %v", method, path, status, m)
	}
	return m
}

func TestSetupKeepsAPolicyThatPeopleChanged(t *testing.T) {
	s := server(t)
	name, args := own(t, s, s.URL)
	run(t, setup(args)...).exits(0)
	if status, m := s.Do("PUT", "/_ilm/policy/"+name, `{"policy": {"phases": {"hot": {"actions": {"rollover": {"max_age": "1d"}}}}}}`); status != 200 {
		t.Fatal(m)
	}
	run(t, setup(args)...).exits(0).prints("ILM policy "+name+": kept as it is", "phases.hot.actions.rollover.max_age: 1d → 7d")
	if m := must(t, s, "GET", "/_ilm/policy/"+name); !has(name+".policy.phases.hot")(m) || has(name+".policy.phases.delete")(m) {
		t.Errorf("policy %v", m)
	}
	run(t, setup(args, "-E", "setup.ilm.overwrite=true")...).exits(0).prints("ILM policy " + name + ": changes")
	if m := must(t, s, "GET", "/_ilm/policy/"+name); !has(name + ".policy.phases.delete")(m) {
		t.Errorf("policy %v", m)
	}
	run(t, setup(args, "-E", "setup.ilm.overwrite=true")...).exits(0).prints("ILM policy " + name + ": up to date")
}

// TestEverySourceKeepsDocuments reads back what was stored, arrays in their order, from every kind of index.
func TestEverySourceKeepsDocuments(t *testing.T) {
	s := server(t)
	docs := printed(t, demo())
	for name, set := range map[string][]string{
		"standard":  {"-E", "espbeat.index.mode=standard"},
		"stored":    {"-E", "espbeat.index.source=stored"},
		"synthetic": {"-E", "espbeat.index.source=synthetic"},
	} {
		t.Run(name, func(t *testing.T) {
			index, args := own(t, s, s.URL)
			run(t, slices.Concat(args, set, []string{"--file", demo()})...).exits(0).accounts(everything())
			s.Refresh(index)
			_, settings := writeIndex(t, s, index)
			if name != "standard" && !hasText("settings.index.mapping.source.mode", name)(settings) {
				t.Errorf("settings %v", settings)
			}
			if keep := hasText("settings.index.mapping.synthetic_source_keep", "arrays")(settings); keep != (name == "synthetic") {
				t.Errorf("settings %v", settings)
			}
			if n := s.Count(index, "NOT _exists_:host.name"); n > 0 {
				t.Errorf("%d documents lack a key of the index's order", n)
			}
			sameDocuments(t, s, index, docs)
		})
	}
}

// TestServersThatCannot checks what setup makes of servers that the test's own is not.
func TestServersThatCannot(t *testing.T) {
	for name, c := range map[string]struct {
		o    es.SinkOptions
		want string
	}{
		"basic":      {es.SinkOptions{}, "(mode logsdb, source stored)"},
		"enterprise": {es.SinkOptions{License: "enterprise"}, "(mode logsdb, source synthetic)"},
		"trial":      {es.SinkOptions{License: "trial"}, "(mode logsdb, source synthetic)"},
		"8.10":       {es.SinkOptions{Version: "8.10.4"}, "(mode standard, source stored)"},
		"serverless": {es.SinkOptions{Version: "8.11.0", Flavor: "serverless", NoLicense: true}, "(mode logsdb, source synthetic)"},
		"no licence": {es.SinkOptions{NoLicense: true}, "(mode standard, source stored)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := es.NewSink(t, c.o)
			args := []string{"-E", "output.elasticsearch.hosts=[" + s.URL + "]"}
			run(t, setup(args)...).exits(0).prints("index template espbeat-9: created "+c.want, "ingest pipeline espbeat-geoip: created")
			if (s.Asset("/_ilm/policy/espbeat") == nil) != (name == "serverless") {
				t.Errorf("requests %q", s.Requests())
			}
			n := len(s.Requests())
			run(t, setup(args)...).exits(0).prints("index template espbeat-9: up to date " + c.want)
			for _, r := range s.Requests()[n:] {
				if !strings.HasPrefix(r, "GET ") && !(name == "serverless" && strings.HasSuffix(r, "/_lifecycle")) {
					t.Errorf("the second setup sends %s", r)
				}
			}
		})
	}
}
