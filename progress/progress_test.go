// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestCounters(t *testing.T) {
	c := Counters{}
	a, b := c.Expect(1000), c.Expect(500)
	check := func(want Snapshot) {
		t.Helper()
		if got := c.Snapshot(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	check(Snapshot{Total: 1500})
	a.Update(10, 400, 1000)
	a.Update(30, 900, 1200) // it grew
	check(Snapshot{Packets: 30, Read: 900, Total: 1700})
	pipe := c.Expect(0) // whose length nobody knows, and so not that of all
	pipe.Update(1, 50, 0)
	check(Snapshot{Packets: 31, Read: 950})
	a.End()
	b.Update(5, 500, 500)
	b.End()
	pipe.End()
	check(Snapshot{Packets: 36, Read: 1450})
	c = Counters{}
	a, _ = c.Expect(1000), c.Expect(500)
	a.Update(1, 300, 1000)
	a.End() // it broke
	check(Snapshot{Packets: 1, Read: 300, Total: 800})
	var none *Counters
	p := none.Expect(5)
	p.Update(1, 1, 5)
	p.End()
}

// screen is a terminal: what its lines show.
type screen struct {
	mu     sync.Mutex
	lines  []string
	at     int // column
	writes int
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	if len(s.lines) == 0 {
		s.lines = []string{""}
	}
	for _, c := range string(p) {
		last := &s.lines[len(s.lines)-1]
		switch c {
		case '\r':
			s.at = 0
		case '\n':
			s.lines, s.at = append(s.lines, ""), 0
		default:
			row := []rune(*last)
			for len(row) <= s.at {
				row = append(row, ' ')
			}
			row[s.at] = c
			*last = string(row)
			s.at++
		}
	}
	return len(p), nil
}

// shown are the lines without trailing blanks, the last empty one left out.
func (s *screen) shown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, l := range s.lines {
		all = append(all, strings.TrimRight(l, " "))
	}
	if n := len(all); n > 0 && all[n-1] == "" {
		all = all[:n-1]
	}
	return all
}

// read makes progress for that many seconds: 1,000 KiB and 1,200 packets in each. No step falls on the time of a draw.
func read(p *Part, seconds int) {
	const steps = 100
	for range seconds * steps {
		time.Sleep(time.Second / steps / 2)
		p.Update(p.was.Packets+12, p.was.Read+10<<10, p.was.Total)
		time.Sleep(time.Second / steps / 2)
	}
}

func TestBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		b := &Bar{out: &s, width: func() int { return 80 }}
		var c Counters
		part := c.Expect(100 << 20)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Run(ctx, &c); close(done) }()
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if got := s.shown(); !slices.Equal(got, want) {
				t.Errorf("shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		const want = " 19% [====                     ] 20 MiB of 100 MiB, 1,200 packets/s, 1m22s left"
		time.Sleep(quietFor / 2)
		expect()
		read(part, 20)
		expect(want)
		_, _ = b.Write([]byte("espbeat: a line\n"))
		expect("espbeat: a line", want)
		_, _ = b.Write([]byte("half a "))
		time.Sleep(2 * drawEvery)
		expect("espbeat: a line", "half a")
		_, _ = b.Write([]byte("line\n"))
		part.Update(part.was.Packets, 100<<20, 100<<20)
		time.Sleep(drawEvery)
		synctest.Wait()
		if got := s.shown(); len(got) != 3 || !strings.HasPrefix(got[2], "100% [===========") || strings.Contains(got[2], "left") {
			t.Errorf("at the end %q", got)
		}
		cancel()
		<-done
		expect("espbeat: a line", "half a line")
		writes := s.writes
		_, _ = b.Write([]byte("the ledger\n"))
		expect("espbeat: a line", "half a line", "the ledger")
		if s.writes != writes+1 {
			t.Error("a bar was drawn after the end")
		}
	})
}

// A short run writes nothing at all.
func TestShortRunHasNoBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		b := &Bar{out: &s, width: func() int { return 80 }}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(quietFor - 1); cancel() }()
		b.Run(ctx, &Counters{})
		if s.writes != 0 {
			t.Errorf("shows %q", s.lines)
		}
	})
}

func TestLine(t *testing.T) {
	const text = "20 MiB of 100 MiB, 5 packets/s, 16s left"
	for _, c := range []struct {
		name    string
		percent int
		width   int
		want    string
	}{
		{"wide", 50, 200, " 50% [" + strings.Repeat("=", 20) + strings.Repeat(" ", 20) + "] " + text},
		{"no room for a bar", 50, 50, " 50% " + text},
		{"no room for the text", 50, 10, " 50% 20 Mi"},
		{"no total", -1, 200, text},
		{"no room", -1, -1, ""},
	} {
		if got := line(c.percent, text, c.width); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Counters
		file := c.Expect(200 << 20)
		var said []string
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { Log(ctx, &c, 30*time.Second, func(s string) { said = append(said, s) }); close(done) }()
		read(file, 30)
		synctest.Wait()
		time.Sleep(30 * time.Second) // it stalls
		synctest.Wait()
		file.End()
		stream := c.Expect(0)
		stream.Update(1, 1<<20, 0)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		cancel()
		<-done
		want := []string{
			"read 36,000 packets, 14%, 29 MiB of 200 MiB, 1,200 packets/s, 2m55s left",
			"read 36,000 packets, 14%, 29 MiB of 200 MiB, 0 packets/s",
			"read 36,001 packets, 30 MiB, 0 packets/s",
		}
		if !slices.Equal(said, want) {
			t.Errorf("said\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestOnlyTerminalsHaveABar(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if NewBar(f) != nil {
		t.Error("a file has a bar")
	}
}
