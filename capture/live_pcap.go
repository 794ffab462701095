// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// After the capture was stopped or broke, what the system took before is still read: at
// most drainPackets, and until it had nothing new for drainWaits times of waiting.
const (
	drainPackets = 1 << 16
	drainWaits   = 2
)

// pcapEngine captures by libpcap. An interface that goes down is no error to
// libpcap, which waits until it is up again; one that is removed while it is up is.
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
	index := 0 // of what only libpcap knows
	if in, err := net.InterfaceByName(o.Interface); err == nil {
		index = in.Index
	}
	link := dltToLink(h.DLT())
	return &pcapEngine{
		name: o.Interface, h: h,
		ifaces: []Interface{{
			ID: index, Name: o.Interface, Description: describe(o.Interface), NetNS: o.NetNS, LinkType: link, SnapLen: o.SnapLen,
		}},
	}, nil
}

func (e *pcapEngine) run(s *sink) error {
	link := e.ifaces[0].LinkType
	var broken error
	for left, waits := drainPackets, 0; left > 0; {
		ending := e.stopping.Load() || broken != nil
		e.mu.Lock() // libpcap does not promise that statistics may be read meanwhile
		data, info, err := e.h.Next()
		e.mu.Unlock()
		if data != nil {
			s.packet(data, info.Time, max(info.Length, len(data)), link, 0)
			if ending {
				left--
			}
			continue
		}
		if err != nil && broken == nil {
			broken, ending = e.explain(err), true
		}
		if ending {
			if waits == drainWaits {
				return broken
			}
			waits++
		}
		s.idle()
		if err := e.h.Wait(); err != nil {
			return systemError("read packets from", e.name+" by libpcap", err)
		}
	}
	return broken
}

// explain tells an interface that was removed from other trouble: libpcap has no number for it.
func (e *pcapEngine) explain(err error) error {
	in := &e.ifaces[0]
	there := in.ID == 0                        // what only libpcap knows
	_ = inNetNS(in.NetNS, func(uint64) error { // which may be gone itself
		if now, err := net.InterfaceByName(in.Name); err == nil && now.Index == in.ID {
			there = true
		}
		return nil
	})
	if !there {
		return removedError(e.name, err)
	}
	return systemError("read packets from", e.name+" by libpcap", err)
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
