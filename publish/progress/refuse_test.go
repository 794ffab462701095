// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elastic/elastic-agent-libs/logp"
)

func TestFolderOfAnotherIsRefused(t *testing.T) {
	folder := t.TempDir()
	s := open(t, Options{Folder: folder})
	_, err := Open(Options{Folder: folder})
	if err == nil || !strings.Contains(err.Error(), folder+": another process does: stop that espbeat") {
		t.Errorf("error %v", err)
	}
	closed(t, s)
	open(t, Options{Folder: folder})
}

func TestFolderThatCannotBeWrittenIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, dir := range []string{lockFile, storeName + "/meta.json"} { // where files are to be
		if err := os.MkdirAll(filepath.Join(folder, dir, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	instead := t.TempDir()
	if err := os.WriteFile(filepath.Join(instead, storeName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{filepath.Join(file, "progress"), folder, instead} {
		_, err := Open(Options{Folder: f})
		if err == nil || !strings.Contains(err.Error(), "keep the progress of captures in "+f) || !strings.Contains(err.Error(), "path.data") {
			t.Errorf("error %v", err)
		}
	}
}

// damaged writes entries, in a data file and in the log, and changes a file of the store.
func damaged(t *testing.T, name string, change func(string) string) string {
	t.Helper()
	folder := t.TempDir()
	ops := 0
	on := &states{folder: folder, log: logp.NewNopLogger(), checkpoint: func(uint64) bool { ops++; return ops == 2 }}
	if err := on.open(); err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		if err := on.set(capture1, entry(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := on.close(); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(folder, storeName, name))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v %v", name, found, err)
	}
	b, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(found[0], []byte(change(string(b))), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestDamageIsRefused(t *testing.T) {
	cut := func(s string) string { return s[:len(s)/2] }
	for name, c := range map[string]struct {
		file   string
		change func(string) string
	}{
		"data file cut":         {"[0-9]*.json", cut},
		"data file empty":       {"[0-9]*.json", func(string) string { return "" }},
		"meta file empty":       {"meta.json", func(string) string { return "" }},
		"log broken between":    {logName, func(s string) string { return strings.Replace(s, "{", "\x00", 1) }},
		"entry of another type": {logName, func(s string) string { return strings.ReplaceAll(s, `"path":"/captures/a.pcap"`, `"path":[1]`) }},
	} {
		t.Run(name, func(t *testing.T) {
			folder := damaged(t, c.file, c.change)
			for range 2 { // and does not mend itself
				_, err := Open(Options{Folder: folder})
				if err == nil || !strings.Contains(err.Error(), "read the progress of captures in "+folder+": damaged") || !strings.Contains(err.Error(), "move it away") {
					t.Errorf("error %v", err)
				}
			}
		})
	}
}

func TestTornLogGoesOnFromBefore(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"half a line": func(s string) string { return s[:len(s)-20] },
		"zeros":       func(s string) string { return s[:len(s)-20] + strings.Repeat("\x00", 400) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := damaged(t, logName, change)
			s := open(t, Options{Folder: folder})
			if e, _ := s.Get(capture1); e.Mark != at(3) {
				t.Errorf("mark %v, want the last but one", e.Mark)
			}
			s.Put(capture1, entry(9))
			closed(t, s)
			if e, _ := recorded(t, folder, capture1); e.Mark != at(9) {
				t.Errorf("mark %v after that", e.Mark)
			}
		})
	}
}

func TestStoreThatWasNotMadeToTheEndIsMadeAgain(t *testing.T) {
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, storeName), 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Folder: folder})
	s.Put(capture1, entry(1))
	closed(t, s)
	if e, _ := recorded(t, folder, capture1); e.Mark != at(1) {
		t.Errorf("mark %v", e.Mark)
	}
}
