// SPDX-License-Identifier: Apache-2.0

package stp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
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
		{name: "configuration", frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00", layers: "stp",
			want: map[string]string{"stp.protocol": "0", "stp.version": "0", "stp.type": "0", "stp.flags.value": "129", "stp.flags.tc": "true", "stp.flags.tcack": "true", "stp.flags.port_role": "", "stp.root.prio": "32768", "stp.root.ext": "5", "stp.root.hw": "00-0C-30-5D-D1-00", "stp.root.cost": "4", "stp.bridge.hw": "00-0D-30-5D-D1-00", "stp.port": "32773", "stp.msg_age": "1", "stp.max_age": "20", "stp.hello": "2", "stp.forward": "15", "stp.pvst.origvlan": ""}},
		{name: "rapid", frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00", layers: "stp",
			want: map[string]string{"stp.version": "2", "stp.type": "2", "stp.flags.value": "61", "stp.flags.tc": "true", "stp.flags.port_role": "3", "stp.flags.learning": "true", "stp.flags.agreement": "false", "stp.root.prio": "24576", "stp.bridge.ext": "1", "stp.forward": "15.5"}},
		{name: "multiple", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0060 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c 9001 0e0c305dd101 00000005 80 80 13 7c 9002 0e0c305dd101 00000005 80 80 13", layers: "stp",
			want: map[string]string{"stp.version": "3", "mstp.config_name": "region", "mstp.config_revision_level": "1", "mstp.config_digest": "ac36177f50283cd4b83821d8ab26de62", "mstp.cist_internal_root_path_cost": "3", "mstp.cist_bridge.hw": "00-0E-30-5D-D1-00", "mstp.cist_remaining_hops": "20", "mstp.msti.msti_id": "1,2", "mstp.msti.priority": "36864,36864", "mstp.msti.root.hw": "0E-0C-30-5D-D1-01,0E-0C-30-5D-D1-01", "mstp.msti.root_cost": "5,5", "mstp.msti.remaining_hops": "19,19"}},
		{name: "a VLAN of PVST", frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 00 0000 0002 0005", layers: "stp",
			want: map[string]string{"stp.pvst.origvlan": "5"}},
		{name: "a VLAN of rapid PVST, padded", frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 0005 000000", layers: "stp",
			want: map[string]string{"stp.pvst.origvlan": "5"}},
		{name: "padding is no VLAN", frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 0000000000000000", layers: "stp",
			want: map[string]string{"stp.pvst.origvlan": ""}},
		{name: "VLAN cut by the capture", frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 00", wire: 42, layers: "stp", truncated: true,
			want: map[string]string{"stp.pvst.origvlan": ""}},
		{name: "topology change", frame: "0000 00 80 0000", layers: "stp",
			want: map[string]string{"stp.type": "128", "stp.flags.value": ""}},
		{name: "another type", frame: "0000 00 03 00", layers: "stp",
			want: map[string]string{"stp.type": "3", "stp.flags.value": ""}},
		{name: "multiple without its own part", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0000", layers: "stp",
			want: map[string]string{"stp.version": "3", "mstp.config_name": ""}},
		{name: "multiple with too short a part", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0040 00 726567696f6e0000", layers: "stp", malformed: "stp"},
		{name: "multiple with an impossible length", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0001 00", layers: "stp", malformed: "stp",
			want: map[string]string{"mstp.config_revision_level": ""}},
		{name: "multiple with half an instance", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0041 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c", layers: "stp",
			want: map[string]string{"mstp.config_name": "region", "mstp.msti.msti_id": ""}},
		{name: "multiple cut by the capture", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0050 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c90", wire: 118, layers: "stp", truncated: true,
			want: map[string]string{"mstp.cist_remaining_hops": "20", "mstp.msti.msti_id": ""}},
		{name: "multiple cut before its own part", frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00", wire: 118, layers: "stp", truncated: true},
		{name: "configuration without its last time", frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200", layers: "stp", malformed: "stp",
			want: map[string]string{"stp.port": "32773", "stp.hello": "2", "stp.forward": ""}},
		{name: "configuration too short", frame: "0000 00 00 81 8005", layers: "stp", malformed: "stp",
			want: map[string]string{"stp.type": "0", "stp.flags.value": ""}},
		{name: "too short", frame: "0000 00", layers: "stp", malformed: "stp",
			want: map[string]string{"stp.protocol": ""}},
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
	frame := unhex(t, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSTP(f *testing.F) {
	f.Add(unhex(f, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00"), 35)
	f.Add(unhex(f, "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00"), 36)
	f.Add(unhex(f, "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0060 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c 9001 0e0c305dd101 00000005 80 80 13 7c 9002 0e0c305dd101 00000005 80 80 13"), 134)
	f.Add(unhex(f, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 00 0000 0002 0005"), 42)
	f.Add(unhex(f, "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 0005 000000"), 45)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
