// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// them is who things are given to, another who owns something already.
var them = identity{uid: 65534, gid: 65533}

const another = 4321

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("not tested: only root gives files away, run the tests as root")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func owner(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func TestHandOver(t *testing.T) {
	asRoot(t)
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	must(t, os.WriteFile(outside, nil, 0o600))
	twoNames := filepath.Join(dir, "two-names")
	must(t, os.WriteFile(twoNames, nil, 0o600))
	data := filepath.Join(dir, "data")
	must(t, os.MkdirAll(filepath.Join(data, "progress", "captures"), 0o750))
	file := filepath.Join(data, "progress", "captures", "log.json")
	must(t, os.WriteFile(file, nil, 0o600))
	must(t, os.Symlink(outside, filepath.Join(data, "link")))
	must(t, os.Symlink(dir, filepath.Join(data, "folder-link")))
	must(t, os.Link(twoNames, filepath.Join(data, "hard-link")))
	anothers := filepath.Join(data, "anothers")
	must(t, os.WriteFile(anothers, nil, 0o600))
	must(t, os.Chown(anothers, another, another))
	keystore := filepath.Join(dir, "espbeat.keystore")
	must(t, os.WriteFile(keystore, nil, 0o600))
	logs := filepath.Join(dir, "var", "logs")

	c := Change{User: "them", Folders: []string{data, logs}, Files: []string{keystore, filepath.Join(dir, "missing")}}
	for range 2 { // the second time there is nothing left to do
		must(t, c.handOver(them))
	}
	for path, want := range map[string]int{
		data: them.uid, filepath.Join(data, "progress"): them.uid, filepath.Dir(file): them.uid, file: them.uid, logs: them.uid, keystore: them.uid,
		filepath.Dir(logs): 0, dir: 0, outside: 0, twoNames: 0, anothers: another, filepath.Join(data, "link"): 0,
	} {
		if got := owner(t, path); got != want {
			t.Errorf("%s belongs to %d, want %d", path, got, want)
		}
	}
	if info, err := os.Stat(logs); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("a new folder: %v, %v", info.Mode(), err)
	}
}

func TestHandOverLeavesOtherFileSystems(t *testing.T) {
	asRoot(t)
	data := t.TempDir()
	mounted := filepath.Join(data, "mounted")
	must(t, os.Mkdir(mounted, 0o755))
	if err := syscall.Mount("tmpfs", mounted, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("not tested: a file system cannot be mounted (%v)", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(mounted, syscall.MNT_DETACH) })
	inside := filepath.Join(mounted, "file")
	must(t, os.WriteFile(inside, nil, 0o600))
	must(t, Change{Folders: []string{data}}.handOver(them))
	for _, path := range []string{mounted, inside} {
		if got := owner(t, path); got != 0 {
			t.Errorf("%s belongs to %d", path, got)
		}
	}
}

func TestHandOverRefuses(t *testing.T) {
	asRoot(t)
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o755))
	must(t, os.Mkdir(filepath.Join(dir, "real", "data"), 0o755))
	must(t, os.Symlink("real", filepath.Join(dir, "link")))
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	exe, err := os.Executable()
	must(t, err)
	for name, c := range map[string]struct {
		change Change
		says   string
	}{
		"the root":                {Change{Folders: []string{"/"}}, "a folder of the system"},
		"a folder of the system":  {Change{Folders: []string{"/var/lib/"}}, "a folder of the system"},
		"a link in the path":      {Change{Folders: []string{filepath.Join(dir, "link", "data")}}, filepath.Join(dir, "link") + " is a symbolic link to real"},
		"a link":                  {Change{Folders: []string{filepath.Join(dir, "link")}}, "set the path that it stands for"},
		"a link on a file's path": {Change{Files: []string{filepath.Join(dir, "link", "data")}}, "is a symbolic link"},
		"no folder":               {Change{Folders: []string{filepath.Join(dir, "file")}}, "not a directory"},
		"what holds the program":  {Change{Folders: []string{filepath.Dir(exe)}}, exe + " lies in it"},
		"what holds the configuration": {Change{Folders: []string{filepath.Join(dir, "real")}, Readable: []string{filepath.Join(dir, "real", "data", "espbeat.yml")}},
			"espbeat.yml lies in it"},
	} {
		if err := c.change.handOver(them); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if got := owner(t, filepath.Join(dir, "real", "data")); got != 0 {
		t.Errorf("given away through a link, to %d", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
