// SPDX-License-Identifier: Apache-2.0

package profinet

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	cyclic   = "c000 8000 0000 8080 0c6e 35 00"
	identify = "feff 05 01 00000001 0000 000c 0202 0007 0000 706e732d31 00"
)

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, IO, DCP, PTCP) }

func TestDissect(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "cyclic data", Frame: cyclic, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.frame_id": "49152", "pn_rt.cycle_counter": "3182", "pn_rt.ds": "53", "pn_rt.transfer_status": "0"}},
		{Name: "cyclic data cut by the capture", Frame: cyclic, Wire: 60, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.cycle_counter": ""}},
		{Name: "too short for a status", Frame: "c000 8000", Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.cycle_counter": ""}},
		{Name: "an alarm", Frame: "fe01 8001", Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.ds": ""}},
		{Name: "time", Frame: "ff40 0000", Layers: "pn_rt:pn_ptcp"},
		{Name: "a fragment", Frame: "ff83 0705", Layers: "pn_rt", Want: map[string]string{"pn_rt.frame_id": "65411"}},
		{Name: "identified", Frame: identify, Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.service_id": "5", "pn_dcp.service_type": "1", "pn_dcp.xid": "1", "pn_dcp.nameofstation": "pns-1"}},
		{Name: "identify", Frame: "fefe 05 00 03000004 0001 0008 0202 0004 706e7331", Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.nameofstation": "pns1"}},
		{Name: "set", Frame: "fefd 04 00 00000002 0000 000a 0202 0006 0001 706e7331", Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.nameofstation": "pns1"}},
		{Name: "a block beyond the blocks", Frame: "feff 05 01 00000001 0000 0006 0202 0008 0000", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp"},
		{Name: "blocks beyond the frame", Frame: "feff 05 01 00000001 0000 0064", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp"},
		{Name: "DCP without its header", Frame: "feff 05", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp", Want: map[string]string{"pn_dcp.service_id": "5"}},
		{Name: "half an ID", Frame: "c0", Layers: "pn_rt", Malformed: "pn_rt"},
		{Name: "cut by the capture in an ID", Frame: "c0", Wire: 60, Layers: "pn_rt", Truncated: true},
	})
}

func FuzzProfinet(f *testing.F) {
	f.Add(dissecttest.Unhex(f, cyclic), 0)
	f.Add(dissecttest.Unhex(f, identify), 60)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
