// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	be "encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// wire is a pair of interfaces in a namespace of the test's own, silent but for what is sent: out leads to in.
type wire struct {
	t  *testing.T
	fd int
	to unix.SockaddrLinklayer
}

const wireOut, wireIn = "out0", "in0"

// newWire moves the test into the namespace, too.
func newWire(t *testing.T) *wire {
	t.Helper()
	namespace(t)
	for _, args := range []string{
		"link add " + wireOut + " type veth peer name " + wireIn,
		"link set " + wireOut + " addrgenmode none", "link set " + wireIn + " addrgenmode none",
		"link set " + wireOut + " up", "link set " + wireIn + " up",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	waitUntil(t, "the link comes up", func() bool { return operational(t, wireOut) && operational(t, wireIn) })
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	i, err := net.InterfaceByName(wireOut)
	if err != nil {
		t.Fatal(err)
	}
	return &wire{t: t, fd: fd, to: unix.SockaddrLinklayer{Ifindex: i.Index}}
}

func operational(t *testing.T, name string) bool {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.Flags&net.FlagRunning != 0
}

// send sends a frame; it waits where the interface has no room.
func (w *wire) send(frame []byte) {
	for {
		switch err := unix.Sendto(w.fd, frame, 0, &w.to); err {
		case nil:
			return
		case syscall.ENOBUFS, syscall.EINTR:
		default:
			w.t.Fatalf("send a frame: %v", err)
		}
	}
}

// received is how many packets the kernel has taken in from the wire (rx_packets; what its queues dropped is not in it).
func (w *wire) received() int {
	w.t.Helper()
	// /sys shows the namespace where it was mounted, a command that of its thread.
	out, err := exec.Command("ip", "-s", "-j", "link", "show", wireIn).Output()
	if err != nil {
		w.t.Fatal(err)
	}
	var links []struct {
		Stats struct{ RX struct{ Packets int } } `json:"stats64"`
	}
	if err := json.Unmarshal(out, &links); err != nil || len(links) != 1 {
		w.t.Fatalf("ip -s -j link: %v: %s", err, out)
	}
	return links[0].Stats.RX.Packets
}

// captured waits until a process has a socket that takes packets of the wire in: all later ones are its.
func (w *wire) captured() {
	w.t.Helper()
	i, err := net.InterfaceByName(wireIn)
	if err != nil {
		w.t.Fatal(err)
	}
	waitUntil(w.t, "the capture begins", func() bool {
		table, err := os.ReadFile("/proc/thread-self/net/packet")
		if err != nil {
			w.t.Fatal(err)
		}
		for _, line := range strings.Split(string(table), "\n")[1:] {
			// sk RefCnt Type Proto Iface R Rmem User Inode
			if f := strings.Fields(line); len(f) > 5 && f[4] == strconv.Itoa(i.Index) && f[5] == "1" {
				return true
			}
		}
		return false
	})
}

// frame is datagram number of a flow, of length bytes after its headers.
func frame(flow uint32, number uint16, length int) []byte {
	b := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0}
	b = be.BigEndian.AppendUint16(b, uint16(28+length)) //nolint:gosec // small
	b = be.BigEndian.AppendUint16(b, number)
	b = append(b, 0, 0, 64, 17, 0, 0, 10)
	b = append(b, byte(flow>>16), byte(flow>>8), byte(flow), 192, 0, 2, 1)
	b = be.BigEndian.AppendUint16(b, 1024+uint16(flow>>24)) //nolint:gosec // small
	b = be.BigEndian.AppendUint16(b, 9)
	b = be.BigEndian.AppendUint16(b, uint16(8+length)) //nolint:gosec // small
	return append(b, make([]byte, 2+length)...)
}

// memory is what a process has in memory, bytes: VmRSS, or RssAnon, without the pages of its binary, which come and go as the system has room.
func memory(t *testing.T, pid int, kind string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == kind+":" {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatalf("no %s of process %d", kind, pid)
	return 0
}
