// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// rtmDstLen is the place of rtm_dst_len, the prefix length, in struct rtmsg (linux/rtnetlink.h).
const rtmDstLen = 1

// linkEvents is a socket that the kernel tells about interfaces and routes (rtnetlink(7)).
type linkEvents struct {
	file *os.File
	done chan struct{}
}

// followLinks sends to changed, which has room for one, when an interface of the
// calling thread's network namespace comes, goes or changes, and on request when a
// default route does. What changed is left to whoever looks: events may get lost.
func followLinks(routes bool, changed chan<- struct{}) (io.Closer, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("follow interfaces: netlink socket: %w", err)
	}
	groups := uint32(unix.RTMGRP_LINK)
	if routes {
		groups |= unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("follow interfaces: bind a netlink socket: %w", err)
	}
	e := &linkEvents{file: os.NewFile(uintptr(fd), "netlink"), done: make(chan struct{})}
	go e.read(changed)
	return e, nil
}

func (e *linkEvents) read(changed chan<- struct{}) {
	defer close(e.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := e.file.Read(buf)
		switch {
		case errors.Is(err, unix.ENOBUFS): // some were lost
		case err != nil: // closed
			return
		case !tellsChange(buf[:n]):
			continue
		}
		select {
		case changed <- struct{}{}:
		default:
		}
	}
}

// tellsChange leaves the routes out that are no default route: a router's change all the time.
func tellsChange(b []byte) bool {
	messages, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return true
	}
	for _, m := range messages {
		route := m.Header.Type == unix.RTM_NEWROUTE || m.Header.Type == unix.RTM_DELROUTE
		if !route || len(m.Data) <= rtmDstLen || m.Data[rtmDstLen] == 0 {
			return true
		}
	}
	return false
}

// Close ends the reading goroutine.
func (e *linkEvents) Close() error {
	err := e.file.Close()
	<-e.done
	return err
}
