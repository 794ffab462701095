// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// drain reads until an error, which it returns with the number of packets.
func drain(l *Live) (n uint64, err error) {
	var b Batch
	for {
		if err := l.Next(&b); err != nil {
			return n, err
		}
		n += uint64(len(b.Packets))
	}
}

// checkAccount makes sure that every packet of those sent so far is delivered or
// counted as dropped. It ends the capture.
func checkAccount(t *testing.T, l *Live, w *wireSender, sent uint64) {
	t.Helper()
	// Packets go on until one is delivered that was sent last: then the capture is
	// through with all before.
	end := append(etherFrame(ipv4(17, 1, 2, false, 40)), "the end"...)
	var b Batch
	var seen, ends uint64
	for done := false; !done; {
		w.send(end)
		ends++
		if err := l.Next(&b); err != nil {
			t.Fatal(err)
		}
		seen += uint64(len(b.Packets))
		for _, p := range b.Packets {
			done = done || bytes.HasSuffix(p.Data, []byte("the end"))
		}
	}
	b.Release()
	l.Close()
	rest, err := drain(l)
	if err != io.EOF {
		t.Fatal(err)
	}
	seen += rest
	st := l.Stats()
	if st.Received != seen+st.PoolDropped+st.KernelDropped {
		t.Errorf("%d were delivered, but %+v", seen, st)
	}
	if st.Received < sent || st.Received > sent+ends {
		t.Errorf("%d were sent and %d at the end, but %+v", sent, ends, st)
	}
}

// TestCaptureStalledReader lets the pool overflow: nobody calls Next.
func TestCaptureStalledReader(t *testing.T) {
	newVethPair(t)
	l := mustOpenLive(t, LiveOptions{Interface: "veth1", Promiscuous: true, PoolSize: 1})
	w := newWireSender(t, "veth0")
	sent := uint64(0)
	for l.Stats().PoolDropped == 0 {
		w.send(etherFrame(ipv4(17, 1, 2, false, 40)))
		sent++
	}
	checkAccount(t, l, w, sent)
}

// TestCaptureKernelDrops overflows a ring that nobody reads yet.
func TestCaptureKernelDrops(t *testing.T) {
	newVethPair(t)
	o := LiveOptions{Interface: "veth1", Promiscuous: true, BufferSize: 1 << 20}
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	e, filter, err := openAFPacket(o)
	if err != nil {
		t.Fatal(err)
	}
	w := newWireSender(t, "veth0")
	sent := uint64(0)
	for e.dropped() == 0 {
		w.send(etherFrame(ipv4(17, 1, 2, false, 1300)))
		sent++
	}
	l := newLive(o, e)
	l.start(o, filter)
	checkAccount(t, l, w, sent)
	if st := l.Stats(); st.KernelDropped == 0 || st.PoolDropped != 0 {
		t.Errorf("the kernel dropped, but %+v", st)
	}
}

// TestCaptureCloseDeliversTheLastPackets: what the kernel took before Close is
// delivered, although the kernel has not handed it over by then.
func TestCaptureCloseDeliversTheLastPackets(t *testing.T) {
	newVethPair(t)
	for range 5 {
		l := mustOpenLive(t, LiveOptions{Interface: "veth0"})
		w := newWireSender(t, "veth0") // the sender's own side is captured before the sending returns
		for range 20 {
			w.send(etherFrame(ipv4(17, 1, 2, false, 40)))
		}
		l.Close()
		if n, err := drain(l); n != 20 || err != io.EOF {
			t.Fatalf("20 packets were sent, %d delivered, then %v", n, err)
		}
		if st := l.Stats(); st.Received != 20 {
			t.Fatalf("%+v", st)
		}
	}
}

