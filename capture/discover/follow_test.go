// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// How long a file is followed, and what of it is read.
func TestClose(t *testing.T) {
	remove := func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(t *testing.T, path string) {
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
	}
	replace := func(t *testing.T, path string) {
		rename(t, path)
		write(t, path, pcap(9, 1))
	}
	truncate := func(t *testing.T, path string) {
		if err := os.Truncate(path, 24); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*testing.T, string) {}
	const inactive, poll = 5 * time.Minute, 10 * time.Second
	for _, c := range []struct {
		name    string
		opt     Options
		happens func(t *testing.T, path string)
		after   time.Duration // from the last byte on, but for a look
		packets int
		err     error
	}{
		{"inactive", Options{}, nothing, inactive, 3, io.EOF},
		{"inactive, after another time", Options{CloseInactive: time.Hour}, nothing, time.Hour, 3, io.EOF},
		{"end of file", Options{CloseEOF: true}, nothing, -time.Minute, 2, io.ErrUnexpectedEOF},
		{"removed", Options{CloseRemoved: true, CloseRenamed: true}, remove, poll, 3, io.EOF},
		{"removed, which does not close", Options{CloseRenamed: true}, remove, inactive, 3, io.EOF},
		{"renamed", Options{CloseRenamed: true}, rename, poll, 3, io.EOF},
		{"renamed, and another at its place", Options{CloseRenamed: true}, replace, poll, 3, io.EOF},
		{"renamed, which does not close", Options{CloseRemoved: true}, rename, inactive, 3, io.EOF},
		{"truncated", Options{}, truncate, 0, 3, io.EOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			synctest.Test(t, func(t *testing.T) {
				write(t, path, append(pcap(1, 2), records(3, 1)[:100]...))
				c.opt.Paths = []string{path}
				if err := c.opt.complete(); err != nil {
					t.Fatal(err)
				}
				fh, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				src, err := capture.OpenFile(fh, capture.FileOptions{More: newFollower(t.Context(), fh, &c.opt).more})
				if err != nil {
					t.Fatal(err)
				}
				var ended time.Time
				var n int
				go func() {
					n, err = drain(src)
					ended = time.Now()
				}()
				time.Sleep(time.Minute)
				grow(t, path, records(3, 1)[100:]) // the rest of the last record
				last := time.Now()
				time.Sleep(2 * lastLook)
				c.happens(t, path)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if n != c.packets || !errors.Is(err, c.err) {
					t.Errorf("%d packets, %v; want %d, %v", n, err, c.packets, c.err)
				}
				if took := ended.Sub(last); took < c.after || took > c.after+5*lastLook {
					t.Errorf("ended %v after its last byte, want %v", took, c.after)
				}
				src.Close()
			})
		})
	}
}

// A file that never closes is followed until its context ends, at once then.
func TestFollowEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	synctest.Test(t, func(t *testing.T) {
		write(t, path, pcap(1, large))
		f, err := newFinder(Options{Paths: []string{path}, Watch: true, CloseInactive: -1}, noEvents)
		if err != nil {
			t.Fatal(err)
		}
		file := want(t, f, path)
		for _, end := range []func(cancel func(), src capture.Source){
			func(cancel func(), _ capture.Source) { cancel() },
			func(_ func(), src capture.Source) { src.Close() },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			src, err := file.Open(ctx, capture.FileOptions{})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error)
			go func() {
				_, err := drain(src)
				ended <- err
			}()
			time.Sleep(10 * time.Hour)
			before := time.Now()
			end(cancel, src)
			if err := <-ended; !errors.Is(err, io.EOF) || !time.Now().Equal(before) {
				t.Errorf("%v, after %v", err, time.Since(before))
			}
			cancel()
			src.Close()
		}
	})
}
