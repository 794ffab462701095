// SPDX-License-Identifier: Apache-2.0

// Package discover finds the capture files that an input reads: which they are, in
// which order, and, of files that are still written, when each is done.
package discover

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/espbeat/espbeat/capture"
)

const (
	// settle is the shortest time between two looks at the paths that events ask for: a
	// writer makes an event for each of its buffers.
	settle = 200 * time.Millisecond
	// lookShare bounds what these looks take where there are many files: 1/20 of the time.
	lookShare = 20
)

// Finder finds the captures of an input. Next and Close are for one goroutine; the
// Files that it yields may be used by others.
type Finder struct {
	opt     Options
	watcher *fsnotify.Watcher // nil without Watch, and where the system gives none
	noWatch error             // why it is nil

	looked   bool      // the paths were looked at
	next     time.Time // when they are looked at again
	earliest time.Time // when events may make that happen
	entries  map[string]*entry
	ready    []*entry           // to be yielded, in order
	readings map[key][]*reading // by identity, as long as a file has it
	told     map[string]string  // reasons for which paths were left out, as told
	watched  map[string]bool    // directories with events; true when read by the current look
	problems []error            // to be returned before the files that are ready
	final    error              // what every further Next returns
	wake     chan struct{}      // a file was closed
	mu       sync.Mutex         // guards what follows, and the results of readings
	open     []*reading         // those that are not over as far as the last look knew
}

// New returns a Finder of opt's paths; it must be closed. An error is about opt itself.
func New(opt Options) (*Finder, error) { return newFinder(opt, fsnotify.NewWatcher) }

func newFinder(opt Options, watcher func() (*fsnotify.Watcher, error)) (*Finder, error) {
	if err := opt.complete(); err != nil {
		return nil, err
	}
	f := &Finder{
		opt: opt, entries: map[string]*entry{}, readings: map[key][]*reading{}, told: map[string]string{}, watched: map[string]bool{},
		wake: make(chan struct{}, 1),
	}
	if opt.Watch {
		if f.watcher, f.noWatch = watcher(); f.noWatch != nil {
			f.watcher = nil
		}
	}
	return f, nil
}

// Close frees what the Finder holds. The sources of its Files are not closed.
func (f *Finder) Close() error {
	if f.watcher == nil {
		return nil
	}
	return f.watcher.Close()
}

// Next returns the next file to read. Without Watch the files come in the order of
// the times of their first packets, those of equal time by path, then io.EOF for ever; a
// named path that is not there or is no capture is an error, after which Next goes on,
// and so is that there are no captures at all. With Watch the files of each look come in that order; Next waits
// for more and returns ctx's error when that ends. A file that grows is not finished
// before the close options say so: read each in its own goroutine.
func (f *Finder) Next(ctx context.Context) (File, error) {
	for {
		if err := ctx.Err(); err != nil {
			return File{}, err
		}
		if f.final != nil {
			return File{}, f.final
		}
		if !f.looked || f.opt.Watch && !time.Now().Before(f.next) {
			f.look(ctx)
			continue
		}
		if len(f.problems) > 0 {
			err := f.problems[0]
			f.problems = f.problems[1:]
			return File{}, err
		}
		if e := f.pop(ctx); e != nil {
			return f.take(e), nil
		}
		if !f.opt.Watch {
			f.final = io.EOF
			continue
		}
		f.wait(ctx)
	}
}

// Pending are the paths of the files that are known and not yielded yet.
func (f *Finder) Pending() []string {
	var paths []string
	for _, e := range f.ready {
		if !e.stream {
			paths = append(paths, e.path)
		}
	}
	return paths
}

