// SPDX-License-Identifier: Apache-2.0

package progress

import "testing"

// TestRebuildBeginsAtMostAWindowBefore advances through a capture whose batches end anywhere.
func TestRebuildBeginsAtMostAWindowBefore(t *testing.T) {
	const window = 10_000
	folder := t.TempDir()
	s := open(t, Options{Folder: folder, Window: window})
	s.Put(capture1, Entry{})
	for n := 1; n < 1000; n += 1 + n*7%13 {
		s.Advance(capture1, at(n))
		e, _ := s.Get(capture1)
		m := s.Rebuild(e)
		switch back := e.Offset - m.Offset; {
		case e.Offset <= window && m != Mark{}:
			t.Fatalf("at %v: from %v, want from the start", e.Mark, m)
		case e.Offset <= window:
		case m.Number == 0 || m != at(int(m.Number)): //nolint:gosec // a test's
			t.Fatalf("at %v: %v is no mark", e.Mark, m)
		case back > window || back < window/2-1300:
			t.Fatalf("at %v: from %v, %d bytes before", e.Mark, m, back)
		}
	}
	was, _ := s.Get(capture1)
	closed(t, s)
	s = open(t, Options{Folder: folder, Window: window})
	if e, _ := s.Get(capture1); s.Rebuild(e) != s.Rebuild(was) || e.Start == (Mark{}) {
		t.Errorf("another run rebuilds from %v, want %v", s.Rebuild(e), s.Rebuild(was))
	}
}

func TestRebuildWithoutMarksBetween(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir(), Window: 1000})
	for name, c := range map[string]struct {
		marks []Mark
		want  Mark
	}{
		"a jump over more than a window": {[]Mark{{5, 500}, {90, 9000}}, Mark{90, 9000}},
		"a mark of unknown place":        {[]Mark{{5, 600}, {11, 1100}, {20, 0}}, Mark{}},
		"known again":                    {[]Mark{{5, 600}, {11, 1100}, {20, 0}, {21, 2100}}, Mark{11, 1100}},
		"never known":                    {[]Mark{{5, 0}, {20, 0}}, Mark{}},
	} {
		t.Run(name, func(t *testing.T) {
			s.Put(capture1, Entry{})
			for _, m := range c.marks {
				s.Advance(capture1, m)
			}
			if e, _ := s.Get(capture1); s.Rebuild(e) != c.want {
				t.Errorf("from %v, want %v; entry %+v", s.Rebuild(e), c.want, e)
			}
		})
	}
	if open(t, Options{Folder: t.TempDir()}).opts.Window != 1<<30 {
		t.Error("the default is no GiB")
	}
}
