// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/capture/discover"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/progress"
)

// maxFollowed is how many files an input that watches reads at a time.
const maxFollowed = 64

// readFiles reads the files of an input: one after the other, in order of time; all at a time when it watches, since a file that grows
// ends late.
func (l *line) readFiles(reading, handing context.Context) {
	found, err := discover.New(discover.Options{
		Paths: l.in.Paths, Exclude: l.in.Exclude, IgnoreOlder: l.in.IgnoreOlder, Watch: l.in.Watch, Poll: l.in.ScanInterval,
		CloseInactive: l.in.Close.Inactive, CloseRemoved: l.in.Close.Removed, CloseRenamed: l.in.Close.Renamed, CloseEOF: l.in.Close.EOF,
		Skipped: l.skipped,
	})
	if err != nil {
		l.fail(err)
		return
	}
	defer found.Close()
	var following errgroup.Group
	following.SetLimit(maxFollowed)
	defer following.Wait() //nolint:errcheck // nobody returns any
	left := l.in.Count
	var parts map[string]*progress.Part
	for {
		file, err := found.Next(reading)
		switch {
		case reading.Err() != nil || errors.Is(err, io.EOF):
			return
		case err != nil:
			l.fail(err)
		case l.in.Watch:
			following.Go(func() error {
				l.readFile(reading, handing, file, nil, 0)
				return nil
			})
		default:
			if parts == nil {
				parts = expect(l.files, append(found.Pending(), file.Path))
			}
			n := l.readFile(reading, handing, file, parts[file.Path], left)
			parts[file.Path].End()
			if l.in.Count > 0 {
				if n >= left {
					return
				}
				left -= n
			}
		}
	}
}

// skipped says why a file is left out. That a file among others is no capture is no news.
func (l *line) skipped(_ string, err error) {
	switch {
	case errors.Is(err, capture.ErrNotCapture):
	case errors.Is(err, fs.ErrPermission) && !l.in.Watch:
		l.fail(err)
	default:
		l.say(err.Error())
	}
}

// readFile reads one file and returns the number of its records.
func (l *line) readFile(reading, handing context.Context, file discover.File, part *progress.Part, count uint64) uint64 {
	s := newSource(file, l.in.Reimport)
	s.part = part
	s.prompt = s.prompt || l.in.Watch
	if s.identified && l.in.Capture.ID != "" {
		var err error
		if s.place, err = placeOf(file, &l.in.Capture); err != nil {
			l.say(err.Error())
		}
	}
	var from *resume
	if l.in.Count == 0 { // a part of a file is read anew every time
		from = resumeAt(l.marks, s, l.release)
	}
	opt := capture.FileOptions{}
	if from != nil && l.in.Watch && !file.Identity.Compressed { // a file that may grow for ever
		opt.Start = from.start()
	}
	var err error
	if s.Source, err = file.Open(reading, opt); err != nil {
		l.fail(err)
		return 0
	}
	if from != nil {
		from.finished = func() { l.dispose(file.Path) }
		if from.done {
			file.Done()
		}
	}
	n, err := l.read(reading, handing, s, from, count)
	if err != nil {
		l.fail(err)
	}
	return n
}

// dispose does with a file what is to be done when all of it is acknowledged.
func (l *line) dispose(path string) {
	var err error
	switch l.in.After {
	case config.Delete:
		if err = os.Remove(path); err != nil {
			err = fmt.Errorf("delete a capture that was read: %w: let this user write in its folder, or set after: keep", err)
		}
	case config.Move:
		to := filepath.Join(l.in.MoveTo, filepath.Base(path))
		// A link is refused where a file is, which a rename would replace.
		if err = os.Link(path, to); err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			err = fmt.Errorf("move a capture that was read: %w: move_to has to be a folder of the same file system, where this user may write, without a file of that name", err)
		}
	}
	if err != nil {
		l.fail(err)
	}
}
