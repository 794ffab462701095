// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// fakeEngine feeds packets that a test gives it.
type fakeEngine struct {
	feed chan func(*sink)
	quit chan struct{}
	lost uint64
	err  error
}

func newFake() *fakeEngine {
	return &fakeEngine{feed: make(chan func(*sink)), quit: make(chan struct{})}
}

func (e *fakeEngine) run(s *sink) error {
	for {
		select {
		case f := <-e.feed:
			if f == nil {
				return e.err
			}
			f(s)
		case <-e.quit:
			return nil
		}
	}
}
func (e *fakeEngine) stop()                   { close(e.quit) }
func (e *fakeEngine) interfaces() []Interface { return []Interface{{Name: "fake0"}} }
func (e *fakeEngine) dropped() uint64         { return e.lost }
func (e *fakeEngine) close()                  {}

// do runs f in the capture goroutine and waits for it.
func (e *fakeEngine) do(f func(*sink)) {
	done := make(chan struct{})
	e.feed <- func(s *sink) { f(s); close(done) }
	<-done
}

func openFake(t *testing.T, o LiveOptions) (*Live, *fakeEngine) {
	t.Helper()
	o.Interface = "fake0"
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	e := newFake()
	l := newLive(o, e)
	l.start(o, nil)
	t.Cleanup(func() { l.Close() })
	return l, e
}

func TestLiveCountsEveryPacket(t *testing.T) {
	l, e := openFake(t, LiveOptions{PoolSize: 1, SnapLen: 100})
	e.lost = 7
	packet := bytes.Repeat([]byte{1}, 150)
	const sent = 3*slabPackets + 5 // the pool has two slabs
	e.do(func(s *sink) {
		for i := range sent {
			s.packet(packet, int64(i), 1000, linkEthernet, 0)
		}
		s.idle()
	})
	want := Stats{Received: sent + 7, KernelDropped: 7, PoolDropped: slabPackets + 5, Bytes: 2 * slabPackets * 100}
	if got := l.Stats(); got != want {
		t.Errorf("with a stalled reader: %+v, want %+v", got, want)
	}
	if f := l.Fill(); f != 1 {
		t.Errorf("with a stalled reader, the memory is full to %v", f)
	}
	var b Batch
	next := int64(0)
	for range 2 {
		if err := l.Next(&b); err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			if p.Time != next || len(p.Data) != 100 || cap(p.Data) != 100 || p.Length != 1000 || !p.TimeValid {
				t.Fatalf("packet %d is %+v", next, p)
			}
			next++
		}
	}
	if f := l.Fill(); f != 0 {
		t.Errorf("of what was taken, %v waits", f)
	}
	// One slab came back: there is room again.
	e.do(func(s *sink) { s.packet(packet, next, 1000, linkEthernet, 0); s.idle() })
	if err := l.Next(&b); err != nil || len(b.Packets) != 1 || b.Packets[0].Time != next {
		t.Fatalf("after the stall: %v, %d packets", err, len(b.Packets))
	}
	if got := l.Stats(); got.PoolDropped != want.PoolDropped || got.Received != want.Received+1 {
		t.Errorf("after the stall: %+v", got)
	}
}

func TestLiveFewPacketsAreNotHeldBack(t *testing.T) {
	l, e := openFake(t, LiveOptions{})
	e.do(func(s *sink) {
		s.packet([]byte{1}, 1, 1, linkRaw, 0)
		if s.idle() {
			t.Error("a packet stays behind although nothing else waits for the reader")
		}
		s.packet([]byte{2}, 2, 1, linkRaw, 0)
		if !s.idle() {
			t.Error("a second small batch was queued for a busy reader")
		}
	})
	var b Batch
	if err := l.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("Next: %v, %d packets", err, len(b.Packets))
	}
}

func TestLiveCloseDeliversWhatWasRead(t *testing.T) {
	l, e := openFake(t, LiveOptions{})
	e.do(func(s *sink) { s.packet([]byte{1}, 1, 1, linkRaw, 0) })
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Close() // twice is allowed
	var b Batch
	if err := l.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("Next: %v, %d packets", err, len(b.Packets))
	}
	for range 2 {
		if err := l.Next(&b); err != io.EOF || len(b.Packets) != 0 {
			t.Fatalf("Next = %v, %d packets; want io.EOF alone", err, len(b.Packets))
		}
	}
}

func TestLiveCloseWakesNext(t *testing.T) {
	l, _ := openFake(t, LiveOptions{})
	got := make(chan error)
	go func() { var b Batch; got <- l.Next(&b) }()
	l.Close()
	if err := <-got; err != io.EOF {
		t.Errorf("Next = %v, want io.EOF", err)
	}
}

func TestLiveErrorComesAfterThePackets(t *testing.T) {
	l, e := openFake(t, LiveOptions{})
	e.err = errors.New("broken")
	e.do(func(s *sink) { s.packet([]byte{1}, 1, 1, linkRaw, 0) })
	e.feed <- nil
	var b Batch
	if err := l.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("Next: %v, %d packets", err, len(b.Packets))
	}
	for range 2 {
		if err := l.Next(&b); err != e.err {
			t.Fatalf("Next = %v, want the error", err)
		}
	}
}

