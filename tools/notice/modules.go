// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// platforms for which binaries are made. What any of them links is named.
var platforms = []string{"linux/amd64/1", "linux/amd64/0", "darwin/arm64/0", "windows/amd64/0"} // GOOS/GOARCH/CGO_ENABLED

// module is a linked module and the licence files that cover its linked packages.
type module struct {
	path, version string
	replaces      string // path of the module that it stands for, when it is a replacement
	dir           string
	licenceFiles  map[string]bool
	noticeFile    string // absolute, empty when there is none
}

type listedPackage struct {
	ImportPath, Dir string
	Standard        bool
	Module          *listedModule
}

type listedModule struct {
	Path, Version, Dir string
	Main               bool
	Replace            *listedModule
}

// linkedModules lists what pkg links, sorted by path.
func linkedModules(dir, pkg string) ([]*module, error) {
	found := map[string]*module{}
	for _, p := range platforms {
		part := strings.Split(p, "/")
		cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module", pkg)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOOS="+part[0], "GOARCH="+part[1], "CGO_ENABLED="+part[2])
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("listing the packages of %s for %s: %w", pkg, p, err)
		}
		if err := addModules(found, out); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *module) int { return strings.Compare(a.path, b.path) }), nil
}

func addModules(found map[string]*module, list []byte) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	for {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading the output of go list: %w", err)
		}
		if p.Standard || p.Module == nil || p.Module.Main {
			continue
		}
		src, replaces := p.Module, ""
		if src.Replace != nil {
			src, replaces = src.Replace, p.Module.Path
		}
		m := found[src.Path]
		if m == nil {
			m = &module{path: src.Path, version: src.Version, replaces: replaces, dir: src.Dir, licenceFiles: map[string]bool{}}
			found[src.Path] = m
		}
		if err := m.addPackage(p.Dir); err != nil {
			return err
		}
	}
}

// mixed names modules whose root licence file only says which folder is under which licence.
// The longest prefix of a package's folder decides.
var mixed = map[string]map[string]string{
	"github.com/elastic/beats/v7": {
		"":        "licenses/APACHE-LICENSE-2.0.txt",
		"x-pack/": "licenses/ELASTIC-LICENSE-2.0.txt",
	},
}

// addPackage notes the licence files in the package's folder and in those above it, up to the module's root.
func (m *module) addPackage(dir string) error {
	n := len(m.licenceFiles)
	for d := dir; ; d = filepath.Dir(d) {
		entries, err := os.ReadDir(d)
		if err != nil {
			return fmt.Errorf("looking for the licence of %s: %w", m.path, err)
		}
		for _, e := range entries {
			name := strings.ToLower(e.Name())
			switch {
			case e.IsDir() || strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".docs"): // documentation is not linked
			case strings.HasPrefix(name, "licen") || strings.HasPrefix(name, "copying"):
				if d != m.dir || mixed[m.path] == nil {
					m.licenceFiles[filepath.Join(d, e.Name())] = true
				}
			case strings.HasPrefix(name, "notice") && d == m.dir:
				m.noticeFile = filepath.Join(d, e.Name())
			}
		}
		if d == m.dir {
			break
		}
		if !strings.HasPrefix(d, m.dir) {
			return fmt.Errorf("package folder %s lies outside its module's, %s", dir, m.dir)
		}
	}
	if folders := mixed[m.path]; folders != nil {
		rel, err := filepath.Rel(m.dir, dir)
		if err != nil {
			return err
		}
		longest := ""
		for prefix := range folders {
			if strings.HasPrefix(filepath.ToSlash(rel), prefix) && len(prefix) > len(longest) {
				longest = prefix
			}
		}
		m.licenceFiles[filepath.Join(m.dir, folders[longest])] = true
	}
	if n == 0 && len(m.licenceFiles) == 0 {
		return fmt.Errorf("module %s has no licence file: find out what it is under before linking it", m.path)
	}
	return nil
}
