// SPDX-License-Identifier: Apache-2.0

package rip

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	route1   = "0002 0000 0a000000 00000000 00000000 00000001 "
	route2   = "0002 0007 0a010000 ffff0000 0a0000fe 00000010 "
	simple   = "ffff 0002 43414e41525934320000000000000000 "
	keyed    = "ffff 0003 002c 01 10 00000009 0000000000000000 "
	trailer  = "ffff 0001 00112233445566778899aabbccddeeff"
	response = "02 02 0000 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "version 1", Frame: "02 01 0000" + route1, Want: map[string]string{"rip.command": "2", "rip.version": "1", "rip.family": "2", "rip.ip": "10.0.0.0", "rip.metric": "1", "rip.netmask": "", "rip.next_hop": ""}},
		{Name: "version 2", Frame: response + route2 + route2, Want: map[string]string{"rip.version": "2", "rip.ip": "10.1.0.0,10.1.0.0", "rip.netmask": "255.255.0.0,255.255.0.0", "rip.next_hop": "10.0.0.254,10.0.0.254",
			"rip.route_tag": "7,7", "rip.metric": "16,16"}},
		{Name: "request of everything", Frame: "01 02 0000 0000 0000 00000000 00000000 00000000 00000010", Want: map[string]string{"rip.command": "1", "rip.family": "0", "rip.ip": "", "rip.metric": "16", "rip.netmask": "0.0.0.0"}},
		{Name: "digest", Frame: response + keyed + route2 + trailer, Want: map[string]string{"rip.auth.type": "3", "rip.key_id": "1", "rip.seq_num": "9", "rip.authentication_data": "[redacted]", "rip.ip": "10.1.0.0"}},
		{Name: "half an entry", Frame: response + "0002 0007 0a010000", Malformed: "rip", Want: map[string]string{"rip.ip": "10.1.0.0"}},
		{Name: "unknown authentication", Frame: response + "ffff 0009 00000000000000000000000000000000" + route2, Want: map[string]string{"rip.auth.type": "9", "rip.ip": "10.1.0.0"}},
		{Name: "too short", Frame: "02", Malformed: "rip", Want: map[string]string{"rip.command": "2"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, response+keyed+route2+trailer))
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, response+simple+route2), []byte("CANARY42"), "rip.auth.passwd")
	b.Keeps(t, Protocol, dissecttest.Unhex(t, response+keyed+trailer), dissecttest.Unhex(t, "00112233445566778899aabbccddeeff"), "rip.authentication_data")
}

func FuzzRIP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, response+keyed+route2+trailer), 0)
	f.Add(dissecttest.Unhex(f, response+simple+route2), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
