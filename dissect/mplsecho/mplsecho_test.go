// SPDX-License-Identifier: Apache-2.0

package mplsecho

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	rest    = "00000009 00000003 0000000000000000 0000000000000000 "
	request = "0001 0000 01 02 00 00 " + rest + "0001 0006 000102030405 0000 0003 0000 "
	reply   = "0001 0000 02 02 03 00 " + rest
)

func TestExchange(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	got := b.Datagrams(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, request)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, reply)})
	got[0].Check(t, map[string]string{"mpls_echo.msg_type": "1", "mpls_echo.reply_mode": "2", "mpls_echo.sender_handle": "9", "mpls_echo.sequence": "3", "mpls_echo.tlv_type": "1,3", "transaction.id": "flow:1"})
	got[1].Check(t, map[string]string{"mpls_echo.msg_type": "2", "mpls_echo.return_code": "3", "request_in": "1"})
}

func TestCases(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "ends in the header", Frame: "0001 0000 01 02", Malformed: "mpls-echo", Want: map[string]string{"mpls_echo.msg_type": "1"}},
		{Name: "cut in the header", Frame: "0001 0000 01 02", Wire: 60, Truncated: true},
		{Name: "TLV beyond the end", Frame: reply + "0001 0006 0001", Malformed: "mpls-echo", Want: map[string]string{"mpls_echo.tlv_type": "1"}},
		{Name: "many TLVs", Frame: reply + strings.Repeat("0003 0000 ", maxTLVs+1), Want: map[string]string{"mpls_echo.tlv_type": strings.TrimSuffix(strings.Repeat("3,", maxTLVs), ",")}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, request))
}

func TestGuess(t *testing.T) {
	for frame, want := range map[string]bool{request: true, reply: true, "0002 0000 01 02 00 00 " + rest: false, "0001 0000 03 02 00 00 " + rest: false, "0001 0000 01 02": false} {
		if guess(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{request: "MPLS Echo Request", reply: "MPLS Echo Reply", "0001 0000 07": "Type 7"} {
		b.Run(Protocol, dissecttest.Unhex(t, frame), 64)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzEcho(f *testing.F) {
	f.Add(dissecttest.Unhex(f, request))
	f.Add(dissecttest.Unhex(f, reply))
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if len(r.Fields["mpls_echo.tlv_type"]) > maxTLVs {
			t.Fatal("too many TLVs")
		}
	})
}
