// SPDX-License-Identifier: Apache-2.0

package wpan

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, TAP, PHY)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "data, long addresses, 2015", Frame: "21ec 01 4dab 0100010081000510 0210024002000200 7e33", Layers: "wpan",
			Want: map[string]string{"wpan.frame_type": "1", "wpan.security": "false", "wpan.ack_request": "true", "wpan.version": "2", "wpan.seq_no": "1", "wpan.dst_pan": "43853", "wpan.src_pan": "", "wpan.dst64": "10-05-00-81-00-01-00-01", "wpan.src64": "00-02-00-02-40-02-10-02"}},
		{Name: "enhanced beacon without a sequence number", Frame: "80eb cdab ffff cdab 010000000000 0cc1 203f", Layers: "wpan",
			Want: map[string]string{"wpan.frame_type": "0", "wpan.seq_no": "", "wpan.dst_pan": "43981", "wpan.dst16": "65535", "wpan.src_pan": "43981", "wpan.src64": "C1-0C-00-00-00-00-00-01"}},
		{Name: "data, short addresses, one PAN, 2003", Frame: "4188 05 3412 0100 0200 aa", Layers: "wpan",
			Want: map[string]string{"wpan.version": "0", "wpan.dst_pan": "4660", "wpan.dst16": "1", "wpan.src_pan": "", "wpan.src16": "2"}},
		{Name: "data between PANs", Frame: "0198 05 3412 0100 7856 0200", Layers: "wpan",
			Want: map[string]string{"wpan.version": "1", "wpan.dst_pan": "4660", "wpan.src_pan": "22136", "wpan.src16": "2"}},
		{Name: "acknowledgment", Frame: "0200 05", Layers: "wpan",
			Want: map[string]string{"wpan.frame_type": "2", "wpan.seq_no": "5", "wpan.dst_pan": ""}},
		{Name: "compression without addresses, 2015", Frame: "4220 05 3412", Layers: "wpan",
			Want: map[string]string{"wpan.dst_pan": "4660"}},
		{Name: "source alone", Frame: "41a0 05 0200", Layers: "wpan",
			Want: map[string]string{"wpan.src_pan": "", "wpan.src16": "2"}},
		{Name: "association request", Frame: "2388 05 3412 0100 ffff 0200 01 80", Layers: "wpan",
			Want: map[string]string{"wpan.frame_type": "3", "wpan.src_pan": "65535", "wpan.cmd": "1"}},
		{Name: "secured", Frame: "0918 05 3412 0100 0d 11223344 07", Layers: "wpan",
			Want: map[string]string{"wpan.security": "true", "wpan.aux_sec.sec_level": "5", "wpan.aux_sec.frame_counter": "1144201745", "wpan.aux_sec.key_index": "7"}},
		{Name: "secured as in 2003", Frame: "0908 05 3412 0100 0d 11223344 07", Layers: "wpan",
			Want: map[string]string{"wpan.security": "true", "wpan.aux_sec.sec_level": ""}},
		{Name: "secured without a counter", Frame: "0928 05 3412 0100 3d 1122334455667788 07", Layers: "wpan",
			Want: map[string]string{"wpan.aux_sec.frame_counter": "", "wpan.aux_sec.key_index": "7"}},
		{Name: "multipurpose", Frame: "0500 05", Layers: "wpan",
			Want: map[string]string{"wpan.frame_type": "5", "wpan.version": ""}},
		{Name: "reserved address mode", Frame: "0144 05 3412", Layers: "wpan", Malformed: "wpan"},
		{Name: "reserved version", Frame: "0130 05", Layers: "wpan", Malformed: "wpan"},
		{Name: "address cut short", Frame: "0108 05 3412 01", Layers: "wpan", Malformed: "wpan",
			Want: map[string]string{"wpan.dst_pan": "4660", "wpan.dst16": ""}},
		{Name: "cut by the capture", Frame: "0108 05 34", Wire: 60, Layers: "wpan", Truncated: true},
		{Name: "command without its number", Frame: "0308 05 3412 0100", Layers: "wpan", Malformed: "wpan"},
		{Name: "half a counter", Frame: "0918 05 3412 0100 05 1122", Layers: "wpan", Malformed: "wpan"},
		{Name: "half a frame control", Frame: "01", Layers: "wpan", Malformed: "wpan"},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "21ec 01 4dab 0100010081000510 0210024002000200 7e33")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestRadio(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0000 1c00 0000 0100 01 000000 0100 0400 0000b4c2 0300 0300 0b00 02 00 0200 05")
	r := b.Run(TAP, frame, len(frame))
	if r.Layers != "wpan-tap:wpan" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	r.Check(t, map[string]string{"wpan_tap.fcs_type": "1", "wpan_tap.rss": "-90", "wpan_tap.ch_num": "11", "wpan_tap.ch_page": "2", "wpan.seq_no": "5"})
	frame = dissecttest.Unhex(t, "00000000 a7 05 0200 05 abcd ff")
	if r = b.Run(PHY, frame, len(frame)); r.Layers != "wpan-nonask-phy:wpan" || r.Malformed != "" {
		t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
	}
	for name, bad := range map[string]string{"length below the header": "0000 0300", "value beyond the header": "0000 0800 0000 0400", "half a TLV": "0000 0600 0000", "too short": "0000"} {
		if r := b.Run(TAP, dissecttest.Unhex(t, bad), len(dissecttest.Unhex(t, bad))); r.Malformed != "wpan-tap" {
			t.Errorf("%s: malformed %q", name, r.Malformed)
		}
	}
}

func FuzzRadio(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000 1c00 0000 0100 01 000000 0100 0400 0000b4c2 0300 0300 0b00 02 00 0200 05"), 31)
	f.Add(dissecttest.Unhex(f, "00000000 a7 05 0200 05 abcd ff"), 12)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(TAP, data, max(wire, len(data)))
		b.Invariants(t)
		b.Dissect(PHY, data, max(wire, len(data)))
		b.Invariants(t)
	})
}

func FuzzWPAN(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "21ec 01 4dab 0100010081000510 0210024002000200 7e33"), 23)
	f.Add(dissecttest.Unhex(f, "80eb cdab ffff cdab 010000000000 0cc1 203f"), 18)
	f.Add(dissecttest.Unhex(f, "4188 05 3412 0100 0200 aa"), 10)
	f.Add(dissecttest.Unhex(f, "0198 05 3412 0100 7856 0200"), 11)
	f.Add(dissecttest.Unhex(f, "0200 05"), 3)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
