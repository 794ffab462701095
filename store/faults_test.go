// SPDX-License-Identifier: Apache-2.0

package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// said collects what people are told.
type said struct {
	mu  sync.Mutex
	all []string
}

func (s *said) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, text)
}

// times is how often people were told something.
func (s *said) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// What a crash leaves of a file can be read up to where it was cut, whichever byte that is.
func TestCutAtAnyByte(t *testing.T) {
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir, c)
			o.piece = 300
			placed := store(t, o, packets(20, 100))
			path := files(t, dir)[0]
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			r := reader(t, dir)
			more := len(placed)
			for n := info.Size() - 1; n >= 0; n-- {
				if err := os.Truncate(path, n); err != nil {
					t.Fatal(err)
				}
				got, _, _ := read(path)
				for i := range got {
					same(t, "packet", &got[i], &placed[i])
				}
				if len(got) > more {
					t.Fatalf("%d of %d bytes: %d packets, of more bytes there are %d", n, info.Size(), len(got), more)
				}
				more = len(got)
				if n == info.Size()-1 && len(got) < len(placed)-10 {
					t.Errorf("all but the last byte: %d of %d packets", len(got), len(placed))
				}
				// A packet is found, or is not: never another one.
				for _, i := range []int{0, len(placed) / 2, len(placed) - 1} {
					p, err := r.Packet(t.Context(), placeOf(&placed[i]))
					if err == nil {
						same(t, "packet by its place", &p.Packet, &placed[i])
					} else if i < len(got) {
						t.Fatalf("%d bytes: packet %d can be read, but is not found: %v", n, i, err)
					}
				}
			}
			if more != 0 {
				t.Errorf("%d packets in no byte", more)
			}
		})
	}
}

func TestRingIsBounded(t *testing.T) {
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir, c)
			o.MaxSize, o.FileSize = 100_000, 50_000
			r := newRing(t, o)
			all := packets(3000, 1500)
			tap := r.Tap(&source{batches: slices.Collect(slices.Chunk(all, 10)), interfaces: eth0})
			var b capture.Batch
			for tap.Next(&b) == nil {
				var size int64
				for _, f := range files(t, dir) {
					if info, err := os.Stat(f); err == nil { // else it was removed meanwhile
						size += info.Size()
					}
				}
				if size > o.MaxSize+o.FileSize {
					t.Fatalf("%d bytes, %d are allowed", size, o.MaxSize)
				}
			}
			tap.Finish()
			st := r.Stats()
			left := files(t, dir)
			if st.Files != len(left) || st.Files < 2 || st.Size > o.MaxSize || st.Bytes < 3*uint64(o.MaxSize) {
				t.Errorf("%+v of %d files", st, len(left))
			}
			got, _, err := read(left[len(left)-1]) // the newest are left
			if err != nil || len(got) == 0 || got[len(got)-1].Time != all[len(all)-1].Time {
				t.Errorf("%d packets in the last file, %v", len(got), err)
			}
			if st.Packets+st.NotStored != uint64(len(all)) {
				t.Errorf("%+v of %d packets", st, len(all))
			}
		})
	}
}

func TestOldFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	o := options(dir, Zstd)
	store(t, o, packets(1000, 1500))
	all := files(t, dir)
	for _, f := range all[:3] {
		old := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(f, old, old); err != nil {
			t.Fatal(err)
		}
	}
	o.MaxAge = time.Hour
	r := newRing(t, o)
	if err := r.prune(0); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != len(all)-3 || filepath.Base(left[0]) != filepath.Base(all[3]) {
		t.Errorf("%d of %d files are left", len(left), len(all))
	}
}

// A file is ended after a tenth of the age, so that packets are not kept much longer than that.
func TestFilesEndByAge(t *testing.T) {
	o := options(t.TempDir(), None)
	o.MaxAge = time.Hour
	r := newRing(t, o)
	tap := r.Tap(&source{batches: [][]capture.Packet{packets(2, 10), packets(3, 10)}, interfaces: eth0})
	var b capture.Batch
	if err := tap.Next(&b); err != nil {
		t.Fatal(err)
	}
	first := b.Packets[0].File
	tap.flush(time.Now().Add(6 * time.Minute)) // as the writer does now and then
	if err := tap.Next(&b); err != nil || b.Packets[0].File == first {
		t.Errorf("%s after %s, %v", b.Packets[0].File, first, err)
	}
	tap.Finish()
	if n := len(files(t, o.Path)); n != 2 {
		t.Errorf("%d files", n)
	}
}

