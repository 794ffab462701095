// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"slices"
	"sync"

	"github.com/espbeat/espbeat/store"
)

// readers is how many files of a store are read at a time; who asks for more waits.
const readers = 4

// pool keeps readers of a store for the next requests, since who asks for a packet mostly asks for one behind it, too.
type pool struct {
	open func() (*store.Reader, error)
	room chan struct{}

	mu   sync.Mutex
	idle []*store.Reader // the longest unused first
}

func newPool(open func() (*store.Reader, error)) *pool {
	return &pool{open: open, room: make(chan struct{}, readers)}
}

func (p *pool) packet(ctx context.Context, at store.Place) (store.Found, error) {
	select {
	case p.room <- struct{}{}:
		defer func() { <-p.room }()
	case <-ctx.Done():
		return store.Found{}, ctx.Err()
	}
	r, err := p.take(at.File)
	if err != nil {
		return store.Found{}, err
	}
	defer p.put(r)
	return r.Packet(ctx, at)
}

// take returns a reader, the one that has the file open if there is one.
func (p *pool) take(file string) (*store.Reader, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.idle, func(r *store.Reader) bool { return r.Holds(file) })
	if at < 0 && len(p.idle) < readers-len(p.room)+1 {
		return p.open()
	}
	at = max(at, 0)
	r := p.idle[at]
	p.idle = slices.Delete(p.idle, at, at+1)
	return r, nil
}

func (p *pool) put(r *store.Reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, r)
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.idle {
		_ = r.Close()
	}
	p.idle = nil
}
