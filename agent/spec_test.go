// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// spec is a component's specification as Elastic Agent reads it (version 2), with the keys that a command has.
type spec struct {
	Version int
	Inputs  []struct {
		Name, Description  string
		Platforms, Outputs []string
		Command            *struct {
			Restarts int           `yaml:"maximum_restarts_per_period"`
			Period   time.Duration `yaml:"restart_monitoring_period"`
			Timeouts struct{ Checkin, Restart, Stop time.Duration }
			Args     []string
		}
	}
}

// platforms are those that Elastic Agent knows.
var platforms = []string{
	"container/amd64", "container/arm64", "darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64",
}

// TestSpec holds the rules by which `elastic-agent component spec` takes a file.
func TestSpec(t *testing.T) {
	b, err := os.ReadFile("espbeat.spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var s spec
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	if s.Version != 2 || len(s.Inputs) != 1 {
		t.Fatalf("version %d with %d inputs", s.Version, len(s.Inputs))
	}
	in := s.Inputs[0]
	switch c := in.Command; {
	case in.Name != "espbeat/packet" || in.Description == "":
		t.Errorf("input %q: %q", in.Name, in.Description)
	case !unique(in.Platforms) || len(in.Platforms) == 0 || !unique(in.Outputs) || !slices.Contains(in.Outputs, "elasticsearch"):
		t.Errorf("platforms %v, outputs %v", in.Platforms, in.Outputs)
	case c == nil || c.Restarts < 1 || c.Period <= 0 || c.Timeouts.Restart <= 0:
		t.Errorf("command %+v", c)
	case len(c.Args)%2 != 0 || !slices.Contains(c.Args, "management.enabled=true") || !slices.Contains(c.Args, "management.restart_on_output_change=true"):
		t.Errorf("arguments %q", c.Args)
	}
	for _, p := range in.Platforms {
		if !slices.Contains(platforms, p) {
			t.Errorf("platform %q is none", p)
		}
	}
}

func unique(all []string) bool {
	all = slices.Sorted(slices.Values(all))
	return len(slices.Compact(slices.Clone(all))) == len(all)
}