// An error never stops the packets; it is said once, what is not stored is counted, and storing goes on when it can.
func TestOutage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	var people said
	o := options(dir, Zstd)
	o.Say, o.retry = people.say, time.Nanosecond
	r := newRing(t, o)
	src := &source{interfaces: eth0}
	tap := r.Tap(src)
	more := func() []capture.Packet {
		src.batches = [][]capture.Packet{packets(20, 1000)}
		return run(t, tap)
	}
	// written waits for the writer: until it has counted so many packets.
	written := func(n uint64) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if st := r.Stats(); st.Packets+st.NotStored >= n {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%+v after a minute", r.Stats())
			}
		}
	}
	before := more()
	tap.flush(time.Now())
	written(20)
	away := dir + ".away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	for i := range 30 { // into files that cannot be made, when the first is full
		if got := more(); len(got) != 20 {
			t.Fatalf("%d packets", len(got))
		}
		tap.flush(time.Now())
		written(uint64(20 * (i + 2)))
	}
	if st := r.Stats(); st.NotStored == 0 || st.Errors < 2 {
		t.Fatalf("%+v", st)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	var after []capture.Packet
	for r.Stats().Packets == 0 || people.times() < 2 {
		n := r.Stats()
		after = more()
		tap.flush(time.Now())
		written(n.Packets + n.NotStored + uint64(len(after)))
	}
	tap.Finish()
	st := r.Stats()
	if len(people.all) != 2 || !strings.Contains(people.all[0], "no such file") || !strings.Contains(people.all[1], "packets are stored again") {
		t.Errorf("people were told %q", people.all)
	}
	found(t, dir, before)
	found(t, dir, after)
	if st.Packets+st.NotStored == 0 || st.Packets < 40 {
		t.Errorf("%+v", st)
	}
}

// A disk that is too slow costs places, and never time.
func TestSlowDisk(t *testing.T) {
	o := options(t.TempDir(), Zstd)
	o.pieces = 3
	r := newRing(t, o)
	all := packets(1000, 1500)
	tap := r.tap(&source{batches: slices.Collect(slices.Chunk(all, 10)), interfaces: eth0})
	placed := run(t, tap) // nothing is written yet
	stored := slices.DeleteFunc(slices.Clone(placed), func(p capture.Packet) bool { return p.File == "" })
	if len(placed) != len(all) || len(stored) == 0 || len(stored) == len(all) {
		t.Fatalf("%d packets, %d with a place", len(placed), len(stored))
	}
	if st := r.Stats(); st.NotStored != uint64(len(all)-len(stored)) {
		t.Errorf("%+v, %d packets have a place", st, len(stored))
	}
	go tap.write()
	tap.Finish()
	found(t, o.Path, stored)
	if st := r.Stats(); st.Packets != uint64(len(stored)) {
		t.Errorf("%+v, %d packets have a place", st, len(stored))
	}
}

// What waits is written after some time, while others come.
func TestFlushMeanwhile(t *testing.T) {
	o := options(t.TempDir(), Gzip)
	o.flush, o.MaxAge = time.Millisecond, time.Hour
	r := newRing(t, o)
	src := &source{interfaces: eth0}
	tap := r.Tap(src)
	var placed []capture.Packet
	for n := uint64(0); n < 200; {
		src.batches = [][]capture.Packet{packets(20, 100)}
		placed = append(placed, run(t, tap)...)
		for deadline := time.Now().Add(time.Minute); r.Stats().Packets < n+20; time.Sleep(100 * time.Microsecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%+v after a minute", r.Stats())
			}
		}
		n += 20
		found(t, o.Path, placed[len(placed)-20:]) // while the file is open
	}
	tap.Finish()
	found(t, o.Path, placed)
	tap.Finish()
	src.batches = [][]capture.Packet{packets(1, 1)}
	if late := run(t, tap); len(late) != 1 || late[0].File != "" {
		t.Errorf("after the end: %+v", late)
	}
}
