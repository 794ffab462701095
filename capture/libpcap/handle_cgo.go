// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package libpcap

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Handle is a live capture. One goroutine uses it; Wake alone may be called from
// another, until Close.
type Handle struct {
	p    *C.eb_pcap
	nano bool
	// wake is a pipe: a byte written to wake[1] ends a Wait, which takes it.
	wake [2]int
}

// Open opens a device for live capture with its filter set.
func Open(o Options) (*Handle, error) {
	if err := load(); err != nil {
		return nil, err
	}
	if strings.IndexByte(o.Device+o.Filter, 0) >= 0 {
		return nil, errors.New("the interface or the filter has a zero byte")
	}
	device, filter := C.CString(o.Device), C.CString(o.Filter)
	defer C.free(unsafe.Pointer(device))
	defer C.free(unsafe.Pointer(filter))
	promisc := C.int(0)
	if o.Promiscuous {
		promisc = 1
	}
	var code C.int
	var msg [C.EB_ERRBUF]C.char
	compiling.Lock()
	p := C.eb_open(device, C.int(o.SnapLen), promisc, C.int(o.BufferSize), filter, noNetmask, &code, &msg[0])
	compiling.Unlock()
	if p == nil {
		return nil, openError(int(code), C.GoString(&msg[0]))
	}
	h := &Handle{p: p, nano: C.eb_nano(p) != 0}
	if err := unix.Pipe(h.wake[:]); err != nil {
		C.eb_close(p)
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	for _, fd := range h.wake {
		unix.CloseOnExec(fd)
		unix.SetNonblock(fd, true)
	}
	return h, nil
}

// openError makes libpcap's PCAP_ERROR_PERM_DENIED (-8) and
// PCAP_ERROR_PROMISC_PERM_DENIED (-11) the system's EPERM, and
// PCAP_ERROR_NO_SUCH_DEVICE (-5) its ENODEV, so that callers can tell them.
func openError(code int, msg string) error {
	switch code {
	case -8, -11:
		return fmt.Errorf("%s: %w", msg, unix.EPERM)
	case -5:
		return fmt.Errorf("%s: %w", msg, unix.ENODEV)
	}
	return errors.New(msg)
}

// Next returns the next packet that is ready; nil data with a nil error says
// that there is none now. The data is valid until the next call.
func (h *Handle) Next() ([]byte, Info, error) {
	var hdr *C.struct_eb_header
	var data *C.uchar
	switch r := C.eb_next(h.p, &hdr, &data); {
	case r == 1:
		frac := int64(hdr.ts.tv_usec)
		if !h.nano {
			frac *= 1000
		}
		info := Info{Time: int64(hdr.ts.tv_sec)*1e9 + frac, Length: int(hdr.len)}
		if hdr.caplen == 0 {
			return []byte{}, info, nil
		}
		return unsafe.Slice((*byte)(unsafe.Pointer(data)), int(hdr.caplen)), info, nil
	case r == 0:
		return nil, Info{}, nil
	}
	return nil, Info{}, errors.New(C.GoString(C.eb_error(h.p)))
}

// Wait returns when packets may be ready, when Wake was called, or after a short time.
func (h *Handle) Wait() error {
	fds := []unix.PollFd{
		{Fd: int32(h.wake[0]), Events: unix.POLLIN},
		{Fd: int32(C.eb_fd(h.p)), Events: unix.POLLIN},
	}
	_, err := unix.Poll(fds, int(pollInterval.Milliseconds()))
	if err != nil && err != unix.EINTR {
		return fmt.Errorf("poll: %w", err)
	}
	if fds[0].Revents&unix.POLLIN != 0 {
		unix.Read(h.wake[0], make([]byte, 16))
	}
	return nil
}

// Wake ends a Wait, now or the next one.
func (h *Handle) Wake() { unix.Write(h.wake[1], []byte{0}) }

// DLT is the handle's link type, a DLT_ number.
func (h *Handle) DLT() int { return int(C.eb_datalink(h.p)) }

// Stats are the handle's counters.
func (h *Handle) Stats() (Stats, error) {
	var s C.struct_eb_stats
	if C.eb_get_stats(h.p, &s) != 0 {
		return Stats{}, errors.New(C.GoString(C.eb_error(h.p)))
	}
	return Stats{Dropped: uint32(s.drop)}, nil
}

// Close frees the handle.
func (h *Handle) Close() {
	C.eb_close(h.p)
	unix.Close(h.wake[0])
	unix.Close(h.wake[1])
}
