// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/beats/v7/libbeat/template"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/mapstr"
	"github.com/elastic/elastic-agent-libs/paths"
)

// server is what libbeat sets up on: it keeps the template that it is given.
type server struct {
	idxmgmt.ClientHandler
	cfg    template.TemplateConfig
	body   map[string]any
	policy bool
	err    error
}

func (s *server) Load(cfg template.TemplateConfig, _ beat.Info, _ []byte, _ bool) error {
	s.cfg = cfg
	if b, err := os.ReadFile(cfg.JSON.Path); err == nil {
		s.body = nil
		if err := json.Unmarshal(b, &s.body); err != nil {
			return err
		}
	}
	return s.err
}
func (s *server) CheckEnabled() (bool, error)   { return true, nil }
func (s *server) Overwrite() bool               { return false }
func (s *server) CheckExists() bool             { return true }
func (s *server) HasPolicy() (bool, error)      { return false, nil }
func (s *server) PolicyName() string            { return "espbeat" }
func (s *server) Mode() lifecycle.Mode          { return lifecycle.ILM }
func (s *server) IsElasticsearch() bool         { return true }
func (s *server) CreatePolicyFromConfig() error { s.policy = true; return nil }

var (
	stream = Index{Name: "espbeat-9", Template: map[string]any{"mappings": map[string]any{"dynamic": false}}}
	lite   = Index{Name: "packets_lite", Plain: true, Template: map[string]any{"mappings": map[string]any{"dynamic": false}}}
)

func manage(t *testing.T, yaml string, ix Index, s *server, failed func(error)) (idxmgmt.Supporter, error) {
	t.Helper()
	was := paths.Paths.Data
	paths.Paths.Data = t.TempDir()
	t.Cleanup(func() { paths.Paths.Data = was })
	sup, err := IndexManagement(IndexOptions{
		Default:     func(*config.C) (Index, error) { return ix, nil },
		NoLifecycle: func() bool { return false },
		Failed:      failed,
	})(nopLog(), beat.Info{Beat: "espbeat", IndexPrefix: "espbeat", Version: "9.3.0", Logger: nopLog()}, yml(t, yaml))
	if err != nil {
		return nil, err
	}
	return sup, sup.Manager(s, idxmgmt.BeatsAssets(nil)).Setup(idxmgmt.LoadModeOverwrite, idxmgmt.LoadModeEnabled)
}

func TestTemplate(t *testing.T) {
	for name, c := range map[string]struct {
		yml        string
		index      Index
		name       string
		pattern    string
		into       string // where an event goes
		dataStream bool   // libbeat creates it
		policy     bool
	}{
		"default":          {``, stream, "espbeat-9", "espbeat-9", "espbeat-9", true, true},
		"index alone":      {`output.elasticsearch: {hosts: [a], index: Mine}`, stream, "mine", "mine", "mine", true, true},
		"dated index":      {`output.elasticsearch: {hosts: [a], index: "p-%{+yyyy}"}`, stream, "p", "p-*", "p-2024", false, true},
		"names of its own": {`{output.elasticsearch: {hosts: [a], index: a-b}, setup.template: {name: other, pattern: "a-*"}}`, stream, "other", "a-*", "a-b", false, true},
		"plain":            {``, lite, "packets_lite", "packets_lite", "packets_lite", false, false},
		"another output":   {`output.kafka.hosts: [k]`, stream, "espbeat-9", "espbeat-9", "espbeat-9", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			var s server
			sup, err := manage(t, c.yml, c.index, &s, nil)
			if err != nil {
				t.Fatal(err)
			}
			if s.cfg.JSON.Name != c.name || s.cfg.JSON.IsDataStream != c.dataStream || s.policy != c.policy {
				t.Errorf("template %q, data stream %v, policy %v", s.cfg.JSON.Name, s.cfg.JSON.IsDataStream, s.policy)
			}
			if got := s.body["index_patterns"]; !reflect.DeepEqual(got, []any{c.pattern}) {
				t.Errorf("pattern %v", got)
			}
			if _, ok := s.body["data_stream"]; ok == c.index.Plain {
				t.Errorf("data_stream: %v", ok)
			}
			life := s.body["template"].(map[string]any)["settings"]
			if (life != nil) != c.policy {
				t.Errorf("settings %v", life)
			}
			out := config.NewConfig()
			if root := yml(t, c.yml); root.HasField("output") {
				if out, err = root.Child("output.elasticsearch", -1); err != nil {
					out = config.NewConfig()
				}
			}
			sel, err := sup.BuildSelector(out)
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

func TestTemplateTakesTheUsersSettings(t *testing.T) {
	var s server
	if _, err := manage(t, `setup.template: {priority: 500, settings: {index: {number_of_replicas: 0, mapping: {total_fields: {limit: 9}}}, _source: {enabled: true}}}`, stream, &s, nil); err != nil {
		t.Fatal(err)
	}
	inner := s.body["template"].(map[string]any)
	index := inner["settings"].(map[string]any)["index"].(map[string]any)
	if s.body["priority"] != 500.0 || index["number_of_replicas"] != 0.0 || index["lifecycle"].(map[string]any)["name"] != "espbeat" {
		t.Errorf("template %v", s.body)
	}
	if m := inner["mappings"].(map[string]any); m["dynamic"] != false || m["_source"] == nil {
		t.Errorf("mappings %v", m)
	}
	if len(stream.Template) != 1 {
		t.Error("the shared template was changed")
	}
	if _, err := os.Stat(s.cfg.JSON.Path); !errors.Is(err, os.ErrNotExist) {
		t.Error("the template's file is left")
	}
}

func TestTemplateOfTheUser(t *testing.T) {
	var s server
	if _, err := manage(t, `setup.template.json: {enabled: true, path: mine.json, name: mine}`, stream, &s, nil); err != nil {
		t.Fatal(err)
	}
	if s.cfg.JSON.Path != "mine.json" || s.body != nil {
		t.Errorf("not the user's template: %+v", s.cfg.JSON)
	}
}

func TestTemplateErrors(t *testing.T) {
	var told error
	s := server{err: errors.New("403 Forbidden")}
	if _, err := manage(t, ``, stream, &s, func(err error) { told = err }); err == nil || told == nil || !strings.Contains(told.Error(), "403") {
		t.Errorf("error %v, told %v", err, told)
	}
	if _, err := manage(t, `setup.template.append_fields: [{name: a, type: keyword}]`, stream, &s, nil); err == nil || !strings.Contains(err.Error(), "setup.template.append_fields") {
		t.Errorf("append_fields: %v", err)
	}
	if _, err := manage(t, `output.elasticsearch: {hosts: [a], index: "%{[agent.name]}"}`, stream, &s, nil); err == nil || !strings.Contains(err.Error(), "put a fixed part first") {
		t.Errorf("index: %v", err)
	}
}