// look looks at all paths, and puts what is to be read into f.ready.
func (f *Finder) look(ctx context.Context) {
	now := time.Now()
	f.begin()
	told := map[string]string{}
	skip := func(path string, err error) {
		if told[path] = err.Error(); f.told[path] != told[path] {
			f.opt.Skipped(path, err)
		}
	}
	older := 0
	if f.noWatch != nil {
		skip(f.opt.Paths[0], fmt.Errorf("watch directories: %w; they are looked at every %v", f.noWatch, f.opt.Poll))
	}
	l := &listing{opt: &f.opt, skip: skip, enter: func(dir string) { f.watch(dir, skip) }}
	l.found = func(path string, info fs.FileInfo, named bool) {
		e := f.entry(path, info, now)
		if f.older(e, now) {
			older++
			e.ready = false
			skip(path, fmt.Errorf("find captures: %s was last modified at %s, longer ago than ignore_older (%v)",
				path, info.ModTime().UTC().Format(time.RFC3339), f.opt.IgnoreOlder))
			return
		}
		err := f.judge(ctx, e, now)
		if err == nil {
			return
		}
		if named && !f.opt.Watch {
			l.missing = append(l.missing, err)
			return
		}
		skip(path, err)
	}
	l.run()
	f.looked, f.next = true, now.Add(f.opt.Poll)
	f.earliest = time.Now().Add(max(settle, time.Since(now)*lookShare))
	f.forget(l)
	f.unwatch()
	if !f.opt.Watch {
		f.problems = l.missing
	}
	if !f.opt.Watch && len(f.problems) == 0 && len(f.ready) == 0 && l.left+older == 0 {
		f.problems = append(f.problems, fmt.Errorf("find captures in %s: %w: there is none; give pcap or pcapng files, or directories that hold some",
			strings.Join(f.opt.Paths, ", "), capture.ErrNotCapture))
	}
	f.told = told
}

// forget drops what was known of files that are gone, and orders what is to be read.
func (f *Finder) forget(l *listing) {
	f.ready = f.ready[:0]
	used := map[*reading]struct{}{}
	for path, e := range f.entries {
		if !e.seen && !l.unknown(path) {
			delete(f.entries, path)
			continue
		}
		if e.reading != nil {
			used[e.reading] = struct{}{}
		}
		if e.seen && e.ready {
			f.ready = append(f.ready, e)
		}
		e.seen = false
	}
	slices.SortFunc(f.ready, compare)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = slices.DeleteFunc(f.open, func(r *reading) bool { return r.over })
	for _, r := range f.open {
		used[r] = struct{}{}
	}
	for k, all := range f.readings {
		all = slices.DeleteFunc(all, func(r *reading) bool { _, ok := used[r]; return !ok })
		if f.readings[k] = all; len(all) == 0 {
			delete(f.readings, k)
		}
	}
}

// pop returns the next entry that is still to be read, nil without one. The file may
// have changed since the look, or be the same as one that was yielded since.
func (f *Finder) pop(ctx context.Context) *entry {
	for len(f.ready) > 0 {
		e := f.ready[0]
		f.ready = f.ready[1:]
		if e.stream {
			return e
		}
		if f.opt.Watch {
			if info, err := os.Stat(e.path); err != nil || changed(e.info, info) {
				f.soon()
				continue
			}
		}
		err := f.judge(ctx, e, time.Now())
		switch {
		case e.ready:
			return e
		case err != nil:
			f.opt.Skipped(e.path, err)
		case !f.opt.Watch:
			f.opt.Skipped(e.path, fmt.Errorf("find captures: %s is the same capture as one before, under another name", e.path))
		}
	}
	return nil
}

// take makes e a File that is being read.
func (f *Finder) take(e *entry) File {
	e.ready = false
	if e.stream {
		e.taken = true
		return File{Path: e.path}
	}
	r := &reading{id: e.id, info: e.info, size: e.info.Size(), over: !f.opt.Watch, done: !f.opt.Watch}
	f.cover(e, r)
	if f.opt.Watch {
		f.mu.Lock()
		f.open = append(f.open, r)
		f.mu.Unlock()
	}
	return File{Path: e.path, Identity: e.id, Size: e.info.Size(), ModTime: e.info.ModTime(), finder: f, reading: r}
}
