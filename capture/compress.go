// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// zstdMaxWindow bounds the memory of a zstd frame, bytes: what zstd's own
// command accepts without --long (RFC 8878 section 3.1.1.1.2 recommends at least 8 MiB).
const zstdMaxWindow = 128 << 20

// decompress returns r with gzip (RFC 1952) or zstd (RFC 8878) taken off, told by
// the first bytes; compressed is false when there was neither. The result reads
// small pieces from a buffer and large ones directly.
func decompress(r *bufio.Reader) (out *bufio.Reader, compressed bool, err error) {
	head, _ := r.Peek(4)
	switch {
	case isGzip(head):
		g, err := newGunzip(r)
		if err != nil {
			return nil, true, fmt.Errorf("gzip header: %w", unexpected(err))
		}
		return bufio.NewReaderSize(g, readBuffer), true, nil
	case isZstd(head):
		// One decoder at a time: no goroutines that would outlive the source.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdMaxWindow))
		if err != nil {
			return nil, true, fmt.Errorf("zstd header: %w", unexpected(err))
		}
		return bufio.NewReaderSize(z, readBuffer), true, nil
	}
	return r, false, nil
}

func isGzip(b []byte) bool { return len(b) >= 2 && b[0] == 0x1f && b[1] == 0x8b }

// isZstd also knows the skippable frames that seekable and parallel writers put first.
func isZstd(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	m := binary.LittleEndian.Uint32(b)
	return m == 0xfd2fb528 || m&^0xf == 0x184d2a50
}

// gunzip reads all members of a gzip file. Like gzip itself it ignores what
// follows the last member and is none (padding of tapes and block devices).
type gunzip struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func newGunzip(in *bufio.Reader) (*gunzip, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gunzip{in, z}, nil
}

func (g *gunzip) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if n > 0 && errors.Is(err, io.EOF) {
			return n, nil
		}
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, err
		}
		head, perr := g.in.Peek(2)
		if !isGzip(head) {
			if perr != nil && !errors.Is(perr, io.EOF) {
				return 0, perr
			}
			return 0, io.EOF
		}
		if err := g.z.Reset(g.in); err != nil {
			return 0, unexpected(err)
		}
		g.z.Multistream(false)
	}
}

// unexpected turns the io.EOF of a header that is cut short into what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// foreign are formats whose users deserve a better word than "unknown".
var foreign = []struct{ magic, what, remedy string }{
	{"BZh", "it is compressed with bzip2", "unpack it with bunzip2"},
	{"\xfd7zXZ\x00", "it is compressed with xz", "unpack it with unxz"},
	{"\x04\x22\x4d\x18", "it is compressed with lz4", "unpack it with unlz4"},
	{"PK\x03\x04", "it is a zip archive", "unpack it with unzip"},
	{"snoop\x00\x00\x00", "it is a snoop capture", "convert it with editcap -F pcapng"},
	{"RTSS", "it is a Network Monitor capture", "convert it with editcap -F pcapng"},
	{"GMBU", "it is a Network Monitor capture", "convert it with editcap -F pcapng"},
	{"TRSNIFF data    \x1a", "it is a Sniffer capture", "convert it with editcap -F pcapng"},
}

// unknownFormat is the error of a file that starts with head.
func unknownFormat(name string, head []byte, compressed bool) error {
	if len(head) == 0 {
		return notCapture(name, "it is empty", "give a pcap or pcapng file")
	}
	if compressed && (isGzip(head) || isZstd(head)) {
		return notCapture(name, "it is compressed twice", "unpack it once")
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return notCapture(name, f.what, f.remedy)
		}
	}
	return notCapture(name, fmt.Sprintf("it starts with the bytes % x", head[:min(len(head), 8)]),
		"espbeat reads pcap and pcapng, plain or compressed with gzip or zstd; editcap -F pcapng converts others")
}
