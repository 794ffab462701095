// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"io"
	"time"
)

// gatherer reads what a process writes a line at a time in larger pieces: to be woken for each line would take more than to read it, of this process and of
// the one that wakes it.
type gatherer struct {
	from io.Reader   // a wide pipe
	more func() bool // something is about to be written
}

// gatherTime is how long a process's lines are left to gather. It writes some 25 MB/s: a sixteenth of what a wide pipe holds.
const gatherTime = 5 * time.Millisecond

func (g *gatherer) Read(b []byte) (int, error) {
	if g.more() {
		time.Sleep(gatherTime)
	}
	return g.from.Read(b)
}
