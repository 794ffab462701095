// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// newNamespace moves the test into a network namespace of its own, which ends
// with it: the goroutine keeps its thread, and both end together. It runs on one
// processor, so that packets keep their order on the way through the kernel.
func newNamespace(t *testing.T, commands ...string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("live capture is not tested: the command ip is missing (`apt-get install iproute2`)")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("live capture is not tested: a network namespace cannot be made (%v); run the tests as root", err)
	}
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err == nil {
		for cpu := range 1024 {
			if all.IsSet(cpu) {
				var one unix.CPUSet
				one.Set(cpu)
				unix.SchedSetaffinity(0, &one)
				break
			}
		}
	}
	ip(t, "link set lo up")
	for _, c := range commands {
		ip(t, c)
	}
}

func ip(t *testing.T, args string) {
	t.Helper()
	var words []string
	for _, w := range bytes.Fields([]byte(args)) {
		words = append(words, string(w))
	}
	if out, err := exec.Command("ip", words...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// newVethPair makes a namespace with two connected interfaces, veth0 and veth1,
// that are silent by themselves, and waits until they work: the kernel switches
// them on after the command has returned.
func newVethPair(t *testing.T, commands ...string) {
	t.Helper()
	newNamespace(t,
		"link add veth0 type veth peer name veth1",
		"link set veth0 addrgenmode none", "link set veth1 addrgenmode none",
		"link set veth0 up", "link set veth1 up")
	awaitVethPair(t)
	for _, c := range commands {
		ip(t, c)
	}
}

// awaitVethPair waits until packets pass from veth0 to veth1.
func awaitVethPair(t *testing.T) {
	t.Helper()
	for _, name := range []string{"veth0", "veth1"} {
		for {
			i, err := net.InterfaceByName(name)
			if err != nil {
				t.Fatal(err)
			}
			if i.Flags&net.FlagRunning != 0 {
				break
			}
		}
	}
	const proto = 0x88b5 // for experiments
	in, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, proto>>8|proto&0xff<<8)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(in)
	unix.SetsockoptTimeval(in, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1})
	w := newWireSender(t, "veth0")
	probe := etherFrame(make([]byte, 46))
	probe[12], probe[13] = proto>>8, proto&0xff
	for {
		w.send(probe)
		if _, _, err := unix.Recvfrom(in, probe, 0); err == nil {
			break
		}
	}
}

func mustOpenLive(t *testing.T, o LiveOptions) *Live {
	t.Helper()
	if o.BufferSize == 0 {
		o.BufferSize = 2 << 20
	}
	l, err := OpenLive(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// wireSender sends whole frames out of an interface.
type wireSender struct {
	t  *testing.T
	fd int
	to unix.SockaddrLinklayer
}

func newWireSender(t *testing.T, name string) *wireSender {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return &wireSender{t: t, fd: fd, to: unix.SockaddrLinklayer{Ifindex: i.Index}}
}

func (w *wireSender) send(frame []byte) {
	w.t.Helper()
	if err := unix.Sendto(w.fd, frame, 0, &w.to); err != nil {
		w.t.Fatalf("send a frame of %d bytes: %v", len(frame), err)
	}
}

// udpSender sends datagrams from port 9 to itself, so that no ICMP error quotes
// them. Nobody reads them: when its buffer is full, the kernel drops them after
// they were captured.
func udpSender(t *testing.T, addr string) func(string) {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(addr, "9"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return func(text string) {
		t.Helper()
		if _, err := c.WriteTo([]byte(text), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
}

// collected is a packet that outlives its batch, with the name of its interface.
type collected struct {
	Packet
	name string
}

// collect reads until a packet ends with last, which it includes.
func collect(t *testing.T, l *Live, last string) []collected {
	t.Helper()
	var all []collected
	var b Batch
	for {
		if err := l.Next(&b); err != nil {
			t.Fatalf("before %q came: %v", last, err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, collected{p, l.Interfaces()[p.Interface].Name})
			if bytes.HasSuffix(p.Data, []byte(last)) {
				b.Release()
				return all
			}
		}
	}
}

// count is how many packets hold text.
func count(all []collected, text string) (n int) {
	for _, p := range all {
		if bytes.Contains(p.Data, []byte(text)) {
			n++
		}
	}
	return n
}

// numbered makes texts that are not part of one another.
func numbered(prefix string, n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("<%s %d>", prefix, i)
	}
	return texts
}

// engines are those that can run here.
func engines(t *testing.T, test func(t *testing.T, engine string)) {
	t.Run(EngineAFPacket, func(t *testing.T) { test(t, EngineAFPacket) })
	t.Run(EnginePcap, func(t *testing.T) {
		needLibpcap(t)
		test(t, EnginePcap)
	})
}
