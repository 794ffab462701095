// SPDX-License-Identifier: Apache-2.0

package pana

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eap"
)

const (
	identity = "0002 0000 0009 0000 0201000901616c6963 000000 "
	auth     = "0000 0030 8000 0002 00000005 00000009 " + identity + "0007 0000 0004 0000 00000001 "
	vendor   = "0000 0020 0000 0003 00000005 0000000a " + "0002 8000 0004 0000 00000009 02010004 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "authentication", Frame: auth, Layers: "pana:eap", Want: map[string]string{"pana.type": "2", "pana.flags": "32768", "pana.sid": "5", "pana.seq": "9", "pana.avp.code": "2,7",
			"pana.result_code": "1", "eap.code": "2", "eap.identity": "alic"}},
		{Name: "a vendor's AVP of the same code", Frame: vendor, Layers: "pana", Want: map[string]string{"pana.type": "3", "pana.avp.code": "2"}},
		{Name: "lifetime", Frame: "0000 001c 0000 0002 00000005 0000000a 0008 0000 0004 0000 00000e10", Want: map[string]string{"pana.session_lifetime": "3600"}},
		{Name: "an AVP beyond the packet", Frame: "0000 001c 0000 0002 00000005 0000000a 0008 0000 0005 0000 00000e10", Malformed: "pana"},
		{Name: "half an AVP", Frame: "0000 0014 0000 0002 00000005 0000000a 0008 0000", Malformed: "pana"},
		{Name: "something else on its port", Frame: "0000 0010", Layers: ""},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, auth))
}

func FuzzPANA(f *testing.F) {
	for _, s := range []string{auth, vendor} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
