// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/elastic-agent-libs/paths"
	"github.com/elastic/elastic-agent-libs/version"
)

// printer is what export writes to.
type printer map[string]map[string]any

func (p printer) GetVersion() version.V { return *version.MustNew("9.3.0") }

func (p printer) Write(component, _, body string) error {
	var m map[string]any
	err := json.Unmarshal([]byte(body), &m)
	p[component] = m
	return err
}

func (b *bench) export(t *testing.T) printer {
	t.Helper()
	s, root, err := b.supporter()
	if err != nil {
		t.Fatal(err)
	}
	var raw lifecycle.RawConfig
	if err := root.Unpack(&raw); err != nil {
		t.Fatal(err)
	}
	p := printer{}
	h, err := idxmgmt.NewFileClientHandler(p, b.info(), paths.Paths, raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Manager(h, idxmgmt.BeatsAssets(nil)).Setup(idxmgmt.LoadModeForce, idxmgmt.LoadModeForce); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestExportAsksNobody: auto means logsdb and a stored source, which every licence has.
func TestExportAsksNobody(t *testing.T) {
	for name, c := range map[string]struct{ mode, source, wantMode, wantSource string }{
		"auto":      {auto, auto, "logsdb", "stored"},
		"synthetic": {auto, synthetic, "logsdb", "synthetic"},
		"standard":  {standard, auto, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.index.Mode, b.index.Source = c.mode, c.source
			f := flatTemplate(b.export(t)["template"])
			if f["settings.index.mode"] != c.wantMode || f["settings.index.mapping.source.mode"] != c.wantSource || f["settings.index.lifecycle.name"] != "espbeat" {
				t.Errorf("template %v", f)
			}
			if len(b.c.asked) > 0 {
				t.Errorf("asked %q", b.c.asked)
			}
			left, err := os.ReadDir(paths.Paths.Data)
			if err != nil || len(left) > 0 {
				t.Errorf("left in the data directory: %v, %v", left, err)
			}
		})
	}
}

func TestExportedPolicies(t *testing.T) {
	b := newBench(t)
	f := flatPolicy(object(b.export(t)["policy"], "policy"))
	for path, want := range map[string]string{
		"phases.hot.actions.rollover.max_age": "7d", "phases.hot.actions.rollover.max_primary_shard_size": "50gb",
		"phases.warm.actions.forcemerge.max_num_segments": "1", "phases.delete.min_age": retention, "phases.delete.actions.delete": "{}",
	} {
		if f[path] != want {
			t.Errorf("%s is %q, want %q", path, f[path], want)
		}
	}
	b.yml = "setup.dsl.enabled: true"
	if p := b.export(t)["policy"]; p["data_retention"] != retention || p["enabled"] != true {
		t.Errorf("data stream lifecycle %v", p)
	}
}

// TestGeoIP checks the pipeline's structure: the test server has no geoip processor.
func TestGeoIP(t *testing.T) {
	// What the processor's documentation names for the databases City and ASN.
	city := []string{"ip", "country_iso_code", "country_name", "continent_code", "continent_name", "region_iso_code", "region_name", "city_name", "timezone", "location"}
	asn := []string{"ip", "asn", "organization_name", "network"}
	mapped := WithGeoIP(map[string]any{})
	flatMapped := map[string]string{}
	flat(flatMapped, "", mapped["properties"])
	names := strings.ReplaceAll(strings.Join(slices.Collect(mapKeys(flatMapped)), " "), ".properties", "")
	lookups := 0
	for _, p := range GeoIP().Body["processors"].([]any) {
		for kind, o := range p.(map[string]any) {
			options := o.(map[string]any)
			if options["ignore_failure"] != true {
				t.Errorf("%s may fail a document: %v", kind, options)
			}
			if kind != "geoip" {
				continue
			}
			lookups++
			allowed, target := city, options["target_field"].(string)
			if options["database_file"] == "GeoLite2-ASN.mmdb" {
				allowed = asn
			}
			for _, name := range options["properties"].([]any) {
				if !slices.Contains(allowed, name.(string)) {
					t.Errorf("%s has no property %s", kind, name)
				}
				if strings.HasSuffix(target, ".geo") && !strings.Contains(names, target+"."+name.(string)+".") {
					t.Errorf("%s.%s is not mapped: %s", target, name, names)
				}
			}
			if options["ignore_missing"] != true || !strings.HasPrefix(target, strings.TrimSuffix(options["field"].(string), "ip")) {
				t.Errorf("%v", options)
			}
		}
	}
	if lookups != 4 {
		t.Errorf("%d lookups", lookups)
	}
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k + ".") {
				return
			}
		}
	}
}

// TestOpenSearch is refused where it would fail, and says where to read on.
func TestOpenSearch(t *testing.T) {
	b := newBench(t)
	b.c.distribution, b.c.version, b.c.flavor = "opensearch", "2.19.0", ""
	if _, err := b.try(); err == nil || !strings.Contains(err.Error(), "does not support ILM") || !strings.Contains(err.Error(), "docs/index.md") {
		t.Errorf("error %v", err)
	}
	wrote(t, b.c)
	b.yml = "setup.ilm.enabled: false"
	b.setup()
	if b.setting("mode") != "" {
		t.Errorf("template %v", b.template())
	}
}
