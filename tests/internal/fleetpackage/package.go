// SPDX-License-Identifier: Apache-2.0

// Package fleetpackage makes of packages/espbeat what Fleet makes of it for a policy: a stream's configuration, rendered from its template and variables.
package fleetpackage

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"gopkg.in/yaml.v3"
)

// Dir is the package's folder.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "packages", "espbeat")
}

// Variable is one that a user sets in a policy.
type Variable struct {
	Name, Type, Title, Description string
	Multi, Required                bool
	Default                        any
	Options                        []struct{ Value string }
}

// Stream is a stream of a data stream.
type Stream struct {
	Name         string `yaml:"-"` // of the data stream
	Input        string
	TemplatePath string `yaml:"template_path"`
	Vars         []Variable
	template     string
}

// Open reads the stream of a data stream: packet, flow or ledger.
func Open(name string) (*Stream, error) {
	dir := filepath.Join(Dir(), "data_stream", name)
	text, err := os.ReadFile(filepath.Join(dir, "manifest.yml"))
	if err != nil {
		return nil, err
	}
	var manifest struct{ Streams []Stream }
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("read the manifest of %s: %w", name, err)
	}
	if len(manifest.Streams) != 1 {
		return nil, fmt.Errorf("data stream %s has %d streams, not one", name, len(manifest.Streams))
	}
	s := &manifest.Streams[0]
	s.Name = name
	if text, err = os.ReadFile(filepath.Join(dir, "agent", "stream", s.TemplatePath)); err != nil {
		return nil, err
	}
	s.template = string(text)
	return s, nil
}

// values are those of all variables: what the user set, and the defaults of the others.
func (s *Stream) values(set map[string]any) (map[string]any, error) {
	v, left := map[string]any{}, len(set)
	for _, d := range s.Vars {
		value, is := set[d.Name]
		if is {
			left--
		} else {
			value = d.Default
		}
		if value == nil && d.Required {
			return nil, fmt.Errorf("stream %s: the variable %s is required", s.Name, d.Name)
		}
		if value != nil {
			v[d.Name] = value
		}
	}
	if left != 0 {
		return nil, fmt.Errorf("stream %s: %v sets variables that the manifest does not have", s.Name, set)
	}
	return v, nil
}
