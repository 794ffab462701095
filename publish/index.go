// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/beats/v7/libbeat/outputs"
	"github.com/elastic/beats/v7/libbeat/template"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/paths"
)

// Index is where documents of a format go, and what the server must know of them.
type Index struct {
	// Name of the data stream, or of the plain index; also of the template.
	Name string
	// Plain: an index, not a data stream, and without a lifecycle.
	Plain bool
	// Template is the "template" part of the index template: settings and mappings.
	Template map[string]any
}

// priority of our index templates, libbeat's own default.
const priority = 150

// IndexOptions of IndexManagement.
type IndexOptions struct {
	// Default tells the index of the configured format.
	Default func(root *config.C) (Index, error)
	// NoLifecycle leaves ILM out of the template (export template --noilm).
	NoLifecycle func() bool
	// Failed is told what went wrong when template, policy or data stream were set up.
	Failed func(error)
}

// IndexManagement is libbeat's index management with our own template. libbeat's
// generator cannot say dynamic: false at the root, keeps no integer, and brings all of ECS.
func IndexManagement(o IndexOptions) idxmgmt.SupportFactory {
	return func(log *logp.Logger, info beat.Info, root *config.C) (idxmgmt.Supporter, error) {
		ix, err := o.Default(root)
		if err != nil {
			return nil, err
		}
		named, err := nameTemplate(root, &ix)
		if err != nil {
			return nil, err
		}
		ilm := lifecycle.SupportFactory(lifecycle.DefaultSupport)
		if ix.Plain || o.NoLifecycle() {
			ilm = lifecycle.NoopSupport
		}
		inner, err := idxmgmt.MakeDefaultSupport(ilm, log)(log, info, named)
		if err != nil {
			return nil, err
		}
		return &indices{Supporter: inner, index: ix, opts: o}, nil
	}
}

// nameTemplate settles the names: what the output's index is called decides the
// template's name and pattern, unless they are set.
func nameTemplate(root *config.C, ix *Index) (*config.C, error) {
	get := func(key string) string {
		s, err := root.String(key, -1)
		if err != nil {
			return ""
		}
		return s
	}
	if custom := get("output.elasticsearch.index"); custom != "" {
		ix.Name = strings.ToLower(custom)
	}
	static, _, dynamic := strings.Cut(ix.Name, "%{")
	name, pattern := ix.Name, ix.Name
	if dynamic {
		name = strings.TrimRight(static, "-_.")
		pattern = static + "*"
		if name == "" {
			return nil, fmt.Errorf("output.elasticsearch.index: %q: begins with a format string, so no template can match it: put a fixed part first", ix.Name)
		}
	}
	set := map[string]any{}
	if get("setup.template.name") == "" {
		set["setup.template.name"] = name
	}
	if get("setup.template.pattern") == "" {
		set["setup.template.pattern"] = pattern
	}
	added, err := config.NewConfigFrom(set)
	if err != nil {
		return nil, fmt.Errorf("name the index template: %w", err)
	}
	return config.MergeConfigs(root, added)
}

// isDataStreamName tells a fixed name from a format string, which names many indices.
func isDataStreamName(s string) bool { return !strings.Contains(s, "%{") }

type indices struct {
	idxmgmt.Supporter
	index Index
	opts  IndexOptions
}

// BuildSelector implements idxmgmt.Supporter: without a configured index it is ours,
// not libbeat's name with the whole version in it, which an upgrade would split.
func (s *indices) BuildSelector(cfg *config.C) (outputs.IndexSelector, error) {
	if cfg.HasField("index") {
		return s.Supporter.BuildSelector(cfg)
	}
	added, err := config.NewConfigFrom(map[string]any{"index": s.index.Name})
	if err != nil {
		return nil, fmt.Errorf("name the index: %w", err)
	}
	named, err := config.MergeConfigs(cfg, added)
	if err != nil {
		return nil, fmt.Errorf("name the index: %w", err)
	}
	return s.Supporter.BuildSelector(named)
}

