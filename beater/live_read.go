// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// lookEvery is how often an input looks which interfaces there are where nothing tells it; what could not be opened is tried again then.
	lookEvery = 5 * time.Second
	// lookAgain is the least time between two looks: a machine that starts containers has many events.
	lookAgain = 100 * time.Millisecond
)

// readLive captures from the interfaces of an input, as they come and go, until reading is cancelled or there is nothing left to wait for.
func (l *line) readLive(reading, handing context.Context) {
	defer l.live.watch.Close()
	if l.say != nil {
		l.live.say = l.say
	}
	type end struct {
		nic *nic
		err error
	}
	ends := make(chan end)
	start := func(n *nic) {
		var ctx context.Context
		ctx, n.leave = context.WithCancel(reading)
		go func() { ends <- end{n, l.readInterface(ctx, handing, n)} }()
	}
	for _, n := range l.live.nics {
		start(n)
	}
	var last time.Time
	look := time.NewTimer(0)
	defer look.Stop()
	soon := func() { look.Reset(lookAgain - time.Since(last)) }
	stopped := reading.Done()
	for {
		select {
		case <-stopped:
			stopped = nil // from now on only ends are waited for
		case e := <-ends:
			e.nic.leave()
			if err := l.live.ended(e.nic, e.err); err != nil {
				l.fail(err)
			}
			soon()
		case <-l.live.watch.Changed():
			soon()
		case <-look.C:
			if stopped != nil {
				for _, n := range l.live.match() {
					start(n)
				}
			}
			last = time.Now()
			look.Reset(lookEvery)
		}
		if len(l.live.nics) == 0 && (stopped == nil || l.live.finished()) {
			return
		}
	}
}

// readInterface reads the sockets of an interface to their end; when one breaks, they all end.
func (l *line) readInterface(reading, handing context.Context, n *nic) error {
	sockets, ctx := errgroup.WithContext(reading)
	for _, s := range n.sources {
		l.losses.add(s)
		sockets.Go(func() error {
			_, err := l.read(ctx, handing, s, nil, l.in.Count)
			return err
		})
	}
	ended := make(chan struct{})
	var gaps sync.WaitGroup
	gaps.Go(func() { l.watchGaps(handing, n.sources, ended) })
	err := sockets.Wait()
	close(ended)
	gaps.Wait()
	for _, s := range n.sources {
		l.losses.end(s)
	}
	return err
}
