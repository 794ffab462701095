// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestPcapFormats(t *testing.T) {
	for _, tt := range []struct {
		name     string
		header   pcapWriter
		swap     bool // original length first
		wantNsec int64
		wantLink LinkType
	}{
		{"standard", pcapWriter{magic: pcapMagic, major: 2, minor: 4, snap: 100, link: 1}, false, 5000, 1},
		{"nanoseconds", pcapWriter{magic: pcapMagicNano, major: 2, minor: 4, snap: 100, link: 1}, false, 5, 1},
		{"captured_over_snap_length", pcapWriter{magic: pcapMagicNano, major: 2, minor: 4, snap: 3, link: 1}, false, 5, 1},
		{"no_snap_length", pcapWriter{magic: pcapMagic, major: 2, minor: 4, link: 1}, false, 5000, 1},
		{"later_version", pcapWriter{magic: pcapMagic, major: 2, minor: 9, snap: 100, link: 1}, false, 5000, 1},
		{"version_2.2", pcapWriter{magic: pcapMagic, major: 2, minor: 2, snap: 100, link: 1}, true, 5000, 1},
		{"version_2.3_written_right", pcapWriter{magic: pcapMagic, major: 2, minor: 3, snap: 100, link: 1}, false, 5000, 1},
		{"version_2.3_written_wrong", pcapWriter{magic: pcapMagic, major: 2, minor: 3, snap: 100, link: 1}, true, 5000, 1},
		{"version_543.0", pcapWriter{magic: pcapMagic, major: 543, snap: 100, link: 1}, true, 5000, 1},
		{"aix_ethernet", pcapWriter{magic: pcapMagic, major: 2, minor: 2, snap: 100, link: 6}, true, 5, 1},
		{"aix_token_ring", pcapWriter{magic: pcapMagic, major: 2, minor: 2, snap: 100, link: 9}, true, 5, 6},
		{"aix_loopback", pcapWriter{magic: pcapMagic, major: 2, minor: 2, snap: 100, link: 24}, true, 5, 0},
		{"ixia_hardware", pcapWriter{magic: pcapMagicIxiaHW, major: 2, minor: 4, snap: 100, link: 1, headerExtra: 4}, false, 5, 1},
		{"ixia_software", pcapWriter{magic: pcapMagicIxiaSW, major: 2, minor: 4, snap: 100, link: 1, headerExtra: 4}, false, 5000, 1},
		{"fcs_length", pcapWriter{magic: pcapMagic, major: 2, minor: 4, snap: 100, link: 0x24000001}, false, 5000, 1},
		{"link_type_over_255", pcapWriter{magic: pcapMagic, major: 2, minor: 4, snap: 100, link: 276}, false, 5000, 276},
		{"reserved_link_type_bits", pcapWriter{magic: pcapMagic, major: 2, minor: 4, snap: 100, link: 0x00300000}, false, 5000, 0x300000},
		{"raw_ip_of_some_systems", pcapWriter{magic: pcapMagic, major: 2, minor: 4, snap: 100, link: 12}, false, 5000, 101},
	} {
		for orderName, o := range orders {
			t.Run(tt.name+"/"+orderName, func(t *testing.T) {
				w := tt.header
				w.order = o
				data := []byte("packet")
				for i := range 3 {
					captured, original := uint32(len(data)), uint32(60+i)
					if tt.swap {
						captured, original = original, captured
					}
					w.recordLengths(1000+uint32(i), 5, captured, original, data)
				}
				s := fromBytes(w.buf, FileOptions{})
				got := mustReadAll(t, s)
				if len(got) != 3 {
					t.Fatalf("%d packets, want 3", len(got))
				}
				for i, p := range got {
					wantTime := (1000+int64(i))*1e9 + tt.wantNsec
					if !bytes.Equal(p.Data, data) || p.Time != wantTime || !p.TimeValid || p.Length != 60+i ||
						p.LinkType != tt.wantLink || p.Interface != 0 || p.Offset != int64(w.ends[i]) {
						t.Errorf("packet %d: %+v, want time %d", i, p, wantTime)
					}
				}
				if in := s.Interfaces(); len(in) != 1 || in[0].LinkType != tt.wantLink || in[0].SnapLen != int(w.snap) {
					t.Errorf("interfaces: %+v", in)
				}
				if st := s.Stats(); st != (Stats{Received: 3, Bytes: 18}) {
					t.Errorf("stats: %+v", st)
				}
			})
		}
	}
}

