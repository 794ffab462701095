// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/espbeat/espbeat/capture"
)

// maxBlock bounds a block that is read, bytes: no packet is longer than 256 KiB.
const maxBlock = 512 << 10

// maxInterfaces bounds the interfaces of a file.
const maxInterfaces = 1 << 16

// stored finds packets in a file that a store wrote: only the piece that has a packet is decompressed.
type stored struct {
	f *os.File
	// in are the decompressed bytes from offset at on; nil before the first.
	in io.ReadCloser
	at int64
	// head is the file's section header with the descriptions of its first interfaces.
	head       []byte
	interfaces uint32
}

func (s *stored) identity() string { return "" }

func (s *stored) close() {
	if s.in != nil {
		_ = s.in.Close()
	}
	_ = s.f.Close()
}

func (s *stored) find(_ context.Context, offset int64) (Found, error) {
	if err := s.seek(offset); err != nil {
		return Found{}, err
	}
	record, err := readBlock(s.in)
	if err != nil {
		return Found{}, err
	}
	s.at += int64(len(record))
	if le.Uint32(record) != blockPacket || len(record) < packetHead+blockTail {
		return Found{}, errors.New("no packet begins there")
	}
	id := le.Uint32(record[8:])
	if err := s.describe(id); err != nil {
		return Found{}, err
	}
	// The capture's own parser reads the packet: of a file that holds nothing but it and what it needs.
	src := capture.NewReader(io.MultiReader(bytes.NewReader(s.head), bytes.NewReader(record)), s.f.Name(), capture.FileOptions{})
	defer src.Close()
	var b capture.Batch
	if err := src.Next(&b); err != nil {
		return Found{}, err
	}
	k := Found{Packet: b.Packets[0]}
	k.Captured = src.Interfaces()[k.Interface]
	k.File, k.Offset = s.f.Name(), offset
	return k, nil
}

// seek goes to an offset: forwards from where it is, if that lies in the same piece.
func (s *stored) seek(offset int64) error {
	p, err := locate(s.f, offset)
	if err != nil {
		return err
	}
	if s.in != nil && s.at <= offset && s.at >= p.start {
		_, err := io.CopyN(io.Discard, s.in, offset-s.at)
		s.at = offset
		return short(err)
	}
	if s.in != nil {
		_ = s.in.Close()
		s.in = nil
	}
	s.in, err = p.from(offset)
	s.at = offset
	return err
}

// describe makes head have the interfaces up to number id.
func (s *stored) describe(id uint32) error {
	if s.head != nil && id < s.interfaces {
		return nil
	}
	if id >= maxInterfaces {
		return fmt.Errorf("the packet is of interface %d, more than there can be", id)
	}
	in, err := from(s.f, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	buffered := bufio.NewReader(in)
	head, err := readBlock(buffered)
	if err != nil {
		return err
	}
	if le.Uint32(head) != blockSection || le.Uint32(head[8:]) != sectionMagic {
		return errors.New("it does not begin as a file of a capture store")
	}
	found := uint32(0)
	for found <= id {
		b, err := readBlock(buffered)
		if err != nil {
			return err
		}
		if le.Uint32(b) == blockInterface {
			head = append(head, b...)
			found++
		}
	}
	s.head, s.interfaces = head, found
	return nil
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
