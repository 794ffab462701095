// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

const (
	// unread is the size of a file of which nothing was read.
	unread = -1
	// A followed file is looked at with growing distance, which starts anew when it grows.
	firstLook = 50 * time.Millisecond
	lastLook  = time.Second
)

// follower says when a file that may grow is finished.
type follower struct {
	ctx context.Context
	fh  *os.File // belongs to the source: when it is closed, the file is finished
	opt *Options
	// size is how long the file was when more last said yes, bytes, or unread. When more
	// is called again, all of that was read: it is called at the end only.
	size atomic.Int64
	grew time.Time
}

func newFollower(ctx context.Context, fh *os.File, opt *Options) *follower {
	w := &follower{ctx: ctx, fh: fh, opt: opt}
	w.size.Store(unread)
	return w
}

// more is capture.FileOptions.More. It says no only if nothing lies between what was
// read and w.size.
func (w *follower) more() bool {
	for wait := firstLook; w.ctx.Err() == nil; wait = min(2*wait, lastLook) {
		info, err := w.fh.Stat()
		if err != nil {
			return false
		}
		read, now := w.size.Load(), time.Now()
		switch {
		case read == unread:
		case w.opt.CloseEOF:
			return false // what came since is found as growth
		case info.Size() < read:
			return false // truncated: what is written now is another capture
		case info.Size() == read:
			if w.finished(info, now.Sub(w.grew)) {
				return false
			}
			w.sleep(min(wait, w.opt.Poll))
			continue
		}
		w.size.Store(info.Size())
		w.grew = now
		return true
	}
	return false
}

// finished tells whether a file that has not grown for so long is followed no more.
func (w *follower) finished(info fs.FileInfo, idle time.Duration) bool {
	if w.opt.CloseInactive > 0 && idle >= w.opt.CloseInactive {
		return true
	}
	if idle < w.opt.Poll || !w.opt.CloseRemoved && !w.opt.CloseRenamed {
		return false
	}
	removed, renamed := moved(w.fh.Name(), info)
	return removed && w.opt.CloseRemoved || renamed && w.opt.CloseRenamed
}

func (w *follower) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-w.ctx.Done():
	case <-timer.C:
	}
}

// moved tells what became of an open file that was found at path. Where the system
// does not count a file's names, it was removed if nothing is at its place.
func moved(path string, open fs.FileInfo) (removed, renamed bool) {
	at, err := os.Stat(path)
	absent := errors.Is(err, fs.ErrNotExist)
	if err != nil && !absent || err == nil && os.SameFile(at, open) {
		return false, false
	}
	if n, ok := names(open); ok {
		return n == 0, n > 0
	}
	return absent, !absent
}
