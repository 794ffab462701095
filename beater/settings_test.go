// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/publish/indices"
)

// TestMappingOfEveryProfile has the keys of the index's order, and stays within the limit of fields.
func TestMappingOfEveryProfile(t *testing.T) {
	for _, profile := range []string{config.Minimal, config.Standard, config.Full} {
		cfg := config.Default()
		cfg.Index.Profile = profile
		ix := indexOf(cfg.Format, &cfg)
		properties := ix.Template["mappings"].(map[string]any)["properties"].(map[string]any)
		for _, key := range indices.Sort {
			if at(properties, key.Field)["type"] == nil {
				t.Errorf("profile %s does not map %s, by which the index is sorted", profile, key.Field)
			}
		}
		if at(properties, "source.geo.location")["type"] != "geo_point" {
			t.Errorf("profile %s: source is mapped as %v", profile, properties["source"])
		}
		if n := count(properties); n > fieldsLimit(profileOf(&cfg)) {
			t.Errorf("profile %s maps %d fields, the limit is %d", profile, n, fieldsLimit(profileOf(&cfg)))
		}
		if ix.Mode != config.Auto || ix.Source != config.Auto {
			t.Errorf("profile %s: mode %s, source %s", profile, ix.Mode, ix.Source)
		}
	}
}

// TestMappingOfTsharksLayers: they are one field, where documents have them.
func TestMappingOfTsharksLayers(t *testing.T) {
	for when, want := range map[string]any{"": nil, config.Unknown: "flattened", config.Always: "flattened"} {
		cfg := config.Default()
		cfg.Dissector.Tshark.When = when
		properties := indexOf(cfg.Format, &cfg).Template["mappings"].(map[string]any)["properties"].(map[string]any)
		if got := at(properties, "layers")["type"]; got != want {
			t.Errorf("when %q: layers are mapped as %v", when, got)
		}
	}
}

func at(properties map[string]any, name string) map[string]any {
	var m map[string]any
	for _, part := range strings.Split(name, ".") {
		m, _ = properties[part].(map[string]any)
		properties, _ = m["properties"].(map[string]any)
	}
	return m
}

func count(properties map[string]any) int {
	n := len(properties)
	for _, v := range properties {
		if sub, ok := v.(map[string]any)["properties"].(map[string]any); ok {
			n += count(sub)
		}
	}
	return n
}
