// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type reference struct{ Type, ID, Name string }

type read struct {
	ID, Type   string
	References []reference
	Attributes struct {
		Title      string
		PanelsJSON []struct {
			Type, PanelIndex, PanelRefName string
			GridData                       struct{ X, Y, W, H int }
			EmbeddableConfig               struct {
				Attributes struct {
					References []reference
					State      struct {
						Query            struct{ Query string }
						Visualization    any
						DatasourceStates struct {
							FormBased struct {
								Layers map[string]struct {
									Columns     map[string]any
									ColumnOrder []string
								}
							}
						}
					}
				}
			}
		}
		ControlGroupInput struct{ PanelsJSON string }
	}
}

// objects of a form, as JSON reads them.
func objects(t *testing.T, f Form) map[string]read {
	t.Helper()
	list, err := f.Objects()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]read{}
	for _, o := range list {
		text, err := o.JSON("")
		if err != nil {
			t.Fatal(err)
		}
		var r read
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("%s: %v", o.ID, err)
		}
		if r.ID != o.ID || r.Type != o.Type || all[o.Type+":"+o.ID].ID != "" {
			t.Errorf("%s %s is written as %s %s, or twice", o.Type, o.ID, r.Type, r.ID)
		}
		all[o.Type+":"+o.ID] = r
	}
	return all
}

var forms = map[string]Form{"Beat": Beat, "package": Package}

func TestReferencesResolve(t *testing.T) {
	for name, f := range forms {
		all := objects(t, f)
		for key, o := range all {
			names := map[string]bool{}
			for _, r := range o.References {
				if names[r.Name] {
					t.Errorf("%s: %s: two references are called %s", name, key, r.Name)
				}
				names[r.Name] = true
				if _, ok := all[r.Type+":"+r.ID]; !ok && (r.Type != "index-pattern" || r.ID != f.DataView()) {
					t.Errorf("%s: %s refers to %s %s, which is not there", name, key, r.Type, r.ID)
				}
			}
			for _, p := range o.Attributes.PanelsJSON {
				for _, r := range p.EmbeddableConfig.Attributes.References {
					if !names[p.PanelIndex+":"+r.Name] {
						t.Errorf("%s: %s: the dashboard does not know the reference %s of panel %s", name, key, r.Name, p.PanelIndex)
					}
				}
				if p.Type == "search" && !names[p.PanelIndex+":"+p.PanelRefName] {
					t.Errorf("%s: %s: panel %s refers to no search", name, key, p.PanelIndex)
				}
			}
		}
	}
}

// libbeat follows references from object to object without an end.
func TestReferencesDoNotGoInCircles(t *testing.T) {
	all := objects(t, Beat)
	var follow func(key string, above []string)
	follow = func(key string, above []string) {
		for _, a := range above {
			if a == key {
				t.Fatalf("references go in a circle: %s", strings.Join(append(above, key), " → "))
			}
		}
		for _, r := range all[key].References {
			follow(r.Type+":"+r.ID, append(above[:len(above):len(above)], key))
		}
	}
	for key := range all {
		follow(key, nil)
	}
}

func TestPanels(t *testing.T) {
	for name, f := range forms {
		dashboards := 0
		for key, o := range objects(t, f) {
			if o.Type != "dashboard" {
				continue
			}
			dashboards++
			taken := map[[2]int]string{}
			for _, p := range o.Attributes.PanelsJSON {
				g := p.GridData
				for x := g.X; x < g.X+g.W; x++ {
					for y := g.Y; y < g.Y+g.H; y++ {
						if other := taken[[2]int{x, y}]; other != "" || x >= 48 {
							t.Fatalf("%s: %s: panel %s lies on %s or outside", name, key, p.PanelIndex, other)
						}
						taken[[2]int{x, y}] = p.PanelIndex
					}
				}
				if p.Type != "lens" {
					continue
				}
				state := p.EmbeddableConfig.Attributes.State
				layer, ok := state.DatasourceStates.FormBased.Layers[p.PanelIndex+"-layer"]
				if !ok || len(layer.Columns) != len(layer.ColumnOrder) || state.Query.Query == "" {
					t.Errorf("%s: %s: panel %s: layer %v, query %q", name, key, p.PanelIndex, layer, state.Query.Query)
				}
				shown := 0
				accessors(state.Visualization, func(id string) {
					shown++
					if layer.Columns[id] == nil {
						t.Errorf("%s: %s: panel %s shows %s, which is no column of it", name, key, p.PanelIndex, id)
					}
				})
				if shown != len(layer.Columns) {
					t.Errorf("%s: %s: panel %s shows %d of %d columns", name, key, p.PanelIndex, shown, len(layer.Columns))
				}
			}
			var controls map[string]any
			if err := json.Unmarshal([]byte(o.Attributes.ControlGroupInput.PanelsJSON), &controls); err != nil || len(controls) == 0 {
				t.Errorf("%s: %s: controls %v, %v", name, key, controls, err)
			}
		}
		if dashboards != 8 {
			t.Errorf("%s: %d dashboards", name, dashboards)
		}
	}
}

// accessors calls f with the ids of the columns in the state of a visualization.
func accessors(v any, f func(id string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, sub := range v {
			accessors(sub, f)
		}
	case []any:
		for _, sub := range v {
			accessors(sub, f)
		}
	case string:
		if strings.HasPrefix(v, "column-") {
			f(v)
		}
	}
}

// Both forms may be in one Kibana.
func TestFormsShareNoID(t *testing.T) {
	ofPackage := objects(t, Package)
	for key := range objects(t, Beat) {
		if ofPackage[key].ID != "" {
			t.Errorf("setup and the Fleet package overwrite each other's %s", key)
		}
	}
}

// What is committed must be what the description gives now.
func TestGeneratedFiles(t *testing.T) {
	root := filepath.Join("..", "..", "..", "kibana", "7")
	list, err := Beat.Objects()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		want, err := o.JSON("")
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, o.File()))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s %s is not what the description gives (%v): run `mage update` and commit it", o.Type, o.ID, err)
		}
	}
	found, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	if err != nil || len(found) != len(list) {
		t.Errorf("%d files, %d objects (%v)", len(found), len(list), err)
	}
}
