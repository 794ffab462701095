// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"io"
)

// Next is part of Source.
func (f *file) Next(b *Batch) error {
	b.Packets = b.Packets[:0]
	if f.closed.Load() {
		return io.EOF
	}
	if f.final == nil && !f.started {
		f.final = f.start()
	}
	if f.final == nil {
		f.fill(b)
	}
	if len(b.Packets) > 0 {
		f.count(b)
		return nil
	}
	if f.closed.Load() {
		return io.EOF
	}
	return f.final
}

// fill reads into b's slab until it holds a packet, or f.final is set. What was
// read but not parsed is kept by f, because b is the caller's until its next use.
func (f *file) fill(b *Batch) {
	if cap(b.slab) < f.opt.BatchBytes {
		b.slab = make([]byte, f.opt.BatchBytes)
	}
	slab := b.slab[:cap(b.slab)]
	pos, end := 0, f.takeKept(slab)
	for {
		pos += f.pass(end - pos)
		var step progress
		if f.skip == 0 {
			var err error
			step, err = f.fmt.parse(f, b, slab[pos:end], f.offset+int64(pos))
			pos += step.used
			if err != nil {
				f.final = f.broken(f.offset+int64(pos), uint64(len(b.Packets)), err)
				break
			}
			if step.skip > 0 {
				f.skip, f.skipAt = step.skip, f.offset+int64(pos)
				continue
			}
		}
		if len(b.Packets) > 0 {
			break
		}
		// No packet lies in the slab yet: it may be moved and replaced.
		f.offset += int64(pos)
		end = copy(slab, slab[pos:end])
		pos = 0
		if step.need > len(slab) {
			b.slab = make([]byte, step.need)
			copy(b.slab, slab[:end])
			slab = b.slab
		}
		n := f.takeKept(slab[end:])
		if n == 0 {
			n = f.read(slab[end:])
		}
		if n == 0 {
			f.final = f.ended(end, step)
			break
		}
		end += n
	}
	f.offset += int64(pos)
	f.keep(slab[pos:end])
}

// takeKept moves bytes that were read before into p.
func (f *file) takeKept(p []byte) int {
	n := copy(p, f.kept[f.keptAt:])
	f.keptAt += n
	return n
}

// keep puts back b, the last bytes that were taken or read.
func (f *file) keep(b []byte) {
	if f.keptAt < len(f.kept) { // nothing was read since: b still stands there
		f.keptAt -= len(b)
		return
	}
	f.kept = append(f.kept[:0], b...)
	f.keptAt = 0
}

// pass passes over up to n of the bytes that are to be skipped.
func (f *file) pass(n int) int {
	n = int(min(int64(n), f.skip))
	f.skip -= int64(n)
	return n
}

// ended says how the stream ended, with rest bytes that are no complete record.
func (f *file) ended(rest int, step progress) error {
	switch {
	case f.skip > 0:
		return f.broken(f.skipAt, 0, f.endCause("a block"))
	case rest > 0 || !errors.Is(f.inErr, io.EOF):
		return f.broken(f.offset, 0, f.endCause(step.what))
	}
	return io.EOF
}

// endCause is why the stream ended inside what.
func (f *file) endCause(what string) error {
	if errors.Is(f.inErr, io.EOF) || errors.Is(f.inErr, io.ErrUnexpectedEOF) {
		return cutShort(what)
	}
	return f.inErr
}

// count adds b to the counters.
func (f *file) count(b *Batch) {
	var bytes uint64
	for i := range b.Packets {
		bytes += uint64(len(b.Packets[i].Data))
	}
	f.packets += uint64(len(b.Packets))
	f.received.Store(f.packets)
	f.bytes.Add(bytes)
}

// add appends a packet to b and returns it, to be filled in whole by the caller.
func (b *Batch) add() *Packet {
	n := len(b.Packets)
	if n < cap(b.Packets) {
		b.Packets = b.Packets[:n+1]
	} else {
		b.Packets = append(b.Packets, Packet{})
	}
	return &b.Packets[n]
}
