// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elastic/package-spec/v3/code/go/pkg/validator"
)

const sources = "../../packages/espbeat"

// copied is a copy of the package's sources, in which one file is changed.
func copied(t *testing.T, file, old, replacement string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "espbeat")
	if err := os.CopyFS(dir, os.DirFS(sources)); err != nil {
		t.Fatal(err)
	}
	if file == "" {
		return dir
	}
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), old, replacement, 1)
	if changed == string(text) {
		t.Fatalf("%s has no %q", file, old)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// zipped is a package as a zip that nothing was resolved in.
func zipped(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "espbeat-0.1.0.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	if err = w.AddFS(os.DirFS(filepath.Dir(dir))); err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSourcesAreValid(t *testing.T) {
	if err := check(validator.SourceMode, copied(t, "", "", "")); err != nil {
		t.Error(err)
	}
}

func TestBuiltPackageIsValid(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "./tools/fleet", "-zip", dir)
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := check(validator.BuildMode, strings.TrimSpace(string(out))); err != nil {
		t.Error(err)
	}
}

func TestWhatIsBrokenIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ file, old, replacement, want string }{
		"no such format":           {"manifest.yml", "format_version: 3.", "format_version: 93.", "93."},
		"unknown setting":          {"manifest.yml", "owner:", "owners:", "owners"},
		"version without an entry": {"manifest.yml", "version: 0.1.0", "version: 0.1.1", "changelog"},
		"template does not parse":  {"data_stream/packet/agent/stream/stream.yml.hbs", "{{/if}}", "{{/unless}}", "stream.yml.hbs"},
		"field without a type":     {"data_stream/packet/fields/base-fields.yml", "  type: date\n", "", "@timestamp"},
		// When this one is valid, the package can map times by the nanosecond: change tools/fleet and docs/fleet-index.md.
		"times by the nanosecond":    {"data_stream/packet/fields/base-fields.yml", "  type: date\n", "  type: date_nanos\n", "@timestamp"},
		"pipeline that loses events": {"data_stream/packet/elasticsearch/ingest_pipeline/default.yml", "value: pipeline_error", "value: event", "pipeline_error"},
		"panel without a filter":     {"kibana/dashboard/espbeat-overview.json", `"query": "data_stream.dataset : \"espbeat.packet\""`, `"query": ""`, "filter"},
		"README without a section":   {"docs/README.md", "## Troubleshooting", "## Trouble", "Troubleshooting"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check(validator.SourceMode, copied(t, c.file, c.old, c.replacement))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want a word about %s", err, c.want)
			}
		})
	}
}

// What only sources may have is found in a built package.
func TestSourcesAreNotBuilt(t *testing.T) {
	err := check(validator.BuildMode, zipped(t, copied(t, "", "", "")))
	if err == nil || !strings.Contains(err.Error(), "external") {
		t.Errorf("%v, want a word about external fields", err)
	}
	if err := check(validator.BuildMode, filepath.Join(t.TempDir(), "none.zip")); err == nil {
		t.Error("a package that is not there is valid")
	}
}
