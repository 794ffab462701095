// SPDX-License-Identifier: Apache-2.0

// Package store keeps what live captures see on disk, in a ring of pcapng files, and finds packets there again.
//
// Each source of packets writes files of its own, one after the other. A file's name says when its first packet was captured and
// its number in the store: 20260131T235959Z-00000042.pcapng.gz. Compressed files consist of pieces that can be decompressed alone, so
// that a packet is found without decompressing all before it, and a file that a crash cut off can be read up to there.
package store

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/espbeat/espbeat/capture"
)

// Options of a Ring.
type Options struct {
	// Path is the directory; it is made when it is not there.
	Path string
	// MaxSize bounds the files together, as they lie on disk, bytes; the oldest go first. The files that are being written stay, so that
	// there may be one file a source more.
	MaxSize int64
	// MaxAge is how long a file is kept after its last packet, and a tenth of it is how long one is written to; 0 is for ever.
	MaxAge time.Duration
	// FileSize is how long a file gets, bytes before compression.
	FileSize    int64
	Compression Compression
	// Application is who writes the files, as they say.
	Application string
	// Say tells people of an outage and of its end. Any goroutine calls it.
	Say func(string)

	// For tests; 0 is the constant below.
	piece, pieces int
	flush, retry  time.Duration
}

const (
	// pieceSize is how much is compressed at a time, bytes.
	pieceSize = 1 << 20
	// maxPieces bounds the pieces of a source that are being filled, or wait to be written: at a gigabit, what comes in a tenth of a
	// second.
	maxPieces = 12
	// flushEvery is how long a packet may wait to be written.
	flushEvery = time.Second
	// retryAfter is how long nothing is stored after an error.
	retryAfter = 10 * time.Second

	timeFormat = "20060102T150405Z"
	idFile     = "id"
	idLen      = 12 // bytes
)

// namePattern is that of the files' names, with their numbers.
var namePattern = regexp.MustCompile(`^\d{8}T\d{6}Z-(\d{8,18})\.pcapng(?:\.gz|\.zst)?$`)

func isName(name string) bool { return namePattern.MatchString(name) }

// Ring is a store that is written to. Any goroutine may call its methods.
type Ring struct {
	opt  Options
	id   string
	lock *flock.Flock

	mu     sync.Mutex
	next   uint64     // number of the next file
	files  []*segment // oldest first
	size   int64      // of all
	outage bool       // people were told of one
	missed uint64     // packets in it
	erred  time.Time  // when the last error was
	taps   map[*Tap]struct{}
	stats  Stats
}

// segment is a file on disk.
type segment struct {
	name string
	size int64
	last time.Time // when it was written to
	open bool
}

// Stats counts what a store has done since it was opened, and what it holds.
type Stats struct {
	// Packets were written; NotStored were not, for want of time or because of an error.
	Packets, NotStored uint64
	// Bytes were written, as they lie on disk.
	Bytes uint64
	// Errors of writing and removing files.
	Errors uint64
	// Files, and what they take on disk, bytes.
	Files int
	Size  int64
}

// New opens a store to write to; there can be one Ring of a directory at a time.
func New(o Options) (*Ring, error) {
	o.piece, o.pieces = cmp.Or(o.piece, pieceSize), cmp.Or(o.pieces, maxPieces)
	o.flush, o.retry = cmp.Or(o.flush, flushEvery), cmp.Or(o.retry, retryAfter)
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if _, err := newPacker(o.Compression); err != nil {
		return nil, fmt.Errorf("open capture store %s: %w", o.Path, err)
	}
	if err := os.MkdirAll(o.Path, 0o750); err != nil {
		return nil, capture.Unreadable("make capture store "+o.Path, err)
	}
	r := &Ring{opt: o, lock: flock.New(filepath.Join(o.Path, idFile)), taps: map[*Tap]struct{}{}}
	switch locked, err := r.lock.TryLock(); {
	case err != nil:
		return nil, capture.Unreadable("lock capture store "+o.Path, err)
	case !locked:
		return nil, fmt.Errorf("open capture store %s: another process writes to it; give each its own espbeat.store.path", o.Path)
	}
	err := r.identify()
	if err == nil {
		err = r.scan()
	}
	if err != nil {
		_ = r.lock.Unlock()
		return nil, err
	}
	return r, nil
}

