// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/espbeat/espbeat/capture"
)

// Reader finds packets in the files of a store, which may be written to at the same time: what is not yet on disk is not found.
type Reader struct{ path string }

// Open returns a reader of the store at a path.
func Open(path string) (*Reader, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, capture.Unreadable("open capture store "+path, err)
	case !info.IsDir():
		return nil, fmt.Errorf("open capture store %s: it is no directory; give the one of espbeat.store.path", path)
	}
	return &Reader{path}, nil
}

// maxBlock bounds a block that is read, bytes: no packet is longer than 256 KiB.
const maxBlock = 512 << 10

// maxInterfaces bounds the interfaces of a file.
const maxInterfaces = 1 << 16

// Packet returns the packet whose record begins at an offset in the decompressed bytes of a file, as packet.capture.file and
// packet.capture.offset of its document say. It is the caller's.
func (r *Reader) Packet(file string, offset int64) (capture.Packet, error) {
	p, err := r.packet(file, offset)
	if err != nil {
		return capture.Packet{}, fmt.Errorf("find the packet at %d in %s of the capture store %s: %w", offset, file, r.path, err)
	}
	return p, nil
}

func (r *Reader) packet(file string, offset int64) (capture.Packet, error) {
	if !isName(file) {
		return capture.Packet{}, errors.New("this is no file name of a capture store; take it from packet.capture.file")
	}
	f, err := os.Open(filepath.Join(r.path, file))
	if errors.Is(err, fs.ErrNotExist) {
		return capture.Packet{}, errors.New("the file is not there; packets are kept as long as espbeat.store.max_size and max_age say")
	}
	if err != nil {
		return capture.Packet{}, err
	}
	defer f.Close()
	if offset < 0 {
		return capture.Packet{}, errors.New("an offset is not negative")
	}
	in, err := from(f, offset)
	if err != nil {
		return capture.Packet{}, err
	}
	defer in.Close()
	record, err := readBlock(in)
	if err != nil {
		return capture.Packet{}, err
	}
	if le.Uint32(record) != blockPacket || len(record) < packetHead+blockTail {
		return capture.Packet{}, errors.New("no packet begins there")
	}
	head, err := describe(f, le.Uint32(record[8:]))
	if err != nil {
		return capture.Packet{}, err
	}
	// The capture's own parser reads the packet: of a file that holds nothing but it and what it needs.
	src := capture.NewReader(bytes.NewReader(append(head, record...)), file, capture.FileOptions{})
	defer src.Close()
	var b capture.Batch
	if err := src.Next(&b); err != nil {
		return capture.Packet{}, err
	}
	p := b.Packets[0]
	p.File, p.Offset = file, offset
	return p, nil
}

// describe returns the section header of a file and the descriptions of its interfaces up to number id.
func describe(f io.ReaderAt, id uint32) ([]byte, error) {
	if id >= maxInterfaces {
		return nil, fmt.Errorf("the packet is of interface %d, more than there can be", id)
	}
	in, err := from(f, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	buffered := bufio.NewReader(in)
	head, err := readBlock(buffered)
	if err != nil {
		return nil, err
	}
	if le.Uint32(head) != blockSection || le.Uint32(head[8:]) != sectionMagic {
		return nil, errors.New("it does not begin as a file of a capture store")
	}
	for found := uint32(0); found <= id; {
		b, err := readBlock(buffered)
		if err != nil {
			return nil, err
		}
		if le.Uint32(b) == blockInterface {
			head = append(head, b...)
			found++
		}
	}
	return head, nil
}

// readBlock reads one block; it has 12 bytes at least.
func readBlock(r io.Reader) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, short(err)
	}
	total := le.Uint32(head[4:])
	if total < 12 || total > maxBlock || total%4 != 0 {
		return nil, fmt.Errorf("no block begins there: its length would be %d", total)
	}
	b := make([]byte, total)
	copy(b, head[:])
	if _, err := io.ReadFull(r, b[len(head):]); err != nil {
		return nil, short(err)
	}
	return b, nil
}
