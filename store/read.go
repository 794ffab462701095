// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/espbeat/espbeat/capture"
)

// Reader finds packets in the captures beneath a Root: in those of a store, which may be written to at the same time, and in those that were
// imported. It keeps the last file open, and is quickest when a file's packets are asked for in their order. It is used by one goroutine.
type Reader struct {
	root *Root
	name string
	file finder // of the file called name; nil for none
}

// finder finds the packets of one file.
type finder interface {
	// find returns the packet whose record begins at an offset, which is not negative.
	find(ctx context.Context, offset int64) (Found, error)
	// identity is the Mark of the file's identity; empty of a file that a store wrote.
	identity() string
	close()
}

// NewReader returns a reader of the captures beneath a root, which it closes in the end.
func NewReader(root *Root) *Reader { return &Reader{root: root} }

// Close frees what the reader holds.
func (r *Reader) Close() error {
	r.drop()
	return r.root.Close()
}

func (r *Reader) drop() {
	if r.file != nil {
		r.file.close()
	}
	r.name, r.file = "", nil
}

// Packet returns the packet at a place. What cannot be found, and what is found there and is another packet, is an error.
func (r *Reader) Packet(ctx context.Context, p Place) (Found, error) {
	k, err := r.packet(ctx, p)
	if err != nil {
		r.drop() // a place that is none may have led a finder astray
		return Found{}, fmt.Errorf("find the packet at %d in %q of the capture store %s: %w", p.Offset, p.File, r.root.path, err)
	}
	return k, nil
}

func (r *Reader) packet(ctx context.Context, p Place) (Found, error) {
	if p.Offset < 0 {
		return Found{}, errors.New("an offset is not negative")
	}
	if r.file == nil || r.name != p.File {
		r.drop()
		f, err := r.root.open(p.File)
		if err != nil {
			return Found{}, err
		}
		if r.file, err = newFinder(f, p); err != nil {
			return Found{}, err
		}
		r.name = p.File
	}
	if is := r.file.identity(); is != p.Fingerprint {
		return Found{}, errors.New("this is not the capture that was imported: it begins otherwise (of less than 4,096 bytes: or has grown)")
	}
	k, err := r.file.find(ctx, p.Offset)
	if err == nil {
		err = p.Check(&k.Packet)
	}
	return k, err
}

// newFinder takes f over.
func newFinder(f *os.File, p Place) (finder, error) {
	if p.Fingerprint == "" {
		if !isName(p.File) {
			_ = f.Close()
			return nil, errors.New("no fingerprint tells which capture this has to be, and it is no file of espbeat's own capture store")
		}
		return &stored{f: f}, nil
	}
	id, err := capture.IdentifyFile(f)
	if err != nil && !errors.As(err, new(*capture.BreakError)) {
		_ = f.Close()
		return nil, err
	}
	return newImported(f, id)
}

// Holds tells whether the reader has a file open.
func (r *Reader) Holds(file string) bool { return r.file != nil && r.name == file }
