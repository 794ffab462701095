// SPDX-License-Identifier: Apache-2.0

// Package gen writes capture files for benchmarks out of real captures: their packets again and again, with other addresses in each round,
// so that the flows of a round are new ones.
package gen

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/espbeat/espbeat/capture"
)

// maxGap bounds the time between two packets, ns, so that long pauses of the captures do not outlive every flow.
const maxGap = 10_000_000

// start is the time of the first packet, ns: 2025-01-06T10:00:00Z.
const start = 1_736_157_600_000_000_000

// packet is one frame of Ethernet with the time since the one before it, ns.
type packet struct {
	data []byte
	gap  int64
}

// Mixed writes a pcap file of n packets to path, made of the captures below dir (or the one that dir is).
func Mixed(path, dir string, n int) error {
	packets, err := load(dir)
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a capture: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = write(w, packets, n)
	if err == nil {
		err = w.Flush()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	return nil
}

// load reads all packets that can be had as Ethernet, in order of the files' names.
func load(dir string) ([]packet, error) {
	files := []string{dir}
	if st, err := os.Stat(dir); err != nil {
		return nil, err
	} else if st.IsDir() {
		if files, err = captures(dir); err != nil {
			return nil, err
		}
	}
	var all []packet
	for _, file := range files {
		var err error
		if all, err = read(all, file); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no packets below %s", dir)
	}
	return all, nil
}

// read appends the packets of one file; one that breaks off counts up to there.
func read(all []packet, file string) ([]packet, error) {
	src, err := capture.Open(file, capture.FileOptions{})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var b capture.Batch
	var last int64
	for {
		err := src.Next(&b)
		for _, p := range b.Packets {
			data := ethernet(uint32(p.LinkType), p.Data)
			if data == nil {
				continue
			}
			gap := int64(1_000_000)
			if last != 0 {
				gap = min(max(p.Time-last, 0), maxGap)
			}
			last = p.Time
			all = append(all, packet{data, gap})
		}
		b.Release()
		var broken *capture.BreakError
		if errors.Is(err, io.EOF) || errors.As(err, &broken) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Link types of the captures that are turned into Ethernet.
const (
	linkNull, linkEthernet, linkLoop, linkCooked = 0, 1, 108, 113
)

// ethernet copies a frame as one of Ethernet, nil when that cannot be.
func ethernet(link uint32, p []byte) []byte {
	head := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	switch {
	case link == linkEthernet:
		return append([]byte(nil), p...)
	case (link == linkNull || link == linkLoop) && len(p) > 4 && p[4]>>4 == 6:
		return append(append(head, 0x86, 0xdd), p[4:]...)
	case (link == linkNull || link == linkLoop) && len(p) > 4:
		return append(append(head, 0x08, 0x00), p[4:]...)
	case link == linkCooked && len(p) > 16:
		return append(append(head, p[14:16]...), p[16:]...)
	}
	return nil
}

// write writes n packets, round after round.
func write(w io.Writer, packets []packet, n int) error {
	const snaplen = 1 << 18
	le := binary.LittleEndian
	head := le.AppendUint32(nil, 0xa1b2c3d4) // microseconds
	head = le.AppendUint16(le.AppendUint16(head, 2), 4)
	head = le.AppendUint32(append(head, make([]byte, 8)...), snaplen)
	head = le.AppendUint32(head, linkEthernet)
	if _, err := w.Write(head); err != nil {
		return err
	}
	now := int64(start)
	var buf []byte
	for i := range n {
		p := packets[i%len(packets)]
		now += p.gap
		buf = le.AppendUint32(buf[:0], uint32(now/1e9))
		buf = le.AppendUint32(buf, uint32(now%1e9/1e3))
		buf = le.AppendUint32(buf, uint32(len(p.data)))
		buf = le.AppendUint32(buf, uint32(len(p.data)))
		buf = append(buf, p.data...)
		move(buf[16:], uint16(i/len(packets)))
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
