// SPDX-License-Identifier: Apache-2.0

package ntp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	zeros8   = "0000000000000000 "
	asked    = "23 00 06 20 00000000 00010000 00000000 " + zeros8 + zeros8 + zeros8 + "d48ca580 80000000 "
	answered = "24 01 06 e8 00008000 00018000 47505300 d48ca570 00000000 d48ca580 80000000 d48ca580 80000001 d48ca580 90000000 "
	readvar  = "16 82 0007 0612 0000 0000 0004 61620d0a"
	monlist  = "d7 05 03 2a 0006 0048 "
)

func TestDissect(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "client", Frame: asked, Layers: "ntp", Want: map[string]string{"ntp.flags.li": "0", "ntp.flags.vn": "4", "ntp.flags.mode": "3", "ntp.stratum": "0", "ntp.ppoll": "6",
			"ntp.rootdelay": "0", "ntp.rootdispersion": "1", "ntp.refid": "00000000", "ntp.reference": "", "ntp.reftime": "", "ntp.org": "", "ntp.rec": "", "ntp.xmt": "2013-01-01T00:00:00.500000000Z"}},
		{Name: "server of stratum 1", Frame: answered, Want: map[string]string{"ntp.stratum": "1", "ntp.rootdelay": "0.5", "ntp.rootdispersion": "1.5", "ntp.refid": "47505300",
			"ntp.reference": "GPS", "ntp.reftime": "2012-12-31T23:59:44.000000000Z", "ntp.org": "2013-01-01T00:00:00.500000000Z"}},
		{Name: "server of stratum 2", Frame: strings.Replace(answered, "24 01", "24 02", 1), Want: map[string]string{"ntp.refid": "47505300", "ntp.reference": ""}},
		{Name: "a time after 2036", Frame: asked[:len(asked)-18] + "00000001 00000000", Want: map[string]string{"ntp.xmt": "2036-02-07T06:28:17.000000000Z"}},
		{Name: "extension and code", Frame: asked + "0104 0010 000000000000000000000000 00000001 00112233445566778899aabbccddeeff", Want: map[string]string{"ntp.ext.type": "260", "ntp.keyid": "00000001"}},
		{Name: "extensions alone", Frame: asked + "2005 001c 000000000000000000000000000000000000000000000000", Want: map[string]string{"ntp.ext.type": "8197", "ntp.keyid": ""}},
		{Name: "an extension of length 2", Frame: asked + "2005 0002 000000000000000000000000000000000000000000000000", Malformed: "ntp"},
		{Name: "a crypto-NAK", Frame: asked + "00000000", Want: map[string]string{"ntp.keyid": "00000000"}},
		{Name: "variables read", Frame: readvar, Want: map[string]string{"ntp.flags.vn": "2", "ntp.flags.mode": "6", "ntp.stratum": "", "ntp.ctrl.flags2.r": "true", "ntp.ctrl.flags2.error": "false",
			"ntp.ctrl.flags2.opcode": "2", "ntp.ctrl.count": "4"}},
		{Name: "list of clients", Frame: monlist, Want: map[string]string{"ntp.flags.li": "", "ntp.flags.vn": "2", "ntp.flags.mode": "7", "ntp.priv.flags.r": "true", "ntp.priv.reqcode": "42", "ntp.priv.err": "0", "ntp.priv.numitems": "6"}},
		{Name: "12 bytes", Frame: asked[:36], Malformed: "ntp", Want: map[string]string{"ntp.stratum": "0", "ntp.rootdispersion": "1", "ntp.refid": ""}},
	})
	for _, frame := range []string{asked, answered, monlist} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestTransactions(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for _, tt := range []struct{ request, response string }{{asked, answered}, {strings.Replace(readvar, "16 82", "16 02", 1), readvar}, {"17 00 03 2a 0000 0000", monlist}} {
		request, response := dissecttest.Piece{Data: dissecttest.Unhex(t, tt.request)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, tt.response)}
		got := b.Datagrams(Protocol, request, response)
		got[1].Check(t, map[string]string{"transaction.id": got[0].Fields["transaction.id"][0], "request_in": "1", "event.duration": "1000000"})
	}
	other := dissecttest.Unhex(t, strings.Replace(answered, "d48ca580 80000000", "d48ca580 70000000", 1))
	got := b.Datagrams(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, asked)}, dissecttest.Piece{Dir: 1, Data: other})
	got[1].Check(t, map[string]string{"transaction.id": "", "request_in": ""})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{asked: "NTP Version 4, client", answered: "NTP Version 4, server, reference GPS", monlist: "NTP Version 2, private"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func TestGuess(t *testing.T) {
	sntp := strings.Replace(asked, "00010000", "00000000", 1)
	for name, tt := range map[string]struct {
		frame string
		want  bool
	}{
		"client": {sntp, true}, "server": {answered, true}, "client with a clock": {asked, false}, "zeros": {strings.Repeat("00", 48), false}, "a byte more": {answered + "00", false},
		"times that run backwards": {strings.Replace(answered, "d48ca580 90000000", "d48ca580 10000000", 1), false}, "version 1": {strings.Replace(answered, "24 01", "0c 01", 1), false},
	} {
		if got := guess(dissecttest.Unhex(t, tt.frame)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzNTP(f *testing.F) {
	for _, s := range []string{asked, answered, readvar, monlist} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(data) > 0 {
			b.Summary(Protocol)
		}
	})
}
