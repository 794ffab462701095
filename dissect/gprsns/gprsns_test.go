// SPDX-License-Identifier: Apache-2.0

package gprsns

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/bssgp"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/gsm"
	"github.com/espbeat/espbeat/dissect/llcgprs"
)

// A message of session management with PPP's options, all the way down; and other PDUs.
const (
	message  = "0a 41 05 03 02 1b1b 02 0121 28 04 03696d73 27 08 80 8021 04 01010004 "
	data     = "00 00 1c0d 01 e0000001 000034 08 88 00f110 0102 03 0405 00 80 0e a0 01 c015 " + message + " 060951"
	reset    = "02 00 81 01 01 82 0102 04 82 0304"
	config   = "0f 01 04 82 0304 05 90 0a000001 086d 01 02 0a000002 086d 01 02 06 94 20010db8000000000000000000000001 086d 01 02"
	size     = "12 04 82 0304 0a 01 07 0004 08 0002 09 0002"
	deletion = "11 04 82 0304 07 0b 01 0a000001 0b 02 20010db8000000000000000000000001 00 81 13"
	status   = "08 00 81 0a 02 8e 00 00 0001 22 04 82 0102 07 81 08 00 80"
)

func bench() *dissecttest.Bench {
	ipcp := &dissect.Protocol{Name: "ipcp", PPPTypes: []uint16{0x8021}, Dissect: func(*dissect.Packet, []byte, int) {}}
	return dissecttest.New(nil, Protocol, bssgp.Protocol, llcgprs.Protocol, gsm.DTAP, ipcp)
}

func TestPDUs(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "user data", Frame: data, Layers: "gprs-ns:bssgp:llcgprs:gsm_a.dtap:ipcp",
			Want: map[string]string{"nsip.pdu_type": "0", "nsip.bvci": "7181", "bssgp.tlli": "3758096385", "llcgprs.fcs_status": "1", "gsm_a.gm.sm.apn": "ims"}},
		{Name: "alive", Frame: "0a", Layers: "gprs-ns", Want: map[string]string{"nsip.pdu_type": "10"}},
		{Name: "reset", Frame: reset, Want: map[string]string{"nsip.cause": "1", "nsip.ns_vci": "258", "nsip.nsei": "772"}},
		{Name: "configuration", Frame: config, Want: map[string]string{"nsip.nsei": "772", "nsip.transaction_id": "", "nsip.ip_address": "10.0.0.1,10.0.0.2,2001:db8::1"}},
		{Name: "size", Frame: size, Layers: "gprs-ns", Want: map[string]string{"nsip.nsei": "772"}},
		{Name: "deletion", Frame: deletion, Want: map[string]string{"nsip.transaction_id": "7", "nsip.ip_address": "10.0.0.1,2001:db8::1", "nsip.cause": "19"}},
		{Name: "status, with the PDU that it is about", Frame: status, Layers: "gprs-ns:gprs-ns:bssgp", Want: map[string]string{"nsip.pdu_type": "8,0", "nsip.cause": "10", "bssgp.cause": "8"}},
		{Name: "status about a connection", Frame: "08 00 81 05 03 82 0102", Want: map[string]string{"nsip.bvci": "258"}},
		{Name: "unknown PDU", Frame: "01 ff", Layers: "gprs-ns", Want: map[string]string{"nsip.pdu_type": "1"}},
		{Name: "PDU beyond all", Frame: "50 ff", Layers: "gprs-ns"},
		{Name: "no user data", Frame: "00 00 1c0d", Layers: "gprs-ns", Want: map[string]string{"nsip.bvci": "7181"}},

		{Name: "half a connection", Frame: "00 00 1c", Layers: "gprs-ns", Malformed: "gprs-ns", Want: map[string]string{"nsip.bvci": ""}},
		{Name: "element beyond the PDU", Frame: "02 00 81 01 04 83 0304", Malformed: "gprs-ns", Want: map[string]string{"nsip.cause": "1", "nsip.nsei": "772"}},
		{Name: "no transaction", Frame: "0d 04 82 0304", Malformed: "gprs-ns", Want: map[string]string{"nsip.nsei": "772", "nsip.transaction_id": ""}},
		{Name: "half an endpoint", Frame: "0d 04 82 0304 07 05 89 0a000001 086d 01 02 0a", Malformed: "gprs-ns", Want: map[string]string{"nsip.ip_address": "10.0.0.1"}},
		{Name: "address of an unknown type", Frame: "11 04 82 0304 07 0b 03 0a000001", Malformed: "gprs-ns", Want: map[string]string{"nsip.ip_address": ""}},
		{Name: "no type of address", Frame: "11 04 82 0304 07 0b", Malformed: "gprs-ns"},
		{Name: "no end flag", Frame: "0f", Malformed: "gprs-ns", Want: map[string]string{"nsip.pdu_type": "15"}},
		{Name: "cut by the capture", Frame: "02 00", Wire: 12, Layers: "gprs-ns", Truncated: true},
	})
}

func TestCut(t *testing.T) {
	for _, frame := range []string{data, reset, config, size, deletion, status} {
		bench().Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

// PDUs within each other end where the layers of a packet do.
func TestNested(t *testing.T) {
	frame := []byte{0x0a}
	for range 2 * dissect.MaxLayers {
		frame = append([]byte{0x08, iePDU, byte(len(frame) >> 8), byte(len(frame))}, frame...)
	}
	b := bench()
	b.Dissect(Protocol, frame, len(frame))
	b.Invariants(t)
	if b.P.Depth != dissect.MaxLayers {
		t.Errorf("%d layers, want %d", b.P.Depth, dissect.MaxLayers)
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, data)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for frame, want := range map[string]string{data: "NS_UNITDATA, BVCI 7181", reset: "NS_RESET, NSEI 772, cause 1", "0a": "NS_ALIVE", "01": "PDU type 1", "50": "PDU type 80"} {
		whole := dissecttest.Unhex(t, frame)
		b.Dissect(Protocol, whole, len(whole))
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%s: %q, want %q", frame, got, want)
		}
	}
}

func FuzzGPRSNS(f *testing.F) {
	for _, frame := range []string{data, reset, config, size, deletion, status, "0a"} {
		f.Add(dissecttest.Unhex(f, frame), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
