// SPDX-License-Identifier: Apache-2.0

// Package gen writes capture files for benchmarks: synthetic ones, and such of real captures: their packets again and again, with other addresses
// in each round, so that the flows of a round are new ones.
package gen

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/espbeat/espbeat/capture"
)

// maxGap bounds the time between two packets, ns, so that long pauses of the captures do not outlive every flow.
const maxGap = 10_000_000

// packet is one frame of Ethernet with the time since the one before it, ns.
type packet struct {
	data []byte
	gap  int64
}

// Kinds of workload, each with what it is about.
const (
	Mixed = "mixed" // real captures, again and again
	DNS   = "dns"   // queries and answers of many clients
	Flood = "flood" // small packets of which each has another source
	HTTP  = "http"  // transfers over a few connections at a time: large segments and bare acknowledgements
)

// Kinds are all of them.
var Kinds = []string{Mixed, DNS, Flood, HTTP}

// Write writes a pcap file of n packets of a kind. Mixed is made of the captures below source (or the one that source is); the others are
// synthetic, the same in every run.
func Write(path, kind, source string, n int) error {
	var fill func(*writer) error
	switch kind {
	case Mixed:
		packets, err := load(source)
		if err != nil {
			return fmt.Errorf("make %s: %w", path, err)
		}
		fill = func(w *writer) error { return replay(w, packets, n) }
	case DNS:
		fill = func(w *writer) error { return lookups(w, n) }
	case Flood:
		fill = func(w *writer) error { return flood(w, n) }
	case HTTP:
		fill = func(w *writer) error { return transfers(w, n) }
	default:
		return fmt.Errorf("make %s: no workload is called %q: there are %s", path, kind, strings.Join(Kinds, ", "))
	}
	if err := toFile(path, fill); err != nil {
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

// replay writes n packets, round after round.
func replay(w *writer, packets []packet, n int) error {
	var frame []byte
	for i := range n {
		p := packets[i%len(packets)]
		frame = append(frame[:0], p.data...)
		move(frame, uint16(i/len(packets)))
		if err := w.put(frame, p.gap); err != nil {
			return err
		}
	}
	return nil
}
