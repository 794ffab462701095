// SPDX-License-Identifier: Apache-2.0

package aoe

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const read = "10 00 0014 00 00 000040ae 40 00 08 24 a00000000000 0000"

func TestDissect(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "read", Frame: read, Layers: "aoe", Want: map[string]string{"aoe.response": "false", "aoe.error": "", "aoe.major": "20", "aoe.minor": "0", "aoe.cmd": "0", "aoe.tag": "16558",
			"aoe.ata.nsectors": "8", "aoe.ata.cmd": "36", "aoe.ata.lba": "160"}},
		{Name: "query of any shelf", Frame: "10 00 ffff ff 01 00000000 0000", Layers: "aoe", Want: map[string]string{"aoe.major": "65535", "aoe.minor": "255", "aoe.cmd": "1", "aoe.ata.cmd": ""}},
		{Name: "a response with an error", Frame: "1c 03 0014 00 01 00000001", Layers: "aoe", Want: map[string]string{"aoe.response": "true", "aoe.error": "3"}},
		{Name: "another version", Frame: "20 00 0014 00 00 00000001", Layers: "aoe", Want: map[string]string{"aoe.cmd": ""}},
		{Name: "ATA without its arguments", Frame: "10 00 0014 00 00 00000001 40", Layers: "aoe", Malformed: "aoe", Want: map[string]string{"aoe.tag": "1"}},
		{Name: "no command", Frame: "10 00 0014", Layers: "aoe", Malformed: "aoe", Want: map[string]string{"aoe.major": "20"}},
		{Name: "cut by the capture", Frame: "10 00 0014 00 00", Wire: 60, Layers: "aoe", Truncated: true},
	})
}

func FuzzAoE(f *testing.F) {
	f.Add(dissecttest.Unhex(f, read), 0)
	f.Add(dissecttest.Unhex(f, "1c 03 0014 00 01 00000001"), 60)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
