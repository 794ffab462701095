// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/template"
	"github.com/elastic/elastic-agent-libs/paths"
)

// priority of our index templates, libbeat's own default.
const priority = 150

// mine tells whether the template of cfg is ours, not one that the user brings.
func mine(cfg *template.TemplateConfig) (bool, error) {
	if !cfg.Enabled || cfg.JSON.Enabled || cfg.Fields != "" {
		return false, nil
	}
	if len(cfg.AppendFields) > 0 {
		return false, errors.New("setup.template.append_fields: espbeat's template is not made from fields: use setup.template.json, or an own component template")
	}
	return true, nil
}

// asked is the mode and the source that the user wants: setup.template.settings wins over espbeat.index.
func (s *indices) asked(cfg *template.TemplateConfig) (mode, source string) {
	mode, source = s.index.Mode, s.index.Source
	if m, ok := cfg.Settings.Index["mode"].(string); ok {
		mode = m
		if m != logsdb {
			mode = standard // also time_series and what else there is: nothing of ours belongs to it
		}
	}
	if v, ok := object(cfg.Settings.Index, "mapping", "source")["mode"].(string); ok {
		source = v
	}
	return mode, source
}

// body is the index template, with what the user set under setup.template.
func (s *indices) body(cfg *template.TemplateConfig, how Storage) map[string]any {
	inner := clone(s.index.Template)
	user := cfg.Settings.Index
	if !s.index.Plain {
		ours := how.settings()
		if _, ok := user["sort"]; ok {
			delete(ours, "sort") // the lists of its keys belong together
		}
		merge(section(section(inner, "settings"), "index"), ours)
	}
	if len(user) > 0 {
		merge(section(section(inner, "settings"), "index"), user)
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
	if !s.index.Plain {
		body["data_stream"] = map[string]any{}
	}
	return body
}

// exporter prints instead of setting up: there is no server to ask.
type exporter struct {
	idxmgmt.ClientHandler
	indices *indices
}

// CheckEnabled implements lifecycle.ClientHandler: a plain index has no lifecycle.
func (e *exporter) CheckEnabled() (bool, error) {
	if e.indices.unmanaged() {
		return false, nil
	}
	return e.ClientHandler.CheckEnabled()
}

// Load implements template.Loader.
func (e *exporter) Load(cfg template.TemplateConfig, info beat.Info, fields []byte, migration bool) error {
	own, err := mine(&cfg)
	if err != nil {
		return err
	}
	if !own {
		return e.ClientHandler.Load(cfg, info, fields, migration)
	}
	mode, source := e.indices.asked(&cfg)
	body, err := json.Marshal(e.indices.body(&cfg, offline(mode, source)))
	if err != nil {
		return fmt.Errorf("encode the index template: %w", err)
	}
	// libbeat prints files only. In the data directory nothing is left elsewhere by a process that ends meanwhile.
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
	return e.ClientHandler.Load(cfg, info, fields, migration)
}

// unmanaged tells that indices have no lifecycle.
func (s *indices) unmanaged() bool { return s.index.Plain || s.opts.NoLifecycle() }

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
