// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/espbeat/espbeat/capture"
)

// imported finds packets in a capture file of anybody's, which is read as an input of type file reads it: from its start on to where a
// packet is. In a plain one, places that need nothing of what is passed over are gone to at once.
type imported struct {
	f   *os.File
	id  string
	src capture.Source // holds nothing but f, so that it is left and not closed
	b   capture.Batch
	// next is the packet of b to be looked at.
	next int
	// at is the offset of the last packet that was read, read that of the last one up to which nothing was left out.
	at, read int64
	// pcap says that all of the file is described at its start; late that interfaces were described between packets.
	pcap, late bool
}

// far is how much of a plain file is not read on through, bytes.
const far = 1 << 20

// newImported takes over an opened file of an identity.
func newImported(f *os.File, id capture.Identity) (*imported, error) {
	i := &imported{f: f, id: id.Mark()}
	if err := i.open(capture.Start{}); err != nil {
		return nil, err
	}
	all := i.src.Interfaces()
	i.pcap = len(all) == 1 && !all[0].Numbered
	return i, nil
}

func (i *imported) identity() string { return i.id }

func (i *imported) close() { _ = i.f.Close() }

// open reads the file from a place on. After an error the file is closed.
func (i *imported) open(at capture.Start) (err error) {
	if _, err := i.f.Seek(0, io.SeekStart); err != nil {
		i.close()
		return err
	}
	i.src, err = capture.OpenFile(i.f, capture.FileOptions{Start: at})
	i.b.Packets, i.next, i.at = nil, 0, at.Offset
	return err
}

func (i *imported) find(ctx context.Context, offset int64) (Found, error) {
	if err := i.seek(offset); err != nil {
		return Found{}, err
	}
	for {
		for ; i.next < len(i.b.Packets); i.next++ {
			switch k := &i.b.Packets[i.next]; {
			case k.Offset == offset:
				found := Found{Packet: *k, Captured: i.src.Interfaces()[k.Interface]}
				found.Data = append([]byte(nil), k.Data...)
				found.File = i.f.Name()
				return found, nil
			case k.Offset > offset:
				return Found{}, errors.New("no packet begins there")
			}
		}
		if err := ctx.Err(); err != nil {
			return Found{}, err
		}
		if err := i.more(); errors.Is(err, io.EOF) {
			return Found{}, errors.New("the file ends before")
		} else if err != nil {
			return Found{}, err
		}
	}
}

// more reads the next packets.
func (i *imported) more() error {
	if err := i.src.Next(&i.b); err != nil {
		return err
	}
	from := i.at
	i.next, i.at = 0, i.b.Packets[len(i.b.Packets)-1].Offset
	if from <= i.read {
		i.read = max(i.read, i.at)
	}
	i.late = i.late || !i.startable()
	return nil
}

// startable tells whether reading can go on at a packet of the file.
func (i *imported) startable() bool {
	s, ok := i.src.(capture.Starter)
	return ok && s.Startable()
}

// seek goes to where reading on leads to an offset. A pcapng file describes interfaces anywhere before their packets, so that it is gone on in
// only where it was read already, and if nothing was described between its packets.
func (i *imported) seek(offset int64) error {
	direct := i.startable() && !i.late && (i.pcap || offset <= i.read)
	switch p := i.b.Packets; {
	case len(p) > 0 && p[0].Offset <= offset && offset <= i.at:
		i.next = 0
		return nil
	case direct && (offset < i.at || offset-i.at > far):
		return i.open(capture.Start{Offset: offset, Packets: 1})
	case offset < i.at:
		return i.open(capture.Start{})
	}
	return nil
}
