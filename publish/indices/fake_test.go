// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/paths"
)

// cluster imitates an Elasticsearch that is set up: it answers as the real one gives its objects back.
type cluster struct {
	*httptest.Server
	version, flavor string
	distribution    string
	license         string // empty: /_license is not found
	expired         bool
	processors      []string
	refuse          int // status of GET /_license, when not 0

	mu     sync.Mutex
	assets map[string]map[string]any
	asked  []string // method and path
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{version: "9.3.0", flavor: "default", license: "basic", assets: map[string]map[string]any{}, processors: []string{"geoip", "script"}}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

// writes are the requests that change something.
func (c *cluster) writes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var w []string
	for _, r := range c.asked {
		if !strings.HasPrefix(r, "GET ") && !strings.HasPrefix(r, "HEAD ") {
			w = append(w, r)
		}
	}
	return w
}

func (c *cluster) forget() { c.mu.Lock(); defer c.mu.Unlock(); c.asked = nil }

func (c *cluster) get(path string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.assets[path]
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.Method+" "+r.URL.Path)
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	answer := func(status int, v any) { w.WriteHeader(status); _ = json.NewEncoder(w).Encode(v) }
	name := path.Base(r.URL.Path)
	switch {
	case r.URL.Path == "/":
		v := map[string]any{"number": c.version, "build_flavor": c.flavor}
		if c.distribution != "" {
			v["distribution"] = c.distribution
		}
		answer(200, map[string]any{"version": v})
	case r.URL.Path == "/_license" && c.refuse != 0:
		answer(c.refuse, map[string]any{})
	case r.URL.Path == "/_license" && c.license != "":
		status := "active"
		if c.expired {
			status = "expired"
		}
		answer(200, map[string]any{"license": map[string]any{"type": c.license, "status": status}})
	case r.URL.Path == "/_nodes/ingest":
		var list []any
		for _, p := range c.processors {
			list = append(list, map[string]any{"type": p})
		}
		answer(200, map[string]any{"nodes": map[string]any{"a": map[string]any{"ingest": map[string]any{"processors": list}}}})
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		m := map[string]any{}
		if len(bytes.TrimSpace(body)) > 0 && json.Unmarshal(body, &m) != nil {
			answer(400, nil)
			return
		}
		c.assets[r.URL.Path] = m
		answer(200, map[string]any{"acknowledged": true})
	case r.Method == http.MethodPost && name == "_rollover":
		answer(200, map[string]any{"old_index": "a", "new_index": "b", "rolled_over": true})
	case c.assets[r.URL.Path] == nil:
		answer(404, map[string]any{"error": "not found"})
	case strings.HasPrefix(r.URL.Path, "/_index_template/"):
		answer(200, map[string]any{"index_templates": []any{map[string]any{"name": name, "index_template": given(c.assets[r.URL.Path])}}})
	case strings.HasPrefix(r.URL.Path, "/_ilm/"):
		p := clone(object(c.assets[r.URL.Path], "policy"))
		for _, phase := range object(p, "phases") {
			if m := phase.(map[string]any); m["min_age"] == nil {
				m["min_age"] = "0ms"
			}
		}
		if del := object(p, "phases", "delete", "actions", "delete"); del != nil {
			del["delete_searchable_snapshot"] = true
		}
		answer(200, map[string]any{name: map[string]any{"version": 1, "modified_date": "2026-01-01", "policy": p, "in_use_by": map[string]any{}}})
	case name == "_lifecycle":
		l := clone(c.assets[r.URL.Path])
		l["effective_retention"] = "1d"
		answer(200, map[string]any{"data_streams": []any{map[string]any{"name": "x", "lifecycle": l}}})
	default:
		p := clone(c.assets[r.URL.Path])
		p["created_date_millis"] = 1
		answer(200, map[string]any{name: p})
	}
}

// given is a template as GET gives it: numbers and booleans of the settings as text, defaults spelled out.
func given(t map[string]any) map[string]any {
	t = clone(t)
	if s := object(t, "template", "settings"); s != nil {
		texts(s)
	}
	t["composed_of"], t["created_date_millis"] = []any{}, 1
	if t["data_stream"] != nil {
		t["data_stream"] = map[string]any{"hidden": false, "allow_custom_routing": false}
	}
	return t
}

