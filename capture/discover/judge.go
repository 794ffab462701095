// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// headerBytes is the shortest file that may be called no capture while it is being
// written: the header of pcap. pcapng's is longer, but told by its first bytes.
const headerBytes = 24

// entry is what is known of a path, as long as a file is there.
type entry struct {
	path   string
	info   fs.FileInfo
	since  time.Time // when the file was first seen with this size and time
	seen   bool      // at the current look
	ready  bool      // to be yielded
	stream bool
	taken  bool // a stream that was yielded

	identified bool
	id         capture.Identity
	idErr      error
	length     int64    // of the decompressed file, bytes, once that was needed
	reading    *reading // that has the file's content, or is about to
}

// key is what an identity is known by.
type key struct {
	fingerprint [sha256.Size]byte
	bytes       int64
}

// reading is one file that was yielded, under whatever name.
type reading struct {
	id   capture.Identity // when it was yielded
	info fs.FileInfo      // of the file then
	over bool             // done, as far as the current look knows

	// Guarded by Finder.mu; size may be read when over is set.
	held bool // open: its number in the file system is nobody else's
	done bool
	size int64 // of the file as far as it was read, bytes
	// broken says that what follows cannot be read, however much is appended.
	broken bool
}

// covers tells whether r, which is over, has read all of e, which is the same capture.
func (r *reading) covers(ctx context.Context, e *entry) bool {
	switch {
	case r.broken:
		return true
	case r.id.Compressed == e.id.Compressed:
		return r.size == e.info.Size()
	case r.id.Compressed: // only the size of the file is known
		return false
	}
	// Rotated and then compressed, most likely.
	if e.length == 0 {
		var err error
		if e.length, err = capture.Length(ctx, e.path); err != nil {
			return false // who reads it learns why
		}
	}
	return r.size == e.length
}

// begin takes note of the readings that are over.
func (f *Finder) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.open {
		r.over = r.done
	}
}

// entry returns what is known of path, nothing if it has changed.
func (f *Finder) entry(path string, info fs.FileInfo, now time.Time) *entry {
	e := f.entries[path]
	stream := info == nil || !info.Mode().IsRegular()
	if e == nil || e.stream != stream || !stream && changed(e.info, info) {
		e = &entry{path: path, info: info, since: now, stream: stream}
		f.entries[path] = e
	}
	e.seen = true
	return e
}

// changed tells whether another file, or other content, has the place of a.
func changed(a, b fs.FileInfo) bool {
	return a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime()) || !os.SameFile(a, b)
}

// older tells whether e is left out for its age.
func (f *Finder) older(e *entry, now time.Time) bool {
	return !e.stream && f.opt.IgnoreOlder > 0 && now.Sub(e.info.ModTime()) > f.opt.IgnoreOlder
}

// idle tells whether the file has not changed for so long. Its own time counts too,
// for files that were there before they were looked at.
func (e *entry) idle(d time.Duration, now time.Time) bool {
	return now.Sub(e.since) >= d || now.Sub(e.info.ModTime()) >= d
}

// judge sets e.ready. An error says why the file is not to be read at all.
func (f *Finder) judge(ctx context.Context, e *entry, now time.Time) error {
	if e.ready = false; e.stream {
		e.ready = !e.taken
		return nil
	}
	r := e.reading
	if r == nil {
		r = f.opened(e)
	}
	if r != nil && !r.over {
		e.reading = r // it is followed, whatever it is called now
		return nil
	}
	if r != nil && e.identified && r.covers(ctx, e) {
		return nil
	}
	if !e.identified {
		e.id, e.idErr = capture.Identify(e.path)
		// What cannot be read today may be readable tomorrow, without a change.
		e.identified = e.idErr == nil || errors.Is(e.idErr, capture.ErrNotCapture) || isBroken(e.idErr)
	}
	if e.idErr != nil && !isBroken(e.idErr) { // what is broken says so when it is read
		if f.opt.Watch && (errors.Is(e.idErr, fs.ErrNotExist) || e.info.Size() < headerBytes && !e.idle(f.opt.small(), now)) {
			return nil // gone since, or about to be written
		}
		return e.idErr
	}
	if r != nil && r.covers(ctx, e) { // its identity may be another one than before it grew
		f.cover(e, r)
		return nil
	}
	if e.id.Bytes > 0 { // else it cannot be told from others
		for _, r := range f.readings[keyOf(e.id)] {
			if !r.over || r.covers(ctx, e) {
				e.reading = r
				return nil
			}
		}
	}
	e.ready = f.complete(e, now)
	return nil
}

// complete tells whether so much of the file is there that reading it may begin.
func (f *Finder) complete(e *entry, now time.Time) bool {
	switch {
	case !f.opt.Watch:
		return true
	case !e.id.HasTime && (e.idErr == nil || errors.Is(e.idErr, io.ErrUnexpectedEOF)):
		// There is nothing to read yet, and captures that begin alike would have one identity.
		return false
	case e.id.Whole:
		return e.idle(f.opt.small(), now)
	case e.id.Compressed: // cannot be followed
		return e.idle(f.opt.Poll, now)
	}
	return true
}

// opened returns the reading of the file e that was being read at the look before.
func (f *Finder) opened(e *entry) *reading {
	f.mu.Lock()
	defer f.mu.Unlock()
	// The last one: a file that has grown is read again.
	for _, r := range slices.Backward(f.open) {
		if os.SameFile(r.info, e.info) && (r.held || begins(e.path, r.id)) {
			return r
		}
	}
	return nil
}

// begins tells whether the file at path begins with what id was made of. File systems
// give a removed file's number to the next one.
func begins(path string, id capture.Identity) bool {
	fh, err := os.Open(path)
	if err != nil {
		return false
	}
	defer fh.Close()
	same, err := id.Begins(fh)
	return same && err == nil
}

// cover notes that r reads or has read the capture e.
func (f *Finder) cover(e *entry, r *reading) {
	e.reading = r
	if k := keyOf(e.id); e.id.Bytes > 0 && !slices.Contains(f.readings[k], r) {
		f.readings[k] = append(f.readings[k], r)
	}
}

func isBroken(err error) bool { return errors.As(err, new(*capture.BreakError)) }

func keyOf(id capture.Identity) key { return key{id.Fingerprint, id.Bytes} }

// compare orders files by their first packet's time, without one by their own, then
// by path; streams come last.
func compare(a, b *entry) int {
	if a.stream || b.stream {
		if a.stream != b.stream {
			if a.stream {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.path, b.path)
	}
	return cmp.Or(cmp.Compare(a.time(), b.time()), cmp.Compare(a.path, b.path))
}

// time is where a file stands in the order, ns since the epoch.
func (e *entry) time() int64 {
	if e.id.HasTime {
		return e.id.FirstTime
	}
	return e.info.ModTime().UnixNano()
}
