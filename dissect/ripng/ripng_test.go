// SPDX-License-Identifier: Apache-2.0

package ripng

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	response = "02 01 0000 "
	route    = "20010db8000000000000000000000000 0007 20 01 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "response", Frame: response + route + "fe800000000000000000000000000001 0000 00 ff", Want: map[string]string{"ripng.cmd": "2", "ripng.version": "1",
			"ripng.rte.ipv6_prefix": "2001:db8::,fe80::1", "ripng.rte.route_tag": "7,0", "ripng.rte.prefix_length": "32,0", "ripng.rte.metric": "1,255"}},
		{Name: "half an entry", Frame: response + "20010db8", Malformed: "ripng", Want: map[string]string{"ripng.rte.ipv6_prefix": ""}},
		{Name: "too short", Frame: "02", Malformed: "ripng", Want: map[string]string{"ripng.cmd": "2"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, response+route))
}

func FuzzRIPng(f *testing.F) {
	f.Add(dissecttest.Unhex(f, response+route), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
