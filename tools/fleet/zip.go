// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// undated is the time of all files: the least that a zip can hold.
var undated = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// build writes the package in dir as Kibana installs it, and returns its path: without what is for its makers, with the references to ECS resolved and
// the parts of saved objects encoded. The same sources make the same bytes.
func build(dir, to string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.yml"))
	if err != nil {
		return "", err
	}
	var manifest struct{ Name, Version string }
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		return "", fmt.Errorf("read %s/manifest.yml: %w", dir, err)
	}
	if manifest.Name == "" || manifest.Version == "" {
		return "", fmt.Errorf("%s/manifest.yml has no name or no version", dir)
	}
	root := manifest.Name + "-" + manifest.Version
	if err := os.MkdirAll(to, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(to, root+".zip")
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	w := zip.NewWriter(f)
	err = addAll(w, os.DirFS(dir), root)
	return path, errors.Join(err, w.Close(), f.Close())
}

func addAll(w *zip.Writer, sources fs.FS, root string) error {
	resolved := map[string][]byte{}
	for _, s := range streams {
		for name, text := range s.fieldFiles(true) {
			resolved["data_stream/"+s.name+"/fields/"+name] = text
		}
	}
	return fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "_dev":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, ok := resolved[name]
		if !ok {
			if text, err = fs.ReadFile(sources, name); err != nil {
				return err
			}
		}
		if strings.HasPrefix(name, "kibana/") {
			if text, err = encodeParts(text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: path.Join(root, name), Method: zip.Deflate, Modified: undated})
		if err == nil {
			_, err = file.Write(text)
		}
		return err
	})
}

// encodeParts makes strings of the parts of a saved object that Kibana keeps as such.
func encodeParts(text []byte) ([]byte, error) {
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	attributes, _ := d["attributes"].(map[string]any)
	meta, _ := attributes["kibanaSavedObjectMeta"].(map[string]any)
	for _, part := range []struct {
		of  map[string]any
		key string
	}{{attributes, "optionsJSON"}, {attributes, "panelsJSON"}, {meta, "searchSourceJSON"}} {
		if _, isText := part.of[part.key].(string); isText || part.of[part.key] == nil {
			continue
		}
		encoded, err := json.Marshal(part.of[part.key])
		if err != nil {
			return nil, err
		}
		part.of[part.key] = string(encoded)
	}
	return indented(d)
}
