// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/espbeat/espbeat/field"
)

const root = "../.."

var sources = filepath.Join(root, "packages", "espbeat")

// What is generated and committed must be what the definitions give now.
func TestGeneratedFiles(t *testing.T) {
	files, err := generate(root, sources)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(sources, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("packages/espbeat/%s is not what the sources give (%v): run `mage update` and commit it", name, err)
		}
	}
}

// leaves calls f with the path and value of everything in v that is no object.
func leaves(path string, v any, f func(path string, v any)) {
	switch v := v.(type) {
	case map[string]any:
		for name, sub := range v {
			leaves(strings.TrimPrefix(path+"."+name, "."), sub, f)
		}
	case []any:
		for _, sub := range v {
			leaves(path, sub, f)
		}
	default:
		f(path, v)
	}
}

// mapping is the types of a stream's fields by their names.
func mapping(s *stream) map[string]string {
	m := map[string]string{}
	for _, f := range s.all() {
		m[f.Name] = f.kind
	}
	return m
}

// Every field of documents of each kind is mapped in the stream that they go to.
func TestDocumentsAreMapped(t *testing.T) {
	for _, c := range []struct{ stream, file string }{
		{"packet", "tests/golden/demo.ndjson"}, {"packet", "tests/golden/profiles.ndjson"}, {"flow", "tests/golden/flow.ndjson"}, {"ledger", "tests/golden/gap.ndjson"},
		{"packet", "packages/espbeat/data_stream/packet/sample_event.json"}, {"flow", "packages/espbeat/data_stream/flow/sample_event.json"},
		{"ledger", "packages/espbeat/data_stream/ledger/sample_event.json"},
	} {
		s, err := streamOf(c.stream)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(c.file)))
		if err != nil {
			t.Fatal(err)
		}
		types, docs := mapping(s), 0
		_, left := s.own()
		for _, f := range left {
			types[f.Name] = f.kind
		}
		for d := json.NewDecoder(bytes.NewReader(text)); ; docs++ {
			var doc map[string]any
			if err := d.Decode(&doc); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", c.file, err)
			}
			leaves("", doc, func(path string, v any) {
				if types[path] == "" {
					t.Errorf("%s: %s, which is %v, is not mapped in %s", c.file, path, v, s.name)
				}
			})
		}
		if docs == 0 {
			t.Errorf("%s has no documents", c.file)
		}
	}
}

func TestFieldsOfStreams(t *testing.T) {
	for _, s := range streams {
		var all []string
		for _, f := range s.all() {
			all = append(all, f.Name)
		}
		slices.Sort(all)
		if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) || len(all) > mostFields {
			t.Errorf("%s: %d fields, %d names, at most %d", s.name, len(all), len(unique), mostFields)
		}
		for _, n := range append(slices.Clone(s.only), s.not...) {
			if !known(n) {
				t.Errorf("%s: no field is called %s", s.name, n)
			}
		}
	}
	types := mapping(streams[0])
	for name, want := range map[string]string{"@timestamp": "date", "source.port": "long", "event.start": "", "packet.layers": "keyword", "tcp.flags.names": "keyword", "packet.lost.kernel": ""} {
		if types[name] != want {
			t.Errorf("packet: %s is mapped as %q, want %q", name, types[name], want)
		}
	}
	if flow := mapping(streams[1]); flow["event.start"] != "date_nanos" || flow["flow.final"] != "boolean" || flow["tcp.seq"] != "" {
		t.Errorf("flow: %v", flow)
	}
}

// known tells whether a name, or a prefix that ends in a dot, is one of a field.
func known(name string) bool {
	return slices.ContainsFunc(field.Defs(), func(d field.Def) bool { return names([]string{name}, d.Name) })
}

// What does not fit is what is searched by least, and the README says so.
func TestFieldsThatDoNotFit(t *testing.T) {
	of := func(name string, flags field.Flag) mapped { return mapped{Def: field.Def{Name: name, Flags: flags}} }
	all := []mapped{of("a", field.Detail), of("b", field.Rare), of("c", 0), of("d", field.Detail), of("e", 0), of("f", field.Rare)}
	for most, want := range map[int]string{9: "abcdef", 6: "abcdef", 5: "abcef", 4: "bcef", 3: "bce", 2: "ce", 1: "c", 0: ""} {
		in, left := fit(all, most)
		var got string
		for _, m := range in {
			got += m.Name
		}
		if got != want || len(in)+len(left) != len(all) {
			t.Errorf("of %d fit %q and %d are left, want %q", most, got, len(left), want)
		}
	}
	for _, s := range streams {
		_, left := s.own()
		table := s.table()
		for _, f := range left {
			if !strings.Contains(table, "`"+f.Name+"`") || f.In(field.Standard) && !f.Is(field.Rare) {
				t.Errorf("%s: %s is not mapped", s.name, f.Name)
			}
		}
	}
}

func TestREADMENamesWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	for _, text := range []string{`{{event "none"}}`, `{{fields "none"}}`, `{{nothing}}`, `{{event`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := readme(path, nil); err == nil {
			t.Errorf("%s makes %s", text, out)
		}
	}
}

// built are the files of the built package, without its folder.
func built(t *testing.T) map[string][]byte {
	t.Helper()
	path, err := build(sources, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	files := map[string][]byte{}
	for _, f := range r.File {
		folder, name, _ := strings.Cut(f.Name, "/")
		if folder+".zip" != filepath.Base(path) {
			t.Errorf("%s lies outside the package's folder", f.Name)
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		in.Close()
	}
	return files
}

func TestBuiltPackage(t *testing.T) {
	files := built(t)
	for name, text := range files {
		if strings.Contains(name, "_dev/") {
			t.Errorf("%s is for makers of the package", name)
		}
		if strings.Contains(name, "/fields/") && bytes.Contains(text, []byte("external:")) {
			t.Errorf("%s refers to what Kibana does not have", name)
		}
	}
	var fields []struct{ Name, Type string }
	if err := yaml.Unmarshal(files["data_stream/packet/fields/ecs.yml"], &fields); err != nil || len(fields) < 50 {
		t.Errorf("%d fields of ECS, %v", len(fields), err)
	}
	for _, f := range fields {
		if f.Type == "" {
			t.Errorf("%s has no type", f.Name)
		}
	}
	var d struct {
		Attributes struct {
			PanelsJSON, OptionsJSON string
			KibanaSavedObjectMeta   struct{ SearchSourceJSON string }
		}
	}
	if err := json.Unmarshal(files["kibana/dashboard/espbeat-overview.json"], &d); err != nil {
		t.Errorf("the dashboard's parts are not encoded: %v", err)
	}
	again := built(t)
	for name := range files {
		if !bytes.Equal(files[name], again[name]) {
			t.Errorf("%s is another each time", name)
		}
	}
}

func TestBuildNeedsAManifest(t *testing.T) {
	dir := t.TempDir()
	if _, err := build(dir, dir); err == nil {
		t.Error("nothing is built without an error")
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.yml"), []byte("title: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := build(dir, dir); err == nil || !strings.Contains(err.Error(), "no name") {
		t.Errorf("%v, want a word about the name", err)
	}
}