func TestOpenLiveErrors(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newNamespace(t, "link add veth0 type veth peer name veth1")
		for _, c := range []struct {
			name string
			o    LiveOptions
			want []string
		}{
			{"no_such_interface", LiveOptions{Interface: "nosuch0"}, []string{"nosuch0", "--list"}},
			{"name_too_long", LiveOptions{Interface: "averyveryverylongname"}, []string{"averyveryverylongname"}},
			{"down", LiveOptions{Interface: "veth1"}, []string{"veth1"}},
			{"filter", LiveOptions{Interface: "lo", Filter: "tcp port"}, []string{"lo", "syntax error"}},
			{"filter_for_other_link", LiveOptions{Interface: "lo", Filter: "wlan type mgt"}, []string{"lo", "802.11"}},
			{"no_default_route", LiveOptions{Interface: DefaultRoute}, []string{"default_route", "--list"}},
		} {
			if c.o.Filter != "" && libpcap.Load() != nil {
				continue
			}
			c.o.Engine = engine
			l, err := OpenLive(c.o)
			if err == nil {
				l.Close()
				t.Errorf("%s: no error", c.name)
				continue
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%s: error %q does not say %q", c.name, err, w)
				}
			}
		}
	})
}

func TestOpenLiveWithoutPermission(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newNamespace(t) // also keeps the thread, which loses its rights now
		head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&head, (*unix.CapUserData)(unsafe.Pointer(&none))); err != nil {
			t.Skipf("the rights of a thread cannot be dropped: %v", err)
		}
		_, err := OpenLive(LiveOptions{Interface: "lo", Engine: engine})
		if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "sudo") || !strings.Contains(err.Error(), "setcap") {
			t.Errorf("error %v has no remedy", err)
		}
	})
}

func TestCaptureFanout(t *testing.T) {
	newVethPair(t)
	var l [2]*Live
	for i := range l {
		l[i] = mustOpenLive(t, LiveOptions{Interface: "veth1", FanoutGroup: 7, Promiscuous: true})
	}
	const sent = 200
	w := newWireSender(t, "veth0")
	for port := range uint16(sent) {
		w.send(etherFrame(ipv4(17, 1000+port, 53, false, 10)))
	}
	type part struct{ of, packets int }
	parts := make(chan part)
	var readers sync.WaitGroup
	for i := range l {
		readers.Go(func() {
			var b Batch
			for l[i].Next(&b) == nil {
				parts <- part{i, len(b.Packets)}
			}
		})
	}
	var seen [2]int
	for seen[0]+seen[1] < sent {
		p := <-parts
		seen[p.of] += p.packets
	}
	go func() {
		l[0].Close()
		l[1].Close()
		readers.Wait()
		close(parts)
	}()
	for p := range parts {
		seen[p.of] += p.packets
	}
	if seen[0]+seen[1] != sent || seen[0] == 0 || seen[1] == 0 {
		t.Errorf("of %d packets of as many flows, %d and %d were captured", sent, seen[0], seen[1])
	}
}

// Fragments have no ports to hash, so that those of a datagram would go other ways than its flow's other packets: the kernel puts them together.
func TestCaptureFanoutOfFragments(t *testing.T) {
	newVethPair(t)
	var l [2]*Live
	for i := range l {
		l[i] = mustOpenLive(t, LiveOptions{Interface: "veth1", FanoutGroup: 8, Promiscuous: true})
	}
	const sent, cut = 50, 24 // bytes of the first fragment's payload
	w := newWireSender(t, "veth0")
	whole := len(etherFrame(ipv4(17, 0, 53, false, 60)))
	for n := range uint16(sent) {
		p := ipv4(17, 1000+n, 53, false, 60)
		binary.BigEndian.PutUint16(p[4:], 1+n)
		first, rest := bytes.Clone(p[:20+cut]), append(bytes.Clone(p[:20]), p[20+cut:]...)
		first[6], rest[7] = 0x20, cut/8
		for _, f := range [][]byte{rest, first} {
			binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
			w.send(etherFrame(f))
		}
	}
	packets := make(chan []byte)
	var readers sync.WaitGroup
	for i := range l {
		readers.Go(func() {
			var b Batch
			for l[i].Next(&b) == nil {
				for _, p := range b.Packets {
					packets <- bytes.Clone(p.Data)
				}
			}
		})
	}
	seen := 0
	for seen < sent {
		p := <-packets
		seen++
		if len(p) != whole || p[12] != 8 || binary.BigEndian.Uint16(p[20:])&0x3fff != 0 {
			t.Errorf("%d bytes, want the %d of a datagram: % x", len(p), whole, p[:min(len(p), 34)])
		}
	}
	go func() {
		l[0].Close()
		l[1].Close()
		readers.Wait()
		close(packets)
	}()
	for range packets {
		seen++
	}
	if seen != sent {
		t.Errorf("%d packets of %d datagrams", seen, sent)
	}
}
