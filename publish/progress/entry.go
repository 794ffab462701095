// SPDX-License-Identifier: Apache-2.0

package progress

import "time"

// Mark is a packet of a capture, the last of those up to a place.
type Mark struct {
	// Number is the packet's; 0 is the capture's start.
	Number uint64 `struct:"number"`
	// Offset is where its record begins, in bytes of the decompressed capture; 0 when nobody can go on there.
	Offset int64 `struct:"offset"`
}

// Entry is how far a capture has come: all packets up to its mark are acknowledged.
type Entry struct {
	Mark `struct:",inline"`
	// Start and Next are marks that the entry's own has passed: Start is where what spans packets is rebuilt from, Next takes its place.
	Start Mark `struct:"start"`
	Next  Mark `struct:"next"`
	// Path is absolute: where the capture was seen last.
	Path string `struct:"path"`
	// Size of the file in bytes, when it was seen last.
	Size int64 `struct:"size"`
	// Done: the capture was read to its end, and all of it is acknowledged.
	Done bool `struct:"done"`
	// Release is the version of espbeat that published it.
	Release string `struct:"release"`
	// Destination is the index or data stream that it was published to.
	Destination string    `struct:"destination"`
	Updated     time.Time `struct:"updated"`
}

// DefaultWindow is the Window of a Store without one, bytes.
const DefaultWindow = 1 << 30

// pass keeps marks that lie half a window apart, as the entry's own passes them.
func (e *Entry) pass(window int64) {
	if e.Offset-e.Next.Offset >= window/2 {
		e.Start, e.Next = e.Next, e.Mark
	}
}

// rebuild is the first mark that lies at most a window before the entry's own, or the capture's start.
func (e *Entry) rebuild(window int64) Mark {
	if e.Offset <= window { // or unknown
		return Mark{}
	}
	for _, m := range []Mark{e.Start, e.Next} {
		if m.Offset > 0 && e.Offset-m.Offset <= window {
			return m
		}
	}
	return e.Mark
}

// capture is an entry with what a run knows of it.
type capture struct {
	Entry
	active bool   // this run reads it
	ended  bool   // no packet comes after last
	last   uint64 // number
}

// settle tells whether the capture is done now and was not before.
func (c *capture) settle() bool {
	if c.Done || !c.ended || c.Number < c.last {
		return false
	}
	c.Done, c.active = true, false
	return true
}
