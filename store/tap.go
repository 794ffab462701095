// SPDX-License-Identifier: Apache-2.0

package store

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// Tap is a Source that stores the packets of another one and says of each where it is (File and Offset). Storing never waits: packets for
// which there is no room, because the disk is slow or full, are yielded all the same, without a place.
//
// Places are given in the order of packets, before the packets are written, so that whoever takes one knows its place. After an error of
// writing nothing is found at those that were given meanwhile.
type Tap struct {
	capture.Source
	ring   *Ring
	begun  time.Time
	pieces chan piece // has room for all
	free   chan []byte
	done   chan struct{} // closed when all is written
	finish sync.Once

	mu    sync.Mutex
	ended bool
	made  int    // pieces
	buf   []byte // the piece that is being filled; nil when none is free
	held  int    // packets in buf
	// file is where buf belongs, nil before a file's first packet.
	file  *file
	base  int64 // where buf begins in file, before compression
	kept  int   // packets of file
	known int   // interfaces that are described in file
	since time.Time
	// retry is before which nothing is stored.
	retry time.Time
}

// file is one that packets have places in.
type file struct {
	name string
	// broken says that nothing more can be written to it.
	broken atomic.Bool
}

// piece is a part of a file.
type piece struct {
	file    *file
	data    []byte
	packets int
	last    bool
}

var _ capture.Source = (*Tap)(nil)

// Tap stores the packets of a live source from now on. Call Finish after the last Next.
func (r *Ring) Tap(src capture.Source) *Tap {
	t := r.tap(src)
	r.mu.Lock()
	r.taps[t] = struct{}{}
	r.mu.Unlock()
	go t.write()
	return t
}

// tap is Tap without a writer.
func (r *Ring) tap(src capture.Source) *Tap {
	return &Tap{
		Source: src, ring: r, begun: time.Now(),
		pieces: make(chan piece, r.opt.pieces), free: make(chan []byte, r.opt.pieces), done: make(chan struct{}),
	}
}

// StoreID is the ID of the store.
func (t *Tap) StoreID() string { return t.ring.id }

// Next implements capture.Source.
func (t *Tap) Next(b *capture.Batch) error {
	if err := t.Source.Next(b); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return nil
	}
	now := time.Now()
	t.turn(now)
	interfaces := t.Source.Interfaces()
	missed := 0
	for i := range b.Packets {
		if !t.keep(&b.Packets[i], interfaces, now) {
			missed++
		}
	}
	if missed > 0 {
		t.ring.notStored(missed)
	}
	return nil
}

// Finish writes what there is and ends the file. It returns when all is on disk; packets of a later Next are not stored.
func (t *Tap) Finish() {
	t.finish.Do(func() {
		t.mu.Lock()
		if t.file != nil {
			t.rotate(time.Now())
		}
		t.ended = true
		close(t.pieces)
		t.mu.Unlock()
		<-t.done
		t.ring.mu.Lock()
		delete(t.ring.taps, t)
		t.ring.mu.Unlock()
	})
}

// keep gives a packet its place, and copies it.
func (t *Tap) keep(p *capture.Packet, interfaces []capture.Interface, now time.Time) bool {
	size := int64(packetSize(len(p.Data)))
	if t.kept > 0 && t.file != nil && t.base+int64(len(t.buf))+size > t.ring.opt.FileSize {
		t.rotate(now)
	}
	if !t.ready(p.Time, now) {
		return false
	}
	for ; t.known < len(interfaces); t.known++ {
		t.buf = appendInterface(t.buf, &interfaces[t.known])
	}
	p.File, p.Offset = t.file.name, t.base+int64(len(t.buf))
	t.buf = appendPacket(t.buf, p)
	t.held++
	t.kept++
	if len(t.buf) >= t.ring.opt.piece {
		t.hand(false)
	}
	return true
}

// ready makes sure that there is a piece of a file; first is the time of its first packet if it begins one.
func (t *Tap) ready(first int64, now time.Time) bool {
	if t.file == nil && now.Before(t.retry) {
		return false
	}
	if t.buf == nil {
		select {
		case t.buf = <-t.free:
		default:
			if t.made == t.ring.opt.pieces {
				return false
			}
			t.made++
			t.buf = make([]byte, 0, t.ring.opt.piece+t.ring.opt.piece/16)
		}
	}
	if t.file == nil {
		t.file = &file{name: t.ring.name(first)}
		t.base, t.kept, t.known, t.since = 0, 0, 0, now
		t.buf = appendSection(t.buf, t.ring.opt.Application)
	}
	return true
}

// turn leaves a file that cannot be written to, and ends one that has been written to for long enough.
func (t *Tap) turn(now time.Time) {
	switch longest := t.ring.opt.MaxAge / 10; {
	case t.file == nil:
	case t.file.broken.Load():
		t.ring.notStored(t.held)
		t.buf, t.held, t.file, t.retry = t.buf[:0], 0, nil, now.Add(t.ring.opt.retry)
	case longest > 0 && t.kept > 0 && now.Sub(t.since) >= longest:
		t.rotate(now)
	}
}

// rotate ends the file, with what the capture has counted.
func (t *Tap) rotate(now time.Time) {
	if t.buf != nil {
		t.buf = appendStatistics(t.buf, t.begun, now, t.Source.Stats())
		t.hand(true)
	} // else the next file tells the writer, which is far behind
	t.file = nil
}

// hand gives the piece to the writer.
func (t *Tap) hand(last bool) {
	t.pieces <- piece{t.file, t.buf, t.held, last}
	t.base += int64(len(t.buf))
	t.buf, t.held = nil, 0
}

// flush hands over what has been there for some time.
func (t *Tap) flush(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.turn(now)
	if t.file != nil && t.held > 0 {
		t.hand(false)
	}
}
