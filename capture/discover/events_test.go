// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// never is a time between polls that no test waits for.
const never = 24 * time.Hour

// waitFor fails the test if the next file does not come by events.
func waitFor(t *testing.T, f *Finder, path string) File {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file, err := f.Next(ctx)
	if err != nil || file.Path != path {
		t.Fatalf("%q, %v; want %q", file.Path, err, path)
	}
	return file
}

// Events make what polling would find later come at once.
func TestEvents(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("events of other systems differ: run it on Linux")
	}
	dir := t.TempDir()
	sub := filepath.Join(dir, "a", "b")
	named := filepath.Join(t.TempDir(), "named")
	globbed := t.TempDir()
	f, err := New(Options{Paths: []string{dir, named, filepath.Join(globbed, "*", "*.pcap")}, Watch: true, Poll: never, CloseInactive: -1, CloseEOF: true,
		Skipped: func(path string, err error) {
			if !errors.Is(err, os.ErrNotExist) {
				t.Errorf("skipped %s: %v", path, err)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	first := filepath.Join(dir, "first")
	write(t, first, pcap(1, large))
	file := waitFor(t, f, first)

	come := make(chan File)
	go func() { come <- waitFor(t, f, named) }()
	write(t, named, pcap(2, large))
	<-come

	// Files in new directories, and in those below them, which appear at once.
	staged := filepath.Join(t.TempDir(), "staged")
	write(t, filepath.Join(staged, "b", "c"), pcap(3, large))
	if err := os.Rename(staged, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, f, filepath.Join(sub, "c"))
	write(t, filepath.Join(sub, "d"), pcap(4, large))
	waitFor(t, f, filepath.Join(sub, "d"))
	write(t, filepath.Join(globbed, "x", "e.pcap"), pcap(5, large))
	waitFor(t, f, filepath.Join(globbed, "x", "e.pcap"))

	// What was finished and grows.
	src, err := file.Open(t.Context(), capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := drain(src); n != large {
		t.Errorf("%d packets", n)
	}
	src.Close()
	go func() { come <- waitFor(t, f, first) }()
	grow(t, first, records(30, 3))
	if again := <-come; again.Size != int64(len(pcap(1, large+3))) {
		t.Errorf("%+v", again)
	}
	if len(f.watched) != 6 { // dir, a, b, the named file's, globbed, x
		t.Errorf("watched: %v", f.watched)
	}
	if err := os.RemoveAll(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "last"), pcap(6, large))
	waitFor(t, f, filepath.Join(dir, "last"))
	if len(f.watched) != 4 {
		t.Errorf("watched: %v", f.watched)
	}
}
