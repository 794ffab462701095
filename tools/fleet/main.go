// SPDX-License-Identifier: Apache-2.0

// Command fleet writes what is generated of the Fleet package in packages/espbeat (fields, sample events, dashboards, README), and builds the package:
//
//	fleet               writes what is generated
//	fleet -zip build    and the built package build/espbeat-VERSION.zip, which Kibana installs
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	"github.com/espbeat/espbeat/tools/kibana/saved"
)

//go:generate go run . -root ../..

func main() {
	root := flag.String("root", ".", "`folder` of the sources")
	zip := flag.String("zip", "", "`folder` that the built package is written to; empty builds none")
	flag.Parse()
	if err := run(*root, *zip); err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

func run(root, zip string) error {
	dir := filepath.Join(root, "packages", "espbeat")
	files, err := generate(root, dir)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	if zip == "" {
		return nil
	}
	path, err := build(dir, zip)
	if err == nil {
		fmt.Println(path)
	}
	return err
}

// generate makes the files of the package that are not written by hand, by their paths below dir, the package.
func generate(root, dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	add := func(name string, text []byte) { files[filepath.FromSlash(name)] = text }
	events, err := sampleEvents(filepath.Join(root, "tests", "demo", "demo.pcapng"))
	if err != nil {
		return nil, err
	}
	for _, s := range streams {
		at := "data_stream/" + s.name + "/"
		for name, text := range s.fieldFiles(false) {
			add(at+"fields/"+name, text)
		}
		add(at+"sample_event.json", events[s.name])
		for name, text := range pipelineTest(s, events[s.name]) {
			add(at+"_dev/test/pipeline/"+name, text)
		}
	}
	objects, err := saved.Package.Objects()
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		text, err := o.JSON("    ")
		if err != nil {
			return nil, err
		}
		add("kibana/"+filepath.ToSlash(o.File()), text)
	}
	readme, err := readme(filepath.Join(dir, "_dev", "build", "docs", "README.md"), events)
	add("docs/README.md", readme)
	return files, err
}
