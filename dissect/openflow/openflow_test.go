// SPDX-License-Identifier: Apache-2.0

package openflow

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	hello10  = "01 00 0008 00000001 "
	hello13  = "04 00 0010 00000001 0001 0008 00000012 "
	features = "04 05 0008 00000002 "
	answer   = "04 06 0020 00000002 0000000c29aabbcc 00000100 fe 00 0000 00000047 00000000 "
	failure  = "01 01 000c 00000003 0001 0006 "
	stats10  = "01 10 000c 00000004 0000 0000 "
	reply10  = "01 11 000c 00000004 0000 0000 "
)

func bench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, V10, V13, V14, V15)
	b.P.Options = &dissect.Options{}
	return b
}

func TestStream(t *testing.T) {
	b := bench()
	pieces := []dissecttest.Piece{{Data: dissecttest.Unhex(t, hello13+features)}, {Dir: 1, Data: dissecttest.Unhex(t, answer)}, {Data: dissecttest.Unhex(t, stats10)}, {Dir: 1, Data: dissecttest.Unhex(t, reply10)}}
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"openflow.version": "4,4", "openflow.type": "HELLO,FEATURES_REQUEST", "openflow.xid": "1,2", "openflow.length": "16,8", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"openflow.type": "FEATURES_REPLY", "openflow.datapath_id": "0000000c29aabbcc", "request_in": "1", "transaction.id": "flow:1"})
	got[2].Check(t, map[string]string{"openflow.version": "1", "openflow.type": "STATS_REQUEST", "transaction.id": "flow:2"})
	got[3].Check(t, map[string]string{"openflow.type": "STATS_REPLY", "transaction.id": "flow:2"})
	for i, want := range []string{"openflow:openflow_v4:openflow:openflow_v4", "openflow:openflow_v4", "openflow:openflow_v1"} {
		if got[i].Layers != want {
			t.Errorf("layers %s, want %s", got[i].Layers, want)
		}
	}
	b.Split(t, Protocol, pieces...)
	for name, bytes := range map[string]string{"version 7": "07 00 0008 00000001", "type 36": "04 24 0008 00000001", "a length within the header": "04 00 0007 00000001"} {
		if r := b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, bytes)})[0]; r.Layers != "" {
			t.Errorf("%s: layers %s", name, r.Layers)
		}
	}
}

// With Options.Wireshark, a controller on the old port is not looked at before its switch has spoken.
func TestUnasked(t *testing.T) {
	b := bench()
	b.P.Options = &dissect.Options{Wireshark: true}
	b.Port = 6633
	if r := b.Stream(Protocol, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, hello13)}, dissecttest.Piece{Data: dissecttest.Unhex(t, hello13)}); r[0].Layers != "" {
		t.Errorf("layers %s", r[0].Layers)
	}
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, hello13)})[0].Check(t, map[string]string{"openflow.version": "", "openflow.type": "HELLO"})
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, hello10)})[0].Check(t, map[string]string{"openflow.version": "1"})
	if r := b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, hello13)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, hello13)}); r[1].Layers != "openflow:openflow_v4" {
		t.Errorf("layers %s", r[1].Layers)
	}
	b.P.Options = &dissect.Options{}
	if r := b.Stream(Protocol, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, hello13)}); r[0].Layers != "openflow:openflow_v4" {
		t.Errorf("layers %s", r[0].Layers)
	}
}

func TestMessages(t *testing.T) {
	b := bench()
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, failure)})[0].Check(t, map[string]string{"openflow.type": "ERROR", "openflow.error.type": "1", "openflow.error.code": "6"})
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, "03 04 0008 00000001")})[0].Check(t, map[string]string{"openflow.type": "EXPERIMENTER"})
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, "01 04 0008 00000001")})[0].Check(t, map[string]string{"openflow.type": "VENDOR"})
	b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, "01 1e 0008 00000001")})[0].Check(t, map[string]string{"openflow.type": "30"})
	short := b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, "04 06 000a 00000002 0000")})[0]
	if short.Check(t, map[string]string{"openflow.datapath_id": ""}); short.Malformed != "openflow_v4" {
		t.Errorf("malformed %q", short.Malformed)
	}
	cut := b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, "04 06 0020 00000002 0000"), Wire: 32})[0]
	if cut.Check(t, map[string]string{"openflow.type": "FEATURES_REPLY"}); !cut.Truncated {
		t.Error("not truncated")
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for bytes, want := range map[string]string{hello10: "Type: HELLO", hello13 + features: "Type: HELLO | FEATURES_REQUEST", failure: "Type: ERROR 1"} {
		b.Stream(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, bytes)})
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestGuess(t *testing.T) {
	for bytes, want := range map[string]bool{hello10: true, hello13: true, features: false, hello10 + "00": false, "04 00 0010 00000001 0002 0008 00000012": false, "03 00 0008 00000001": false, "": false} {
		if guess(dissecttest.Unhex(t, bytes)) != want {
			t.Errorf("%s: %v", bytes, !want)
		}
	}
}

func FuzzOpenFlow(f *testing.F) {
	for _, s := range []string{hello10, hello13 + features, answer, failure, stats10} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true}) {
			if len(r.Fields["openflow.type"]) != len(r.Fields["openflow.xid"]) {
				t.Fatal("a header without its fields")
			}
		}
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
