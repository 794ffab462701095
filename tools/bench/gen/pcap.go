// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
)

// start is the time of the first packet, ns: 2025-01-06T10:00:00Z.
const start = 1_736_157_600_000_000_000

// writer writes a pcap file of Ethernet frames with microseconds.
type writer struct {
	out io.Writer
	now int64 // time of the last packet, ns
	buf []byte
}

// toFile makes a capture that fill fills.
func toFile(path string, fill func(*writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<20)
	w := &writer{out: b, now: start}
	err = w.header()
	if err == nil {
		err = fill(w)
	}
	if err == nil {
		err = b.Flush()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (w *writer) header() error {
	const snaplen = 1 << 18
	le := binary.LittleEndian
	head := le.AppendUint32(nil, 0xa1b2c3d4) // microseconds
	head = le.AppendUint16(le.AppendUint16(head, 2), 4)
	head = le.AppendUint32(append(head, make([]byte, 8)...), snaplen)
	_, err := w.out.Write(le.AppendUint32(head, linkEthernet))
	return err
}

// put writes a frame, gap ns after the one before.
func (w *writer) put(frame []byte, gap int64) error {
	w.now += gap
	le := binary.LittleEndian
	w.buf = le.AppendUint32(w.buf[:0], uint32(w.now/1e9))
	w.buf = le.AppendUint32(w.buf, uint32(w.now%1e9/1e3))
	w.buf = le.AppendUint32(w.buf, uint32(len(frame)))
	w.buf = le.AppendUint32(w.buf, uint32(len(frame)))
	_, err := w.out.Write(append(w.buf, frame...))
	return err
}
