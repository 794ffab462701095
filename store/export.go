// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bufio"
	"fmt"
	"io"

	"github.com/espbeat/espbeat/capture"
)

// Writer writes packets of any captures as one pcapng file: one section, an interface for each that packets came from, times in nanoseconds.
// It is used by one goroutine.
type Writer struct {
	out        *bufio.Writer
	interfaces map[capture.Interface]int
	buf        []byte
}

// maxLinkType is what an interface description block has room for.
const maxLinkType = 1<<16 - 1

// NewWriter begins a file of an application.
func NewWriter(w io.Writer, application string) (*Writer, error) {
	out := &Writer{out: bufio.NewWriterSize(w, 1<<16), interfaces: map[capture.Interface]int{}}
	if _, err := out.out.Write(appendSection(nil, application)); err != nil {
		return nil, fmt.Errorf("write the capture: %w", err)
	}
	return out, nil
}

// Write adds a packet, with its comments.
func (w *Writer) Write(k *Found) error {
	if k.LinkType > maxLinkType {
		return fmt.Errorf("write packet: pcapng has no link type %d", k.LinkType)
	}
	in := k.Captured
	in.LinkType = k.LinkType
	w.buf = w.buf[:0]
	id, described := w.interfaces[in]
	if !described {
		if id = len(w.interfaces); id == maxInterfaces {
			return fmt.Errorf("write packet: it is of interface %q, and the capture has %d others already: search for fewer", in.Name, id)
		}
		w.interfaces[in] = id
		w.buf = appendInterface(w.buf, &in)
	}
	p := k.Packet
	p.Interface = id
	w.buf = appendPacket(w.buf, &p)
	if _, err := w.out.Write(w.buf); err != nil {
		return fmt.Errorf("write the capture: %w", err)
	}
	return nil
}

// Flush writes what is not written yet.
func (w *Writer) Flush() error {
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write the capture: %w", err)
	}
	return nil
}
