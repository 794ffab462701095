// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	// quietFor is how long a run may be without a bar.
	quietFor = time.Second
	// drawEvery is how often the bar is drawn.
	drawEvery = 250 * time.Millisecond
	// anyWidth is the width of a terminal that does not tell it, columns.
	anyWidth = 80
)

// Bar is the last line of a terminal, which shows how far reading has come. Whatever else is written to the terminal goes through the bar's
// Write: the bar is erased before, and drawn again after it.
type Bar struct {
	out   io.Writer
	width func() int // of the terminal, columns

	mu    sync.Mutex
	meter *meter // nil while there is nothing to draw
	drawn int    // columns to erase
	open  bool   // what was written last ended within a line
}

// NewBar returns the bar of a terminal, or nil when f is none.
func NewBar(f *os.File) *Bar {
	fd := int(f.Fd()) //nolint:gosec // a file descriptor
	if !term.IsTerminal(fd) {
		return nil
	}
	return &Bar{out: f, width: func() int {
		if w, _, err := term.GetSize(fd); err == nil && w > 0 {
			return w
		}
		return anyWidth
	}}
}

// Run draws the bar until ctx ends, and erases it then. What takes less than a second has none.
func (b *Bar) Run(ctx context.Context, c *Counters) {
	m := newMeter(c)
	wait := time.NewTimer(quietFor)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return
	case <-wait.C:
	}
	b.show(m)
	defer b.show(nil)
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.show(m)
		}
	}
}

// show draws what m says in the place of what was drawn; nil erases the bar.
func (b *Bar) show(m *meter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	b.meter = m
	b.draw()
}

// Write writes p above the bar.
func (b *Bar) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	n, err := b.out.Write(p)
	if n > 0 {
		b.open = p[n-1] != '\n'
	}
	b.draw()
	return n, err
}

func (b *Bar) erase() {
	if b.drawn > 0 {
		// Blanks, since not every terminal knows the escape sequence.
		fmt.Fprintf(b.out, "\r%s\r", strings.Repeat(" ", b.drawn))
		b.drawn = 0
	}
}

func (b *Bar) draw() {
	if b.meter == nil || b.open {
		return
	}
	percent, text := b.meter.text()
	// One column stays free: some terminals begin a new line after the last.
	s := line(percent, text, b.width()-1)
	fmt.Fprint(b.out, s)
	b.drawn = len(s)
}

var _ io.Writer = (*Bar)(nil)
