// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// drainPackets bounds how many packets are still taken after the capture was stopped.
const drainPackets = 1 << 16

// pcapEngine captures by libpcap. An interface that goes down is no error to
// libpcap, which waits until it is up again; one that is removed is.
type pcapEngine struct {
	name     string
	h        *libpcap.Handle
	ifaces   []Interface
	stopping atomic.Bool

	// mu guards the handle against close while statistics are read or a wait is ended.
	mu     sync.Mutex
	closed bool
	last   uint32
	lost   uint64
}

func openPcap(o LiveOptions) (engine, error) {
	if err := libpcap.Load(); err != nil {
		return nil, fmt.Errorf("open interface %s: %w", o.Interface, err)
	}
	if strings.TrimSpace(o.Filter) == "" {
		o.Filter = ""
	}
	h, err := libpcap.Open(libpcap.Options{
		Device: o.Interface, SnapLen: max(o.SnapLen, lookLen), Promiscuous: o.Promiscuous && o.Interface != AnyInterface,
		BufferSize: o.BufferSize, Filter: o.Filter,
	})
	if err != nil {
		return nil, systemError("open", o.Interface+" by libpcap", err)
	}
	link := dltToLink(h.DLT())
	return &pcapEngine{
		name: o.Interface, h: h,
		ifaces: []Interface{{Name: o.Interface, Description: describe(o.Interface), LinkType: link, SnapLen: o.SnapLen}},
	}, nil
}

func (e *pcapEngine) run(s *sink) error {
	link := e.ifaces[0].LinkType
	// After the stop, what libpcap has ready is still taken, within bounds.
	for left := drainPackets; left > 0; {
		stopping := e.stopping.Load()
		if stopping {
			left--
		}
		e.mu.Lock() // libpcap does not promise that statistics may be read meanwhile
		data, info, err := e.h.Next()
		e.mu.Unlock()
		switch {
		case err != nil:
			return systemError("read packets from", e.name+" by libpcap", err)
		case data != nil:
			s.packet(data, info.Time, max(info.Length, len(data)), link, 0)
			continue
		case stopping:
			return nil
		}
		s.idle()
		if err := e.h.Wait(); err != nil {
			return systemError("read packets from", e.name+" by libpcap", err)
		}
	}
	return nil
}

func (e *pcapEngine) stop() {
	e.stopping.Store(true)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.h.Wake()
	}
}

func (e *pcapEngine) interfaces() []Interface { return append([]Interface(nil), e.ifaces...) }

func (e *pcapEngine) dropped() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.update()
	return e.lost
}

// update adds what was lost since the last time; libpcap's counter wraps at 32 bits.
func (e *pcapEngine) update() {
	if e.closed {
		return
	}
	if st, err := e.h.Stats(); err == nil {
		e.lost += uint64(st.Dropped - e.last)
		e.last = st.Dropped
	}
}

func (e *pcapEngine) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.update()
	e.closed = true
	e.h.Close()
}
