// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/capture/discover"
	"github.com/espbeat/espbeat/config"
)

// Documents name files relative to their folder, without links.
func TestPlaceOf(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "root")
	file := filepath.Join(root, "2024", "a.pcap")
	for _, dir := range []string{filepath.Dir(file), filepath.Join(base, "elsewhere")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{file, filepath.Join(base, "elsewhere", "b.pcap")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": root, "root/b.pcap": filepath.Join(base, "elsewhere", "b.pcap"), "elsewhere/a.pcap": file} {
		if err := os.Symlink(to, filepath.Join(base, link)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	id := capture.Identity{Bytes: 1}
	for _, c := range []struct{ root, path, want string }{
		{root, file, "2024/a.pcap"},
		{root, "2024/a.pcap", "2024/a.pcap"},
		{filepath.Join(base, "link"), file, "2024/a.pcap"},
		{root, filepath.Join(base, "link", "2024", "a.pcap"), "2024/a.pcap"},
		{root, filepath.Join(base, "elsewhere", "a.pcap"), "2024/a.pcap"},
		{root, filepath.Join(root, "b.pcap"), ""},
		{filepath.Join(root, "2024", "a"), file, ""},
		{filepath.Join(base, "elsewhere"), file, ""},
	} {
		got, err := placeOf(discover.File{Path: c.path, Identity: id}, &config.Capture{ID: "lab", Root: c.root})
		switch {
		case c.want == "":
			if err == nil || !strings.Contains(err.Error(), "set capture.root of the input") || got != (place{}) {
				t.Errorf("%+v: %+v, %v", c, got, err)
			}
		case err != nil || got != place{"lab", c.want, "AAAAAAAAAAAAAAAA"}:
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
}
