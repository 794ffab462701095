// SPDX-License-Identifier: Apache-2.0

package bfd

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	control = "20 c0 05 18 00000001 00000002 000f4240 000f4241 0000c350"
	simple  = "20 44 05 23 00000001 00000000 000f4240 000f4240 0000c350 01 0b 02 43414e4152593432"
	keyed   = "20 44 05 30 00000001 00000000 000f4240 000f4240 0000c350 02 18 02 00 00000005 00112233445566778899aabbccddeeff"
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "up", Frame: control, Want: map[string]string{"bfd.version": "1", "bfd.diag": "0", "bfd.sta": "3", "bfd.flags": "192", "bfd.detect_time_multiplier": "5", "bfd.message_length": "24",
			"bfd.my_discriminator": "1", "bfd.your_discriminator": "2", "bfd.desired_min_tx_interval": "1000000", "bfd.required_min_rx_interval": "1000001",
			"bfd.required_min_echo_interval": "50000"}},
		{Name: "password", Frame: simple, Want: map[string]string{"bfd.sta": "1", "bfd.auth.type": "1", "bfd.auth.key": "2", "bfd.auth.password": "[redacted]"}},
		{Name: "digest", Frame: keyed, Want: map[string]string{"bfd.auth.type": "2", "bfd.auth.seq_num": "5", "bfd.auth.checksum": "[redacted]"}},
		{Name: "version 0", Frame: "00 c4 05 18 00000001 00000002 000f4240 000f4241 0000c350", Want: map[string]string{"bfd.version": "0", "bfd.sta": "", "bfd.flags": "196", "bfd.auth.type": ""}},
		{Name: "length below the header", Frame: "20 c4 05 17 00000001 00000002 000f4240 000f4241 0000c350", Malformed: "bfd", Want: map[string]string{"bfd.sta": "3"}},
		{Name: "authentication that is not there", Frame: "20 c4 05 18 00000001 00000002 000f4240 000f4241 0000c350", Malformed: "bfd", Want: map[string]string{"bfd.auth.type": ""}},
		{Name: "authentication longer than the message", Frame: "20 44 05 1c 00000001 00000002 000f4240 000f4241 0000c350 01 0b 02 43", Malformed: "bfd", Want: map[string]string{"bfd.auth.password": ""}},
		{Name: "too short", Frame: "20", Malformed: "bfd", Want: map[string]string{"bfd.version": "1"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, keyed))
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, simple), []byte("CANARY42"), "bfd.auth.password")
	b.Keeps(t, Protocol, dissecttest.Unhex(t, keyed), dissecttest.Unhex(t, "00112233445566778899aabbccddeeff"), "bfd.auth.checksum")
}

func FuzzBFD(f *testing.F) {
	for _, s := range []string{control, simple, keyed} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
