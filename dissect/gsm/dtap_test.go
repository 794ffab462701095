// SPDX-License-Identifier: Apache-2.0

package gsm

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// Parts of messages.
const (
	qos  = "02 1b1b "
	none = "02 0121 " // no address yet
	pco  = "08 80 8021 04 01010004 "
)

func bench() *dissecttest.Bench {
	ppp := func(name string, number uint16) *dissect.Protocol {
		return &dissect.Protocol{Name: name, PPPTypes: []uint16{number}, Dissect: func(*dissect.Packet, []byte, int) {}}
	}
	return dissecttest.New(nil, DTAP, ppp("ipcp", 0x8021), ppp("lcp", 0xc021), ppp("pap", 0xc023), ppp("chap", 0xc223), ppp("ip", 0x0021))
}

func TestMessages(t *testing.T) {
	bench().Cases(t, DTAP, []dissecttest.Case{
		{Name: "activate request", Frame: "0a 41 05 03" + qos + none + "28 08 03696d73 03616263 27" + pco, Layers: "gsm_a.dtap:ipcp",
			Want: map[string]string{"gsm_a.dtap.protocol_discriminator": "10", "gsm_a.dtap.ti_flag": "false", "gsm_a.dtap.tio": "0", "gsm_a.dtap.msg_sm_type": "65",
				"gsm_a.gm.gmm.nsapi": "5", "gsm_a.gm.sm.apn": "ims.abc", "gsm_a.gm.sm.ip_address": ""}},
		{Name: "activate accept", Frame: "9a 42 03" + qos + "03 2b 06 0121 0a000001 27" + pco, Layers: "gsm_a.dtap:ipcp",
			Want: map[string]string{"gsm_a.dtap.ti_flag": "true", "gsm_a.dtap.tio": "1", "gsm_a.gm.sm.ip_address": "10.0.0.1"}},
		{Name: "addresses of both versions", Frame: "8a 42 03" + qos + "03 2b 16 018d 0a000001 20010db8000000000000000000000001", Layers: "gsm_a.dtap",
			Want: map[string]string{"gsm_a.gm.sm.ip_address": "10.0.0.1,2001:db8::1"}},
		{Name: "address that is none of IP", Frame: "8a 42 03" + qos + "03 2b 06 0001 0a000001", Want: map[string]string{"gsm_a.gm.sm.ip_address": ""}},
		{Name: "reject", Frame: "8a 43 1a 27" + pco, Layers: "gsm_a.dtap:ipcp", Want: map[string]string{"gsm_a.gm.sm.cause": "26"}},
		{Name: "modify request of the station", Frame: "0a 4a 32 03 a1 30 02 1b1b 27" + pco, Layers: "gsm_a.dtap:ipcp"},
		{Name: "extended options", Frame: "0a 47 7b 00" + pco, Layers: "gsm_a.dtap:ipcp"},
		{Name: "several options", Frame: "0a 47 27 16 80 c021 04 01010004 000d 00 c223 01 01 0021 01 45 c023 00", Layers: "gsm_a.dtap:lcp:chap"},
		{Name: "multicast", Frame: "0a 59 05" + none + "04 03616263", Want: map[string]string{"gsm_a.gm.gmm.nsapi": "5", "gsm_a.gm.sm.apn": "abc"}},
		{Name: "extended transaction", Frame: "7a 89 55 60", Want: map[string]string{"gsm_a.dtap.tio": "9", "gsm_a.dtap.msg_sm_type": "85", "gsm_a.gm.sm.cause": "96"}},
		{Name: "unknown message", Frame: "0a 50 27 ff", Layers: "gsm_a.dtap", Want: map[string]string{"gsm_a.dtap.msg_sm_type": "80"}},
		{Name: "mobility management", Frame: "08 0c 11", Want: map[string]string{"gsm_a.dtap.msg_gmm_type": "12", "gsm_a.dtap.tio": ""}},
		{Name: "SMS", Frame: "29 04", Want: map[string]string{"gsm_a.dtap.msg_sms_type": "4", "gsm_a.dtap.tio": "2"}},
		{Name: "another protocol", Frame: "03 05", Want: map[string]string{"gsm_a.dtap.protocol_discriminator": "3", "gsm_a.dtap.msg_sm_type": ""}},

		{Name: "no message type", Frame: "0a", Malformed: "gsm_a.dtap", Want: map[string]string{"gsm_a.dtap.tio": "0", "gsm_a.dtap.msg_sm_type": ""}},
		{Name: "no extended transaction", Frame: "7a", Malformed: "gsm_a.dtap", Want: map[string]string{"gsm_a.dtap.tio": ""}},
		{Name: "value beyond the message", Frame: "0a 41 05 03 ff 1b", Malformed: "gsm_a.dtap", Want: map[string]string{"gsm_a.gm.gmm.nsapi": "5"}},
		{Name: "element beyond the message", Frame: "0a 47 27 09 80 8021 04 01010004", Layers: "gsm_a.dtap:ipcp", Malformed: "gsm_a.dtap"},
		{Name: "option beyond the element", Frame: "0a 47 27 06 80 8021 04 0101 33 00", Layers: "gsm_a.dtap:ipcp", Malformed: "gsm_a.dtap"},
		{Name: "label beyond the name", Frame: "0a 47 28 04 03616263 28 02 0961", Malformed: "gsm_a.dtap", Want: map[string]string{"gsm_a.gm.sm.apn": "abc"}},
		{Name: "cut by the capture", Frame: "0a 41 05", Wire: 40, Truncated: true, Want: map[string]string{"gsm_a.gm.gmm.nsapi": "5"}},
	})
}

func TestCut(t *testing.T) {
	bench().Cut(t, DTAP, dissecttest.Unhex(t, "7a 89 41 05 03"+qos+none+"28 08 03696d73 03616263 27"+pco))
}

func TestSummary(t *testing.T) {
	b := bench()
	for frame, want := range map[string]string{
		"0a 41 05 03" + qos + none: "(SM) Activate PDP Context Request", "0a 50": "(SM) Message 80", "08 01": "(GMM) Attach Request", "08 7f": "(GMM) Message 127",
		"09 01": "(SMS) CP-DATA", "09 02": "(SMS) Message 2", "03 05": "Protocol 3",
	} {
		whole := dissecttest.Unhex(t, frame)
		b.Dissect(DTAP, whole, len(whole))
		if got := b.Summary(DTAP); got != want {
			t.Errorf("%s: %q, want %q", frame, got, want)
		}
	}
}

func FuzzDTAP(f *testing.F) {
	for _, frame := range []string{
		"0a 41 05 03" + qos + none + "28 08 03696d73 03616263 27" + pco, "8a 42 03" + qos + "03 2b 16 018d 0a000001 20010db8000000000000000000000001",
		"0a 47 7b 00" + pco, "7a 89 55 60", "08 0c 11", "29 04", "0a 4a 32 03 a1",
	} {
		f.Add(dissecttest.Unhex(f, frame), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(DTAP, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
