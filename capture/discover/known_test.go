// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Which files are known, whatever they are called.

// A file that is small when it is yielded gets another identity while it is read.
func TestWatchKnowsAFileThatGrewFromSmall(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, 1))
		file := want(t, f, path)
		grow(t, path, records(2, large))
		want0(t, f)
		read(t, file, 1+large)
		want(t, f, "")
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		want(t, f, "")
	})
}

func TestWatchRenames(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		file := want(t, f, path)
		src := open(t, file)
		for i, to := range []string{"f.1", "f.2"} { // while it is read
			if err := os.Rename(filepath.Join(dir, []string{"f", "f.1"}[i]), filepath.Join(dir, to)); err != nil {
				t.Fatal(err)
			}
			want0(t, f)
		}
		write(t, path, pcap(1000, large)) // the next one at its place
		second := want(t, f, path)
		grow(t, filepath.Join(dir, "f.2"), records(50, 2)) // the writer's last bytes
		want0(t, f)
		if n, _ := drain(src); n != large+2 {
			t.Errorf("%d packets", n)
		}
		src.Close()
		read(t, second, large)
		want(t, f, "")
		if err := os.Rename(filepath.Join(dir, "f.2"), filepath.Join(dir, "f.3")); err != nil { // after it was read
			t.Fatal(err)
		}
		want(t, f, "")
	})
}

// Equal identity and equal size are one capture, also while the first is being read.
func TestWatchKnowsCopies(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path, copied, longer := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
		write(t, path, pcap(1, large))
		file := want(t, f, path)
		write(t, copied, pcap(1, large))
		write(t, longer, pcap(1, large+5))
		want0(t, f)
		read(t, file, large)
		read(t, want(t, f, longer), large+5) // the copy is known, the longer one has grown
		want(t, f, "")
	})
}

// A capture that was compressed after it was read is the same one, unless it has more.
func TestWatchKnowsCompressedCopies(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		read(t, want(t, f, path), large)
		write(t, path+".gz", gzipped(pcap(1, large)))
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		want(t, f, "")
		longer := path + ".longer.gz"
		write(t, longer, gzipped(pcap(1, large+1)))
		read(t, want(t, f, longer), large+1)
		want(t, f, "")
	})
}

func TestWatchReadsWhatHasGrownSince(t *testing.T) {
	polled(t, Options{CloseEOF: true}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		read(t, want(t, f, path), large)
		want(t, f, "")
		grow(t, path, records(30, 1))
		file := want(t, f, path)
		read(t, file, large+1)
		want(t, f, "")
		age(t, path, time.Now()) // touched, and the same
		want(t, f, "")
		write(t, path, pcap(1000, large+1)) // another capture of the same size
		read(t, want(t, f, path), large+1)
		want(t, f, "")
	})
}

// What an index knows already is not opened, and is yielded when it has grown.
func TestWatchDone(t *testing.T) {
	polled(t, Options{}, func(t *testing.T, dir string, f *Finder) {
		path := filepath.Join(dir, "f")
		write(t, path, pcap(1, large))
		want(t, f, path).Done()
		want(t, f, "")
		grow(t, path, records(30, 1))
		want(t, f, path)
	})
}