func texts(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case map[string]any:
			texts(v)
		case []any:
		default:
			m[k] = leaf(v)
		}
	}
}

func yml(t *testing.T, s string) *config.C {
	t.Helper()
	c, err := config.NewConfigWithYAML([]byte(s), "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	packets = Index{Name: "espbeat-9", Mode: auto, Source: auto, Template: map[string]any{
		"mappings": map[string]any{"dynamic": false, "properties": map[string]any{"a": map[string]any{"type": "long"}}},
		"settings": map[string]any{"index": map[string]any{"mapping": map[string]any{"total_fields": map[string]any{"limit": 2500}}}},
	}}
	lite = Index{Name: "packets_lite", Plain: true, Template: map[string]any{"mappings": map[string]any{"dynamic": false}}}
)

// bench is a setup against a cluster.
type bench struct {
	t          *testing.T
	c          *cluster
	index      Index
	yml        string
	noRollover bool
	out        bytes.Buffer
	log        *logp.Logger
}

func newBench(t *testing.T) *bench {
	was := paths.Paths.Data
	paths.Paths.Data = t.TempDir()
	t.Cleanup(func() { paths.Paths.Data = was })
	return &bench{t: t, c: newCluster(t), index: packets, log: logp.NewNopLogger()}
}

func (b *bench) info() beat.Info {
	return beat.Info{Beat: "espbeat", IndexPrefix: "espbeat", Version: "9.3.0", Logger: b.log}
}

func (b *bench) supporter() (*indices, *config.C, error) {
	b.t.Helper()
	root := yml(b.t, b.yml)
	if !root.HasField("output") {
		if err := root.Merge(map[string]any{"output.elasticsearch.hosts": []string{b.c.URL}}); err != nil {
			b.t.Fatal(err)
		}
	} else if ok, _ := root.Has("output.elasticsearch", -1); ok {
		if err := root.SetString("output.elasticsearch.hosts.0", -1, b.c.URL); err != nil {
			b.t.Fatal(err)
		}
	}
	sup, err := Management(Options{
		Default:     func(*config.C) (Index, error) { return b.index, nil },
		NoLifecycle: func() bool { return false },
		NoRollover:  func() bool { return b.noRollover },
		Pipelines:   func(*config.C) []Pipeline { return []Pipeline{GeoIP()} },
		Out:         &b.out,
	})(b.log, b.info(), root)
	if err != nil {
		return nil, nil, err
	}
	return sup.(*indices), root, nil
}

// try sets up as the setup command does, and returns what it says.
func (b *bench) try() (string, error) {
	b.t.Helper()
	s, root, err := b.supporter()
	if err != nil {
		return "", err
	}
	c, err := dial(root, b.info(), b.log)
	if err != nil {
		return "", err
	}
	var raw lifecycle.RawConfig
	if err := root.Unpack(&raw); err != nil {
		b.t.Fatal(err)
	}
	libbeats, err := idxmgmt.NewESClientHandler(c, b.info(), paths.Paths, raw)
	if err != nil {
		return "", err
	}
	b.out.Reset()
	err = s.Manager(libbeats, idxmgmt.BeatsAssets(nil)).Setup(idxmgmt.LoadModeOverwrite, idxmgmt.LoadModeEnabled)
	return b.out.String(), err
}

// run connects as the output of a run does.
func (b *bench) run() error {
	b.t.Helper()
	s, root, err := b.supporter()
	if err != nil {
		return err
	}
	c, err := dial(root, b.info(), b.log)
	if err != nil {
		return err
	}
	if s.Supporter.Enabled() {
		err = s.setUpForRun(c)
	}
	if err == nil {
		err = s.pipelineForRun(c)
	}
	return err
}

func (b *bench) template() map[string]any {
	b.t.Helper()
	t := b.c.get("/_index_template/espbeat-9")
	if t == nil {
		b.t.Fatalf("no template: %v", b.c.asked)
	}
	return t
}

// setting is one setting of the template below index.
func (b *bench) setting(path string) string {
	b.t.Helper()
	return flatTemplate(b.template())["settings.index."+path]
}

func says(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("says nothing of %q:\n%s", p, out)
		}
	}
}

func wrote(t *testing.T, c *cluster, want ...string) {
	t.Helper()
	if got := c.writes(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("wrote %q, want %q", got, want)
	}
}
