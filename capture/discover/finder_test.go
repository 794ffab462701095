// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// all runs a Finder to its end and returns the paths relative to root, and the error that came first or the end.
func all(t *testing.T, root string, opt Options) (paths []string, err error) {
	t.Helper()
	f, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		file, problem := f.Next(t.Context())
		if errors.Is(problem, io.EOF) {
			if _, again := f.Next(t.Context()); !errors.Is(again, io.EOF) {
				t.Errorf("the end is not final: %v", again)
			}
			return paths, cmp.Or(err, problem)
		}
		if problem != nil {
			err = cmp.Or(err, problem)
			continue
		}
		rel, _ := filepath.Rel(root, file.Path)
		paths = append(paths, filepath.ToSlash(rel))
	}
}

func TestFiles(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string][]byte{
		"z.pcap":           pcap(100, 9),
		"a.pcap":           pcap(400, 9),
		"same-b.pcap":      pcap(200, 3),
		"same-a.pcap":      pcap(200, 2),
		"sub/deep/m.pcap":  pcap(300, 9),
		"sub/ng.pcapng.gz": gzipped(pcap(350, 9)),
		"sub/broken.pcap":  pcap(150, 1)[:60],
		"sub/copy-of-z":    pcap(100, 9),
		"zz.gz":            gzipped(pcap(100, 9)),
		"notes.txt":        []byte("this is not a capture at all"),
		"sub/empty":        nil,
		"[odd].pcap":       pcap(500, 9),
	} {
		write(t, filepath.Join(root, name), content)
	}
	if err := os.Symlink(root, filepath.Join(root, "loop")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	age(t, filepath.Join(root, "sub", "broken.pcap"), time.Unix(150, 0))
	old := time.Now().Add(-48 * time.Hour)
	age(t, filepath.Join(root, "a.pcap"), old)
	everything := []string{"sub/copy-of-z", "sub/broken.pcap", "same-a.pcap", "same-b.pcap", "sub/deep/m.pcap", "sub/ng.pcapng.gz", "a.pcap", "[odd].pcap"}
	everything2 := []string{"sub/copy-of-z", "sub/broken.pcap", "sub/deep/m.pcap", "sub/ng.pcapng.gz"}
	for _, c := range []struct {
		name  string
		paths []string
		opt   Options
		want  []string
		skip  []string
	}{
		{"a directory", []string{""}, Options{}, everything, []string{"loop", "notes.txt", "sub/empty", "z.pcap", "zz.gz"}},
		{"twice", []string{"", "sub", "sub/deep/m.pcap"}, Options{}, everything, []string{"loop", "notes.txt", "sub/empty", "z.pcap", "zz.gz"}},
		{"files", []string{"z.pcap", "sub/deep/m.pcap"}, Options{}, []string{"z.pcap", "sub/deep/m.pcap"}, nil},
		{"a glob", []string{"*.pcap"}, Options{}, []string{"z.pcap", "same-a.pcap", "same-b.pcap", "a.pcap", "[odd].pcap"}, nil},
		{"a glob over directories", []string{"**/*.pcap"}, Options{}, []string{"z.pcap", "sub/broken.pcap", "same-a.pcap", "same-b.pcap", "sub/deep/m.pcap", "a.pcap", "[odd].pcap"}, nil},
		{"a glob of everything", []string{"sub/**"}, Options{}, everything2, []string{"sub/empty"}},
		{"alternatives", []string{"{z,a}.pcap"}, Options{}, []string{"z.pcap", "a.pcap"}, nil},
		{"a name that could be a glob", []string{"[odd].pcap"}, Options{}, []string{"[odd].pcap"}, nil},
		{"a link to a directory named by a glob", []string{"l*"}, Options{Exclude: []string{"x"}}, nil, []string{"loop"}},
		{"excluded by base name", []string{"**/*.pcap"}, Options{Exclude: []string{"[a-y]*", "broken*"}}, []string{"z.pcap", "[odd].pcap"}, nil},
		{"excluded by path", []string{""}, Options{Exclude: []string{filepath.Join(root, "sub", "**"), "[!z]*", "*.gz"}}, []string{"z.pcap"}, nil},
		{"ignored for their age", []string{"a.pcap", "z.pcap"}, Options{IgnoreOlder: 24 * time.Hour}, []string{"z.pcap"}, []string{"a.pcap"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range c.paths {
				c.opt.Paths = append(c.opt.Paths, filepath.Join(root, p))
			}
			var skipped []string
			c.opt.Skipped = func(path string, err error) {
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Errorf("%s was skipped for the reason %v", path, err)
				}
				rel, _ := filepath.Rel(root, path)
				skipped = append(skipped, filepath.ToSlash(rel))
			}
			got, err := all(t, root, c.opt)
			if len(c.want) == 0 && errors.Is(err, capture.ErrNotCapture) {
				err = io.EOF
			}
			slices.Sort(skipped)
			if !errors.Is(err, io.EOF) || !slices.Equal(got, c.want) || !slices.Equal(skipped, c.skip) {
				t.Errorf("%q, skipped %q, %v; want %q, skipped %q", got, skipped, err, c.want, c.skip)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	root := t.TempDir()
	good, bad := filepath.Join(root, "good"), filepath.Join(root, "bad.txt")
	write(t, good, pcap(1, 1))
	write(t, bad, []byte("not a capture"))
	empty := t.TempDir()
	for _, c := range []struct {
		name  string
		paths []string
		want  error
		names string
		found int
	}{
		{"a file that is not there", []string{good, filepath.Join(root, "none")}, fs.ErrNotExist, filepath.Join(root, "none"), 1},
		{"a file that is no capture", []string{good, bad}, capture.ErrNotCapture, bad, 1},
		{"a directory without captures", []string{empty}, capture.ErrNotCapture, empty, 0},
		{"a glob that names nothing", []string{filepath.Join(root, "*.pcapng")}, capture.ErrNotCapture, "*.pcapng", 0},
	} {
		got, err := all(t, root, Options{Paths: c.paths, Skipped: func(path string, err error) { t.Errorf("%s: skipped %s: %v", c.name, path, err) }})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.names) || len(got) != c.found {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if got, err := all(t, root, Options{Paths: []string{good}, Exclude: []string{"good"}}); !errors.Is(err, io.EOF) || len(got) > 0 {
		t.Errorf("everything is excluded: %q, %v", got, err)
	}
	f, err := New(Options{Paths: []string{good}})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Next(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the context has ended: %v", err)
	}
	for _, o := range []Options{{}, {Paths: []string{""}}, {Paths: []string{"a[b"}}, {Paths: []string{"a"}, Exclude: []string{"{"}}, {Paths: []string{"a"}, Poll: -1}, {Paths: []string{"a"}, IgnoreOlder: -1}} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "find captures") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Streams come after the files, and have no identity.
func TestStreams(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "z")
	write(t, path, pcap(1, 1))
	f, err := New(Options{Paths: []string{"tcp://127.0.0.1:1", "-", path}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{path, "-", "tcp://127.0.0.1:1"} {
		file, err := f.Next(t.Context())
		if err != nil || file.Path != want || (file.Identity.Bytes == 0) != (want != path) {
			t.Fatalf("%+v, %v; want %s", file, err, want)
		}
	}
	if _, err := f.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("end: %v", err)
	}
}

func TestFileOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, pcap(7, 3))
	f, err := New(Options{Paths: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	file, err := f.Next(t.Context())
	if err != nil || file.Size != int64(len(pcap(7, 3))) || file.Identity.FirstTime != 7e9 || file.ModTime.IsZero() {
		t.Fatalf("%+v, %v", file, err)
	}
	src, err := file.Open(t.Context(), capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if n, err := drain(src); n != 3 || !errors.Is(err, io.EOF) {
		t.Errorf("%d packets, %v", n, err)
	}
	file.Done() // says nothing new
}

// The samples are distinct captures that a fingerprint of the first bytes tells apart.
func TestSamples(t *testing.T) {
	if bytes.Equal(pcap(1, 1), pcap(2, 1)) || len(pcap(1, large)) < 4096 || len(pcap(1, 1)) >= 4096 {
		t.Error("the samples are of no use")
	}
}
