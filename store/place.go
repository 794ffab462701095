// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"time"

	"github.com/espbeat/espbeat/capture"
)

// Place is what the document of a packet says of the packet's record: where it is (packet.capture.*), and what it holds. Whoever can write
// documents can write anything there, so a record that holds something else is not the packet's.
type Place struct {
	// File is the name beneath the store, with slashes.
	File string
	// Offset is where the record begins in the decompressed file, bytes.
	Offset int64
	// Fingerprint is the Mark of the file's identity, of a file that was imported; empty of one that the store itself wrote.
	Fingerprint string
	// Time is the record's, nanoseconds; where that has no valid one, Invalid is set and Time is whole seconds.
	Time    int64
	Invalid bool
	// Length is the packet's on the wire, bytes.
	Length int
}

// Found is a packet with the interface that it was captured on. It is the caller's.
type Found struct {
	capture.Packet
	Captured capture.Interface
}

// Check tells in what a packet differs from what its document says.
func (p *Place) Check(k *capture.Packet) error {
	switch {
	case p.Invalid && (k.TimeValid || k.TimeRaw != uint64(p.Time)): //nolint:gosec // as it was written
		return fmt.Errorf("another packet is there: its time is not the one of %d seconds", p.Time)
	case !p.Invalid && (!k.TimeValid || k.Time != p.Time):
		return fmt.Errorf("another packet is there: it is of %s, the document of %s", stamp(k.Time), stamp(p.Time))
	case k.Length != p.Length:
		return fmt.Errorf("another packet is there: it has %d bytes, the document says %d", k.Length, p.Length)
	}
	return nil
}

func stamp(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }
