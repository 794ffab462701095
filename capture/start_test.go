// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestStart(t *testing.T) {
	nano := &pcapWriter{order: binary.BigEndian, magic: pcapMagicNano, major: 2, minor: 4, snap: 65535, link: 1}
	modified := &pcapWriter{order: binary.BigEndian, magic: pcapMagicModified, major: 2, minor: 4, snap: 65535, link: 1, recordExtra: []byte{0, 0, 0, 2, 8, 0, 1, 0}}
	for i := range 8 {
		nano.record(uint32(i), 7, make([]byte, 60+i), 60)
		modified.record(uint32(i), 0, make([]byte, 60), 60)
	}
	for name, content := range map[string][]byte{"pcap": samplePcap(12), "nanoseconds": nano.buf, "modified": modified.buf, "pcapng": twoLinks(9).buf} {
		want := mustReadAll(t, fromBytes(content, FileOptions{}))
		path := writeFile(t, "f", content)
		for i, first := range want {
			for growing, more := range map[string]func() bool{"": nil, ", growing": func() bool { return false }} {
				s, err := Open(path, FileOptions{Start: Start{Offset: first.Offset, Packets: uint64(i)}, More: more, BatchPackets: 3})
				if err != nil {
					t.Fatal(err)
				}
				got := mustReadAll(t, s)
				if len(got) != len(want)-i {
					t.Fatalf("%s%s from %d: %d packets of %d", name, growing, i, len(got), len(want))
				}
				for k, p := range got {
					w := want[i+k]
					if !bytes.Equal(p.Data, w.Data) || p.Time != w.Time || p.Offset != w.Offset || p.Interface != w.Interface || p.LinkType != w.LinkType {
						t.Errorf("%s%s from %d: packet %d is %+v, want %+v", name, growing, i, i+k, p, w)
					}
				}
				if read, _ := s.(Positioner).Position(); read != int64(len(content)) {
					t.Errorf("%s%s from %d: %d of %d bytes read", name, growing, i, read, len(content))
				}
				if len(s.Interfaces()) == 0 || !s.(Starter).Startable() {
					t.Errorf("%s%s from %d: interfaces %v", name, growing, i, s.Interfaces())
				}
				s.Close()
			}
		}
	}
}

func TestStartOfWhatIsNoPlainFile(t *testing.T) {
	content := samplePcap(3)
	start := Start{Offset: pcapFileHeader + 76, Packets: 1}
	_, err := Open(writeFile(t, "f.gz", gzipped(content)), FileOptions{Start: start})
	if err == nil || !strings.Contains(err.Error(), "it is no plain file; read it from its start") {
		t.Errorf("compressed: %v", err)
	}
	s := NewReader(bytes.NewReader(content), "stream", FileOptions{Start: start})
	defer s.Close()
	if _, err := readAll(s); err == nil || !strings.Contains(err.Error(), "no plain file") {
		t.Errorf("stream: %v", err)
	}
}

func TestBreakAfterStartCountsAllPackets(t *testing.T) {
	content := samplePcap(5)
	at := mustReadAll(t, fromBytes(content, FileOptions{}))[3].Offset
	s, err := Open(writeFile(t, "f", content[:len(content)-1]), FileOptions{Start: Start{Offset: at, Packets: 3}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var broken *BreakError
	got, err := readAll(s)
	if len(got) != 1 || !errors.As(err, &broken) || broken.Packets != 4 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d packets, %v", len(got), err)
	}
	if _, err := Open(writeFile(t, "f", content[:pcapFileHeader]), FileOptions{Start: Start{Offset: at, Packets: 3}}); err == nil {
		t.Error("a file without packets goes on at its fourth")
	}
}

// What describes interfaces after the first packet is not read where reading goes on after it.
func TestStartable(t *testing.T) {
	late := twoLinks(3)
	late.iface(1, 65535)
	late.enhanced(2, 9, make([]byte, 20), 20)
	section := twoLinks(3)
	section.section(binary.LittleEndian)
	section.iface(1, 65535)
	section.enhanced(0, 9, make([]byte, 20), 20)
	for name, c := range map[string]struct {
		content []byte
		want    []bool // after each packet
	}{
		"pcap":             {samplePcap(2), []bool{true, true}},
		"pcapng":           {twoLinks(2).buf, []bool{true, true}},
		"a late interface": {late.buf, []bool{true, true, true, false}},
		"a late section":   {section.buf, []bool{true, true, true, false}},
		"gzip":             {gzipped(samplePcap(2)), []bool{false, false}},
	} {
		s, err := Open(writeFile(t, "f", c.content), FileOptions{BatchPackets: 1})
		if err != nil {
			t.Fatal(err)
		}
		var b Batch
		for i, want := range c.want {
			if err := s.Next(&b); err != nil || s.(Starter).Startable() != want {
				t.Errorf("%s: after packet %d: %v, want %v; %v", name, i, !want, want, err)
			}
		}
		s.Close()
	}
}
