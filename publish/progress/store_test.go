// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const capture1, capture2 = "00112233445566778899", "aabbccddeeff00112233"

func open(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func closed(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// entry is one with every member set.
func entry(n int) Entry {
	return Entry{Mark: at(n), Path: "/captures/a.pcap", Size: 1 << 40, Release: "1.2.3", Destination: "espbeat-9"}
}

// recorded is what another run finds in a folder.
func recorded(t *testing.T, folder, id string) (Entry, bool) {
	t.Helper()
	s := open(t, Options{Folder: folder})
	defer closed(t, s)
	return s.Get(id)
}

func TestEntriesSurviveARun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "progress")
	s := open(t, Options{Folder: folder})
	before := time.Now()
	s.Put(capture1, entry(0))
	s.Put(capture2, Entry{})
	s.Advance(capture1, Mark{Number: 1<<40 - 1, Offset: 1 << 50})
	closed(t, s)

	s = open(t, Options{Folder: folder})
	got, ok := s.Get(capture1)
	if got.Updated.Before(before) || got.Updated.After(time.Now()) {
		t.Errorf("updated %v", got.Updated)
	}
	want := entry(0)
	want.Mark, want.Updated = Mark{Number: 1<<40 - 1, Offset: 1 << 50}, got.Updated
	want.Next = want.Mark
	if !ok || got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, ok := s.Get(capture2); !ok {
		t.Error("an empty entry is lost")
	}
	if _, ok := s.Get("nosuch"); ok {
		t.Error("an entry that nobody put")
	}
}

func TestMarksOnlyGoForward(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	s.Put(capture1, entry(5))
	for _, n := range []int{4, 9, 7} {
		s.Advance(capture1, at(n))
	}
	if e, _ := s.Get(capture1); e.Mark != at(9) {
		t.Errorf("mark %v", e.Mark)
	}
	s.Advance("nosuch", at(1))
	if _, ok := s.Get("nosuch"); ok {
		t.Error("a mark made an entry that knows no capture")
	}
	s.Put(capture1, entry(2)) // begun again
	if e, _ := s.Get(capture1); e.Mark != at(2) {
		t.Errorf("mark %v after it was begun again", e.Mark)
	}
}

func TestDoneIsToldOnce(t *testing.T) {
	folder := t.TempDir()
	s := open(t, Options{Folder: folder})
	s.Put(capture1, entry(0))
	steps := []struct {
		what string
		done bool
		want bool
	}{
		{"a mark before the end is known", s.Advance(capture1, at(3)), false},
		{"the end, with packets on their way", s.End(capture1, 8, 824), false},
		{"a mark before the end", s.Advance(capture1, at(7)), false},
		{"the last packet", s.Advance(capture1, at(8)), true},
		{"the last packet again", s.Advance(capture1, at(8)), false},
		{"the end again", s.End(capture1, 8, 824), false},
		{"the end of no capture", s.End("nosuch", 0, 0), false},
	}
	s.Put(capture2, Entry{})
	steps = append(steps, struct {
		what string
		done bool
		want bool
	}{"a capture without packets", s.End(capture2, 0, 24), true})
	for _, c := range steps {
		if c.done != c.want {
			t.Errorf("%s: done %v", c.what, c.done)
		}
	}
	closed(t, s)
	if e, _ := recorded(t, folder, capture1); !e.Done || e.Size != 824 {
		t.Errorf("recorded %+v", e)
	}
	s = open(t, Options{Folder: folder})
	e, _ := s.Get(capture1)
	e.Done = false // it grew
	s.Put(capture1, e)
	if s.Advance(capture1, at(9)) || !s.End(capture1, 9, 924) {
		t.Error("a capture that grew has the end of before")
	}
}

func TestOldEntriesAreRemoved(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there.pcap")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Folder: folder})
	for id, path := range map[string]string{"gone": "/nosuch/gone.pcap", "there": there, "read": "/nosuch/read.pcap"} {
		s.Put(id, Entry{Path: path})
	}
	closed(t, s)

	s = open(t, Options{Folder: folder, CleanInactive: time.Hour})
	e, _ := s.Get("read")
	s.Put("read", e)
	s.removeOld(time.Now().Add(59 * time.Minute))
	if _, ok := s.Get("gone"); !ok {
		t.Error("removed before its age")
	}
	s.removeOld(time.Now().Add(2 * time.Hour))
	closed(t, s)
	for id, want := range map[string]bool{"gone": false, "there": true, "read": true} {
		if _, ok := recorded(t, folder, id); ok != want {
			t.Errorf("%s: kept %v", id, ok)
		}
	}
}

func TestWritesAreBehind(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir(), Interval: time.Hour})
	s.Put(capture1, entry(0))
	n := 0
	advance := func() { n++; s.Advance(capture1, at(n)) }
	advance()
	if allocs := testing.AllocsPerRun(1000, advance); allocs != 0 {
		t.Errorf("%v allocations a mark", allocs)
	}
	log, err := os.ReadFile(filepath.Join(s.opts.Folder, storeName, logName))
	if err != nil || strings.Count(string(log), `"op"`) > 2 {
		t.Errorf("written more than once in the interval: %v\n%s", err, log)
	}
}
