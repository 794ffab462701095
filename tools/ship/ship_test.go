// SPDX-License-Identifier: Apache-2.0

package ship

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	exported := map[string]any{"index": map[string]any{
		"refresh_interval": "5s", "mode": "logsdb", "codec": "default",
		"mapping": map[string]any{"total_fields": map[string]any{"limit": 2500.0}, "synthetic_source_keep": "all"},
		"sort":    map[string]any{"field": []any{"a"}, "missing": []any{"_first"}},
	}}
	common := map[string]any{"index.refresh_interval": "5s", "index.number_of_replicas": 0, "index.codec": "best_compression", "index.mapping.total_fields.limit": 2500.0}
	exportedSort := map[string]any{"index.sort.field": []any{"a"}, "index.sort.missing": []any{"_first"}}
	for name, c := range map[string]struct {
		v    Variant
		want []map[string]any
	}{
		"plain":     {Variant{Store: Plain}, []map[string]any{common, exportedSort, {"index.mode": "standard", "index.mapping.source.mode": "stored"}}},
		"synthetic": {Variant{Store: Synthetic}, []map[string]any{common, exportedSort, {"index.mode": "logsdb", "index.mapping.source.mode": "synthetic", "index.mapping.synthetic_source_keep": "arrays"}}},
		"sorted": {Variant{Store: Stored, Sort: []string{"flow.id", "@timestamp"}}, []map[string]any{common, {
			"index.mode": "logsdb", "index.mapping.source.mode": "stored",
			"index.sort.field": []string{"flow.id", "@timestamp"}, "index.sort.order": []string{"asc", "desc"},
		}}},
	} {
		want := map[string]any{}
		for _, m := range c.want {
			for k, v := range m {
				want[k] = v
			}
		}
		if got := c.v.settings(exported); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%v\nwant\n%v", name, got, want)
		}
	}
	if got := (Variant{Store: Plain}).settings(nil); got["index.mode"] != "standard" {
		t.Errorf("no settings exported: %v", got)
	}
}

// fake is a binary that exports what it is given.
func fake(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fake")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTemplate(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh to stand for the binary: run the tests on a Unix")
	}
	v := Variant{Profile: "minimal", Store: Stored}
	got, err := v.template(fake(t, `echo "{\"data_stream\":{},\"template\":{\"mappings\":{\"meta\":\"$*\"}}}"`), "name")
	if err != nil {
		t.Fatal(err)
	}
	inner := got["template"].(map[string]any)
	argv := inner["mappings"].(map[string]any)["meta"].(string)
	for _, want := range []string{"export template", "espbeat.index.profile=minimal", "espbeat.index.mode=logsdb", "espbeat.index.source=stored"} {
		if !strings.Contains(argv, want) {
			t.Errorf("the binary is not told %q: %s", want, argv)
		}
	}
	if !slices.Equal(got["index_patterns"].([]string), []string{"name"}) || inner["settings"].(map[string]any)["index.mode"] != "logsdb" {
		t.Errorf("%v", got)
	}
	for name, script := range map[string]string{
		"fails":    "echo no such profile >&2; exit 1",
		"no JSON":  "echo hello",
		"no inner": "echo {}",
	} {
		if _, err := v.template(fake(t, script), "name"); err == nil || name == "fails" && !strings.Contains(err.Error(), "no such profile") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStoreOf(t *testing.T) {
	for _, name := range []string{"plain", "stored", "synthetic"} {
		if _, err := StoreOf(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := StoreOf("Plain"); err == nil {
		t.Error("no error for a name that is none")
	}
}