// TestLiveSlabsAreNotShared runs reader and capture at once: a packet changes
// neither while its batch is in use nor in a second one. The race detector looks on.
func TestLiveSlabsAreNotShared(t *testing.T) {
	l, e := openFake(t, LiveOptions{PoolSize: 3 * slabMin, SlabSize: slabMin})
	const sent = 20000
	var wg sync.WaitGroup
	wg.Go(func() {
		e.do(func(s *sink) {
			for i := range sent {
				s.packet(bytes.Repeat([]byte{byte(i)}, 64), int64(i), 64, linkRaw, 0)
				s.idle()
			}
		})
		l.Close()
	})
	var seen uint64
	batches := make([]Batch, 2)
	for i := 0; ; i++ {
		b := &batches[i%2]
		if l.Next(b) != nil {
			break
		}
		for _, p := range b.Packets {
			if !bytes.Equal(p.Data, bytes.Repeat([]byte{byte(p.Time)}, 64)) {
				t.Fatalf("packet %d holds %x", p.Time, p.Data)
			}
			for j := range p.Data {
				p.Data[j] = 0xee
			}
		}
		seen += uint64(len(b.Packets))
		if i%5 == 0 {
			b.Release()
		}
	}
	wg.Wait()
	if st := l.Stats(); st.Received != sent || seen+st.PoolDropped != sent {
		t.Errorf("%d sent, %d seen, %+v", sent, seen, st)
	}
}

func TestLiveOptionsErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		o    LiveOptions
		want string
	}{
		{"no_name", LiveOptions{}, "--list"},
		{"engine", LiveOptions{Interface: "x", Engine: "dpdk"}, "auto, afpacket, pcap"},
		{"snaplen", LiveOptions{Interface: "x", SnapLen: 1 << 20}, "1 to 262144"},
		{"buffer", LiveOptions{Interface: "x", BufferSize: 5}, "the buffer size is 5"},
		{"fanout", LiveOptions{Interface: "x", FanoutGroup: 70000}, "0 to 65535"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := OpenLive(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}

func TestOwnConnections(t *testing.T) {
	local := netip.MustParseAddr("127.0.0.1")
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if ip := netip.MustParsePrefix(a.String()).Addr(); ip.Is4() && !ip.IsLoopback() {
			local = ip
		}
	}
	remote := netip.MustParseAddr("192.0.2.200")
	packet := func(src, dst netip.Addr, sport, dport uint16, proto byte) []byte {
		p := ipv4(proto, sport, dport, false, 0)
		copy(p[12:], src.AsSlice())
		copy(p[16:], dst.AsSlice())
		return p
	}
	v6 := append([]byte{0x60, 0, 0, 0, 0, 20, 6, 64}, make([]byte, 52)...)
	v6[23], v6[39] = 1, 1 // ::1 to ::1
	v6[42], v6[43] = 0x23, 0xf0
	var o ownFilter
	if o.match(packet(local, remote, 1, 9200, 6), linkRaw) {
		t.Error("nothing is set, but a packet is left out")
	}
	if err := o.replace([]netip.AddrPort{netip.AddrPortFrom(remote, 9200), netip.MustParseAddrPort("[::1]:9200")}); err != nil {
		t.Fatal(err)
	}
	to := packet(local, remote, 40000, 9200, 6)
	fragment := packet(local, remote, 40000, 9200, 6)
	fragment[7] = 9
	for _, c := range []struct {
		name  string
		link  LinkType
		frame []byte
		want  bool
	}{
		{"to_server", linkEthernet, etherFrame(to), true},
		{"from_server", linkEthernet, etherFrame(packet(remote, local, 9200, 40000, 6)), true},
		{"tagged", linkEthernet, etherFrame(to, 0x88a8, 6, 0x8100, 5), true},
		{"raw", linkRaw, to, true},
		{"cooked", linkSLL2, append(appendSLL2(nil, &rawFrame{}, 0x0800), to...), true},
		{"ipv6", linkRaw, v6, true},
		{"other_machine_to_server", linkRaw, packet(netip.MustParseAddr("192.0.2.77"), remote, 40000, 9200, 6), false},
		{"other_port", linkRaw, packet(local, remote, 40000, 9201, 6), false},
		{"port_of_the_local_end", linkRaw, packet(local, remote, 9200, 40000, 6), false},
		{"udp", linkRaw, packet(local, remote, 40000, 9200, 17), false},
		{"fragment_without_ports", linkRaw, fragment, false},
		{"cut", linkRaw, to[:22], false},
		{"empty", linkEthernet, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := o.match(c.frame, c.link); got != c.want {
				t.Errorf("left out: %v, want %v", got, c.want)
			}
		})
	}
	if n := testing.AllocsPerRun(100, func() { o.match(to, linkRaw) }); n != 0 {
		t.Errorf("a match allocates %v times", n)
	}
	if o.replace(nil); o.match(to, linkRaw) {
		t.Error("nothing is set any more, but a packet is left out")
	}
}
