// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// place is a packet's place in a capture, which its document's id is made of.
type place struct {
	key
	number int
}

// reader reads every file that a Finder yields, each in its own goroutine.
type reader struct {
	t     *testing.T
	files sync.WaitGroup
	mu    sync.Mutex
	ids   map[place]uint32 // what packet was read there
	names map[uint32]place
}

func (r *reader) run(ctx context.Context, f *Finder) {
	defer r.files.Wait()
	for {
		file, err := f.Next(ctx)
		if err != nil {
			return
		}
		src, err := file.Open(ctx, capture.FileOptions{})
		if err != nil {
			continue // it was renamed since; it is found again
		}
		r.files.Go(func() {
			defer src.Close()
			r.read(file, src)
		})
	}
}

func (r *reader) read(file File, src capture.Source) {
	var b capture.Batch
	for n := 1; src.Next(&b) == nil; {
		r.mu.Lock()
		for _, p := range b.Packets {
			at, id := place{keyOf(file.Identity), n}, binary.BigEndian.Uint32(p.Data)
			if was, ok := r.ids[at]; ok && was != id {
				r.t.Errorf("%s: packet %d is %d, and was %d", file.Path, n, id, was)
			}
			if was, ok := r.names[id]; ok && was != at {
				r.t.Errorf("%s: packet %d was read in two captures, as number %d and %d", file.Path, id, was.number, n)
			}
			r.ids[at], r.names[id] = id, at
			n++
		}
		r.mu.Unlock()
	}
}

// writer writes captures as sensors do: growing, in pieces that end anywhere, rotated.
type writer struct {
	t    *testing.T
	dir  string
	rand *rand.Rand
	fh   *os.File
	sent uint32
	part []byte // to be written
	n    int    // rotations
}

func (w *writer) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// begin starts another file.
func (w *writer) begin() {
	var err error
	w.fh, err = os.Create(filepath.Join(w.dir, fmt.Sprintf("live-%d.pcap", w.n%3)))
	w.must(err)
	w.n++
	w.part = pcap(0, 0)
}

func (w *writer) step() {
	for range w.rand.IntN(4) {
		r := records(w.sent, 1)
		binary.BigEndian.PutUint32(r[16:], w.sent)
		w.part = append(w.part, r...)
		w.sent++
	}
	n := w.rand.IntN(len(w.part) + 1)
	_, err := w.fh.Write(w.part[:n])
	w.must(err)
	w.part = w.part[n:]
	if w.rand.IntN(40) > 0 {
		return
	}
	// Rotated: what the writer still holds comes after the renaming.
	w.must(os.Rename(w.fh.Name(), filepath.Join(w.dir, fmt.Sprintf("done-%d.pcap", w.n))))
	_, err = w.fh.Write(w.part)
	w.must(errors.Join(err, w.fh.Close()))
	w.begin()
}

// Whatever a writer does, every packet is read, and each as the same number of one capture.
func TestRotation(t *testing.T) {
	for seed := range uint64(8) {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same in every run
			f, err := newFinder(Options{Paths: []string{dir}, Watch: true, CloseInactive: 5 * time.Minute, CloseRenamed: seed%2 == 0, CloseEOF: seed%4 == 1}, noEvents)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			ctx, cancel := context.WithCancel(t.Context())
			r := &reader{t: t, ids: map[place]uint32{}, names: map[uint32]place{}}
			var reading sync.WaitGroup
			reading.Go(func() { r.run(ctx, f) })
			w := &writer{t: t, dir: dir, rand: random}
			w.begin()
			for range 1500 {
				w.step()
				time.Sleep(time.Duration(random.IntN(int(8 * time.Second))))
			}
			_, err = w.fh.Write(w.part)
			w.must(errors.Join(err, w.fh.Close()))
			time.Sleep(time.Hour)
			cancel()
			reading.Wait()
			if len(r.names) != int(w.sent) || w.sent == 0 || w.n < 10 {
				t.Errorf("seed %d: %d packets of %d in %d files", seed, len(r.names), w.sent, w.n)
			}
		})
	}
}
