// SPDX-License-Identifier: Apache-2.0

package wpan

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, TAP, PHY)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "data, long addresses, 2015", frame: "21ec 01 4dab 0100010081000510 0210024002000200 7e33", layers: "wpan",
			want: map[string]string{"wpan.frame_type": "1", "wpan.security": "false", "wpan.ack_request": "true", "wpan.version": "2", "wpan.seq_no": "1", "wpan.dst_pan": "43853", "wpan.src_pan": "", "wpan.dst64": "10-05-00-81-00-01-00-01", "wpan.src64": "00-02-00-02-40-02-10-02"}},
		{name: "enhanced beacon without a sequence number", frame: "80eb cdab ffff cdab 010000000000 0cc1 203f", layers: "wpan",
			want: map[string]string{"wpan.frame_type": "0", "wpan.seq_no": "", "wpan.dst_pan": "43981", "wpan.dst16": "65535", "wpan.src_pan": "43981", "wpan.src64": "C1-0C-00-00-00-00-00-01"}},
		{name: "data, short addresses, one PAN, 2003", frame: "4188 05 3412 0100 0200 aa", layers: "wpan",
			want: map[string]string{"wpan.version": "0", "wpan.dst_pan": "4660", "wpan.dst16": "1", "wpan.src_pan": "", "wpan.src16": "2"}},
		{name: "data between PANs", frame: "0198 05 3412 0100 7856 0200", layers: "wpan",
			want: map[string]string{"wpan.version": "1", "wpan.dst_pan": "4660", "wpan.src_pan": "22136", "wpan.src16": "2"}},
		{name: "acknowledgment", frame: "0200 05", layers: "wpan",
			want: map[string]string{"wpan.frame_type": "2", "wpan.seq_no": "5", "wpan.dst_pan": ""}},
		{name: "compression without addresses, 2015", frame: "4220 05 3412", layers: "wpan",
			want: map[string]string{"wpan.dst_pan": "4660"}},
		{name: "source alone", frame: "41a0 05 0200", layers: "wpan",
			want: map[string]string{"wpan.src_pan": "", "wpan.src16": "2"}},
		{name: "association request", frame: "2388 05 3412 0100 ffff 0200 01 80", layers: "wpan",
			want: map[string]string{"wpan.frame_type": "3", "wpan.src_pan": "65535", "wpan.cmd": "1"}},
		{name: "secured", frame: "0918 05 3412 0100 0d 11223344 07", layers: "wpan",
			want: map[string]string{"wpan.security": "true", "wpan.aux_sec.sec_level": "5", "wpan.aux_sec.frame_counter": "1144201745", "wpan.aux_sec.key_index": "7"}},
		{name: "secured as in 2003", frame: "0908 05 3412 0100 0d 11223344 07", layers: "wpan",
			want: map[string]string{"wpan.security": "true", "wpan.aux_sec.sec_level": ""}},
		{name: "secured without a counter", frame: "0928 05 3412 0100 3d 1122334455667788 07", layers: "wpan",
			want: map[string]string{"wpan.aux_sec.frame_counter": "", "wpan.aux_sec.key_index": "7"}},
		{name: "multipurpose", frame: "0500 05", layers: "wpan",
			want: map[string]string{"wpan.frame_type": "5", "wpan.version": ""}},
		{name: "reserved address mode", frame: "0144 05 3412", layers: "wpan", malformed: "wpan"},
		{name: "reserved version", frame: "0130 05", layers: "wpan", malformed: "wpan"},
		{name: "address cut short", frame: "0108 05 3412 01", layers: "wpan", malformed: "wpan",
			want: map[string]string{"wpan.dst_pan": "4660", "wpan.dst16": ""}},
		{name: "cut by the capture", frame: "0108 05 34", wire: 60, layers: "wpan", truncated: true},
		{name: "command without its number", frame: "0308 05 3412 0100", layers: "wpan", malformed: "wpan"},
		{name: "half a counter", frame: "0918 05 3412 0100 05 1122", layers: "wpan", malformed: "wpan"},
		{name: "half a frame control", frame: "01", layers: "wpan", malformed: "wpan"},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "21ec 01 4dab 0100010081000510 0210024002000200 7e33")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestRadio(t *testing.T) {
	b := bench()
	frame := unhex(t, "0000 1c00 0000 0100 01 000000 0100 0400 0000b4c2 0300 0300 0b00 02 00 0200 05")
	r := b.Run(TAP, frame, len(frame))
	if r.Layers != "wpan-tap:wpan" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	r.Check(t, map[string]string{"wpan_tap.fcs_type": "1", "wpan_tap.rss": "-90", "wpan_tap.ch_num": "11", "wpan_tap.ch_page": "2", "wpan.seq_no": "5"})
	frame = unhex(t, "00000000 a7 05 0200 05 abcd ff")
	if r = b.Run(PHY, frame, len(frame)); r.Layers != "wpan-nonask-phy:wpan" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	for name, bad := range map[string]string{"length below the header": "0000 0300", "value beyond the header": "0000 0800 0000 0400", "half a TLV": "0000 0600 0000", "too short": "0000"} {
		if r := b.Run(TAP, unhex(t, bad), len(unhex(t, bad))); r.Malformed != "wpan-tap" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func FuzzRadio(f *testing.F) {
	f.Add(unhex(f, "0000 1c00 0000 0100 01 000000 0100 0400 0000b4c2 0300 0300 0b00 02 00 0200 05"), 31)
	f.Add(unhex(f, "00000000 a7 05 0200 05 abcd ff"), 12)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(TAP, data, max(wire, len(data)))
		b.Invariants(t)
		b.Dissect(PHY, data, max(wire, len(data)))
		b.Invariants(t)
	})
}

func FuzzWPAN(f *testing.F) {
	f.Add(unhex(f, "21ec 01 4dab 0100010081000510 0210024002000200 7e33"), 23)
	f.Add(unhex(f, "80eb cdab ffff cdab 010000000000 0cc1 203f"), 18)
	f.Add(unhex(f, "4188 05 3412 0100 0200 aa"), 10)
	f.Add(unhex(f, "0198 05 3412 0100 7856 0200"), 11)
	f.Add(unhex(f, "0200 05"), 3)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
