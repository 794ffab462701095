// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/espbeat/espbeat/capture"
)

// Root is a directory of captures. What is opened by a name stands beneath it: names come from documents, which are not trusted.
type Root struct {
	path string
	dir  *os.File
}

// maxName bounds a name, bytes: what Linux takes for a path.
const maxName = 4095

// OpenRoot opens the directory at a path.
func OpenRoot(path string) (*Root, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, capture.Unreadable("open capture store "+path, err)
	}
	info, err := dir.Stat()
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("open capture store %s: it is no directory; give the one of espbeat.store.path, or the folder that capture files lie in", path)
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return &Root{path, dir}, nil
}

// Close ends it; files that were opened stay.
func (r *Root) Close() error { return r.dir.Close() }

// ID is that of the capture store that an espbeat wrote there; "" if none did.
func (r *Root) ID() (string, error) {
	b, err := fs.ReadFile(os.DirFS(r.path), idFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", capture.Unreadable("read the id of capture store "+r.path, err)
	}
	return parseID(b), nil
}

// open opens a regular file by its name, which is relative and has slashes. No link is followed.
func (r *Root) open(name string) (*os.File, error) {
	if len(name) > maxName || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsAny(name, "\x00\\") {
		return nil, errors.New("this is no name of a file beneath it")
	}
	f, err := openBeneath(r.dir, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("the file is not there; it was removed or moved, or lies in another store")
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w; make it readable for this user", err)
	case err != nil:
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
