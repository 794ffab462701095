// SPDX-License-Identifier: Apache-2.0

// Package progress keeps how far captures are acknowledged, so that a run that was interrupted goes on from there. What is not
// recorded is read again: a record may be behind what is acknowledged, and is never ahead of it.
package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/elastic/beats/v7/libbeat/statestore/backend/memlog"
	"github.com/elastic/elastic-agent-libs/logp"
)

// lockFile tells other processes that a folder is in use.
const lockFile = "lock"

// Options of a Store.
type Options struct {
	// Folder is the store's own; it is made when it is not there.
	Folder string
	// Interval is the least time between two writes of an entry; 0 is a second.
	Interval time.Duration
	// CleanInactive is the age of an entry, since its last update, from which it is removed when its capture is gone; 0 keeps all.
	CleanInactive time.Duration
	// Window bounds how far before its mark a capture is read again to rebuild what spans packets, bytes; 0 is DefaultWindow.
	Window int64
	// Failed is told when writing begins to fail, once until it works again; nil tells the log. It must not call the store.
	Failed func(error)
	Log    *logp.Logger

	checkpoint memlog.CheckpointPredicate // of tests; nil is memlog's
}

// Store keeps an entry a capture, by capture id. One goroutine writes what changed; all methods return without waiting for it,
// but Close. Several goroutines may use a Store.
type Store struct {
	opts   Options
	lock   *flock.Flock
	states *states // of the writer
	failed bool    // of the writer: the last write did

	mu       sync.Mutex
	captures map[string]*capture
	dirty    map[string]bool // to be written, or to be removed when captures lacks it
	clean    map[string]bool // empty; takes the place of dirty while that is written

	wake chan struct{} // holds one when something is dirty
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// Open opens the store in a folder, which no other process may have open.
func Open(o Options) (*Store, error) {
	if o.Interval <= 0 {
		o.Interval = time.Second
	}
	if o.Window <= 0 {
		o.Window = DefaultWindow
	}
	if o.Log == nil {
		o.Log = logp.NewNopLogger()
	}
	if o.Failed == nil {
		o.Failed = func(err error) { o.Log.Error(err) }
	}
	if err := os.MkdirAll(o.Folder, 0o750); err != nil {
		return nil, unwritable(o.Folder, err)
	}
	lock := flock.New(filepath.Join(o.Folder, lockFile))
	held, err := lock.TryLock()
	if err != nil {
		return nil, unwritable(o.Folder, err)
	}
	if !held {
		return nil, fmt.Errorf("keep the progress of captures in %s: another process does: stop that espbeat, or give this one a path.data of its own", o.Folder)
	}
	s := &Store{
		opts: o, lock: lock, captures: map[string]*capture{}, dirty: map[string]bool{}, clean: map[string]bool{},
		states: &states{folder: o.Folder, checkpoint: o.checkpoint, log: o.Log.Named("progress")},
		wake:   make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.load(); err != nil {
		_ = s.states.close()
		_ = lock.Close()
		return nil, err
	}
	go s.run()
	return s, nil
}

func (s *Store) load() error {
	if err := verify(s.opts.Folder); err != nil {
		return refused(s.opts.Folder, err)
	}
	if err := s.states.open(); err != nil {
		return refused(s.opts.Folder, err)
	}
	err := s.states.each(func(id string, e Entry) { s.captures[id] = &capture{Entry: e} })
	if err != nil {
		return refused(s.opts.Folder, err)
	}
	return nil
}

func unwritable(folder string, err error) error {
	return fmt.Errorf("keep the progress of captures in %s: %w: let the user that runs espbeat write there, and leave room on that disk, or set another path.data", folder, err)
}

// refused tells a folder that cannot be used from one with content that cannot.
func refused(folder string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return unwritable(folder, err)
	}
	return fmt.Errorf("read the progress of captures in %s: damaged: %w: restore the folder from a backup, or move it away, then captures are read from their start again", folder, err)
}

// Get is the entry of a capture, which may be ahead of what is recorded.
func (s *Store) Get(id string) (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.captures[id]
	if !ok {
		return Entry{}, false
	}
	return c.Entry, true
}

// Rebuild is where reading begins that goes on at an entry's mark and does not begin at the capture's start: at most Window bytes before
// the mark. The zero Mark is the capture's start.
func (s *Store) Rebuild(e Entry) Mark { return e.rebuild(s.opts.Window) }

// Put begins a capture, or begins it again: with the mark to go on from, and not Done when it grew.
func (s *Store) Put(id string, e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.captures[id] = &capture{Entry: e, active: true}
	s.touch(id, s.captures[id])
}

// Advance moves the mark of a capture that Put began; one that is behind the entry's own changes nothing. It tells whether the
// capture is done by that.
func (s *Store) Advance(id string, to Mark) (done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.captures[id]
	if !ok || to.Number <= c.Number {
		return false
	}
	c.Mark = to
	c.pass(s.opts.Window)
	s.touch(id, c)
	return c.settle()
}

// End says that a capture, whose file has size bytes, has no packet after that of a number. It is done once all up to there is
// acknowledged: End or Advance tells, one of them and once.
func (s *Store) End(id string, number uint64, size int64) (done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.captures[id]
	if !ok {
		return false
	}
	c.Size, c.ended, c.last = size, true, number
	s.touch(id, c)
	return c.settle()
}

// touch has a changed entry written. mu is held.
func (s *Store) touch(id string, c *capture) {
	c.Updated = time.Now()
	s.mark(id)
}

// mark has the writer look at an entry. mu is held.
func (s *Store) mark(id string) {
	s.dirty[id] = true
	s.signal()
}

func (s *Store) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Close records what is not recorded yet. Its error says that something is not, and will be read again.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.stop)
		<-s.done
		err = s.write()
		if cerr := s.states.close(); err == nil && cerr != nil {
			err = unwritable(s.opts.Folder, cerr)
		}
		_ = s.lock.Close()
	})
	return err
}
