// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
)

const (
	ethernet = 1
	sll2     = 276
	start    = 1_700_000_000_123_456_789
)

var eth0 = []capture.Interface{{Name: "eth0", Description: "to the lab", LinkType: ethernet, SnapLen: 262144}}

// packets are n packets of random bytes and lengths up to longest, 1.000001 ms apart.
func packets(n, longest int) []capture.Packet {
	r := rand.New(rand.NewPCG(uint64(n), uint64(longest)))
	all := make([]capture.Packet, n)
	for i := range all {
		data := make([]byte, r.IntN(longest+1))
		for j := range data {
			data[j] = byte(r.Uint32() & 0x1f) // can be compressed
		}
		all[i] = capture.Packet{Data: data, Time: start + int64(i)*1_000_001, TimeValid: true, Length: len(data) + i%3, LinkType: ethernet}
	}
	return all
}

// options of small files and pieces, that are written when they are full.
func options(dir string, c Compression) Options {
	return Options{Path: dir, MaxSize: 1 << 30, FileSize: 64 << 10, Compression: c, Application: "espbeat test", piece: 8 << 10, pieces: 2000, flush: time.Hour}
}

func newRing(t *testing.T, o Options) *Ring {
	t.Helper()
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// run takes all packets of a tap, as an engine does, and returns them with their places.
func run(t *testing.T, tap *Tap) (all []capture.Packet) {
	t.Helper()
	var b capture.Batch
	for {
		switch err := tap.Next(&b); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
	}
}

// store stores packets in batches of 10 and returns them with their places.
func store(t *testing.T, o Options, all []capture.Packet) []capture.Packet {
	t.Helper()
	r := newRing(t, o)
	tap := r.Tap(&source{batches: slices.Collect(slices.Chunk(all, 10)), interfaces: eth0})
	got := run(t, tap)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if st := r.Stats(); st.Packets != uint64(len(all)) || st.NotStored != 0 || st.Errors != 0 {
		t.Fatalf("%+v", st)
	}
	return got
}

// files are the paths of a store's files, in their order.
func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.pcapng*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// read reads a file to its end, or where it breaks.
func read(path string) (all []capture.Packet, interfaces []capture.Interface, err error) {
	s, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	var b capture.Batch
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, s.Interfaces(), err
}

// same fails the test unless two packets are one.
func same(t *testing.T, what string, got, want *capture.Packet) {
	t.Helper()
	if !bytes.Equal(got.Data, want.Data) || got.Time != want.Time || !got.TimeValid || got.Length != want.Length || got.LinkType != want.LinkType || got.Interface != want.Interface {
		t.Fatalf("%s: %d of %d bytes, %v at %d, interface %d; want %d of %d, %v at %d, %d",
			what, len(got.Data), got.Length, got.LinkType, got.Time, got.Interface, len(want.Data), want.Length, want.LinkType, want.Time, want.Interface)
	}
}

// found fails the test unless each packet is where it is said to be.
func found(t *testing.T, dir string, all []capture.Packet) {
	t.Helper()
	r := reader(t, dir)
	for i := range all {
		p, err := r.Packet(t.Context(), placeOf(&all[i]))
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		same(t, fmt.Sprintf("packet %d in %s at %d", i, all[i].File, all[i].Offset), &p.Packet, &all[i])
	}
}

func reader(t testing.TB, dir string) *Reader {
	t.Helper()
	root, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(root)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// placeOf is what the document of a stored packet says.
func placeOf(p *capture.Packet) Place {
	return Place{File: p.File, Offset: p.Offset, Time: p.Time, Length: p.Length}
}

var compressions = []Compression{None, Gzip, Zstd}

func TestRoundTrip(t *testing.T) {
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "made", "by", "it")
			want := append(packets(900, 1500), packets(9, 100_000)...)
			want = append(want, capture.Packet{Data: make([]byte, 256<<10), Time: start, TimeValid: true, Length: 300_000, LinkType: ethernet})
			placed := store(t, options(dir, c), want)
			all := files(t, dir)
			if len(all) < 10 {
				t.Fatalf("%d files", len(all))
			}
			n := 0
			for _, path := range all {
				got, interfaces, err := read(path)
				if err != nil || len(interfaces) != 1 {
					t.Fatalf("%s: %v, %+v", path, err, interfaces)
				}
				if in := interfaces[0]; in.Name != "eth0" || in.Description != "to the lab" || in.SnapLen != 262144 {
					t.Errorf("%+v", in)
				}
				if base := filepath.Base(path); !isName(base) {
					t.Errorf("name %s", base)
				}
				for i := range got {
					same(t, path, &got[i], &want[n])
					if placed[n].File != filepath.Base(path) || placed[n].Offset != got[i].Offset {
						t.Fatalf("packet %d is in %s at %d, not in %s at %d", n, path, got[i].Offset, placed[n].File, placed[n].Offset)
					}
					n++
				}
			}
			if n != len(want) {
				t.Errorf("%d of %d packets", n, len(want))
			}
			found(t, dir, placed)
		})
	}
}

// A file begins with its first packet's second, and the numbers go on in the next run.
func TestNamesAndIDs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(dir, None)
	first := newRing(t, o)
	if _, err := New(o); err == nil {
		t.Error("two rings of one directory")
	}
	tap := first.Tap(&source{batches: [][]capture.Packet{packets(1, 10)}, interfaces: eth0})
	run(t, tap)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := newRing(t, o)
	tap = second.Tap(&source{batches: [][]capture.Packet{packets(1, 10)}, interfaces: eth0})
	run(t, tap)
	tap.Finish()
	if first.ID() != second.ID() || len(first.ID()) != 16 || tap.StoreID() != first.ID() {
		t.Errorf("ids %q and %q", first.ID(), second.ID())
	}
	var names []string
	for _, f := range files(t, dir) {
		names = append(names, filepath.Base(f))
	}
	if want := []string{"20231114T221320Z-00000001.pcapng", "20231114T221320Z-00000002.pcapng"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	if st := second.Stats(); st.Files != 2 || st.Packets != 1 || st.Size == 0 {
		t.Errorf("%+v", st)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "notes.txt")); err != nil || string(b) != "not ours" {
		t.Errorf("%q, %v", b, err)
	}
}

// An interface that shows up later, as those of "any" do, is described where its first packet is, and found.
func TestInterfacesThatShowUpLater(t *testing.T) {
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir, c)
			r := newRing(t, o)
			all := packets(200, 1000)
			src := &source{batches: slices.Collect(slices.Chunk(all, 20)), interfaces: []capture.Interface{{Name: "any", LinkType: sll2}}}
			for i := range all {
				if all[i].LinkType = sll2; i >= 40 && i%2 == 0 {
					all[i].Interface = 1
				}
			}
			tap := r.Tap(src)
			var b capture.Batch
			var placed []capture.Packet
			for i := range 10 {
				if i == 2 {
					src.interfaces = append(src.interfaces, capture.Interface{ID: 7, Name: "veth7", LinkType: sll2})
				}
				if err := tap.Next(&b); err != nil {
					t.Fatal(err)
				}
				for j, p := range b.Packets {
					p.Data = all[20*i+j].Data
					placed = append(placed, p)
				}
			}
			tap.Finish()
			if _, interfaces, err := read(files(t, dir)[0]); err != nil || len(interfaces) != 2 || interfaces[1].Name != "veth7" {
				t.Errorf("%+v, %v", interfaces, err)
			}
			found(t, dir, placed)
		})
	}
}

func TestFilesAreNotForEverybody(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	store(t, options(dir, None), packets(3, 100))
	for _, path := range append(files(t, dir), dir) {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o007 != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}
