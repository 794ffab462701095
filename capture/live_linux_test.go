// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestCaptureLoopback(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newNamespace(t)
		l := mustOpenLive(t, LiveOptions{Interface: "lo", Engine: engine})
		before := time.Now().Add(-time.Second).UnixNano()
		texts := append(numbered("udp4", 40), numbered("udp6", 40)...)
		send4, send6 := udpSender(t, "127.0.0.1"), udpSender(t, "::1")
		for i := range 40 {
			send4(texts[i])
			send6(texts[40+i])
		}
		tcp := numbered("tcp", 1)[0]
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		client, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		client.Write([]byte(tcp))
		client.Close()
		send4("the end")
		all := collect(t, l, "the end")
		for _, text := range append(texts, tcp) {
			if n := count(all, text); n != 1 {
				t.Errorf("%s was captured %d times", text, n)
			}
		}
		for _, p := range all {
			if p.LinkType != linkEthernet || p.Length != len(p.Data) || !p.TimeValid || p.Time < before || p.Time > time.Now().UnixNano() || p.name != "lo" {
				t.Fatalf("packet %+v", p)
			}
		}
		l.Close()
		if st := l.Stats(); st.KernelDropped+st.PoolDropped != 0 || st.Received < uint64(len(all)) {
			t.Errorf("%+v after %d packets", st, len(all))
		}
	})
}

func TestCaptureTags(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t)
		l := mustOpenLive(t, LiveOptions{Interface: "veth1", Engine: engine, Promiscuous: true})
		w := newWireSender(t, "veth0")
		ip := append(ipv4(17, 1000, 2000, false, 20), "tags"...)
		for _, c := range []struct {
			name string
			tags []uint16
		}{
			{"none", nil},
			{"802.1Q", []uint16{0x8100, 5}},
			{"802.1Q_with_priority_and_DEI", []uint16{0x8100, 0xf005}},
			{"802.1ad", []uint16{0x88a8, 6}},
			{"priority_tag", []uint16{0x8100, 0xe000}},
			{"all_zero_tag", []uint16{0x8100, 0}},
			{"802.1ad_and_802.1Q", []uint16{0x88a8, 6, 0x8100, 5}},
			{"802.1Q_twice", []uint16{0x8100, 6, 0x8100, 5}},
			{"old_QinQ", []uint16{0x9100, 6, 0x8100, 5}},
		} {
			sent := etherFrame(ip, c.tags...)
			w.send(sent)
			got := collect(t, l, "tags")
			if len(got) != 1 || !bytes.Equal(got[0].Data, sent) || got[0].Length != len(sent) {
				t.Errorf("%s: sent\n%x, captured\n%x", c.name, sent, got[0].Data)
			}
		}
	})
}

func TestCaptureFilters(t *testing.T) {
	needLibpcap(t)
	udp := func(port uint16, text string, tags ...uint16) []byte {
		return etherFrame(append(ipv4(17, 1000, port, false, 0), text...), tags...)
	}
	frames := [][]byte{
		udp(53, "plain 53"), udp(54, "plain 54"), udp(53, "tagged 53", 0x8100, 5), udp(54, "tagged 54", 0x8100, 5),
		udp(53, "provider 53", 0x88a8, 6), udp(53, "double 53", 0x88a8, 6, 0x8100, 5), udp(53, "long 53"+string(make([]byte, 500))),
	}
	for _, c := range []struct {
		name, filter string
		want         []int
	}{
		{"none", "", []int{0, 1, 2, 3, 4, 5, 6}},
		{"as_tcpdump_a_tag_does_not_hide", "udp port 53", []int{0, 2, 4, 6}},
		{"vlan", "vlan", []int{2, 3, 4, 5}},
		{"vlan_and_port", "vlan and udp port 53", []int{2, 4}},
		{"vlan_id", "vlan 5 and udp", []int{2, 3}},
		{"two_tags", "vlan 6 and vlan 5 and udp port 53", []int{5}},
		{"not_vlan", "not vlan", []int{0, 1, 6}},
		{"tag_by_protocol", "ether proto 0x88a8", []int{4, 5}},
		{"length", "greater 300", []int{6}},
		{"direction", "inbound and udp port 54", []int{1, 3}},
		{"nothing", "tcp", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			newVethPair(t)
			filter := c.filter
			if filter != "" { // the mark of the end comes first: vlan shifts what follows it
				filter = "ether proto 0x1234 or (" + filter + ")"
			}
			l := mustOpenLive(t, LiveOptions{Interface: "veth1", Engine: EngineAFPacket, Promiscuous: true, Filter: filter})
			w := newWireSender(t, "veth0")
			for _, f := range frames {
				w.send(f)
			}
			end := etherFrame([]byte("0123456789012345678901234567890123456789 the end"))
			end[12], end[13] = 0x12, 0x34
			w.send(end)
			got := collect(t, l, "the end")
			got = got[:len(got)-1]
			if len(got) != len(c.want) {
				t.Fatalf("%d packets were captured, want %d", len(got), len(c.want))
			}
			for i, p := range got {
				if !bytes.Equal(p.Data, frames[c.want[i]]) {
					t.Errorf("packet %d is %q, want %q", i, p.Data, frames[c.want[i]])
				}
			}
			if st := l.Stats(); st.Received != uint64(len(c.want)+1) {
				t.Errorf("what the filter left out is counted: %+v", st)
			}
		})
	}
}

