// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The first bytes of compressed files.
const (
	gzipMagic = "\x1f\x8b\x08"
	zstdMagic = "\x28\xb5\x2f\xfd"
)

// maxWindow bounds the memory of a zstd decoder, bytes: a piece is not much longer than pieceSize.
const maxWindow = 8 << 20

// extent is the piece of a file that has an offset: where it is in the file, and at which offset it begins.
type extent struct {
	f         io.ReaderAt
	at, start int64
	kind      Compression
}

// locate finds the piece that has an offset.
func locate(f io.ReaderAt, offset int64) (p extent, err error) {
	head := make([]byte, 4)
	if _, err := f.ReadAt(head, 0); err != nil {
		return extent{}, short(err)
	}
	p = extent{f: f, at: offset, start: offset, kind: None}
	switch {
	case string(head) == zstdMagic:
		p.kind = Zstd
		p.at, p.start = zstdPiece(f, offset)
	case string(head[:3]) == gzipMagic:
		p.kind = Gzip
		p.at, p.start = gzipPiece(f, offset)
	}
	return p, nil
}

// from returns the decompressed bytes of a file from offset on. Of a compressed one, only the piece that has the offset and what follows are
// decompressed.
func from(f io.ReaderAt, offset int64) (io.ReadCloser, error) {
	p, err := locate(f, offset)
	if err != nil {
		return nil, err
	}
	return p.from(offset)
}

// from returns the decompressed bytes from an offset in the piece on.
func (p extent) from(offset int64) (r io.ReadCloser, err error) {
	switch p.kind {
	case Zstd:
		z, err := zstd.NewReader(rest(p.f, p.at), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, short(err)
		}
		r = z.IOReadCloser()
	case Gzip:
		if r, err = gzip.NewReader(rest(p.f, p.at)); err != nil {
			return nil, short(err)
		}
	default:
		r = io.NopCloser(rest(p.f, p.at))
	}
	if _, err := io.CopyN(io.Discard, r, offset-p.start); err != nil {
		_ = r.Close()
		return nil, short(err)
	}
	return r, nil
}

// short words the end of a file.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file ends before: %w", io.ErrUnexpectedEOF)
	}
	return err
}

func rest(f io.ReaderAt, at int64) *io.SectionReader { return io.NewSectionReader(f, at, 1<<62) }

// zstdPiece finds the frame that has the offset: where it is in the file, and at which offset it begins. Frames are passed over by what
// their headers say (RFC 8878, 3.1.1); from one that does not say it, all is decompressed.
func zstdPiece(f io.ReaderAt, offset int64) (at, start int64) {
	buf := make([]byte, zstd.HeaderMaxSize)
	for {
		n, _ := f.ReadAt(buf, at)
		var h zstd.Header
		if h.Decode(buf[:n]) != nil || !h.HasFCS || h.FrameContentSize > uint64(offset-start) { //nolint:gosec // not negative
			return at, start
		}
		end, ok := zstdEnd(f, at, &h)
		if !ok {
			return at, start
		}
		at, start = end, start+int64(h.FrameContentSize) //nolint:gosec // at most offset
	}
}

// zstdEnd is where a frame ends in the file.
func zstdEnd(f io.ReaderAt, at int64, h *zstd.Header) (end int64, ok bool) {
	const (
		blockHead = 3
		repeated  = 1 // the type of a block that is one byte, repeated
	)
	at += int64(h.HeaderSize)
	var b [blockHead]byte
	for last := false; !last; {
		if _, err := f.ReadAt(b[:], at); err != nil {
			return 0, false
		}
		word := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		last = word&1 != 0
		size := int64(word >> 3)
		if word>>1&3 == repeated {
			size = 1
		}
		at += blockHead + size
	}
	if h.HasCheckSum {
		at += 4
	}
	return at, true
}

// gzipPiece is zstdPiece for the members of a gzip file.
func gzipPiece(f io.ReaderAt, offset int64) (at, start int64) {
	var head [memberHead]byte
	var length [4]byte
	for {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return at, start
		}
		ours := string(head[:3]) == gzipMagic && head[3] == flagExtra && le.Uint16(head[10:]) == subfieldHead+subfieldLen &&
			string(head[12:14]) == subfield && le.Uint16(head[14:]) == subfieldLen
		size := int64(le.Uint32(head[memberSize:]))
		if !ours || size < memberHead+memberTail {
			return at, start
		}
		if _, err := f.ReadAt(length[:], at+size-4); err != nil {
			return at, start
		}
		n := int64(le.Uint32(length[:]))
		if n > offset-start {
			return at, start
		}
		at, start = at+size, start+n
	}
}
