// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io"
)

// Start is a place in a capture file from which reading goes on. The zero value is the file's start.
type Start struct {
	// Offset is where a packet's record begins (Packet.Offset), bytes; Packets is the number of those before it.
	Offset  int64
	Packets uint64
}

// Starter is a Source that can say whether reading can go on at its packets later: plain capture files can.
type Starter interface {
	// Startable tells whether the offsets of the packets that Next yielded last can be a Start: what is to be known of the file stands
	// before its first packet. Call it from the goroutine that calls Next.
	Startable() bool
}

// Startable is part of Starter.
func (f *file) Startable() bool { return f.pump == nil && !f.compressed && !f.described }

// begin goes on at the record that opt.Start names. What stands before the first packet, such as pcapng's interfaces, is read.
func (f *file) begin() error {
	at := f.opt.Start
	if at.Offset == 0 {
		return nil
	}
	in, ok := f.closer.(io.Seeker)
	if !ok || f.pump != nil || f.compressed {
		return fmt.Errorf("read capture %s on from byte %d: it is no plain file; read it from its start", f.name, at.Offset)
	}
	packets := f.opt.BatchPackets
	f.opt.BatchPackets = 1
	f.fill(new(Batch))
	f.opt.BatchPackets = packets
	if err := f.final; errors.Is(err, io.EOF) {
		return f.broken(f.offset, 0, cutShort("the file"))
	} else if err != nil {
		return err
	}
	if _, err := in.Seek(at.Offset, io.SeekStart); err != nil {
		return f.broken(at.Offset, 0, err)
	}
	f.in.Reset(f.raw)
	f.kept, f.keptAt, f.skip, f.inErr = f.kept[:0], 0, 0, nil
	f.offset, f.packets = at.Offset, at.Packets
	f.disk.n.Store(at.Offset)
	return nil
}

var _ Starter = (*file)(nil)
