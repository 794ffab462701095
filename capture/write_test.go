// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// order is a byte order that the writers of the tests append in.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian}

// pcapWriter writes pcap files; its fields are the header's.
type pcapWriter struct {
	order        order
	magic        uint32
	major, minor uint16
	snap, link   uint32
	headerExtra  int
	recordExtra  []byte // after the standard record header
	buf          []byte
	ends         []int // offsets after each record; ends[0] is after the file header
}

func (w *pcapWriter) record(sec, frac uint32, data []byte, original int) {
	w.recordLengths(sec, frac, uint32(len(data)), uint32(original), data)
}

func (w *pcapWriter) recordLengths(sec, frac, captured, original uint32, data []byte) {
	w.start()
	for _, v := range []uint32{sec, frac, captured, original} {
		w.buf = w.order.AppendUint32(w.buf, v)
	}
	w.buf = append(append(w.buf, w.recordExtra...), data...)
	w.ends = append(w.ends, len(w.buf))
}

// start writes the file header once.
func (w *pcapWriter) start() {
	if len(w.buf) > 0 {
		return
	}
	w.buf = w.order.AppendUint32(w.buf, w.magic)
	w.buf = w.order.AppendUint16(w.buf, w.major)
	w.buf = w.order.AppendUint16(w.buf, w.minor)
	w.buf = append(w.buf, make([]byte, 8)...)
	w.buf = w.order.AppendUint32(w.buf, w.snap)
	w.buf = w.order.AppendUint32(w.buf, w.link)
	w.buf = append(w.buf, make([]byte, w.headerExtra)...)
	w.ends = append(w.ends, len(w.buf))
}

// standardPcap is a writer of the usual header.
func standardPcap(o order) *pcapWriter {
	return &pcapWriter{order: o, magic: pcapMagic, major: 2, minor: 4, snap: 65535, link: 1}
}

// ngWriter writes pcapng files.
type ngWriter struct {
	order order
	buf   []byte
	ends  []int // offsets after each block
}

func (w *ngWriter) block(kind uint32, body ...[]byte) {
	b := bytes.Join(body, nil)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	total := uint32(len(b) + 12)
	w.buf = w.order.AppendUint32(w.buf, kind)
	w.buf = w.order.AppendUint32(w.buf, total)
	w.buf = append(w.buf, b...)
	w.buf = w.order.AppendUint32(w.buf, total)
	w.ends = append(w.ends, len(w.buf))
}

func (w *ngWriter) words(v ...uint32) (b []byte) {
	for _, x := range v {
		b = w.order.AppendUint32(b, x)
	}
	return b
}

func (w *ngWriter) halves(v ...uint16) (b []byte) {
	for _, x := range v {
		b = w.order.AppendUint16(b, x)
	}
	return b
}

func (w *ngWriter) option(code uint16, value string) []byte {
	b := append(w.halves(code, uint16(len(value))), value...)
	return append(b, make([]byte, -len(b)&3)...)
}

// section starts a section in byte order o.
func (w *ngWriter) section(o order) {
	w.order = o
	w.block(blockSection, w.words(sectionMagic), w.halves(1, 0), bytes.Repeat([]byte{0xff}, 8))
}

func (w *ngWriter) iface(link uint16, snap uint32, options ...[]byte) {
	w.block(blockInterface, w.halves(link, 0), w.words(snap), bytes.Join(options, nil))
}

func (w *ngWriter) enhanced(id uint32, ts uint64, data []byte, original int, options ...[]byte) {
	padded := append(bytes.Clone(data), make([]byte, -len(data)&3)...)
	w.block(blockEnhanced, w.words(id, uint32(ts>>32), uint32(ts), uint32(len(data)), uint32(original)), padded, bytes.Join(options, nil))
}

// fromBytes is Open for the bytes of a file.
func fromBytes(b []byte, opt FileOptions) *file {
	return &file{name: "test", opt: opt.defaults(), raw: bytes.NewReader(b), guess: true}
}

// readAll reads s to its end and returns copies of its packets.
func readAll(s Source) (packets []Packet, err error) {
	var b Batch
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		if len(b.Packets) == 0 {
			return packets, errors.New("Next returned an empty batch")
		}
		for _, p := range b.Packets {
			if cap(p.Data) != len(p.Data) {
				return packets, errors.New("a packet's data is not capped")
			}
			p.Data = bytes.Clone(p.Data)
			packets = append(packets, p)
		}
	}
	if again := s.Next(&b); again != err {
		return packets, errors.New("the end is not final")
	}
	return packets, err
}

// mustReadAll is readAll for an unbroken file.
func mustReadAll(t *testing.T, s Source) []Packet {
	t.Helper()
	packets, err := readAll(s)
	if !errors.Is(err, io.EOF) {
		t.Fatalf("end: %v", err)
	}
	return packets
}

// writeFile writes a file into a directory of the test.
func writeFile(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
