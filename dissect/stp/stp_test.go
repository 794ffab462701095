// SPDX-License-Identifier: Apache-2.0

package stp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "configuration", Frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00", Layers: "stp",
			Want: map[string]string{"stp.protocol": "0", "stp.version": "0", "stp.type": "0", "stp.flags.value": "129", "stp.flags.tc": "true", "stp.flags.tcack": "true", "stp.flags.port_role": "", "stp.root.prio": "32768", "stp.root.ext": "5", "stp.root.hw": "00-0C-30-5D-D1-00", "stp.root.cost": "4", "stp.bridge.hw": "00-0D-30-5D-D1-00", "stp.port": "32773", "stp.msg_age": "1", "stp.max_age": "20", "stp.hello": "2", "stp.forward": "15", "stp.pvst.origvlan": ""}},
		{Name: "rapid", Frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00", Layers: "stp",
			Want: map[string]string{"stp.version": "2", "stp.type": "2", "stp.flags.value": "61", "stp.flags.tc": "true", "stp.flags.port_role": "3", "stp.flags.learning": "true", "stp.flags.agreement": "false", "stp.root.prio": "24576", "stp.bridge.ext": "1", "stp.forward": "15.5"}},
		{Name: "multiple", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0060 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c 9001 0e0c305dd101 00000005 80 80 13 7c 9002 0e0c305dd101 00000005 80 80 13", Layers: "stp",
			Want: map[string]string{"stp.version": "3", "mstp.config_name": "region", "mstp.config_revision_level": "1", "mstp.config_digest": "ac36177f50283cd4b83821d8ab26de62", "mstp.cist_internal_root_path_cost": "3", "mstp.cist_bridge.hw": "00-0E-30-5D-D1-00", "mstp.cist_remaining_hops": "20", "mstp.msti.msti_id": "1,2", "mstp.msti.priority": "36864,36864", "mstp.msti.root.hw": "0E-0C-30-5D-D1-01,0E-0C-30-5D-D1-01", "mstp.msti.root_cost": "5,5", "mstp.msti.remaining_hops": "19,19"}},
		{Name: "a VLAN of PVST", Frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 00 0000 0002 0005", Layers: "stp",
			Want: map[string]string{"stp.pvst.origvlan": "5"}},
		{Name: "a VLAN of rapid PVST, padded", Frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 0005 000000", Layers: "stp",
			Want: map[string]string{"stp.pvst.origvlan": "5"}},
		{Name: "padding is no VLAN", Frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 0000000000000000", Layers: "stp",
			Want: map[string]string{"stp.pvst.origvlan": ""}},
		{Name: "VLAN cut by the capture", Frame: "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 00", Wire: 42, Layers: "stp", Truncated: true,
			Want: map[string]string{"stp.pvst.origvlan": ""}},
		{Name: "topology change", Frame: "0000 00 80 0000", Layers: "stp",
			Want: map[string]string{"stp.type": "128", "stp.flags.value": ""}},
		{Name: "another type", Frame: "0000 00 03 00", Layers: "stp",
			Want: map[string]string{"stp.type": "3", "stp.flags.value": ""}},
		{Name: "multiple without its own part", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0000", Layers: "stp",
			Want: map[string]string{"stp.version": "3", "mstp.config_name": ""}},
		{Name: "multiple with too short a part", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0040 00 726567696f6e0000", Layers: "stp", Malformed: "stp"},
		{Name: "multiple with an impossible length", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0001 00", Layers: "stp", Malformed: "stp",
			Want: map[string]string{"mstp.config_revision_level": ""}},
		{Name: "multiple with half an instance", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0041 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c", Layers: "stp",
			Want: map[string]string{"mstp.config_name": "region", "mstp.msti.msti_id": ""}},
		{Name: "multiple cut by the capture", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0050 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c90", Wire: 118, Layers: "stp", Truncated: true,
			Want: map[string]string{"mstp.cist_remaining_hops": "20", "mstp.msti.msti_id": ""}},
		{Name: "multiple cut before its own part", Frame: "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00", Wire: 118, Layers: "stp", Truncated: true},
		{Name: "configuration without its last time", Frame: "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200", Layers: "stp", Malformed: "stp",
			Want: map[string]string{"stp.port": "32773", "stp.hello": "2", "stp.forward": ""}},
		{Name: "configuration too short", Frame: "0000 00 00 81 8005", Layers: "stp", Malformed: "stp",
			Want: map[string]string{"stp.type": "0", "stp.flags.value": ""}},
		{Name: "too short", Frame: "0000 00", Layers: "stp", Malformed: "stp",
			Want: map[string]string{"stp.protocol": ""}},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSTP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00"), 35)
	f.Add(dissecttest.Unhex(f, "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00"), 36)
	f.Add(dissecttest.Unhex(f, "0000 03 02 7c 8000 000c305dd100 00000000 8000 000c305dd100 8005 0000 1400 0200 0f00 00 0060 00 726567696f6e0000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62 00000003 8000 000e305dd100 14 7c 9001 0e0c305dd101 00000005 80 80 13 7c 9002 0e0c305dd101 00000005 80 80 13"), 134)
	f.Add(dissecttest.Unhex(f, "0000 00 00 81 8005 000c305dd100 00000004 8005 000d305dd100 8005 0100 1400 0200 0f00 00 0000 0002 0005"), 42)
	f.Add(dissecttest.Unhex(f, "0000 02 02 3d 6005 000c305dd100 00000004 8001 000d305dd100 8005 0100 1400 0200 0f80 00 0000 0002 0005 000000"), 45)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
