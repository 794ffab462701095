// SPDX-License-Identifier: Apache-2.0

package profinet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	data         = "c000 8000 0000 8080 0c6e 35 00"
	identify     = "feff 05 01 00000001 0000 0028 0202 0007 0000 706e732d31 00 0102 000e 0000 0a000001 ffffff00 0a000001 0203 0006 0000 002a 0305"
	delay        = "ff40 000000000000000000000000 001c 0000 00000005 0c06 000991 43e068 0418 00a0456dd343 00000000000000000000000000000000 0102 0000"
	diagnosis    = "fc01 8001 8002 11 11 ffff fffe 001c 0002 0018 0100 0001 00000000 0002 0001 00000011 00000022 8000 0000"
	aborted      = "fe01 8001 8001 14 01 ffff fffe 0004 cf81fd0f"
	acknowledged = "fc01 8001 8002 13 01 0000 ffff 0016 8001 0012 0100 0001 00000000 0002 0001 8000 de80b000"

	uuidHex  = "000102030405060708090a0b0c0d0e0f"
	relation = "00010203-0405-0607-0809-0a0b0c0d0e0f"
	header   = "0000 " + uuidHex + " 00000000 0003 0001 0000" // of a read or write, up to the index
)

// cm makes a request or response of the context management, its first number as it is, the others most significant byte first.
func cm(first, blocks string) string {
	n := fmt.Sprintf("%08x", len(dissecttest.Unhex(&testing.T{}, blocks)))
	return first + n + "00001000 00000000" + n + blocks
}

// blockOf makes a block of version 1.0.
func blockOf(kind, body string) string { return dissecttest.Sized(kind, "0100"+body) }

var (
	connect   = cm("00001000", blockOf("0101", "0001"+uuidHex+"0001 00a0456dd343 dea000006c9711d1827100010203040a 00000011 0064 8892 0005 706c632d31")+blockOf("0102", "0000"))
	connected = cm("00000000", blockOf("8101", "0001"+uuidHex+"0001 00a0456dd343 8892"))
	several   = cm("00001000", blockOf("0008", header+"e040 00000049"+strings.Repeat("00", 24))+
		blockOf("0008", header+"01f4 00000005"+strings.Repeat("00", 24))+"0102030405 000000"+
		blockOf("0008", header+"01ff 00000001"+strings.Repeat("00", 24))+"01")
	readBack = cm("00000000", blockOf("8009", header+"f841 00000004"+strings.Repeat("00", 24))+"01020304")
	ready    = cm("00001000", blockOf("0112", "0000"+uuidHex+"0001 0000 0002 0000"))
	release  = cm("00001000", blockOf("0114", "0000"+uuidHex+"0001 0000 0004 0000"))
)

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, IO, DCP, PTCP, MRRT) }

