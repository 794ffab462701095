// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// sampleNg has two sections of different byte order and every kind of block.
func sampleNg() *ngWriter {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.block(0x0bad, []byte("an unknown block before any interface"))
	w.iface(1, 0, w.option(optName, "eth0"), w.option(optDescription, "uplink\x00"), w.option(optEnd, ""))
	w.iface(101, 4, w.option(optTSResol, "\x09"))
	w.enhanced(0, 1_500_000_000_000_007, []byte("first"), 60)
	w.enhanced(1, 1_500_000_001_000_000_009, []byte("nano"), 4,
		w.option(optComment, "one"), w.option(2, "\x00\x00\x00\x00"), w.option(optComment, "tw\xffo"), w.option(optEnd, ""))
	w.block(4, []byte("name resolution, not parsed"))
	w.block(5, make([]byte, 12))
	w.block(10, []byte("TLSKsecrets"))
	w.block(0xbad, w.words(1), []byte("custom"))
	w.section(binary.BigEndian)
	w.iface(113, 6, w.option(optTSResol, "\x83"), w.option(optTSOffset, string(w.words(0, 1000))))
	w.enhanced(0, 17, []byte("eighths"), 7)
	w.block(blockSimple, w.words(60), []byte("simple__")[:6])
	w.block(blockPacketOld, w.halves(0, 3), w.words(0, 8, 3, 90), []byte("old\x00"), w.option(optComment, "c"), w.option(optEnd, ""))
	w.enhanced(0, 24, nil, 0)
	return w
}

func TestPcapng(t *testing.T) {
	w := sampleNg()
	s := fromBytes(w.buf, FileOptions{})
	got := mustReadAll(t, s)
	for i := range got {
		got[i].Offset = 0 // checked in TestCutAnywhere
	}
	want := []Packet{
		{Data: []byte("first"), Time: 1_500_000_000_000_007_000, TimeValid: true, Length: 60, LinkType: 1},
		{Data: []byte("nano"), Time: 1_500_000_001_000_000_009, TimeValid: true, Length: 4, LinkType: 101, Interface: 1, Comments: []string{"one", "tw\uFFFDo"}},
		{Data: []byte("eighths"), Time: 1002_125_000_000, TimeValid: true, Length: 7, LinkType: 113, Interface: 2},
		{Data: []byte("simple"), Time: 1002_125_000_000, clock: 1002_125_000_000, Length: 60, LinkType: 113, Interface: 2},
		{Data: []byte("old"), Time: 1001_000_000_000, TimeValid: true, Length: 90, LinkType: 113, Interface: 2, Comments: []string{"c"}},
		{Data: []byte{}, Time: 1003_000_000_000, TimeValid: true, LinkType: 113, Interface: 2},
	}
	for i := range min(len(got), len(want)) {
		if !bytes.Equal(got[i].Data, want[i].Data) {
			t.Errorf("packet %d: data %q, want %q", i, got[i].Data, want[i].Data)
		}
		got[i].Data, want[i].Data = nil, nil
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("packet %d:\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d packets, want %d", len(got), len(want))
	}
	interfaces := []Interface{
		{Numbered: true, Name: "eth0", Description: "uplink", LinkType: 1},
		{ID: 1, Numbered: true, LinkType: 101, SnapLen: 4},
		{Numbered: true, LinkType: 113, SnapLen: 6},
	}
	if !reflect.DeepEqual(s.Interfaces(), interfaces) {
		t.Errorf("interfaces %+v", s.Interfaces())
	}
}

