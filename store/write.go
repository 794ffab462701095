// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// write is the one goroutine that writes the files of a source. It ends after Finish.
func (t *Tap) write() {
	defer close(t.done)
	pack, err := newPacker(t.ring.opt.Compression)
	w := &writer{ring: t.ring, pack: pack, err: err}
	defer w.end()
	tick := time.NewTicker(t.ring.opt.flush)
	defer tick.Stop()
	for {
		select {
		case p, more := <-t.pieces:
			if !more {
				return
			}
			w.take(p)
			t.free <- p.data[:0] // has room for all
		case now := <-tick.C:
			t.flush(now)
			if err := t.ring.prune(0); err != nil {
				t.ring.failed(err)
			}
		}
	}
}

// writer writes one file after the other.
type writer struct {
	ring *Ring
	pack packer
	err  error // why there is no pack

	file    *file // nil between files
	out     *os.File
	segment *segment
	packed  []byte
}

// take writes a piece, and counts what becomes of its packets.
func (w *writer) take(p piece) {
	if p.file.broken.Load() {
		w.ring.notStored(p.packets)
		return
	}
	if w.file != p.file {
		w.end()
	}
	if err := w.add(p); err != nil {
		w.abandon(p.file, err)
		w.ring.notStored(p.packets)
		return
	}
	w.ring.stored(p.packets)
	if p.last {
		w.end()
	}
}

// add appends a piece to its file.
func (w *writer) add(p piece) (err error) {
	if w.err != nil {
		return w.err
	}
	if w.file == nil {
		if w.out, w.segment, err = w.ring.create(p.file.name); err != nil {
			return err
		}
		w.file = p.file
	}
	if w.packed, err = w.pack.pack(w.packed[:0], p.data); err != nil {
		return fmt.Errorf("compress %s: %w", p.file.name, err)
	}
	if err := w.ring.prune(int64(len(w.packed))); err != nil {
		return err
	}
	if _, err := w.out.Write(w.packed); err != nil {
		return err
	}
	w.ring.grown(w.segment, int64(len(w.packed)))
	return nil
}

// abandon leaves a file after an error: what is whole of it stays.
func (w *writer) abandon(f *file, err error) {
	f.broken.Store(true)
	w.ring.failed(err)
	if w.file == nil {
		return
	}
	size := w.segment.size
	_ = w.out.Truncate(size) // readers get along with a part of a piece, too
	_ = w.out.Close()
	gone := size == 0 && os.Remove(filepath.Join(w.ring.opt.Path, f.name)) == nil
	w.ring.closed(w.segment, gone)
	w.file = nil
}

// end makes a file durable and closes it.
func (w *writer) end() {
	if w.file == nil {
		return
	}
	if err := errors.Join(w.out.Sync(), w.out.Close(), w.ring.sync()); err != nil {
		w.ring.failed(err)
	}
	w.ring.closed(w.segment, false)
	w.file = nil
}
