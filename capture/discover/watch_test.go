// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/espbeat/espbeat/capture"
)

// noEvents is a system without events: the paths are polled.
func noEvents() (*fsnotify.Watcher, error) { return nil, errors.New("no events here") }

// polled runs test in a bubble of time, with a directory and a Finder that watches it.
// CloseInactive is a minute if opt does not say.
func polled(t *testing.T, opt Options, test func(t *testing.T, dir string, f *Finder)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		opt.Watch, opt.Paths = true, append(opt.Paths, dir)
		if opt.CloseInactive == 0 {
			opt.CloseInactive = time.Minute
		}
		f, err := newFinder(opt, noEvents)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		test(t, dir, f)
	})
}

// next is the next file within d, or its zero value.
func next(t *testing.T, f *Finder, d time.Duration) File {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	file, err := f.Next(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return file
}

// want checks which file comes within an hour; "" for none.
func want(t *testing.T, f *Finder, path string) File {
	t.Helper()
	file := next(t, f, time.Hour)
	if file.Path != path {
		t.Fatalf("next file is %q, want %q", file.Path, path)
	}
	return file
}

// open opens a file that will be closed before the test's bubble ends.
func open(t *testing.T, file File) capture.Source {
	t.Helper()
	src, err := file.Open(t.Context(), capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// read reads a file until it is finished, and closes it.
func read(t *testing.T, file File, packets int) {
	t.Helper()
	src := open(t, file)
	n, _ := drain(src)
	src.Close()
	if n != packets {
		t.Fatalf("%s: %d packets, want %d", file.Path, n, packets)
	}
}

func TestWatchFindsNewFiles(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		a, b, c := filepath.Join(dir, "z-a"), filepath.Join(dir, "y-b"), filepath.Join(dir, "sub", "c")
		write(t, b, pcap(200, large))
		write(t, a, pcap(100, large))
		read(t, want(t, f, a), large)
		read(t, want(t, f, b), large)
		want(t, f, "")
		write(t, c, pcap(50, large))
		read(t, want(t, f, c), large)
		want(t, f, "")
	})
}

// A small file is yielded when it has its identity, or does not grow any more.
func TestWatchWaitsForTheIdentity(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, nil)
		for _, part := range [][]byte{pcap(1, 0)[:10], pcap(1, 0)[10:], records(1, 1)[:100], records(1, 1)[100:]} {
			if file := next(t, f, 30*time.Second); file.Path != "" {
				t.Fatalf("yielded with %d bytes", file.Size)
			}
			grow(t, path, part)
		}
		idle := want(t, f, path)
		if !idle.Identity.Whole || idle.Size != int64(len(pcap(1, 1))) {
			t.Fatalf("%+v", idle)
		}
		other := filepath.Join(dir, "other")
		write(t, other, pcap(9, 3))
		if file := next(t, f, 30*time.Second); file.Path != "" {
			t.Fatalf("%s yielded with %d bytes", file.Path, file.Size)
		}
		grow(t, other, records(12, large))
		if file := next(t, f, 11*time.Second); file.Path != other || file.Identity.Whole {
			t.Errorf("%+v", file)
		}
	})
}

// Without a packet, two captures could not be told apart, and there is nothing to read.
func TestWatchWaitsForAPacket(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
		write(t, a, pcap(1, 0))
		write(t, b, append(pcap(1, 0), records(1, 1)[:50]...))
		want(t, f, "")
		grow(t, a, records(5, 1))
		grow(t, b, records(1, 1)[50:])
		read(t, want(t, f, b), 1)
		read(t, want(t, f, a), 1)
		want(t, f, "")
	})
}

func TestWatchFollowsGrowth(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		src := open(t, want(t, f, path))
		read := make(chan int)
		go func() {
			n, _ := drain(src)
			read <- n
		}()
		for range 5 { // each within CloseInactive, half a record at a time
			time.Sleep(40 * time.Second)
			grow(t, path, records(30, 1)[:200])
			time.Sleep(40 * time.Second)
			grow(t, path, records(30, 1)[200:])
			want0(t, f)
		}
		if n := <-read; n != large+5 {
			t.Errorf("%d packets", n)
		}
		src.Close()
		want(t, f, "")
	})
}