// Manager implements idxmgmt.Supporter.
func (s *indices) Manager(client idxmgmt.ClientHandler, assets idxmgmt.Asseter) idxmgmt.Manager {
	return &manager{Manager: s.Supporter.Manager(&loader{ClientHandler: client, index: s.index, off: s.opts.NoLifecycle()}, assets), failed: s.opts.Failed}
}

type manager struct {
	idxmgmt.Manager
	failed func(error)
}

// Setup implements idxmgmt.Manager.
func (m *manager) Setup(loadTemplate, loadILM idxmgmt.LoadMode) error {
	err := m.Manager.Setup(loadTemplate, loadILM)
	if err != nil && m.failed != nil {
		m.failed(err)
	}
	return err
}

// loader loads our template where libbeat would load the one that it generates.
type loader struct {
	idxmgmt.ClientHandler
	index Index
	off   bool
}

// CheckEnabled implements lifecycle.ClientHandler: a plain index has no lifecycle.
func (l *loader) CheckEnabled() (bool, error) {
	if l.index.Plain || l.off {
		return false, nil
	}
	return l.ClientHandler.CheckEnabled()
}

// Load implements template.Loader.
func (l *loader) Load(cfg template.TemplateConfig, info beat.Info, fields []byte, migration bool) error {
	if !cfg.Enabled || cfg.JSON.Enabled || cfg.Fields != "" {
		return l.ClientHandler.Load(cfg, info, fields, migration) // a template of the user's own
	}
	if len(cfg.AppendFields) > 0 {
		return errors.New("setup.template.append_fields: espbeat's template is not made from fields: use setup.template.json, or an own component template")
	}
	body, err := json.Marshal(l.body(cfg))
	if err != nil {
		return fmt.Errorf("encode the index template: %w", err)
	}
	// In the data directory, so that nothing is left elsewhere by a process that ends meanwhile.
	file, err := os.CreateTemp(paths.Resolve(paths.Data, ""), "template-*.json")
	if err != nil {
		return fmt.Errorf("keep the index template for libbeat: %w", err)
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(body); err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("keep the index template for libbeat: %w", err)
	}
	cfg.JSON.Enabled, cfg.JSON.Path, cfg.JSON.Name = true, file.Name(), cfg.Name
	// libbeat creates the data stream of the template's name, which is not one of a dated index.
	cfg.JSON.IsDataStream = !l.index.Plain && isDataStreamName(l.index.Name) && cfg.Name == l.index.Name
	return l.ClientHandler.Load(cfg, info, fields, migration)
}

// body is the index template, with what the user set under setup.template.
func (l *loader) body(cfg template.TemplateConfig) map[string]any {
	inner := clone(l.index.Template)
	if len(cfg.Settings.Index) > 0 {
		settings := section(inner, "settings")
		merge(section(settings, "index"), cfg.Settings.Index)
	}
	if len(cfg.Settings.Source) > 0 {
		merge(section(section(inner, "mappings"), "_source"), cfg.Settings.Source)
	}
	if len(cfg.Settings.Lifecycle) > 0 {
		inner["lifecycle"] = cfg.Settings.Lifecycle
	}
	body := map[string]any{
		"index_patterns": []string{cfg.Pattern},
		"priority":       priority,
		"template":       inner,
	}
	if cfg.Priority > 0 {
		body["priority"] = cfg.Priority
	}
	if !l.index.Plain {
		body["data_stream"] = map[string]any{}
	}
	return body
}

// section returns the object at key of m, made if it is not there.
func section(m map[string]any, key string) map[string]any {
	s, ok := m[key].(map[string]any)
	if !ok {
		s = map[string]any{}
		m[key] = s
	}
	return s
}

func merge(into, from map[string]any) {
	for k, v := range from {
		if sub, ok := v.(map[string]any); ok {
			merge(section(into, k), sub)
			continue
		}
		into[k] = v
	}
}

// clone copies the objects of m; lists are shared.
func clone(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	for k, v := range m {
		if sub, ok := v.(map[string]any); ok {
			v = clone(sub)
		}
		c[k] = v
	}
	return c
}
