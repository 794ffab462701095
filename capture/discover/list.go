// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/espbeat/espbeat/capture"
)

// listing is one look at everything that the paths name.
type listing struct {
	opt *Options
	// found calls for each file or stream once; info is nil for streams without a path.
	found func(path string, info fs.FileInfo, named bool)
	// skip is called for what is left out.
	skip func(path string, err error)
	// enter is called for each directory before it is read.
	enter func(dir string)

	seen map[string]struct{}
	// failed are directories and files of which nothing is known, for an error.
	failed []string
	// missing are the errors of named paths that are not there or are no captures.
	missing []error
	// left counts files left out by Exclude.
	left int
}

// run lists all paths.
func (l *listing) run() {
	l.seen = map[string]struct{}{}
	for _, p := range l.opt.Paths {
		if isStream(p) {
			l.found(p, nil, true)
			continue
		}
		p = filepath.Clean(p)
		info, err := os.Stat(p)
		if err == nil && !info.IsDir() || err != nil && !isGlob(p) {
			l.enter(filepath.Dir(p))
			info, err = os.Stat(p) // again, now that a change makes an event
		}
		switch {
		case err == nil && info.IsDir():
			l.tree(p)
		case err == nil:
			l.file(p, true)
		case isGlob(p):
			l.glob(p)
		default:
			err = unreadable(p, err)
			if l.opt.Watch { // it may come
				l.fail(p, err)
			}
			l.missing = append(l.missing, err)
		}
	}
}

// tree lists a directory and those below it.
func (l *listing) tree(root string) {
	// The final separator makes the walk follow root itself, should it be a link.
	_ = filepath.WalkDir(root+string(filepath.Separator), func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			l.fail(filepath.Clean(p), unreadable(p, err))
		case d.IsDir():
			l.enter(filepath.Clean(p))
		default:
			l.file(p, false)
		}
		return nil
	})
}

// glob lists the files that a pattern names.
func (l *listing) glob(pattern string) {
	base, rest := doublestar.SplitPattern(filepath.ToSlash(pattern))
	base = filepath.FromSlash(base)
	// A pattern that is none was refused at the start.
	_ = doublestar.GlobWalk(globFS{os.DirFS(base), base, l}, rest, func(p string, _ fs.DirEntry) error {
		l.file(filepath.Join(base, filepath.FromSlash(p)), false)
		return nil
	}, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
}

// globFS tells the listing which directories a pattern leads to, and which of them
// cannot be read: the walk itself passes over them in silence.
type globFS struct {
	fs.FS
	base string
	l    *listing
}

// ReadDir is fs.ReadDirFS.
func (g globFS) ReadDir(name string) ([]fs.DirEntry, error) {
	path := filepath.Join(g.base, filepath.FromSlash(name))
	g.l.enter(path)
	entries, err := fs.ReadDir(g.FS, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.l.fail(path, unreadable(path, err))
	}
	return entries, err
}

// Stat is fs.StatFS: without it files would be opened, and pipes wait for ever.
func (g globFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(g.FS, name) }

// file passes on one file that a path named or led to.
func (l *listing) file(path string, named bool) {
	if _, again := l.seen[path]; again {
		return
	}
	l.seen[path] = struct{}{}
	if l.opt.excluded(path) {
		l.left++
		return
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		l.fail(path, unreadable(path, err))
	case info.IsDir():
		l.skip(path, fmt.Errorf("find captures: %s is a link to a directory; give that directory itself", path))
	case !info.Mode().IsRegular() && !named:
		l.skip(path, fmt.Errorf("find captures: %s: %w: it is not a regular file; name a pipe itself", path, capture.ErrNotCapture))
	default:
		l.found(path, info, named)
	}
}

// fail notes that nothing is known of path and what is below it. What is not there
// any more is known.
func (l *listing) fail(path string, err error) {
	l.skip(path, err)
	if !errors.Is(err, fs.ErrNotExist) {
		l.failed = append(l.failed, path)
	}
}

// unknown tells whether path may be there though it was not found.
func (l *listing) unknown(path string) bool {
	for _, f := range l.failed {
		if path == f || strings.HasPrefix(path, strings.TrimSuffix(f, string(filepath.Separator))+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// unreadable words the system's errors of looking at path.
func unreadable(path string, err error) error {
	return capture.Unreadable("find captures: "+filepath.Clean(path), err)
}