// want0 checks that nothing comes at the next look.
func want0(t *testing.T, f *Finder) {
	t.Helper()
	if file := next(t, f, 11*time.Second); file.Path != "" {
		t.Fatalf("%s is yielded", file.Path)
	}
}

// A broken file breaks once.
func TestWatchBrokenFiles(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		impossible := append(make([]byte, 8), 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0)
		write(t, path, append(pcap(1, large), impossible...))
		src := open(t, want(t, f, path))
		var broken *capture.BreakError
		if n, err := drain(src); n != large || !errors.As(err, &broken) {
			t.Errorf("%d packets, %v", n, err)
		}
		src.Close()
		want(t, f, "")
		grow(t, path, records(1, 1))
		want(t, f, "")
	})
}

// A compressed file cannot be followed, so it is yielded when it is quiet.
func TestWatchCompressed(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f.gz")
		whole := gzipped(pcap(1, 3000))
		at := len(whole) - 100
		write(t, path, whole[:at])
		for ; at < len(whole); at += 25 {
			if file := next(t, f, 9*time.Second); file.Path != "" {
				t.Fatalf("%s is yielded while it is written", file.Path)
			}
			grow(t, path, whole[at:at+25])
		}
		read(t, want(t, f, path), 3000)
		want(t, f, "")
	})
}

func TestWatchSkipsOnce(t *testing.T) {
	skipped := map[string]int{}
	opt := Options{Skipped: func(path string, err error) { skipped[filepath.Base(path)+": "+err.Error()]++ }}
	polled(t, opt, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "notes.txt")
		write(t, path, []byte("not a capture, and longer than a header"))
		want(t, f, "")
		grow(t, path, []byte(", still not"))
		want(t, f, "")
		write(t, path, []byte("Dear diary, this is no capture either"))
		want(t, f, "")
		small := filepath.Join(dir, "small")
		write(t, small, []byte("short"))
		want0(t, f)
		if len(skipped) != 3 {
			t.Errorf("a file that is being begun: %v", skipped)
		}
		want(t, f, "")
		for what, n := range skipped {
			if n != 1 {
				t.Errorf("told %d times: %s", n, what)
			}
		}
		if len(skipped) != 4 { // no events; two formats that are none; a short file
			t.Errorf("%v", skipped)
		}
	})
}

// A file that is replaced before it is opened is not taken for the one that was found.
func TestWatchReplacedFile(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		gone := want(t, f, path)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := gone.Open(t.Context(), capture.FileOptions{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("gone: %v", err)
		}
		write(t, path, pcap(100, large))
		replaced := want(t, f, path)
		write(t, path, pcap(200, large)) // in place: the file system calls it the same file
		if _, err := replaced.Open(t.Context(), capture.FileOptions{}); err == nil || !strings.Contains(err.Error(), "another capture") {
			t.Errorf("replaced: %v", err)
		}
		want(t, f, path)
		write(t, path, pcap(300, large)) // and again, before anybody asked
		file := want(t, f, path)
		if file.Identity.FirstTime != 300e9 {
			t.Errorf("%+v", file)
		}
		read(t, file, large)
		want(t, f, "")
	})
}

// What is gone is forgotten.
func TestWatchForgets(t *testing.T) {
	polled(t, Options{CloseEOF: true}, func(t *testing.T, dir string, f *Finder) {
		for i := range 50 {
			path := filepath.Join(dir, "f")
			write(t, path, pcap(uint32(100*i), large))
			read(t, want(t, f, path), large)
			if i%2 == 0 {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			want0(t, f)
			if len(f.entries) > 1 || len(f.readings) > 1 || len(f.open) > 1 || len(f.told) > 1 {
				t.Fatalf("after %d files: %d entries, %d identities, %d open", i+1, len(f.entries), len(f.readings), len(f.open))
			}
		}
	})
}

// A named file that is not there may come.
func TestWatchNamedFile(t *testing.T) {
	later := filepath.Join(t.TempDir(), "sub", "later")
	polled(t, Options{Paths: []string{later}}, func(t *testing.T, _ string, f *Finder) {
		want(t, f, "")
		write(t, later, pcap(1, large))
		read(t, want(t, f, later), large)
	})
}
