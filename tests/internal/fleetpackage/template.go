// SPDX-License-Identifier: Apache-2.0

package fleetpackage

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Built is the package as Kibana installs it.
type Built struct{ files fs.FS }

// Build builds the package into the folder dir.
func Build(dir string) (*Built, error) {
	cmd := exec.Command("go", "run", "./tools/fleet", "-zip", dir)
	cmd.Dir = filepath.Join(Dir(), "..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the package: %w\n%s", err, out)
	}
	zips, err := filepath.Glob(filepath.Join(dir, "espbeat-*.zip"))
	if err != nil {
		return nil, err
	}
	if len(zips) != 1 {
		return nil, fmt.Errorf("build the package: %d zips in %s, not one", len(zips), dir)
	}
	r, err := zip.OpenReader(zips[0]) // read to the end of the test
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(r, strings.TrimSuffix(filepath.Base(zips[0]), ".zip"))
	return &Built{files}, err
}

func (b *Built) read(path string, v any) error {
	text, err := fs.ReadFile(b.files, path)
	if err == nil {
		err = yaml.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("package: %s: %w", path, err)
	}
	return nil
}

// Pipeline is the ingest pipeline of a data stream, with the call of a custom one that Fleet adds.
func (b *Built) Pipeline(stream, custom string) (map[string]any, error) {
	var p map[string]any
	if err := b.read("data_stream/"+stream+"/elasticsearch/ingest_pipeline/default.yml", &p); err != nil {
		return nil, err
	}
	list, _ := p["processors"].([]any)
	p["processors"] = append(list, map[string]any{"pipeline": map[string]any{"name": custom, "ignore_missing_pipeline": true}})
	return p, nil
}

// Component is the component template that Fleet makes of a data stream's manifest and fields; its indices use a pipeline.
func (b *Built) Component(stream, pipeline string) (map[string]any, error) {
	var manifest struct {
		Elasticsearch struct {
			IndexTemplate struct{ Mappings, Settings map[string]any } `yaml:"index_template"`
		}
	}
	if err := b.read("data_stream/"+stream+"/manifest.yml", &manifest); err != nil {
		return nil, err
	}
	own := &manifest.Elasticsearch.IndexTemplate
	names, err := fs.Glob(b.files, "data_stream/"+stream+"/fields/*.yml")
	if err != nil {
		return nil, err
	}
	properties := map[string]any{}
	for _, name := range names {
		var fields []definition
		if err := b.read(name, &fields); err != nil {
			return nil, err
		}
		for _, f := range fields {
			f.addTo(properties)
		}
	}
	own.Mappings["properties"] = properties
	own.Settings["index.default_pipeline"] = pipeline
	return map[string]any{"template": map[string]any{"mappings": own.Mappings, "settings": own.Settings}}, nil
}

// Unmapped are the fields of documents that their data stream does not map, so that nobody can search by them.
func (b *Built) Unmapped(stream string, docs []map[string]any) ([]string, error) {
	c, err := b.Component(stream, "")
	if err != nil {
		return nil, err
	}
	mappings := c["template"].(map[string]any)["mappings"].(map[string]any)
	var all []string
	for _, d := range docs {
		all = append(all, unmapped(mappings, "", d)...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// unmapped are the fields of v, which stands at path, that its mapping m does not have.
func unmapped(m map[string]any, path string, v any) (all []string) {
	properties, isObject := m["properties"].(map[string]any)
	switch v := v.(type) {
	case []any:
		for _, sub := range v {
			all = append(all, unmapped(m, path, sub)...)
		}
	case map[string]any:
		if !isObject { // flattened
			return nil
		}
		for name, sub := range v {
			at := strings.TrimPrefix(path+"."+name, ".")
			if of, is := properties[name].(map[string]any); is {
				all = append(all, unmapped(of, at, sub)...)
			} else {
				all = append(all, at)
			}
		}
	}
	return all
}

// definition is a field as a package defines it.
type definition struct {
	Name, Type, Value string
	IgnoreAbove       int `yaml:"ignore_above"`
	Index             *bool
}

// addTo adds the field's mapping, as Fleet makes it, to the properties of the root.
func (f *definition) addTo(properties map[string]any) {
	path := strings.Split(f.Name, ".")
	for _, name := range path[:len(path)-1] {
		o, ok := properties[name].(map[string]any)
		if !ok {
			o = map[string]any{"properties": map[string]any{}}
			properties[name] = o
		}
		properties = o["properties"].(map[string]any)
	}
	m := map[string]any{"type": f.Type}
	switch f.Type {
	case "integer":
		m["type"] = "long"
	case "keyword", "wildcard":
		m["ignore_above"] = cmp.Or(f.IgnoreAbove, 1024)
	case "constant_keyword":
		if f.Value != "" {
			m["value"] = f.Value
		}
	}
	if f.Index != nil {
		m["index"] = *f.Index
	}
	properties[path[len(path)-1]] = m
}
