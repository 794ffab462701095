// SPDX-License-Identifier: Apache-2.0

package progress

import "time"

// Mark is a place between two packets of a capture.
type Mark struct {
	// Number is that of the packet before it; 0 is the capture's start.
	Number uint64 `struct:"number"`
	// Offset is where the record after it begins, in bytes of the decompressed capture.
	Offset int64 `struct:"offset"`
}

// Entry is how far a capture has come: all packets up to its mark are acknowledged.
type Entry struct {
	Mark `struct:",inline"`
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
