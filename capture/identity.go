// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// identified is how far an identity reaches, bytes of the decompressed file: to the
// end of the first packet's record that ends there or beyond.
const identified = 4096

// peekBytes is how much is read at a time to find that, bytes.
const peekBytes = 4 << 10

// Identity tells captures apart by content: a renamed, copied or recompressed file
// keeps it. The same packets as pcap and as pcapng are two.
type Identity struct {
	// Fingerprint is the SHA-256 of the first Bytes bytes of the decompressed file.
	Fingerprint [sha256.Size]byte
	// Bytes reach to the end of the first record (pcapng: block) of a packet that ends
	// at or beyond byte 4,096, or to the end of a file without one.
	Bytes int64
	// Whole says that they are all there is: the identity changes when the file grows.
	Whole bool
	// LinkTypes are those of the interfaces that these bytes describe, in their order.
	LinkTypes []LinkType
	// FirstTime is the time of the first packet, ns since the epoch: as Packet.Time,
	// else the file's modification time. HasTime is false while there is no packet.
	FirstTime int64
	HasTime   bool
	// Compressed says that the file is compressed with gzip or zstd.
	Compressed bool
}

// Same tells whether a and b are of one capture: the fingerprints agree. Of a capture
// that was identified as a whole and has grown since it cannot tell.
func (a Identity) Same(b Identity) bool { return a.Fingerprint == b.Fingerprint && a.Bytes == b.Bytes }

// Mark is what documents hold of the fingerprint: its first 12 bytes, base64url.
func (a Identity) Mark() string { return base64.RawURLEncoding.EncodeToString(a.Fingerprint[:12]) }

// Begins tells whether the opened file still begins with what a was made of. It leaves
// fh at its start.
func (a Identity) Begins(fh *os.File) (bool, error) {
	var now Identity
	if err := now.hash(fh, fh.Name(), a.Bytes); err != nil {
		return false, err
	}
	if _, err := fh.Seek(0, io.SeekStart); err != nil {
		return false, unreadable(fh.Name(), err)
	}
	return a.Bytes == 0 || now.Same(a), nil
}

// Identify reads the identity of the capture file at path. It takes no more memory
// than reading packets one by one does.
//
// Errors are those of Open and Next. With a *BreakError comes the identity of what
// can be read before the break: Whole, and zero Bytes if that is nothing.
func Identify(path string) (Identity, error) {
	info, err := os.Stat(path) // before it is opened: a pipe would wait for a writer
	switch {
	case err != nil:
		return Identity{}, openError(path, err)
	case info.IsDir():
		return Identity{}, isDirectory(path)
	case !info.Mode().IsRegular():
		return Identity{}, notCapture(path, "it is not a regular file", "a stream has no identity before it ends; read it without")
	}
	fh, err := os.Open(path)
	if err != nil {
		return Identity{}, openError(path, err)
	}
	defer fh.Close()
	return identify(fh, path, modTime(info))
}

// IdentifyFile is Identify for a regular file that is open. It leaves fh at its start.
func IdentifyFile(fh *os.File) (Identity, error) {
	info, err := fh.Stat()
	if err != nil {
		return Identity{}, openError(fh.Name(), err)
	}
	id, err := identify(fh, fh.Name(), modTime(info))
	if _, seek := fh.Seek(0, io.SeekStart); seek != nil {
		return Identity{}, unreadable(fh.Name(), seek)
	}
	return id, err
}

// identify is Identify for an opened file.
func identify(r io.ReadSeeker, name string, mod int64) (Identity, error) {
	f := &file{name: name, raw: r, guess: true, unfinished: true}
	f.opt = FileOptions{BatchBytes: peekBytes, BatchPackets: 1}.defaults()
	f.clock.last = mod
	var id Identity
	end, err := id.measure(f)
	id.Compressed = f.compressed
	if err != nil && !errors.As(err, new(*BreakError)) {
		return Identity{}, err
	}
	for _, in := range f.interfaces {
		if !slices.Contains(id.LinkTypes, in.LinkType) {
			id.LinkTypes = append(id.LinkTypes, in.LinkType)
		}
	}
	if sum := id.hash(r, name, end); sum != nil {
		return Identity{}, sum
	}
	if id.Bytes < end && err == nil { // a record that is passed over in part is cut short there
		id.Whole, err = true, f.broken(f.skipAt, 0, cutShort("a record"))
	}
	return id, err
}

// measure finds the end of the bytes that id stands for, and the first packet's time.
func (id *Identity) measure(f *file) (end int64, err error) {
	var b Batch
	for end < identified {
		err := f.Next(&b)
		switch broken := new(BreakError); {
		case errors.Is(err, io.EOF):
			id.Whole = true
			return f.offset, nil
		case errors.As(err, &broken):
			id.Whole = true
			return broken.Offset, err
		case err != nil:
			return 0, err
		}
		if !id.HasTime {
			id.FirstTime, id.HasTime = b.Packets[0].Time, true
		}
		end = f.offset + f.skip
	}
	return end, nil
}

// hash sets Fingerprint and Bytes to those of the first n bytes, or of all if there
// are fewer.
func (id *Identity) hash(r io.ReadSeeker, name string, n int64) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return unreadable(name, err)
	}
	in, _, err := decompress(bufio.NewReaderSize(r, readBuffer))
	if err != nil { // a broken header of compression: there is nothing to read
		in = bufio.NewReader(bytes.NewReader(nil))
	}
	h := sha256.New()
	id.Bytes, err = io.CopyN(h, in, n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unreadable(name, err)
	}
	h.Sum(id.Fingerprint[:0])
	return nil
}

// Length is how long the capture file at path is when it is decompressed, bytes. It
// reads a compressed file to its end, in bounded memory, or until ctx ends.
func Length(ctx context.Context, path string) (int64, error) {
	fh, err := os.Open(path)
	if err != nil {
		return 0, openError(path, err)
	}
	defer fh.Close()
	in, _, err := decompress(bufio.NewReaderSize(contextReader{ctx, fh}, readBuffer))
	var n int64
	if err == nil {
		n, err = io.Copy(io.Discard, in)
	}
	if err != nil {
		return 0, unreadable(path, err)
	}
	return n, nil
}

// contextReader is a reader that ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// unreadable is the error of a file whose bytes cannot be had.
func unreadable(name string, err error) error {
	return fmt.Errorf("identify capture %s: %w; check that it is whole, and the disk or the network that it lies on", name, err)
}
