// SPDX-License-Identifier: Apache-2.0

package slow

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, LACP, Marker, OAM, OSSP)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "LACP", Frame: "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00", Layers: "slow:lacp",
			Want: map[string]string{"slow.subtype": "1", "lacp.version": "1", "lacp.actor.sys_priority": "32768", "lacp.actor.sysid": "00-13-C4-12-0F-00", "lacp.actor.key": "13", "lacp.actor.port": "22", "lacp.actor.state.value": "133", "lacp.actor.state.synchronization": "false", "lacp.partner.sysid": "00-0E-83-16-F5-00", "lacp.partner.key": "14", "lacp.partner.port": "25", "lacp.collector.max_delay": "32768"}},
		{Name: "marker", Frame: "02 01 01 10 0900 000222334455 00000004 0000 0000", Layers: "slow:marker",
			Want: map[string]string{"marker.version": "1", "marker.tlv_type": "1", "marker.requester_port": "2304", "marker.requester_system": "00-02-22-33-44-55", "marker.requester_trans_id": "4"}},
		{Name: "OAM information", Frame: "03 0052 00 0110", Layers: "slow:oampdu",
			Want: map[string]string{"oampdu.flags.value": "82", "oampdu.flags.dying_gasp": "true", "oampdu.flags.link_fault": "false", "oampdu.code": "0"}},
		{Name: "synchronization message", Frame: "0a 0019a7 0001 10 000000 01 0004 04 0000", Layers: "slow:ossp",
			Want: map[string]string{"ossp.oui": "6567", "ossp.itu.subtype": "1", "ossp.esmc.tlv_ql_ssm": "4"}},
		{Name: "another organization", Frame: "0a 001122 0001", Layers: "slow:ossp",
			Want: map[string]string{"ossp.oui": "4386", "ossp.itu.subtype": ""}},
		{Name: "unknown subtype", Frame: "0b 00", Layers: "slow",
			Want: map[string]string{"slow.subtype": "11"}},
		{Name: "LACP without a terminator", Frame: "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000", Layers: "slow:lacp",
			Want: map[string]string{"lacp.actor.key": "13"}},
		{Name: "LACP with an actor too short", Frame: "01 01 0110 8000 0013c4120f00 000d 8000 0016", Layers: "slow:lacp", Malformed: "lacp",
			Want: map[string]string{"lacp.version": "1", "lacp.actor.key": ""}},
		{Name: "LACP with a length below the header", Frame: "01 01 0101", Layers: "slow:lacp", Malformed: "lacp"},
		{Name: "LACP beyond the frame", Frame: "01 01 0114 8000", Layers: "slow:lacp", Malformed: "lacp"},
		{Name: "LACP cut by the capture", Frame: "01 01 0114 8000", Wire: 110, Layers: "slow:lacp", Truncated: true},
		{Name: "marker too short", Frame: "02 01 0104 0900", Layers: "slow:marker", Malformed: "marker",
			Want: map[string]string{"marker.tlv_type": "1", "marker.requester_port": ""}},
		{Name: "marker without a TLV", Frame: "02 01", Layers: "slow:marker", Malformed: "marker"},
		{Name: "OAM too short", Frame: "03 0052", Layers: "slow:oampdu", Malformed: "oampdu"},
		{Name: "OSSP too short", Frame: "0a 0019", Layers: "slow:ossp", Malformed: "ossp"},
		{Name: "ITU without a subtype", Frame: "0a 0019a7", Layers: "slow:ossp", Malformed: "ossp"},
		{Name: "subtype alone, cut", Frame: "01", Wire: 110, Layers: "slow", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSlow(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01 01 0114 8000 0013c4120f00 000d 8000 0016 85 000000 0214 8000 000e8316f500 000e 8000 0019 36 000000 0310 8000 000000000000000000000000 0000 00"), 61)
	f.Add(dissecttest.Unhex(f, "02 01 01 10 0900 000222334455 00000004 0000 0000"), 20)
	f.Add(dissecttest.Unhex(f, "03 0052 00 0110"), 6)
	f.Add(dissecttest.Unhex(f, "0a 0019a7 0001 10 000000 01 0004 04 0000"), 16)
	f.Add(dissecttest.Unhex(f, "0a 001122 0001"), 6)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