func TestCaptureSnapLen(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t)
		l := mustOpenLive(t, LiveOptions{Interface: "veth1", Engine: engine, Promiscuous: true, SnapLen: 60})
		w := newWireSender(t, "veth0")
		ip := append(append(ipv4(17, 1, 2, false, 500), "cut"...), make([]byte, 500)...)
		for _, tags := range [][]uint16{nil, {0x8100, 5}} {
			sent := etherFrame(ip, tags...)
			w.send(sent)
			var b Batch
			if err := l.Next(&b); err != nil {
				t.Fatal(err)
			}
			p := b.Packets[0]
			if !bytes.Equal(p.Data, sent[:60]) || p.Length != len(sent) {
				t.Errorf("tags %v: %d of %d bytes, want 60 of %d: %x", tags, len(p.Data), p.Length, len(sent), p.Data)
			}
		}
	})
}

func TestCaptureAny(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t)
		l := mustOpenLive(t, LiveOptions{Interface: AnyInterface, Engine: engine, Promiscuous: true})
		texts := numbered("any", 20)
		send, w := udpSender(t, "127.0.0.1"), newWireSender(t, "veth0")
		for _, text := range texts {
			send(text)
		}
		tagged := append(ipv4(17, 1, 2, false, 0), "tagged"...)
		w.send(etherFrame(tagged, 0x8100, 0x2005))
		send("the end")
		all := collect(t, l, "the end")
		for _, text := range texts {
			if n := count(all, text); n != 1 {
				t.Errorf("%s was captured %d times", text, n)
			}
		}
		for _, p := range all {
			if p.LinkType != linkSLL2 || len(p.Data) < sll2Len {
				t.Fatalf("packet %+v", p)
			}
		}
		if engine != EngineAFPacket {
			return // libpcap loses tags and does not name the interface
		}
		found := false
		for _, p := range all {
			if p.name == "veth1" && bytes.HasSuffix(p.Data, append([]byte{0x20, 5, 8, 0}, tagged...)) && bytes.HasPrefix(p.Data, []byte{0x81, 0}) {
				found = true
			}
			if bytes.Contains(p.Data, []byte("<any")) && p.name != "lo" {
				t.Errorf("a packet of lo is said to be of %q", p.name)
			}
		}
		if !found {
			t.Error("the tagged packet did not arrive at veth1 with its tag")
		}
	})
}

func TestCaptureAnyFilters(t *testing.T) {
	needLibpcap(t)
	for _, filter := range []string{
		"udp port 9", "udp[4:2] > 10", "udp port 9 and inbound", "udp and ifindex 1", // in the kernel
		"udp and greater 40", // here
	} {
		t.Run(filter, func(t *testing.T) {
			newNamespace(t)
			l := mustOpenLive(t, LiveOptions{Interface: AnyInterface, Engine: EngineAFPacket, Filter: filter})
			send := udpSender(t, "127.0.0.1")
			send("wanted")
			udpSender(t, "::1")("wanted")
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			if c, err := net.Dial("tcp", listener.Addr().String()); err != nil {
				t.Fatal(err)
			} else {
				c.Close()
			}
			send("wanted, the end")
			all := collect(t, l, "the end")
			if n := count(all, "wanted"); n != len(all) || n < 2 {
				t.Errorf("%d packets were captured, %d of them wanted", len(all), n)
			}
		})
	}
}

func TestCaptureLeavesOwnOut(t *testing.T) {
	newNamespace(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	server := netip.MustParseAddrPort(listener.Addr().String())
	l := mustOpenLive(t, LiveOptions{Interface: "lo", ExcludeOwn: []netip.AddrPort{server}})
	send := udpSender(t, "127.0.0.1")
	talk := func(text string) {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write([]byte(text))
		in, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if _, err := io.ReadFull(in, make([]byte, len(text))); err != nil {
			t.Fatal(err)
		}
	}
	talk("shipping")
	send("first")
	all := collect(t, l, "first")
	if len(all) != 1 {
		t.Errorf("%d packets were captured, want the datagram alone", len(all))
	}
	own := l.Stats().Own
	if own < 4 {
		t.Errorf("%d packets were counted as own; a connection has more", own)
	}
	if err := l.SetOwn(nil); err != nil {
		t.Fatal(err)
	}
	talk("visible")
	send("second")
	if n := count(collect(t, l, "second"), "visible"); n != 1 {
		t.Errorf("after the set was emptied, the connection's data was captured %d times", n)
	}
}
