// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"io"
)

// growing reads a regular file that may still be written: at its end it asks more
// whether to look again.
type growing struct {
	r    io.Reader
	more func() bool // nil: the end is the end
	// held takes the end for the end without asking.
	held bool
}

// Read is io.Reader. Once more said no, the end is final.
func (g *growing) Read(p []byte) (int, error) {
	for {
		n, err := g.r.Read(p)
		if n > 0 || !errors.Is(err, io.EOF) || g.more == nil || g.held {
			return n, err
		}
		if !g.more() {
			g.more = nil
		}
	}
}

// hold makes lookahead return what a growing file has now, until the returned
// function is called: what only helps to guess must not hold back packets.
func (f *file) hold() (release func()) {
	if f.growing == nil {
		return func() {}
	}
	f.growing.held = true
	return func() {
		f.growing.held = false
		if errors.Is(f.inErr, io.EOF) {
			f.inErr = nil
		}
	}
}
