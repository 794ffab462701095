// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
)

// grower writes a file as far as it is asked for more.
type grower struct {
	t    *testing.T
	fh   *os.File
	rest []byte
	step int
	// asked counts the questions after which there was nothing more to write.
	ended int
}

func newGrower(t *testing.T, start, rest []byte, step int) *grower {
	t.Helper()
	fh, err := os.OpenFile(writeFile(t, "growing", start), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fh.Close() })
	return &grower{t: t, fh: fh, rest: rest, step: step}
}

func (g *grower) more() bool {
	if len(g.rest) == 0 {
		g.ended++
		return false
	}
	n := min(g.step, len(g.rest))
	if _, err := g.fh.Write(g.rest[:n]); err != nil {
		g.t.Error(err)
		return false
	}
	g.rest = g.rest[n:]
	return true
}

func TestGrowingFile(t *testing.T) {
	loopback := standardPcap(binary.LittleEndian) // zero MAC addresses: its first bytes look like a modified header's
	for i := range 5 {
		loopback.record(uint32(i), 0, make([]byte, 60), 60)
	}
	modified := &pcapWriter{order: binary.BigEndian, magic: pcapMagicModified, major: 2, minor: 4, snap: 65535, link: 1, recordExtra: []byte{0, 0, 0, 2, 8, 0, 1, 0}}
	for i := range 5 {
		modified.record(uint32(i), 0, make([]byte, 60), 60)
	}
	nokia := standardPcap(binary.LittleEndian)
	nokia.recordExtra = []byte{0x01, 0xb6, 0xbf, 0x9f}
	for i := range 5 {
		nokia.record(uint32(i), 0, bytes.Repeat([]byte{0xee}, 60), 60)
	}
	for _, c := range []struct {
		name    string
		content []byte
		start   int // bytes that are there when the file is opened
		step    int
	}{
		{"pcap, byte by byte", samplePcap(12), 0, 1},
		{"pcap from its header on", samplePcap(12), pcapFileHeader, 1},
		{"pcap in pieces", samplePcap(40), 3000, 777},
		{"pcap of loopback", loopback.buf, 0, 1},
		{"pcap of loopback with one record and a half", loopback.buf, loopback.ends[1] + 8, 1},
		{"pcap with modified records", modified.buf, 0, 1},
		{"pcap with Nokia's records, which began before", nokia.buf, nokia.ends[3], 1},
		{"pcapng, byte by byte", twoLinks(8).buf, 0, 1},
		{"pcapng in pieces", twoLinks(40).buf, 100, 777},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := mustReadAll(t, fromBytes(c.content, FileOptions{}))
			g := newGrower(t, c.content[:c.start], c.content[c.start:], c.step)
			s, err := Open(g.fh.Name(), FileOptions{More: g.more})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got := mustReadAll(t, s)
			same := slices.EqualFunc(got, want, func(a, b Packet) bool {
				return bytes.Equal(a.Data, b.Data) && a.Time == b.Time && a.Offset == b.Offset && a.Length == b.Length && a.Interface == b.Interface
			})
			if !same || g.ended != 1 {
				t.Errorf("%d packets, want %d; asked %d times at the end", len(got), len(want), g.ended)
			}
		})
	}
}

// A packet is yielded before its source asks for more.
func TestGrowingFileDoesNotHoldBack(t *testing.T) {
	for name, content := range map[string][]byte{"pcap": samplePcap(3), "pcapng": twoLinks(3).buf} {
		packets := 0
		var b Batch
		asked := false
		s, err := Open(writeFile(t, name, content), FileOptions{More: func() bool {
			asked = true
			return false
		}})
		if err != nil {
			t.Fatal(err)
		}
		for err = s.Next(&b); err == nil; err = s.Next(&b) {
			if packets += len(b.Packets); asked {
				t.Errorf("%s: asked for more before %d packets were yielded", name, packets)
			}
		}
		s.Close()
		if !errors.Is(err, io.EOF) || packets != 3 || !asked {
			t.Errorf("%s: %d packets, %v, asked %v", name, packets, err, asked)
		}
	}
}

func TestGrowingFileEndsInsideARecord(t *testing.T) {
	ng := twoLinks(2)
	pcap := samplePcap(2)
	for _, c := range []struct {
		name    string
		content []byte
		packets int
		want    error
	}{
		{"a pcap record", pcap[:len(pcap)-1], 1, io.ErrUnexpectedEOF},
		{"a pcap record header", pcap[:pcapFileHeader+16+60+9], 1, io.ErrUnexpectedEOF},
		{"a pcap file header", pcap[:10], 0, io.ErrUnexpectedEOF},
		{"a pcapng block", ng.buf[:len(ng.buf)-1], 1, io.ErrUnexpectedEOF},
		{"the magic number", pcap[:3], 0, ErrNotCapture},
		{"nothing", nil, 0, ErrNotCapture},
	} {
		g := newGrower(t, nil, c.content, 1)
		s, err := Open(g.fh.Name(), FileOptions{More: g.more})
		if err != nil {
			t.Fatal(err)
		}
		got, err := readAll(s)
		s.Close()
		if !errors.Is(err, c.want) || len(got) != c.packets || g.ended != 1 {
			t.Errorf("%s: %d packets, %v; asked %d times at the end", c.name, len(got), err, g.ended)
		}
	}
}

// A compressed file has an end of its own.
func TestCompressedFileIsNotAskedForMore(t *testing.T) {
	for name, content := range map[string][]byte{"gzip": gzipped(samplePcap(3)), "zstd": zstded(samplePcap(3))} {
		s, err := Open(writeFile(t, name, content), FileOptions{More: func() bool {
			t.Errorf("%s: asked for more", name)
			return false
		}})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(mustReadAll(t, s)); n != 3 {
			t.Errorf("%s: %d packets", name, n)
		}
		s.Close()
	}
}

// Closing ends the source as soon as More returns, whatever it returns.
func TestCloseWhileGrowing(t *testing.T) {
	waiting, again := make(chan struct{}), make(chan struct{})
	s, err := Open(writeFile(t, "f", samplePcap(0)), FileOptions{More: func() bool {
		waiting <- struct{}{}
		<-again
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		var b Batch
		ended <- s.Next(&b)
	}()
	<-waiting
	s.Close()
	close(again)
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("Next at Close: %v", err)
	}
}