// identify reads the store's id, or makes one.
func (r *Ring) identify() error {
	path := filepath.Join(r.opt.Path, idFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return capture.Unreadable("read the id of capture store "+r.opt.Path, err)
	}
	if r.id = parseID(b); r.id != "" {
		return nil
	}
	var raw [idLen]byte
	_, _ = rand.Read(raw[:]) // crypto/rand does not fail
	r.id = base64.RawURLEncoding.EncodeToString(raw[:])
	if err := os.WriteFile(path, []byte(r.id), 0o600); err != nil { // the lock stays: it is the same file
		return capture.Unreadable("write the id of capture store "+r.opt.Path, err)
	}
	return nil
}

// parseID is a store's id as its file has it; "" if that is none.
func parseID(b []byte) string {
	if raw, err := base64.RawURLEncoding.DecodeString(string(b)); err != nil || len(raw) != idLen {
		return ""
	}
	return string(b)
}

// scan takes the files over that are there.
func (r *Ring) scan() error {
	entries, err := os.ReadDir(r.opt.Path)
	if err != nil {
		return capture.Unreadable("list capture store "+r.opt.Path, err)
	}
	number := map[string]uint64{}
	for _, e := range entries {
		m := namePattern.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return capture.Unreadable("look at "+e.Name()+" of capture store "+r.opt.Path, err)
		}
		n, _ := strconv.ParseUint(m[1], 10, 64) // 18 digits at most
		number[e.Name()] = n
		r.next = max(r.next, n)
		r.files = append(r.files, &segment{name: e.Name(), size: info.Size(), last: info.ModTime()})
		r.size += info.Size()
	}
	slices.SortFunc(r.files, func(a, b *segment) int { return cmp.Compare(number[a.name], number[b.name]) })
	r.next++
	return nil
}

// ID tells the store from others; it is the same in every run.
func (r *Ring) ID() string { return r.id }

// Stats returns the counters.
func (r *Ring) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := r.stats
	st.Files, st.Size = len(r.files), r.size
	return st
}

// Close ends all that is being written, and gives the directory free.
func (r *Ring) Close() error {
	r.mu.Lock()
	taps := make([]*Tap, 0, len(r.taps))
	for t := range r.taps {
		taps = append(taps, t)
	}
	r.mu.Unlock()
	for _, t := range taps {
		t.Finish()
	}
	if err := r.lock.Unlock(); err != nil {
		return fmt.Errorf("unlock capture store %s: %w", r.opt.Path, err)
	}
	return nil
}

// name is the name of the next file, whose first packet was captured at t, nanoseconds.
func (r *Ring) name(t int64) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.next
	r.next++
	return fmt.Sprintf("%s-%08d.pcapng%s", time.Unix(0, t).UTC().Format(timeFormat), n, suffixes[r.opt.Compression])
}

// create makes a file.
func (r *Ring) create(name string) (*os.File, *segment, error) {
	f, err := os.OpenFile(filepath.Join(r.opt.Path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, err
	}
	s := &segment{name: name, last: time.Now(), open: true}
	r.mu.Lock()
	r.files = append(r.files, s)
	r.mu.Unlock()
	return f, s, nil
}

// grown notes that a file has n bytes more.
func (r *Ring) grown(s *segment, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.last = time.Now()
	s.size += n
	r.size += n
	r.stats.Bytes += uint64(n) //nolint:gosec // not negative
}

// closed notes that a file is complete, or was abandoned; an empty one is gone.
func (r *Ring) closed(s *segment, gone bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.open = false
	if gone {
		r.files = slices.DeleteFunc(r.files, func(f *segment) bool { return f == s })
	}
}

// prune removes files, oldest first, until none is too old and there is room for n bytes, or only those are left that are being written.
func (r *Ring) prune(n int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	var failed error
	r.files = slices.DeleteFunc(r.files, func(s *segment) bool {
		tooOld := r.opt.MaxAge > 0 && now.Sub(s.last) > r.opt.MaxAge
		if s.open || failed != nil || r.size+n <= r.opt.MaxSize && !tooOld {
			return false
		}
		if err := os.Remove(filepath.Join(r.opt.Path, s.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
			return false
		}
		r.size -= s.size
		return true
	})
	return failed
}

// sync makes the directory's entries durable, where the system can.
func (r *Ring) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(r.opt.Path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
