// SPDX-License-Identifier: Apache-2.0

// Package progress says how far the reading of capture files has come: as counters, as a bar on a terminal, and as lines for a log.
package progress

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"
)

// Counters add up what was read of all files. The zero value is ready; any goroutine may use it.
type Counters struct {
	packets     atomic.Uint64
	read, total atomic.Int64
	streams     atomic.Bool // there is one
}

// Snapshot is what the counters say at one time.
type Snapshot struct {
	Packets uint64
	// Read and Total are bytes as they lie on disk: compressed where files are. Total is 0 where nobody knows: a stream is among them.
	Read, Total int64
}

// Snapshot returns the counts.
func (c *Counters) Snapshot() Snapshot {
	s := Snapshot{Packets: c.packets.Load(), Read: c.read.Load()}
	if !c.streams.Load() {
		s.Total = c.total.Load()
	}
	return s
}

// Expect adds a file of that size, bytes, that is going to be read; 0 is a stream, whose length nobody knows. Of nil counters the part
// counts nothing.
func (c *Counters) Expect(size int64) *Part {
	p := &Part{of: c}
	if c != nil && size == 0 {
		c.streams.Store(true)
	}
	p.Update(0, 0, size)
	return p
}

// Part is one file's part of the counters. It belongs to one goroutine.
type Part struct {
	of  *Counters
	was Snapshot
}

// Update replaces what the part said before.
func (p *Part) Update(packets uint64, read, total int64) {
	is := Snapshot{packets, read, total}
	if p.of == nil || is == p.was {
		return
	}
	p.of.packets.Add(packets - p.was.Packets)
	p.of.read.Add(read - p.was.Read)
	p.of.total.Add(total - p.was.Total)
	p.was = is
}

// End says that no more will be read of the file: what is left of it, after a count or a break, is not expected any longer.
func (p *Part) End() { p.Update(p.was.Packets, p.was.Read, min(p.was.Total, p.was.Read)) }

// rateOver is the time that rates are an average of: long enough to be steady, short enough to show a stall.
const rateOver = 10 * time.Second

// meter tells rates from the counts of the last seconds.
type meter struct {
	of      *Counters
	samples []sample // at least a second apart, of the last rateOver
}

type sample struct {
	at time.Time
	Snapshot
}

// newMeter starts measuring.
func newMeter(c *Counters) *meter {
	return &meter{of: c, samples: []sample{{time.Now(), c.Snapshot()}}}
}

// text says how far it is: percent and text after it, "12 MiB of 40 MiB, 1,234 packets/s, 7s left". Without a total percent is -1.
func (m *meter) text() (percent int, text string) {
	now, is := time.Now(), m.of.Snapshot()
	first := m.samples[0]
	took := now.Sub(first.at).Seconds()
	if m.samples[len(m.samples)-1].at.Add(time.Second).Before(now) {
		m.samples = append(m.samples, sample{now, is})
	}
	for len(m.samples) > 1 && now.Sub(m.samples[0].at) > rateOver {
		m.samples = m.samples[1:]
	}
	percent, text = -1, humanize.IBytes(uint64(max(0, is.Read)))
	if is.Total > 0 {
		percent = int(min(is.Read, is.Total) * 100 / is.Total)
		text += " of " + humanize.IBytes(uint64(is.Total))
	}
	if took <= 0 {
		return percent, text
	}
	text += fmt.Sprintf(", %s packets/s", humanize.Comma(int64(float64(is.Packets-first.Packets)/took)))
	if left := is.Total - is.Read; left > 0 && is.Read > first.Read {
		seconds := float64(left) / (float64(is.Read-first.Read) / took)
		text += fmt.Sprintf(", %s left", time.Duration(seconds*float64(time.Second)).Round(time.Second))
	}
	return percent, text
}

// Log calls say with how far it is after every such time, until ctx ends: for where no terminal shows a bar.
func Log(ctx context.Context, c *Counters, every time.Duration, say func(string)) {
	m := newMeter(c)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		percent, text := m.text()
		if percent >= 0 {
			text = fmt.Sprintf("%d%%, %s", percent, text)
		}
		say(fmt.Sprintf("read %s packets, %s", humanize.Comma(int64(c.Snapshot().Packets)), text)) //nolint:gosec // counts packets
	}
}

// line is the bar and its text in at most width columns, in ASCII, so that bytes are columns.
func line(percent int, text string, width int) string {
	if percent < 0 {
		return cut(text, width)
	}
	head := fmt.Sprintf("%3d%% ", percent)
	const fixed, widest, least = len("[] "), 40, 10
	bar := min(width-len(head)-fixed-len(text), widest)
	if bar < least {
		return cut(head+text, width)
	}
	done := bar * percent / 100
	return head + "[" + strings.Repeat("=", done) + strings.Repeat(" ", bar-done) + "] " + text
}

func cut(s string, width int) string { return s[:min(len(s), max(width, 0))] }
