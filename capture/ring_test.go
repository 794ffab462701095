// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// ringBlock builds a block as the kernel does.
func ringBlock(frames ...rawFrame) []byte {
	ne := binary.NativeEndian
	b := make([]byte, ringBlockHead)
	ne.PutUint32(b[ringPackets:], uint32(len(frames)))
	ne.PutUint32(b[ringFirst:], ringBlockHead)
	for i, f := range frames {
		const mac = 80
		h := make([]byte, mac, mac+len(f.Data)+8)
		h = append(h, f.Data...)
		for len(h)%8 != 0 {
			h = append(h, 0)
		}
		if i+1 < len(frames) {
			ne.PutUint32(h[0:], uint32(len(h)))
		}
		ne.PutUint32(h[4:], uint32(f.Time/1e9))
		ne.PutUint32(h[8:], uint32(f.Time%1e9))
		ne.PutUint32(h[12:], uint32(len(f.Data)))
		ne.PutUint32(h[16:], uint32(f.Length))
		var status uint32
		if f.Tagged {
			status |= ringVLANValid
			if f.TPID != 0 {
				status |= ringTPIDValid
			}
		}
		if f.Offload&OffloadChecksum != 0 {
			status |= ringChecksumNotReady
		}
		if f.Offload&OffloadSegmentation != 0 {
			status |= ringGSOTCP
		}
		ne.PutUint32(h[20:], status)
		ne.PutUint16(h[24:], mac)
		ne.PutUint32(h[32:], uint32(f.TCI))
		ne.PutUint16(h[36:], f.TPID)
		binary.BigEndian.PutUint16(h[50:], f.Protocol)
		ne.PutUint32(h[52:], uint32(f.IfIndex))
		ne.PutUint16(h[56:], f.HType)
		h[58], h[59] = f.PktType, f.AddrLen
		copy(h[60:68], f.Addr)
		b = append(b, h...)
	}
	return b
}

func TestReadBlock(t *testing.T) {
	ip := ipv4(17, 1000, 53, false, 5)
	sent := []rawFrame{
		{Data: etherFrame(ip), Time: 1700000000123456789, Length: 1500, IfIndex: 3, HType: 1, Protocol: 0x0800},
		{Data: etherFrame(ip), Length: len(ip) + 14, Tagged: true, TCI: 0xe005, TPID: 0x88a8, PktType: packetOutgoing},
		{Data: etherFrame(ip), Length: len(ip) + 14, Tagged: true, TCI: 0}, // an old kernel gives no TPID
		{Data: etherFrame(ip), Length: 9000, Offload: OffloadChecksum | OffloadSegmentation},
		{},
	}
	r := readBlock(ringBlock(sent...))
	var f rawFrame
	for i, want := range sent {
		if !r.frame(&f) {
			t.Fatalf("frame %d is missing", i)
		}
		if want.Tagged && want.TPID == 0 {
			want.TPID = 0x8100
		}
		if !bytes.Equal(f.Data, want.Data) || f.Time != want.Time || f.Length != want.Length || f.Tagged != want.Tagged ||
			f.Tagged && (f.TPID != want.TPID || f.TCI != want.TCI) ||
			f.IfIndex != want.IfIndex || f.HType != want.HType || f.Protocol != want.Protocol || f.PktType != want.PktType || f.Offload != want.Offload {
			t.Errorf("frame %d is %+v, want %+v", i, f, want)
		}
	}
	if r.frame(&f) {
		t.Error("a frame too many")
	}
}

func TestAppendFrame(t *testing.T) {
	ip := ipv4(17, 1000, 53, false, 5)
	addr := []byte{2, 0, 0, 0, 0, 1, 0, 0}
	cooked := rawFrame{Data: ip, Length: len(ip), Protocol: 0x0800, IfIndex: 9, HType: 1, PktType: 0, AddrLen: 6, Addr: addr}
	taggedCooked := cooked
	taggedCooked.Tagged, taggedCooked.TPID, taggedCooked.TCI = true, 0x8100, 5
	head := []byte{0x08, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}
	taggedHead := append([]byte{0x81, 0}, head[2:]...)
	for _, c := range []struct {
		name  string
		frame rawFrame
		link  LinkType
		want  []byte
	}{
		{"untagged", rawFrame{Data: etherFrame(ip)}, linkEthernet, etherFrame(ip)},
		{"802.1Q", rawFrame{Data: etherFrame(ip), Tagged: true, TPID: 0x8100, TCI: 0x2005}, linkEthernet, etherFrame(ip, 0x8100, 0x2005)},
		{"priority_tag", rawFrame{Data: etherFrame(ip), Tagged: true, TPID: 0x8100, TCI: 0xe000}, linkEthernet, etherFrame(ip, 0x8100, 0xe000)},
		{"all_zero_tag", rawFrame{Data: etherFrame(ip), Tagged: true, TPID: 0x8100}, linkEthernet, etherFrame(ip, 0x8100, 0)},
		{"802.1ad_before_802.1Q", rawFrame{Data: etherFrame(ip, 0x8100, 5), Tagged: true, TPID: 0x88a8, TCI: 6}, linkEthernet, etherFrame(ip, 0x88a8, 6, 0x8100, 5)},
		{"tag_has_no_place", rawFrame{Data: make([]byte, 11), Tagged: true, TPID: 0x8100, TCI: 5}, linkEthernet, make([]byte, 11)},
		{"raw_ip_has_no_tags", rawFrame{Data: ip, Tagged: true, TPID: 0x8100, TCI: 5}, linkRaw, ip},
		{"cooked", cooked, linkSLL2, append(bytes.Clone(head), ip...)},
		{"cooked_tag", taggedCooked, linkSLL2, append(append(bytes.Clone(taggedHead), 0, 5, 0x08, 0), ip...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := appendFrame(nil, &c.frame, c.link)
			if !bytes.Equal(got, c.want) {
				t.Errorf("the frame is\n%x, want\n%x", got, c.want)
			}
			if extra := frameExtra(&c.frame, c.link); len(got) != len(c.frame.Data)+extra {
				t.Errorf("frameExtra is %d, but %d bytes were added", extra, len(got)-len(c.frame.Data))
			}
		})
	}
}

// FuzzReadBlock: whatever a block holds, frames lie in it, and there are no more
// than it says.
func FuzzReadBlock(f *testing.F) {
	ip := ipv4(17, 1, 2, false, 0)
	good := ringBlock(rawFrame{Data: etherFrame(ip), Length: 60}, rawFrame{Data: etherFrame(ip), Tagged: true, TPID: 0x8100, TCI: 7, Length: 60})
	f.Add(good)
	f.Add(good[:len(good)-20])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, block []byte) {
		r := readBlock(block)
		said := r.left
		var frame rawFrame
		var n uint32
		for r.frame(&frame) {
			if n++; n > said {
				t.Fatalf("more frames than the %d announced", said)
			}
			if len(frame.Data) != cap(frame.Data) || len(frame.Addr) != 8 || frame.Length < len(frame.Data) {
				t.Fatalf("frame %+v", frame)
			}
			for _, link := range []LinkType{linkEthernet, linkSLL2, linkRaw} {
				if got := appendFrame(nil, &frame, link); len(got) != len(frame.Data)+frameExtra(&frame, link) {
					t.Fatalf("link type %d: %d bytes", link, len(got))
				}
			}
		}
	})
}
