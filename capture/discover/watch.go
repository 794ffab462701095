// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watch asks for the events of a directory that is about to be read: what comes after
// that makes one. It does so each time, since another one may have the name of one that
// is gone.
func (f *Finder) watch(dir string, skip func(path string, err error)) {
	if f.watcher == nil {
		return
	}
	switch err := f.watcher.Add(dir); {
	case err == nil:
		f.watched[dir] = true
	case !errors.Is(err, fs.ErrNotExist):
		skip(dir, fmt.Errorf("watch directory %s: %w; it is looked at every %v (on Linux, raise fs.inotify.max_user_watches)", dir, err, f.opt.Poll))
	}
}

// unwatch gives up the directories that were not read this time: they are gone, or not
// concerned any more.
func (f *Finder) unwatch() {
	for dir, now := range f.watched {
		if f.watched[dir] = false; !now {
			delete(f.watched, dir)
			_ = f.watcher.Remove(dir)
		}
	}
}

// wait waits until there may be something to look at, or ctx ends.
func (f *Finder) wait(ctx context.Context) {
	timer := time.NewTimer(time.Until(f.next))
	defer timer.Stop()
	var events <-chan fsnotify.Event
	var errs <-chan error
	if f.watcher != nil {
		events, errs = f.watcher.Events, f.watcher.Errors
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case ev, ok := <-events:
			if !ok {
				events = nil // closed; polling goes on
				continue
			}
			if !f.concerns(ev) {
				continue
			}
		case _, ok := <-errs: // events were lost
			if !ok {
				errs = nil
				continue
			}
		case <-f.wake:
		}
		f.soon()
		return
	}
}

// soon makes the next look as early as it may be.
func (f *Finder) soon() {
	if f.earliest.Before(f.next) {
		f.next = f.earliest
	}
}

// concerns tells whether an event may lead to another file. The growth of a file that
// is followed does not.
func (f *Finder) concerns(ev fsnotify.Event) bool {
	if ev.Op == fsnotify.Chmod {
		return false
	}
	e := f.entries[filepath.Clean(ev.Name)]
	if e == nil || e.reading == nil || ev.Op != fsnotify.Write {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return e.reading.done
}
