// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"os"
	"path/filepath"
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

// TestMappingOfChosenProtocols: their fields come from the configured tshark, which has to be there, and the index has room for them.
func TestMappingOfChosenProtocols(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tshark")
	script := `#!/bin/sh
if [ "$1" = --version ]; then echo 'TShark (Wireshark) 4.0.0'; exit 0; fi
printf 'P\tTest\tte.st\nF\tNumber\tte.st.n\tFT_UINT8\tte.st\tBASE_DEC\t0x0\t\n'
`
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil { //nolint:gosec // to be run
		t.Fatal(err)
	}
	index := func(path, protocols string) (indices.Index, error) {
		cfg := parsed(t, `dissector.tshark: {when: always, user: "", path: `+path+`, protocols: [`+protocols+`]}`)
		ix := indexOf(cfg.Format, &cfg)
		return ix, mapTyped(&ix, &cfg.Dissector.Tshark)
	}
	limit := func(ix indices.Index) any {
		return at(map[string]any{"settings": map[string]any{"properties": ix.Template["settings"].(map[string]any)["index"].(map[string]any)["mapping"]}}, "settings.total_fields")["limit"]
	}
	without, err := index(path, "")
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index(path, "te.st")
	if err != nil {
		t.Fatal(err)
	}
	properties := ix.Template["mappings"].(map[string]any)["properties"].(map[string]any)
	if got := at(properties, "tshark.te_st.te_st_te_st_n")["type"]; got != "long" || at(properties, "layers")["type"] != "flattened" {
		t.Errorf("the chosen field is mapped as %v, in %v", got, properties["tshark"])
	}
	if got, want := limit(ix), limit(without).(int)+3; got != want {
		t.Errorf("the index has room for %v fields, want %d", got, want)
	}
	for says, c := range map[string][2]string{"espbeat.dissector.tshark.path": {path + "-none", "te.st"}, `"dns": not known to tshark 4.0.0`: {path, "dns"}} {
		if _, err := index(c[0], c[1]); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
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
