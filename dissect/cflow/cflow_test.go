// SPDX-License-Identifier: Apache-2.0

package cflow

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	rest = "0a0000fe 0001 0002 00000003 00000100 00000001 00000002 9c40 0050 00 18 06 00 0000 0000 18 18 0000 "
	v5   = "0005 0002 00000064 5f000000 00000000 00000007 00 00 0000 0a000001 0a000002 " + rest + "0a000003 0a000004 " + rest
	v9   = "0009 0002 00000064 5f000000 00000007 00000009 0000 000c 0100 0001 0008 0004 0100 0008 0a000001 "
	v10  = "000a 0024 5f000000 00000007 00000009 0002 000c 0100 0001 0008 0004 0100 0008 0a000001 "
)

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "version 5", Frame: v5, Layers: "cflow", Want: map[string]string{"cflow.version": "5", "cflow.count": "2", "cflow.sysuptime": "100", "cflow.sequence": "7",
			"cflow.srcaddr": "10.0.0.1,10.0.0.3", "cflow.dstaddr": "10.0.0.2,10.0.0.4"}},
		{Name: "version 9", Frame: v9, Want: map[string]string{"cflow.version": "9", "cflow.count": "2", "cflow.sequence": "7", "cflow.source_id": "9", "cflow.flowset_id": "0,256"}},
		{Name: "IPFIX", Frame: v10, Want: map[string]string{"cflow.version": "10", "cflow.count": "", "cflow.sequence": "7", "cflow.source_id": "9", "cflow.flowset_id": "2,256"}},
		{Name: "version 7", Frame: "0007 0001 00000064", Want: map[string]string{"cflow.version": "7", "cflow.count": ""}},
		{Name: "more flows than bytes", Frame: "0005 ffff" + v5[9:], Want: map[string]string{"cflow.srcaddr": "10.0.0.1,10.0.0.3"}},
		{Name: "a set shorter than its header", Frame: "0009 0001 00000064 5f000000 00000007 00000009 0100 0003 00", Malformed: "cflow", Want: map[string]string{"cflow.flowset_id": "256"}},
		{Name: "a set beyond the end", Frame: "0009 0001 00000064 5f000000 00000007 00000009 0100 0100 00", Malformed: "cflow"},
		{Name: "many sets", Frame: "0009 0001 00000064 5f000000 00000007 00000009 " + strings.Repeat("0100 0005 00", maxItems+1), Want: map[string]string{"cflow.flowset_id": strings.TrimSuffix(strings.Repeat("256,", maxItems), ",")}},
		{Name: "cut in a flow", Frame: v5[:100], Wire: 120, Truncated: true, Want: map[string]string{"cflow.srcaddr": "10.0.0.1"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, v5))
	b.Cut(t, Protocol, dissecttest.Unhex(t, v9))
}

func TestGuess(t *testing.T) {
	for frame, want := range map[string]bool{v5: true, v9: true, v10: true, v5 + "00": false, v9 + "00": false, "000a 0024 5f000000": false, "0005 0000": false, "0006 0002": false, "": false} {
		if guess(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{v5: "NetFlow v5, 2 flows", v9: "NetFlow v9, 2 flows, 2 sets, source 9", v10: "IPFIX, 2 sets, source 9"} {
		data := dissecttest.Unhex(t, frame)
		b.Run(Protocol, data, len(data))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzFlows(f *testing.F) {
	for _, s := range []string{v5, v9, v10} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if guess(data) && (r.Malformed != "" || r.Layers != "cflow") {
			t.Fatal("what is told by its bytes contradicts itself")
		}
		if len(r.Fields["cflow.flowset_id"]) > maxItems || len(r.Fields["cflow.srcaddr"]) > maxItems {
			t.Fatal("too many items")
		}
	})
}
