// SPDX-License-Identifier: Apache-2.0

package iec61850

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// element makes an element of a body in hex.
func element(tag, body string) string {
	n := len(strings.Join(strings.Fields(body), "")) / 2
	if n < 128 {
		return fmt.Sprintf("%s %02x %s ", tag, n, body)
	}
	return fmt.Sprintf("%s 82 %04x %s ", tag, n, body)
}

// frame makes a frame of application 0x3fff.
func frame(pdu string) string {
	return fmt.Sprintf("3fff %04x 0000 0000 %s", 8+len(strings.Join(strings.Fields(pdu), ""))/2, pdu)
}

var (
	event = frame(element("61", element("80", "494544314c44302f4c4c4e3024474f2467636231")+element("81", "07d0")+element("82", "64733131")+element("83", "676f31")+element("84", "0000000000000000")+
		element("85", "05")+element("86", "00ffffffff")+element("87", "01")+element("88", "01")+element("89", "00")+element("8a", "02")+element("ab", element("83", "01")+element("86", "07"))))
	unit     = element("30", element("80", "7376696431")+element("81", "6473")+element("82", "ff02")+element("83", "00000001")+element("85", "02")+element("87", strings.Repeat("00", 64)))
	sampled2 = frame(element("60", element("80", "02")+element("a2", unit+unit)))
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, GOOSE, SampledValues)
	b.Cases(t, GOOSE, []dissecttest.Case{
		{Name: "an event", Frame: event, Layers: "goose", Want: map[string]string{"goose.appid": "16383", "goose.gocb_ref": "IED1LD0/LLN0$GO$gcb1", "goose.time_allowed_to_live": "2000", "goose.dat_set": "ds11", "goose.go_id": "go1",
			"goose.st_num": "5", "goose.sq_num": "4294967295", "goose.simulation": "true", "goose.conf_rev": "1"}},
		{Name: "padded", Frame: event + strings.Repeat("00", 20), Layers: "goose", Want: map[string]string{"goose.st_num": "5"}},
		{Name: "a number of 64 bits", Frame: frame(element("61", element("85", "0000000000000005")+element("86", "09"))), Want: map[string]string{"goose.st_num": "", "goose.sq_num": "9"}},
		{Name: "another PDU", Frame: frame(element("62", element("85", "05"))), Want: map[string]string{"goose.appid": "16383", "goose.st_num": ""}},
		{Name: "no PDU", Frame: "0001 0008 0000 0000", Layers: "goose"},
		{Name: "an element beyond its PDU", Frame: frame("61 04 85 05 0000"), Malformed: "goose"},
		{Name: "a length beyond the frame", Frame: "3fff 0040 0000 0000 61 02 85 00", Malformed: "goose"},
		{Name: "a length without the header", Frame: "3fff 0004 0000 0000 61 00", Malformed: "goose"},
		{Name: "half a head", Frame: "3fff 00", Malformed: "goose", Want: map[string]string{"goose.appid": "16383"}},
	})
	b.Cases(t, SampledValues, []dissecttest.Case{
		{Name: "two units", Frame: sampled2, Layers: "sv", Want: map[string]string{"sv.appid": "16383", "sv.sv_id": "svid1,svid1", "sv.dat_set": "ds,ds", "sv.smp_cnt": "65282,65282", "sv.conf_rev": "1,1", "sv.smp_synch": "2,2"}},
		{Name: "no PDU", Frame: "4000 0008 0000 0000", Layers: "sv", Want: map[string]string{"sv.appid": "16384"}},
		{Name: "cut by the capture", Frame: sampled2[:80], Wire: 300, Layers: "sv", Truncated: true, Want: map[string]string{"sv.sv_id": "svid1"}},
	})
}

func TestBounds(t *testing.T) {
	b := dissecttest.New(nil, GOOSE, SampledValues)
	for proto, pdu := range map[*dissect.Protocol]string{GOOSE: element("61", strings.Repeat("85 01 05 ", 2000)), SampledValues: element("60", element("a2", strings.Repeat(element("30", "82 01 05"), 2000)))} {
		f := dissecttest.Unhex(t, frame(pdu))
		r := b.Run(proto, f, len(f))
		if n := len(r.Fields["goose.st_num"]) + len(r.Fields["sv.smp_cnt"]); n == 0 || n > 1024 || r.Malformed != "" {
			t.Errorf("%s: %d elements, malformed %q", proto.Name, n, r.Malformed)
		}
	}
}

func TestCut(t *testing.T) {
	b := dissecttest.New(nil, GOOSE, SampledValues)
	b.Cut(t, GOOSE, dissecttest.Unhex(t, event))
	b.Cut(t, SampledValues, dissecttest.Unhex(t, sampled2))
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, GOOSE, SampledValues)
	for want, tt := range map[string]struct {
		proto *dissect.Protocol
		frame string
	}{"IED1LD0/LLN0$GO$gcb1, state 5, sequence 4294967295": {GOOSE, event}, "svid1, sample 65282": {SampledValues, sampled2}} {
		f := dissecttest.Unhex(t, tt.frame)
		if b.Dissect(tt.proto, f, len(f)); b.Summary(tt.proto) != want {
			t.Errorf("%q, want %q", b.Summary(tt.proto), want)
		}
	}
}

func FuzzIEC61850(f *testing.F) {
	f.Add(dissecttest.Unhex(f, event), 0)
	f.Add(dissecttest.Unhex(f, sampled2), 300)
	b := dissecttest.New(nil, GOOSE, SampledValues)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{GOOSE, SampledValues} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