func TestFrames(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "cyclic data", Frame: data, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.frame_id": "49152", "pn_rt.cycle_counter": "3182", "pn_rt.ds": "53", "pn_rt.transfer_status": "0"}},
		{Name: "cyclic data cut by the capture", Frame: data, Wire: 60, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.cycle_counter": ""}},
		{Name: "too short for a status", Frame: "c000 8000", Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.cycle_counter": ""}},
		{Name: "a status alone", Frame: "c000 0c6e 35 00", Layers: "pn_rt", Want: map[string]string{"pn_rt.cycle_counter": "3182"}},
		{Name: "cut behind the ID", Frame: "c000", Wire: 60, Layers: "pn_rt", Truncated: true},
		{Name: "an ID that is reserved", Frame: "1000 0000", Layers: "pn_rt"},
		{Name: "an alarm", Frame: diagnosis, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_rt.ds": "", "pn_io.pdu_type": "1", "pn_io.block_type": "2", "pn_io.alarm_type": "1", "pn_io.slot_nr": "2", "pn_io.subslot_nr": "1", "pn_io.status": ""}},
		{Name: "an alarm that is acknowledged", Frame: acknowledged, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_io.pdu_type": "3", "pn_io.alarm_type": "1", "pn_io.status": "3732975616"}},
		{Name: "an alarm that ends the relation", Frame: aborted, Layers: "pn_rt:pn_io", Want: map[string]string{"pn_io.pdu_type": "4", "pn_io.status": "3481402639", "pn_io.block_type": ""}},
		{Name: "an alarm that ends early", Frame: "fe01 8001", Layers: "pn_rt:pn_io", Malformed: "pn_io", Want: map[string]string{"pn_rt.ds": ""}},
		{Name: "remote access", Frame: "fe02 0000", Layers: "pn_rt:pn_io"},
		{Name: "delay", Frame: delay, Layers: "pn_rt:pn_ptcp", Want: map[string]string{"pn_ptcp.sequence_id": "28", "pn_ptcp.delay1ns": "5", "pn_ptcp.port_mac_address": "00-09-91-43-E0-68", "pn_ptcp.master_source_address": "00-A0-45-6D-D3-43"}},
		{Name: "delay that ends early", Frame: "ff40 0000", Layers: "pn_rt:pn_ptcp", Malformed: "pn_ptcp"},
		{Name: "redundancy", Frame: "ff60 0000", Layers: "pn_rt:pn_mrrt"},
		{Name: "a fragment", Frame: "ff83 07 85 00", Layers: "pn_rt:pn_rt", Want: map[string]string{"pn_rt.frame_id": "65411", "pn_rt.frag_number": "5", "pn_rt.frag_more": "true"}},
		{Name: "identified", Frame: identify, Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.service_id": "5", "pn_dcp.service_type": "1", "pn_dcp.xid": "1", "pn_dcp.nameofstation": "pns-1", "related.hosts": "pns-1",
			"pn_dcp.ip": "10.0.0.1", "related.ip": "10.0.0.1", "pn_dcp.vendor_id": "42", "pn_dcp.device_id": "773"}},
		{Name: "identify", Frame: "fefe 05 00 03000004 0001 0008 0202 0004 706e7331", Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.nameofstation": "pns1"}},
		{Name: "set", Frame: "fefd 04 00 00000002 0000 000a 0202 0006 0001 706e7331", Layers: "pn_rt:pn_dcp", Want: map[string]string{"pn_dcp.nameofstation": "pns1"}},
		{Name: "a block beyond the blocks", Frame: "feff 05 01 00000001 0000 0006 0202 0008 0000", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp"},
		{Name: "blocks beyond the frame", Frame: "feff 05 01 00000001 0000 0064", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp"},
		{Name: "DCP without its header", Frame: "feff 05", Layers: "pn_rt:pn_dcp", Malformed: "pn_dcp", Want: map[string]string{"pn_dcp.service_id": "5"}},
		{Name: "half an ID", Frame: "c0", Layers: "pn_rt", Malformed: "pn_rt"},
		{Name: "cut by the capture in an ID", Frame: "c0", Wire: 60, Layers: "pn_rt", Truncated: true},
	})
}

func TestContextManagement(t *testing.T) {
	little := "00000000 10000000 10000000 00000000 10000000" + strings.TrimSpace(blockOf("8110", "0000"+uuidHex[:16]))
	bench().Cases(t, IO, []dissecttest.Case{
		{Name: "connect", Frame: connect, Want: map[string]string{"pn_io.service": "Connect", "pn_io.block_type": "257,258", "pn_io.ar_uuid": relation, "pn_io.cminitiator_station_name": "plc-1", "related.hosts": "plc-1", "pn_io.status": ""}},
		{Name: "connected", Frame: connected, Want: map[string]string{"pn_io.service": "Connect", "pn_io.block_type": "33025", "pn_io.ar_uuid": relation, "pn_io.status": "0"}},
		{Name: "refused, numbers the other way round", Frame: "00a080de 00000000 00000000 00000000 00000000", Want: map[string]string{"pn_io.service": "", "pn_io.status": "3732971520"}},
		{Name: "refused", Frame: "de80a000 00000000 00000000 00000000 00000000", Want: map[string]string{"pn_io.status": "3732971520"}},
		{Name: "several writes", Frame: several, Want: map[string]string{"pn_io.service": "Write", "pn_io.block_type": "8,8,8", "pn_io.index": "57408,500,511", "pn_io.slot_nr": "3,3,3"}},
		{Name: "a record", Frame: readBack, Want: map[string]string{"pn_io.service": "Read", "pn_io.block_type": "32777", "pn_io.index": "63553"}},
		{Name: "ready", Frame: ready, Want: map[string]string{"pn_io.service": "Control", "pn_io.control_command": "2"}},
		{Name: "release", Frame: release, Want: map[string]string{"pn_io.service": "Release", "pn_io.control_command": "4", "pn_io.ar_uuid": relation}},
		{Name: "numbers the other way round", Frame: little, Malformed: "pn_io", Want: map[string]string{"pn_io.service": "Control", "pn_io.status": "0"}},
		{Name: "no blocks", Frame: "00001000 00000000", Malformed: "pn_io"},
		{Name: "arguments beyond the end", Frame: "00001000 00000100 00001000 00000000 00000100 8888", Malformed: "pn_io"},
	})
}

func TestCut(t *testing.T) {
	for _, m := range []string{identify, delay, diagnosis, aborted} {
		bench().Cut(t, Protocol, dissecttest.Unhex(t, m))
	}
}

func TestBlocksAreBounded(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, cm("00001000", strings.Repeat("0102 0002 0100", 2000)))
	if r := b.Run(IO, frame, len(frame)); len(r.Fields["pn_io.block_type"]) != 1024 || r.Malformed != "" {
		t.Errorf("%d blocks, malformed %q", len(r.Fields["pn_io.block_type"]), r.Malformed)
	}
}

func TestAccept(t *testing.T) {
	for frame, want := range map[string]bool{"8000": true, "fefe": true, "1000": false, "ff90": false, "80": false} {
		if accept(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for want, tt := range map[string]struct {
		first, last *dissect.Protocol
		frame       string
	}{
		"ID 0xc000, cycle 3182":              {Protocol, IO, data},
		"ID 0xff83, fragment 5":              {Protocol, Protocol, "ff83 07 85 00"},
		"Identify response, pns-1, 10.0.0.1": {Protocol, DCP, identify},
		"Sequence 28, delay 5 ns":            {Protocol, PTCP, delay},
		"Alarm 1":                            {Protocol, IO, diagnosis},
		"Status 0xcf81fd0f":                  {Protocol, IO, aborted},
		"Connect request, plc-1":             {IO, IO, connect},
		"Connect response":                   {IO, IO, connected},
	} {
		frame := dissecttest.Unhex(t, tt.frame)
		if b.Dissect(tt.first, frame, len(frame)); b.Summary(tt.last) != want {
			t.Errorf("%q, want %q", b.Summary(tt.last), want)
		}
	}
}

func FuzzProfinet(f *testing.F) {
	for _, m := range []string{data, identify, delay, diagnosis, aborted, acknowledged, connect, connected, several, readBack, ready} {
		f.Add(dissecttest.Unhex(f, m), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{Protocol, IO} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
