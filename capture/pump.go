// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"io"
	"sync"
)

// pump reads ahead from a reader that may block for ever (a pipe, a terminal), so
// that close can end a Read that waits: reading standard input cannot be interrupted.
// The goroutine ends with the reader, or at its first read after close.
type pump struct {
	full, free chan []byte
	done       chan struct{}
	once       sync.Once
	err        error // written before full is closed
	cur, rest  []byte
}

// newPump starts the goroutine. Two buffers: one is filled while the other is parsed.
func newPump(r io.Reader) *pump {
	p := &pump{full: make(chan []byte, 2), free: make(chan []byte, 2), done: make(chan struct{})}
	p.free <- make([]byte, readBuffer)
	p.free <- make([]byte, readBuffer)
	go p.run(r)
	return p
}

func (p *pump) run(r io.Reader) {
	defer close(p.full)
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.done:
			return
		}
		n, err := r.Read(buf[:readBuffer])
		p.full <- buf[:n] // never blocks: there are two buffers
		if err != nil {
			p.err = err
			return
		}
	}
}

// Read is io.Reader; it returns io.EOF after close.
func (p *pump) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.cur != nil {
			p.free <- p.cur
			p.cur = nil
		}
		select {
		case <-p.done:
			return 0, io.EOF
		case buf, ok := <-p.full:
			if !ok {
				if p.err == nil {
					return 0, io.EOF
				}
				return 0, p.err
			}
			p.cur, p.rest = buf, buf
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *pump) close() { p.once.Do(func() { close(p.done) }) }