func TestPcapRecordVariants(t *testing.T) {
	modified := func(o order) []byte { return append(o.AppendUint16(o.AppendUint32(nil, 2), 0x0800), 0, 0x55) }
	for _, tt := range []struct {
		name  string
		magic uint32
		extra func(order) []byte
	}{
		{"modified_under_its_own_magic", pcapMagicModified, modified},
		{"modified_under_the_standard_magic", pcapMagic, modified},
		{"modified_with_smp_debugging", pcapMagicModified, func(o order) []byte { return append(modified(o), 1, 2, 3, 4) }},
		{"nokia", pcapMagic, func(o order) []byte { return o.AppendUint32(nil, 0x9fbfb601) }},
	} {
		for orderName, o := range orders {
			t.Run(tt.name+"/"+orderName, func(t *testing.T) {
				w := standardPcap(o)
				w.magic, w.recordExtra = tt.magic, tt.extra(o)
				for i := range 5 {
					w.record(1e9, uint32(i), bytes.Repeat([]byte{byte(i + 1)}, 50+i), 60)
				}
				got := mustReadAll(t, fromBytes(w.buf, FileOptions{}))
				if len(got) != 5 {
					t.Fatalf("%d packets, want 5", len(got))
				}
				for i, p := range got {
					if want := bytes.Repeat([]byte{byte(i + 1)}, 50+i); !bytes.Equal(p.Data, want) || p.Offset != int64(w.ends[i]) {
						t.Errorf("packet %d: % x at %d", i, p.Data, p.Offset)
					}
				}
			})
		}
	}
}

func TestPcapAIXPadding(t *testing.T) {
	w := &pcapWriter{order: binary.BigEndian, magic: pcapMagic, major: 2, minor: 2, snap: 100, link: 15}
	w.recordLengths(1, 0, 9, 7, []byte("padFDDI"))
	w.recordLengths(1, 0, 2, 2, []byte("pa"))
	got := mustReadAll(t, fromBytes(w.buf, FileOptions{}))
	if len(got) != 2 || string(got[0].Data) != "FDDI" || got[0].Length != 6 || got[0].LinkType != 10 ||
		len(got[1].Data) != 0 || got[1].Length != 0 {
		t.Errorf("%+v", got)
	}
}

func TestPcapBroken(t *testing.T) {
	for _, tt := range []struct {
		name    string
		damage  func(w *pcapWriter) // after two good records
		at      func(w *pcapWriter) int
		packets int
		want    string
	}{
		{"captured_length_too_large", func(w *pcapWriter) { w.recordLengths(1, 2, maxPacket+1, 9, nil) },
			func(w *pcapWriter) int { return w.ends[2] }, 2, "the record claims 262145 captured bytes"},
		{"captured_length_4_gib", func(w *pcapWriter) { w.recordLengths(1, 2, 1<<32-1, 9, nil) },
			func(w *pcapWriter) int { return w.ends[2] }, 2, "the record claims 4294967295 captured bytes"},
		{"data_cut_short", func(w *pcapWriter) { w.recordLengths(1, 2, 100, 100, []byte("short")) },
			func(w *pcapWriter) int { return w.ends[2] }, 2, "the file ends inside a record"},
		{"header_cut_short", func(w *pcapWriter) { w.buf = append(w.buf, "short"...) },
			func(w *pcapWriter) int { return w.ends[2] }, 2, "the file ends inside a record header"},
		{"file_header_cut_short", func(w *pcapWriter) { w.buf = w.buf[:23] },
			func(w *pcapWriter) int { return 0 }, 0, "the file ends inside the file header"},
		{"version_1", func(w *pcapWriter) { w.order.PutUint16(w.buf[4:], 1) },
			func(w *pcapWriter) int { return pcapFileHeader }, 0, "pcap version 1.4 is not supported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := standardPcap(binary.LittleEndian)
			w.record(1, 0, []byte("one"), 3)
			w.record(2, 0, []byte("two"), 3)
			tt.damage(w)
			got, err := readAll(fromBytes(w.buf, FileOptions{}))
			var broken *BreakError
			if !errors.As(err, &broken) {
				t.Fatalf("error %v, want a BreakError", err)
			}
			if len(got) != tt.packets || broken.Packets != uint64(tt.packets) || broken.Offset != int64(tt.at(w)) ||
				!strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d packets, %+v: %v", len(got), broken, err)
			}
		})
	}
}

