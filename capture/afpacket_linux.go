// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/espbeat/espbeat/capture/libpcap"
)

const (
	// retireMillis is how long the kernel fills a block before it hands it over
	// with what it has: the latency of few packets.
	retireMillis = 20
	// lingerMillis is how often packets that wait for a busy reader are offered again.
	lingerMillis = 10
	// drainTries bounds the wait for the last block at the end, in units of retireMillis.
	drainTries = 10
	// downMillis is how often an interface that is down is looked for: the kernel does
	// not tell the socket when it is removed then.
	downMillis = 500
)

// ringEngine captures by a TPACKET_V3 ring.
type ringEngine struct {
	name  string
	link  LinkType
	fd    int
	wake  int // eventfd
	ring  []byte
	block int // bytes
	// loopback is the index of the loopback interface, whose packets come twice.
	loopback int
	stopping atomic.Bool
	// down is set by the capturing goroutine while the interface is down; the kernel
	// goes on by itself once it is up.
	down bool
	// walked counts frames read from the ring, by the capturing goroutine.
	walked uint64

	// mu guards the descriptors against close, and what follows.
	mu     sync.Mutex
	closed bool
	lost   uint64
	// accepted counts frames that the kernel put into the ring.
	accepted uint64

	ifmu   sync.Mutex
	ifaces []Interface
	index  map[int]int // interface index to place in ifaces, for AnyInterface
	// longest is the longest frame that may come from the wire, by place in ifaces, bytes; the capturing goroutine's.
	longest []int
}

// pending is the socket's error, which says that the interface is down or gone.
func (e *ringEngine) pending() error {
	n, err := unix.GetsockoptInt(e.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && n != 0 {
		err = unix.Errno(n)
	}
	return err
}

func (e *ringEngine) run(s *sink) error {
	next := 0
	step := func() bool {
		if !e.ready(next) {
			return false
		}
		e.take(next, s)
		next = (next + 1) % (len(e.ring) / e.block)
		return true
	}
	var broken error
	for !e.stopping.Load() && broken == nil {
		if !step() {
			broken = e.wait(s.idle())
		}
	}
	// From now on nothing is taken any more; what was, and still lies in the block
	// that the kernel is filling, comes when that is handed over.
	if err := attach(e.fd, []libpcap.Insn{{Code: bpfRetK}}); err != nil {
		return broken
	}
	for tries := 0; tries < drainTries; {
		if step() {
			continue
		}
		e.mu.Lock()
		e.update()
		done := e.walked >= e.accepted
		e.mu.Unlock()
		if done {
			break
		}
		fds := []unix.PollFd{{Fd: int32(e.fd), Events: unix.POLLIN}}
		unix.Poll(fds, retireMillis)
		tries++
	}
	return broken
}

func (e *ringEngine) status(i int) *uint32 {
	return (*uint32)(unsafe.Pointer(&e.ring[i*e.block+ringStatus]))
}

func (e *ringEngine) ready(i int) bool {
	return atomic.LoadUint32(e.status(i))&unix.TP_STATUS_USER != 0
}

// take copies a block's packets and gives the block back.
func (e *ringEngine) take(i int, s *sink) {
	r := readBlock(e.ring[i*e.block : (i+1)*e.block])
	var f rawFrame
	for r.frame(&f) {
		e.walked++
		// The loopback interface shows a packet when it is sent and when it comes back.
		if f.PktType == packetOutgoing && f.IfIndex == e.loopback {
			continue
		}
		at := e.place(f.IfIndex)
		if f.Offload&OffloadSegmentation == 0 && e.exceedsMTU(f.Length, at) {
			f.Offload |= OffloadSegmentation
		}
		s.ringFrame(&f, e.link, at)
	}
	atomic.StoreUint32(e.status(i), unix.TP_STATUS_KERNEL)
}

// wait waits for a block; lingering, for a short time only. An interface that is
// down is waited for, one that was removed is an error.
func (e *ringEngine) wait(lingering bool) error {
	timeout := -1
	switch {
	case lingering:
		timeout = lingerMillis
	case e.down:
		timeout = downMillis
	}
	fds := []unix.PollFd{{Fd: int32(e.fd), Events: unix.POLLIN}, {Fd: int32(e.wake), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, timeout); err != nil && err != unix.EINTR {
		return systemError("read packets from", e.name, os.NewSyscallError("poll", err))
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		switch err := e.pending(); err {
		case nil:
		case unix.ENETDOWN: // also of one that is removed, which goes down first
			e.down = true
		default:
			return systemError("read packets from", e.name, err)
		}
	}
	if !e.down {
		return nil
	}
	up, err := e.isUp()
	if err != nil {
		return removedError(e.name, err)
	}
	e.down = !up
	return nil
}

func (e *ringEngine) stop() {
	e.stopping.Store(true)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		unix.Write(e.wake, []byte{1, 0, 0, 0, 0, 0, 0, 1})
	}
}

func (e *ringEngine) dropped() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.update()
	return e.lost
}

// update adds the kernel's drops since the last time: reading them resets them.
func (e *ringEngine) update() {
	if e.closed || e.fd < 0 {
		return
	}
	if st, err := unix.GetsockoptTpacketStatsV3(e.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		e.lost += uint64(st.Drops)
		e.accepted += uint64(st.Packets - st.Drops)
	}
}

func (e *ringEngine) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.update()
	e.closed = true
	if e.ring != nil {
		unix.Munmap(e.ring)
	}
	for _, fd := range []int{e.fd, e.wake} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