func TestPcapngBroken(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(w *ngWriter) // after a packet
		want   string
	}{
		{"block_too_short", func(w *ngWriter) { w.buf = append(w.buf, w.words(9, 8, 8)...) }, "total length of 8 bytes, at least 12"},
		{"packet_block_too_short", func(w *ngWriter) { w.block(blockEnhanced, w.words(0, 0, 0, 0)) }, "total length of 28 bytes, at least 32"},
		{"section_too_short", func(w *ngWriter) { w.block(blockSection, w.words(sectionMagic, 1)) }, "total length of 20 bytes, at least 28"},
		{"trailer_differs", func(w *ngWriter) { w.block(9); w.buf[len(w.buf)-4] ^= 4 }, "total lengths differ: 12 at its start, 8 at its end"},
		{"unknown_interface", func(w *ngWriter) { w.enhanced(1, 0, []byte("x"), 1) }, "interface number is 1, but the section has described 1"},
		{"interface_4_gi", func(w *ngWriter) { w.enhanced(1<<32-1, 0, []byte("x"), 1) }, "interface number is 4294967295"},
		{"simple_without_interface", func(w *ngWriter) { w.section(binary.LittleEndian); w.block(blockSimple, w.words(0)) }, "interface number is 0, but the section has described 0"},
		{"captured_over_block", func(w *ngWriter) { w.block(blockEnhanced, w.words(0, 0, 0, 5, 5, 0)) }, "claims 5 captured bytes, but its block has room for 4"},
		{"simple_over_block", func(w *ngWriter) { w.block(blockSimple, w.words(5, 0)) }, "claims 5 captured bytes, but its block has room for 4"},
		{"captured_too_large", func(w *ngWriter) { w.enhanced(0, 0, make([]byte, maxPacket+1), 1) }, "claims 262145 captured bytes, more than the 262144"},
		{"byte_order", func(w *ngWriter) { w.block(blockSection, make([]byte, 16)) }, "byte-order magic 00 00 00 00, which is none"},
		{"version", func(w *ngWriter) { w.block(blockSection, w.words(sectionMagic), w.halves(2, 0), make([]byte, 8)) }, "pcapng version 2.0"},
		{"block_of_4_gib", func(w *ngWriter) { w.buf = append(w.buf, w.words(9, 1<<32-4, 0)...) }, "the file ends inside a block"},
		{"packet_of_4_gib", func(w *ngWriter) { w.buf = append(w.buf, w.words(blockEnhanced, 1<<32-4, 0, 0, 0, 1<<31)...) }, "the file ends inside a block"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &ngWriter{}
			w.section(binary.LittleEndian)
			w.iface(1, 0)
			w.enhanced(0, 5, []byte("good"), 4)
			tt.damage(w)
			f := fromBytes(w.buf, FileOptions{})
			var b Batch
			if err := f.Next(&b); err != nil || len(b.Packets) != 1 || string(b.Packets[0].Data) != "good" {
				t.Fatalf("first batch: %v", err)
			}
			err := f.Next(&b)
			var broken *BreakError
			if !errors.As(err, &broken) || broken.Packets != 1 || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
			if cap(b.slab) > maxBlock || cap(f.kept) > maxBlock {
				t.Errorf("%d bytes of memory", cap(b.slab)+cap(f.kept))
			}
		})
	}
}

// Options that do not fit, and blocks that are too large, cost neither the packet nor memory.
func TestPcapngTolerated(t *testing.T) {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.block(0x77, make([]byte, 5<<20))
	w.iface(1, 0, w.halves(optName, 400), []byte("cut!"))
	w.enhanced(0, 1, []byte("half an option"), 14, w.halves(optComment, 100))
	w.enhanced(0, 2, []byte("large options"), 13, w.option(optComment, "kept"), bytes.Repeat(w.option(9, strings.Repeat("x", 60000)), 10))
	w.enhanced(0, 3, make([]byte, maxPacket), maxPacket)
	for range 100 {
		w.buf = append(w.buf, w.words(0x99, 13, 0, 13)...) // the padding is not counted
	}
	w.enhanced(0, 4, []byte("last"), 4, bytes.Repeat(w.option(optComment, "many"), 1000))
	f := fromBytes(w.buf, FileOptions{})
	got := mustReadAll(t, f)
	if len(got) != 4 || string(got[0].Data) != "half an option" || got[0].Comments != nil || len(got[1].Comments) != 1 ||
		len(got[2].Data) != maxPacket || string(got[3].Data) != "last" || len(got[3].Comments) != maxComments {
		t.Errorf("%d packets", len(got))
	}
	if cap(f.kept) > maxBlock {
		t.Errorf("%d bytes of memory", cap(f.kept))
	}
}

func TestPcapngManyInterfaces(t *testing.T) {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	for range maxInterfaces + 1 {
		w.buf = append(w.buf, w.words(blockInterface, minInterface, 1, 0, minInterface)...)
	}
	_, err := readAll(fromBytes(w.buf, FileOptions{}))
	if err == nil || !strings.Contains(err.Error(), "more than 65536 interfaces") {
		t.Error(err)
	}
}

// Interfaces that are described between packets are asked for by others while the file is read: those of the packets that were given out are there.
func TestPcapngInterfacesMeanwhile(t *testing.T) {
	const n = 200
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	for i := range uint32(n) {
		w.iface(1, 100+i)
		w.enhanced(i, uint64(i), []byte("data"), 4)
	}
	f := fromBytes(w.buf, FileOptions{BatchPackets: 1})
	given := make(chan int, n)
	go func() {
		defer close(given)
		var b Batch
		for f.Next(&b) == nil {
			given <- b.Packets[0].Interface
		}
	}()
	last := -1
	for last = range given {
		if all := f.Interfaces(); len(all) <= last || all[last].SnapLen != 100+last {
			t.Fatalf("packet of interface %d, %d are known", last, len(all))
		}
	}
	if last != n-1 {
		t.Errorf("the last interface is %d, want %d", last, n-1)
	}
}
