// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"net"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// elsewhere makes a second namespace, of a thread of its own, moves veth1 there with an address, and runs f in it.
func elsewhere(t *testing.T, f func()) {
	t.Helper()
	tid, moved, done := make(chan int), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Error(err)
			close(tid)
			return
		}
		tid <- unix.Gettid()
		<-moved
		ip(t, "addr add 192.0.2.2/24 dev veth1")
		ip(t, "link set veth1 up")
		f()
	}()
	id, ok := <-tid
	if !ok {
		t.FailNow()
	}
	ip(t, "link set veth1 netns "+strconv.Itoa(id))
	close(moved)
	<-done
}

// TestCaptureOffload: veth leaves checksums and segmentation to the other end, which needs neither.
func TestCaptureOffload(t *testing.T) {
	newNamespace(t, "link add veth0 type veth peer name veth1", "link set veth0 addrgenmode none",
		"addr add 192.0.2.1/24 dev veth0", "link set veth0 up")
	var listener net.Listener
	elsewhere(t, func() {
		var err error
		if listener, err = net.Listen("tcp4", "192.0.2.2:0"); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		return
	}
	defer listener.Close()
	received := make(chan int)
	go func() {
		c, err := listener.Accept()
		if err != nil {
			received <- 0
			return
		}
		defer c.Close()
		n, buf := 0, make([]byte, 64<<10)
		for {
			m, err := c.Read(buf)
			if n += m; err != nil {
				received <- n
				return
			}
		}
	}()
	l := mustOpenLive(t, LiveOptions{Interface: "veth0", BufferSize: 8 << 20})
	c, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	if _, err := c.Write(sent); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if n := <-received; n != len(sent) {
		t.Fatalf("%d bytes arrived", n)
	}
	// Datagrams that the sender lets the kernel cut (UDP_SEGMENT): the ring does not tell them.
	u, err := net.Dial("udp4", "192.0.2.2:9")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	raw, err := u.(*net.UDPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT, 1000) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Write(append(make([]byte, 9990), "<the super>"...)[1:]); err != nil {
		t.Fatal(err)
	}
	all := collect(t, l, "<the super>")
	checksums, segments := 0, 0
	for _, p := range all {
		if p.Offload&OffloadChecksum != 0 {
			checksums++
		}
		if long := p.Length > 14+1500; long != (p.Offload&OffloadSegmentation != 0) {
			t.Errorf("a packet of %d bytes has the mark %d", p.Length, p.Offload)
		} else if long {
			segments++
		}
	}
	last := all[len(all)-1]
	if checksums == 0 || segments < 2 || last.Length != 14+20+8+10000 || last.Offload&OffloadSegmentation == 0 {
		t.Errorf("of %d packets %d had no checksum yet, %d were longer than the MTU; the last %+v", len(all), checksums, segments, last.Length)
	}
}

// TestCaptureLongPacketOfItsOwn: the MTU may have been raised after the capture began.
func TestCaptureLongPacketOfItsOwn(t *testing.T) {
	newVethPair(t)
	for _, name := range []string{"veth1", AnyInterface} {
		l := mustOpenLive(t, LiveOptions{Interface: name, Engine: EngineAFPacket, Promiscuous: true})
		ip(t, "link set veth0 mtu 9000")
		ip(t, "link set veth1 mtu 9000")
		newWireSender(t, "veth0").send(etherFrame(append(ipv4(17, 1, 2, false, 5000), "the end"...)))
		for _, p := range collect(t, l, "the end") {
			if p.Offload != 0 {
				t.Errorf("%s: a packet of %d bytes has the mark %d", name, p.Length, p.Offload)
			}
		}
		l.Close()
		ip(t, "link set veth0 mtu 1500")
		ip(t, "link set veth1 mtu 1500")
	}
}
