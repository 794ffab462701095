// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/espbeat/espbeat/capture"
)

// large is a number of packets that make a file whose identity is final.
const large = 20

// pcap is a file of n packets of 400 bytes from sec seconds after the epoch on.
func pcap(sec uint32, n int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0)
	return append(b, records(sec, n)...)
}

// records are those that pcap has after its header.
func records(sec uint32, n int) (b []byte) {
	for i := range n {
		for _, v := range []uint32{sec + uint32(i), 0, 400, 400} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		b = append(b, bytes.Repeat([]byte{byte(i)}, 400)...)
	}
	return b
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// write makes a file with its directories. Its time is now's, which in a bubble is not
// the file system's.
func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	age(t, path, time.Now())
}

// grow appends to a file.
func grow(t *testing.T, path string, b []byte) {
	t.Helper()
	fh, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fh.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := fh.Close(); err != nil {
		t.Fatal(err)
	}
	age(t, path, time.Now())
}

func age(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// drain reads a source to its end and counts its packets.
func drain(s capture.Source) (n int, err error) {
	var b capture.Batch
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		n += len(b.Packets)
	}
	return n, err
}
