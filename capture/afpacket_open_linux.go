// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"github.com/espbeat/espbeat/capture/libpcap"
)

const haveAFPacket = true

// ringFrameSize only has to divide the block: TPACKET_V3 packs frames of any length.
const ringFrameSize = 2048

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
		ifaces: []Interface{{
			ID: index, Name: o.Interface, Description: describe(o.Interface), NetNS: o.NetNS, LinkType: link, SnapLen: o.SnapLen,
		}},
	}
	if o.Interface == AnyInterface {
		e.index = map[int]int{}
	}
	e.longest = []int{math.MaxInt}
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
		if err = unix.SetsockoptInt(e.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, fanout(o.FanoutGroup)); err != nil {
			return fail(fmt.Sprintf("join the fanout group %d on", o.FanoutGroup), err)
		}
	}
	if index != 0 {
		e.longest[0] = e.longestOf(o.Interface)
	}
	if err = e.pending(); err != nil {
		return fail("open", err)
	}
	return nil
}

// fanout is the argument of PACKET_FANOUT (packet(7)): packets go by the hash of their flow. Only the first fragment of a datagram has ports to
// hash, so the kernel puts the datagrams of IPv4 together before.
func fanout(group int) int {
	const mode = unix.PACKET_FANOUT_HASH | unix.PACKET_FANOUT_FLAG_DEFRAG
	return int(int32(uint32(group) | mode<<16)) //nolint:gosec // 16 bits each
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