// Three link types have records of megabytes: the start is kept, the rest is passed over.
func TestPcapLargeRecords(t *testing.T) {
	w := standardPcap(binary.LittleEndian)
	w.link = 249
	big := bytes.Repeat([]byte("0123456789abcdef"), maxPacket/8)
	w.record(1, 0, big, len(big))
	w.record(2, 0, []byte("next"), 4)
	got := mustReadAll(t, fromBytes(w.buf, FileOptions{}))
	if len(got) != 2 || !bytes.Equal(got[0].Data, big[:maxPacket]) || got[0].Length != len(big) ||
		string(got[1].Data) != "next" || got[1].Offset != int64(w.ends[1]) {
		t.Fatalf("%d packets", len(got))
	}
	_, err := readAll(fromBytes(w.buf[:w.ends[1]-1], FileOptions{}))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut inside what is passed over: %v", err)
	}
}

// Whatever the sizes of batches and reads, the packets are the same, and a file cut
// at any byte yields all complete ones, then one error at the start of the incomplete one.
func TestCutAnywhere(t *testing.T) {
	files := map[string]struct {
		bytes []byte
		ends  []int // of the parts that may end a file
	}{}
	w := standardPcap(binary.LittleEndian)
	w.start()
	for i := range 8 {
		w.record(uint32(i), 0, bytes.Repeat([]byte{byte(0xf0 + i)}, (i+1)%8*7), 99)
	}
	files["pcap"] = struct {
		bytes []byte
		ends  []int
	}{w.buf, w.ends}
	ng := sampleNg()
	files["pcapng"] = struct {
		bytes []byte
		ends  []int
	}{ng.buf, ng.ends}
	for name, f := range files {
		whole := mustReadAll(t, fromBytes(f.bytes, FileOptions{}))
		for _, opt := range []FileOptions{{}, {BatchBytes: 1, BatchPackets: 1}, {BatchBytes: 70, BatchPackets: 3}} {
			for cut := 1; cut <= len(f.bytes); cut++ {
				what := fmt.Sprintf("%s cut at %d, %+v", name, cut, opt)
				start, clean := 0, false // of the part that is cut
				for _, end := range f.ends {
					if end <= cut {
						start, clean = end, end == cut
					}
				}
				got, err := readAll(fromBytes(f.bytes[:cut], opt))
				if cut >= 4 {
					checkCut(t, what, err, start, clean)
				} else if !errors.Is(err, ErrNotCapture) {
					t.Fatalf("%s: %v", what, err)
				}
				for i, p := range got {
					if p.Offset >= int64(start) || p.Offset != whole[i].Offset || !bytes.Equal(p.Data, whole[i].Data) {
						t.Fatalf("%s: packet %d differs", what, i)
					}
				}
				if n := len(got); n < len(whole) && whole[n].Offset < int64(start) {
					t.Fatalf("%s: %d packets, packet %d is missing", what, n, n)
				}
			}
		}
	}
}

func checkCut(t *testing.T, what string, err error, start int, clean bool) {
	t.Helper()
	if clean {
		if !errors.Is(err, io.EOF) {
			t.Fatalf("%s: %v, want io.EOF", what, err)
		}
		return
	}
	var broken *BreakError
	if !errors.As(err, &broken) || !errors.Is(err, io.ErrUnexpectedEOF) || broken.Offset != int64(start) {
		t.Fatalf("%s: %v, want a break at %d", what, err, start)
	}
}
