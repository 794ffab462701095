// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// DirOptions says how Dir treats what is no capture.
type DirOptions struct {
	// Skipped, if set, is called for everything that is left out, with the reason:
	// no capture (ErrNotCapture), unreadable, not a regular file.
	Skipped func(path string, err error)
}

// Dir lists the captures in the directory at path and in those below it, in the
// order of the time of their first packets, those of equal time by name. A
// capture without packets stands at its modification time; a broken one is listed,
// so that reading it says where it breaks. No capture at all is an error.
// Symbolic links to files are followed, those to directories are not.
func Dir(path string, opt DirOptions) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(path, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("read directory %s: it is a file; give it with --file", path)
	}
	skip := opt.Skipped
	if skip == nil {
		skip = func(string, error) {}
	}
	type entry struct {
		path string
		time int64
	}
	var found []entry
	var batch Batch
	// The final separator makes the walk follow path itself, should it be a link.
	err = filepath.WalkDir(path+string(filepath.Separator), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			skip(p, openError(p, err))
			return nil
		}
		if d.IsDir() {
			return nil
		}
		t, err := firstTime(p, &batch)
		if err != nil {
			skip(p, err)
			return nil
		}
		found = append(found, entry{p, t})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read directory %s: %w", path, err)
	}
	if len(found) == 0 {
		return nil, notCapture(path, "there is no capture in this directory", "give one that holds pcap or pcapng files")
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].time != found[j].time {
			return found[i].time < found[j].time
		}
		return found[i].path < found[j].path
	})
	paths := make([]string, len(found))
	for i, e := range found {
		paths[i] = e.path
	}
	return paths, nil
}

// peekBytes is how much is read for a first packet, bytes.
const peekBytes = 4 << 10

// firstTime is the time of a capture's first packet, else its modification time.
func firstTime(path string, b *Batch) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, openError(path, err)
	}
	if info.IsDir() {
		return 0, notCapture(path, "it is a link to a directory", "give that directory itself")
	}
	if !info.Mode().IsRegular() {
		return 0, notCapture(path, "it is not a regular file", "give a pipe with --file")
	}
	mod := modTime(info)
	s, err := Open(path, FileOptions{BatchBytes: peekBytes, BatchPackets: 1})
	if err != nil {
		if broken := new(BreakError); errors.As(err, &broken) {
			return mod, nil
		}
		return 0, err
	}
	defer s.Close()
	if err := s.Next(b); err != nil {
		return mod, nil // empty, or broken: the caller learns when it reads
	}
	return b.Packets[0].Time, nil
}
