// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// File is one capture to read.
type File struct {
	Path string
	// Identity is zero for a stream, and for a file that breaks before its first record.
	Identity capture.Identity
	Size     int64 // when it was found, bytes of the file itself
	ModTime  time.Time

	finder  *Finder
	reading *reading
}

// Open opens the file as capture.Open does. When watching, it follows the file as the
// Finder's close options say, until ctx ends; opt.More is replaced. Closing the source
// tells the Finder that the file is done: as far as it was read to its end, else as it
// was when it was opened.
//
// That the file has gone or was replaced is an error; what is there is found anew.
func (f File) Open(ctx context.Context, opt capture.FileOptions) (capture.Source, error) {
	if f.finder == nil || !f.finder.opt.Watch {
		return capture.Open(f.Path, opt)
	}
	fh, err := os.Open(f.Path)
	if err != nil {
		f.finder.release(f.reading)
		return nil, unreadable(f.Path, err)
	}
	info, err := fh.Stat()
	if err == nil {
		err = f.check(fh, info)
	}
	if err != nil {
		fh.Close()
		f.finder.release(f.reading)
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	w := newFollower(ctx, fh, &f.finder.opt)
	opt.More = w.more
	src, err := capture.OpenFile(fh, opt)
	if err != nil {
		cancel()
		f.finder.release(f.reading)
		return nil, err
	}
	f.finder.mu.Lock()
	f.reading.held = true
	f.finder.mu.Unlock()
	return &followed{Source: src, file: f, follower: w, cancel: cancel, opened: info.Size()}, nil
}

// check is an error if fh is not the file that was found.
func (f File) check(fh *os.File, info os.FileInfo) error {
	same := os.SameFile(info, f.reading.info)
	if same { // or one that got the same number from the file system
		var err error
		if same, err = f.Identity.Begins(fh); err != nil {
			return err
		}
	}
	if !same {
		return fmt.Errorf("open capture %s: another capture has its place since it was found; it is read when it is found there", f.Path)
	}
	return nil
}

// Done tells the Finder that the file need not be read: all of its Size is known.
func (f File) Done() {
	if f.finder != nil {
		f.finder.finish(f.reading, f.Size, false)
	}
}

// followed is the source of a watched file.
type followed struct {
	capture.Source
	file     File
	follower *follower
	cancel   context.CancelFunc
	opened   int64 // size of the file when it was opened

	mu     sync.Mutex
	broken bool
	closed bool
}

// Next is part of capture.Source.
func (s *followed) Next(b *capture.Batch) error {
	err := s.Source.Next(b)
	if errors.As(err, new(*capture.BreakError)) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.mu.Lock()
		s.broken = true
		s.mu.Unlock()
	}
	return err
}

// Position is part of capture.Positioner.
func (s *followed) Position() (read, total int64) {
	if p, ok := s.Source.(capture.Positioner); ok {
		return p.Position()
	}
	return 0, 0
}

// Startable is part of capture.Starter.
func (s *followed) Startable() bool {
	p, ok := s.Source.(capture.Starter)
	return ok && p.Startable()
}

// Close is part of capture.Source.
func (s *followed) Close() error {
	s.cancel()
	err := s.Source.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		size := s.follower.size.Load()
		if size < 0 { // compressed, or closed before its end
			size = s.opened
		}
		s.file.finder.finish(s.file.reading, size, s.broken)
	}
	return err
}

// finish notes how far a file was read.
func (f *Finder) finish(r *reading, size int64, broken bool) {
	f.mu.Lock()
	r.held = false
	if !r.done {
		r.done, r.size, r.broken = true, size, broken
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// release gives back a file that could not be opened: what is there is found anew.
func (f *Finder) release(r *reading) { f.finish(r, unread, false) }
