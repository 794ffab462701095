// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestDir(t *testing.T) {
	root := t.TempDir()
	at := func(sec uint32) []byte {
		w := standardPcap(binary.BigEndian)
		w.record(sec, 0, []byte("packet"), 6)
		return w.buf
	}
	for name, content := range map[string][]byte{
		"a-latest.pcap":        at(400),
		"z-first.pcap":         at(100),
		"same-b":               at(200),
		"same-a":               at(200),
		"sub/deep/middle.pcap": gzipped(at(300)),
		"broken.pcap":          at(1)[:30],
		"no-packets.pcap":      samplePcap(0),
		"header-cut.pcap":      at(1)[:9],
		"notes.txt":            []byte("not a capture"),
		"sub/empty":            nil,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, sec := range map[string]int64{"broken.pcap": 150, "no-packets.pcap": 250, "header-cut.pcap": 160} {
		mod := time.Unix(sec, 0)
		if err := os.Chtimes(filepath.Join(root, name), mod, mod); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.Symlink(root, link), os.Symlink(root, filepath.Join(root, "loop")),
		os.Symlink(filepath.Join(root, "absent"), filepath.Join(root, "dangling"))); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	for _, dir := range []string{root, link, root + string(filepath.Separator)} {
		var skipped []string
		got, err := Dir(dir, DirOptions{Skipped: func(path string, err error) {
			if err == nil {
				t.Errorf("%s skipped without a reason", path)
			}
			skipped = append(skipped, filepath.Base(path))
		}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i], _ = filepath.Rel(dir, got[i])
		}
		want := []string{"z-first.pcap", "broken.pcap", "header-cut.pcap", "same-a", "same-b", "no-packets.pcap",
			filepath.Join("sub", "deep", "middle.pcap"), "a-latest.pcap"}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", dir, got, want)
		}
		if want := []string{"dangling", "loop", "notes.txt", "empty"}; !slices.Equal(skipped, want) {
			t.Errorf("skipped %q, want %q", skipped, want)
		}
	}
}

func TestDirErrors(t *testing.T) {
	if _, err := Dir(t.TempDir(), DirOptions{}); !errors.Is(err, ErrNotCapture) {
		t.Errorf("empty directory: %v", err)
	}
	if _, err := Dir(filepath.Join(t.TempDir(), "absent"), DirOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent directory: %v", err)
	}
	if _, err := Dir(writeFile(t, "f", samplePcap(1)), DirOptions{}); err == nil {
		t.Error("a file was taken for a directory")
	}
}
