// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/espbeat/espbeat/capture/libpcap"
)

const haveAFPacket = true

const (
	// retireMillis is how long the kernel fills a block before it hands it over
	// with what it has: the latency of few packets.
	retireMillis = 20
	// lingerMillis is how often packets that wait for a busy reader are offered again.
	lingerMillis = 10
	// ringFrameSize only has to divide the block: TPACKET_V3 packs frames of any length.
	ringFrameSize = 2048
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

	// mu guards the descriptors against close, and what follows.
	mu     sync.Mutex
	closed bool
	lost   uint64

	ifmu   sync.Mutex
	ifaces []Interface
	index  map[int]int // interface index to place in ifaces, for AnyInterface
}

// noRing reports whether the kernel has no AF_PACKET or no TPACKET_V3.
func noRing(err error) bool {
	return errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.ENOPROTOOPT)
}

func openAFPacket(o LiveOptions) (engine, *Filter, error) {
	link, cooked, index := linkSLL2, true, 0
	loopback, _ := interfaceIndex("lo")
	if o.Interface != AnyInterface {
		var err error
		if index, err = interfaceIndex(o.Interface); err != nil {
			return nil, nil, systemError("open", o.Interface, err)
		}
		hatype, err := interfaceType(o.Interface)
		if err != nil {
			return nil, nil, systemError("read the type of", o.Interface, err)
		}
		link, cooked = linkOfARPHRD(hatype)
		if hatype == unix.ARPHRD_LOOPBACK {
			loopback = index
		}
	}
	prog, filter, err := kernelFilter(o.Filter, link, max(o.SnapLen, lookLen))
	if err != nil {
		return nil, nil, fmt.Errorf("open interface %s: %w", o.Interface, err)
	}
	e := &ringEngine{
		name: o.Interface, link: link, fd: -1, wake: -1, loopback: loopback,
		ifaces: []Interface{{ID: index, Name: o.Interface, Description: describe(o.Interface), LinkType: link, SnapLen: o.SnapLen}},
	}
	if o.Interface == AnyInterface {
		e.index = map[int]int{}
	}
	if err := e.open(o, prog, index, cooked); err != nil {
		e.close()
		return nil, nil, err
	}
	return e, filter, nil
}

// open makes the socket. Its protocol is 0, so that it gets nothing before the
// bind: by then filter and ring stand, and no packet comes that the filter rejects.
func (e *ringEngine) open(o LiveOptions, prog []libpcap.Insn, index int, cooked bool) (err error) {
	fail := func(op string, err error) error {
		return systemError(op, o.Interface, os.NewSyscallError("packet socket", err))
	}
	kind := unix.SOCK_RAW
	if cooked {
		kind = unix.SOCK_DGRAM
	}
	if e.fd, err = unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0); err != nil {
		return fail("open", err)
	}
	if e.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fail("open", err)
	}
	if err = attach(e.fd, prog); err != nil {
		return fail(fmt.Sprintf("set the filter %q (%d instructions) on", o.Filter, len(prog)), err)
	}
	if err = unix.SetsockoptInt(e.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fail("use TPACKET_V3 on", err)
	}
	page := os.Getpagesize()
	e.block = (o.BlockSize + page - 1) / page * page
	count := max(o.BufferSize/e.block, 2)
	req := unix.TpacketReq3{
		Block_size: uint32(e.block), Block_nr: uint32(count),
		Frame_size: ringFrameSize, Frame_nr: uint32(e.block / ringFrameSize * count),
		Retire_blk_tov: retireMillis,
	}
	if err = unix.SetsockoptTpacketReq3(e.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fail(fmt.Sprintf("make a buffer of %d bytes for", e.block*count), err)
	}
	if e.ring, err = unix.Mmap(e.fd, 0, e.block*count, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fail(fmt.Sprintf("map a buffer of %d bytes for", e.block*count), err)
	}
	if o.Promiscuous && index != 0 {
		m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
		if err = unix.SetsockoptPacketMreq(e.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fail("set promiscuous mode on", err)
		}
	}
	all := uint16(unix.ETH_P_ALL)
	if err = unix.Bind(e.fd, &unix.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: index}); err != nil {
		return fail("bind to", err)
	}
	if o.FanoutGroup != 0 {
		arg := o.FanoutGroup | unix.PACKET_FANOUT_HASH<<16
		if err = unix.SetsockoptInt(e.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, arg); err != nil {
			return fail(fmt.Sprintf("join the fanout group %d on", o.FanoutGroup), err)
		}
	}
	if err = e.pending(); err != nil {
		return fail("open", err)
	}
	return nil
}

func attach(fd int, prog []libpcap.Insn) error {
	filter := make([]unix.SockFilter, len(prog))
	for i, in := range prog {
		filter[i] = unix.SockFilter{Code: in.Code, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	if len(filter) > 4096 { // BPF_MAXINSNS; the length below has 16 bits
		return unix.E2BIG
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
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
	blocks := len(e.ring) / e.block
	for i := 0; ; i = (i + 1) % blocks {
		for !e.ready(i) {
			if e.stopping.Load() {
				return nil
			}
			if err := e.wait(s.idle()); err != nil {
				return err
			}
		}
		e.take(i, s)
		if e.stopping.Load() {
			// What the kernel has handed over already is still taken, once round at most.
			for range blocks - 1 {
				if i = (i + 1) % blocks; !e.ready(i) {
					break
				}
				e.take(i, s)
			}
			return nil
		}
	}
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
		// The loopback interface shows a packet when it is sent and when it comes back.
		if f.PktType == packetOutgoing && f.IfIndex == e.loopback {
			continue
		}
		s.ringFrame(&f, e.link, e.place(f.IfIndex))
	}
	atomic.StoreUint32(e.status(i), unix.TP_STATUS_KERNEL)
}

// wait waits for a block; lingering, for a short time only.
func (e *ringEngine) wait(lingering bool) error {
	timeout := -1
	if lingering {
		timeout = lingerMillis
	}
	fds := []unix.PollFd{{Fd: int32(e.fd), Events: unix.POLLIN}, {Fd: int32(e.wake), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, timeout); err != nil && err != unix.EINTR {
		return systemError("read packets from", e.name, os.NewSyscallError("poll", err))
	}
	if fds[0].Revents&unix.POLLERR == 0 {
		return nil
	}
	err := e.pending()
	if err == nil {
		return nil
	}
	// An interface that is removed goes down first, so that the two look alike.
	if err == unix.ENETDOWN {
		return fmt.Errorf("read packets from interface %s: it went down or was removed (%w); "+
			"bring it up with `ip link set %s up`, or take another one from `espbeat --list`, and start again", e.name, err, e.name)
	}
	return systemError("read packets from", e.name, err)
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
