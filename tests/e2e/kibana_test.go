// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/fakekibana"
	"github.com/espbeat/espbeat/tools/kibana/saved"
)

// kibanaHome is a folder from which espbeat takes the dashboards below kibana.
func kibanaHome(t *testing.T, kibana string) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Symlink(kibana, filepath.Join(home, "kibana")); err != nil {
		t.Fatal(err)
	}
	return home
}

// loadDashboards runs setup of the dashboards alone.
func loadDashboards(t *testing.T, home string, k *fakekibana.Server, more ...string) result {
	t.Helper()
	return cmdline{dir: home, args: append([]string{"setup", "--dashboards", "--path.home", home, "-E", "setup.kibana.host=" + k.URL,
		"-E", "output.elasticsearch.hosts=[localhost]"}, more...)}.run(t)
}

func TestSetupLoadsDashboards(t *testing.T) {
	k := fakekibana.New(t)
	home := kibanaHome(t, filepath.Join(root(), "kibana"))
	loadDashboards(t, home, k).exits(0).prints("Loaded dashboards")
	objects, err := saved.Beat.Objects()
	if err != nil {
		t.Fatal(err)
	}
	first := k.Objects()
	for _, o := range objects {
		if first[o.Type+":"+o.ID] == "" {
			t.Errorf("%s %s is not loaded", o.Type, o.ID)
		}
	}
	if len(first) != len(objects) || !strings.Contains(first["index-pattern:"+saved.Beat.DataView()], "fieldFormatMap") {
		t.Errorf("%d objects, want %d", len(first), len(objects))
	}
	n := k.Imports()
	loadDashboards(t, home, k).exits(0).prints("Loaded dashboards")
	if k.Imports() == n || !maps.Equal(k.Objects(), first) {
		t.Error("the second setup loads nothing, or something else")
	}
}

// The data view of another index is that of everything.
func TestSetupLoadsDashboardsOfAnotherIndex(t *testing.T) {
	k := fakekibana.New(t)
	loadDashboards(t, kibanaHome(t, filepath.Join(root(), "kibana")), k, "-E", "setup.dashboards.index=mine-*").exits(0)
	for key, text := range k.Objects() {
		if strings.Contains(text, `"`+saved.Beat.DataView()+`"`) {
			t.Errorf("%s refers to the default data view", key)
		}
	}
}

// What Kibana does not take ends setup with status 1, also where it says so with status 200.
func TestSetupTellsWhatKibanaRefuses(t *testing.T) {
	k := fakekibana.New(t)
	k.Answer(`{"success": false, "successCount": 0, "errors": [{"id": "espbeat-beat-dns", "type": "dashboard", "error": {"type": "conflict"}}]}`)
	loadDashboards(t, kibanaHome(t, filepath.Join(root(), "kibana")), k).exits(1).complains("espbeat-beat-dns", "conflict")

	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "7", "dashboard"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "7", "dashboard"), "lost.json", `{"id": "lost", "type": "dashboard", "references": [{"type": "index-pattern", "id": "gone-*", "name": "a"}],
		"attributes": {"title": "x", "panelsJSON": [], "optionsJSON": {}, "kibanaSavedObjectMeta": {"searchSourceJSON": {}}}}`)
	loadDashboards(t, kibanaHome(t, dir), fakekibana.New(t)).exits(1).complains("lost", "gone-*")
}
