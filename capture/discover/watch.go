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

// watch asks for the events of dirs, and no longer for those of others.
func (f *Finder) watch(dirs map[string]struct{}, skip func(path string, err error)) {
	if f.watcher == nil {
		skip(f.opt.Paths[0], fmt.Errorf("watch directories: %w; they are looked at every %v", f.noWatch, f.opt.Poll))
		return
	}
	for dir := range dirs {
		// Again each time: another directory may have the name of one that is gone.
		switch err := f.watcher.Add(dir); {
		case err == nil:
			f.watched[dir] = struct{}{}
		case !errors.Is(err, fs.ErrNotExist):
			skip(dir, fmt.Errorf("watch directory %s: %w; it is looked at every %v (on Linux, raise fs.inotify.max_user_watches)", dir, err, f.opt.Poll))
		}
	}
	for dir := range f.watched {
		if _, ok := dirs[dir]; !ok {
			delete(f.watched, dir)
			_ = f.watcher.Remove(dir) // gone, or not concerned any more
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
