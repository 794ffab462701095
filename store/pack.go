// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression is how files are compressed.
type Compression string

// The kinds of compression.
const (
	None Compression = "none"
	Gzip Compression = "gzip"
	Zstd Compression = "zstd"
)

// suffixes follow ".pcapng" in a file's name.
var suffixes = map[Compression]string{None: "", Gzip: ".gz", Zstd: ".zst"}

// packer compresses pieces of a file, each of which can be decompressed alone. It belongs to one goroutine.
type packer interface {
	// pack appends the compressed piece to dst.
	pack(dst, piece []byte) ([]byte, error)
}

func newPacker(c Compression) (packer, error) {
	switch c {
	case None:
		return plain{}, nil
	case Gzip:
		z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		return &gzipper{z}, err
	case Zstd:
		// One encoder, and the fastest level: the cores are for documents.
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		return zstandard{z}, err
	}
	return nil, fmt.Errorf("the compression %q is not known; it is one of none, gzip, zstd", c)
}

type plain struct{}

func (plain) pack(dst, piece []byte) ([]byte, error) { return append(dst, piece...), nil }

// zstandard makes a frame of a piece (RFC 8878). Its header and those of its blocks say how long it is, compressed and not.
type zstandard struct{ z *zstd.Encoder }

func (z zstandard) pack(dst, piece []byte) ([]byte, error) { return z.z.EncodeAll(piece, dst), nil }

// gzipper makes a member of a piece (RFC 1952). An extra field of its header says how long the member is, which gzip itself does not.
type gzipper struct{ z *gzip.Writer }

const (
	// memberHead is the length of a member's header: 10 bytes, the extra field's length, its one subfield.
	memberHead  = 10 + 2 + subfieldHead + 4
	subfield    = "EB" // its id
	flagExtra   = 4
	memberSize  = memberHead - 4 // where the length of the member stands
	memberTail  = 8              // CRC-32 and length of what was compressed
	subfieldLen = 4

	subfieldHead = 4
)

func (g *gzipper) pack(dst, piece []byte) ([]byte, error) {
	from := len(dst)
	out := bytes.NewBuffer(dst)
	g.z.Reset(out)
	g.z.Extra = append([]byte(subfield), subfieldLen, 0, 0, 0, 0, 0)
	if _, err := g.z.Write(piece); err != nil {
		return dst, err
	}
	if err := g.z.Close(); err != nil {
		return dst, err
	}
	dst = out.Bytes()
	le.PutUint32(dst[from+memberSize:], uint32(len(dst)-from)) //nolint:gosec // about 1 MiB
	return dst, nil
}
