// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"io"
	"sync/atomic"
)

// Positioner is a Source that knows how far it has read: capture files and streams do.
type Positioner interface {
	// Position returns the bytes read so far and how many there are, as they lie on disk: compressed where the file is. total is 0 for
	// a stream, whose length nobody knows. Any goroutine may call it.
	Position() (read, total int64)
}

// counted counts what is read of a file or stream before it is decompressed.
type counted struct {
	io.Reader
	size int64 // when it was opened, 0 for a stream
	n    atomic.Int64
}

// Read is io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Position is part of Positioner. A file that grows is as long as what was read of it.
func (f *file) Position() (read, total int64) {
	read = f.disk.n.Load()
	if f.disk.size == 0 {
		return read, 0
	}
	return read, max(f.disk.size, read)
}

var _ Positioner = (*file)(nil)
