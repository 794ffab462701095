// SPDX-License-Identifier: Apache-2.0

package ethercat

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eth"
)

const (
	status  = "0e10 07 01 0000 1001 0200 0000 0000 0100"
	several = "3010 0c 01 00000001 0880 0000 0000000000000000 0100 04 02 0110 3001 0280 0000 0000 0100 00 03 0110 3001 0200 0000 0000 0000"
	upload  = "1c10 05 01 0110 0018 1000 0000 0a00 0000 00 13 0020 40 1810 01 00000000 0100"
)

const ethernetFrame = "020000000001 020000000002 ffff 0000"

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, Datagrams, Mailbox, RawIO, Variables, eth.Protocol)
}

func TestDissect(t *testing.T) {
	bench().Cases(t, Protocol, []dissecttest.Case{
		{Name: "one datagram", Frame: status, Layers: "ecatf:ecat", Want: map[string]string{"ecat.cmd": "7", "ecat.idx": "1", "ecat.adp": "0", "ecat.ado": "272", "ecat.cnt": "1", "ecat.lad": ""}},
		{Name: "several", Frame: several, Layers: "ecatf:ecat", Want: map[string]string{"ecat.cmd": "12,4,0", "ecat.lad": "16777216", "ecat.adp": "4097,4097", "ecat.cnt": "1,1,0"}},
		{Name: "a command that nobody has", Frame: "0e10 ff 01 0000 1001 0200 0000 0000 0100", Layers: "ecatf:ecat", Want: map[string]string{"ecat.cmd": "255"}},
		{Name: "padded", Frame: status + strings.Repeat("00", 30), Layers: "ecatf:ecat"},
		{Name: "a mailbox is written", Frame: upload, Layers: "ecatf:ecat:ecat_mailbox", Want: map[string]string{"ecat.mailbox_type": "3", "ecat.mailbox_sdo_index": "4120"}},
		{Name: "a mailbox is read", Frame: strings.Replace(upload, "05 01", "04 01", 1), Layers: "ecatf:ecat:ecat_mailbox"},
		{Name: "a mailbox is read that nobody has filled", Frame: "1c10 04 01 0110 0018 1000 0000 0a00 0000 00 13 0020 40 1810 01 00000000 0000", Layers: "ecatf:ecat"},
		{Name: "below the mailboxes", Frame: strings.Replace(upload, "0018 10", "ff0f 10", 1), Layers: "ecatf:ecat"},
		{Name: "longer than its mailbox", Frame: strings.Replace(upload, "0a00", "0b00", 1), Layers: "ecatf:ecat"},
		{Name: "a mailbox of no kind", Frame: strings.Replace(upload, "00 13", "00 16", 1), Layers: "ecatf:ecat"},
		{Name: "Ethernet in a mailbox", Frame: "2610 05 01 0110 0018 1a00 0000 1400 0000 00 12 0001 0000" + ethernetFrame + "0100", Layers: "ecatf:ecat:ecat_mailbox:eth", Want: map[string]string{"tunnel.type": "ethercat", "ecat.mailbox_type": "2"}},
		{Name: "a fragment of Ethernet", Frame: "2610 05 01 0110 0018 1a00 0000 1400 0000 00 12 0000 0000" + ethernetFrame + "0100", Layers: "ecatf:ecat:ecat_mailbox", Want: map[string]string{"tunnel.type": ""}},
		{Name: "raw IO", Frame: "0430 00000000", Layers: "ecatf:ioraw"},
		{Name: "network variables", Frame: "0440 00000000", Layers: "ecatf:tc_nv"},
		{Name: "a mailbox without a datagram", Frame: "0450 00000000", Layers: "ecatf:ecat_mailbox"},
		{Name: "a type that nobody has", Frame: "0460 00000000", Layers: "ecatf"},
		{Name: "half a head", Frame: "0e", Layers: "ecatf", Malformed: "ecatf"},
		{Name: "a datagram that ends early", Frame: "0e10 07 01 0000", Layers: "ecatf:ecat", Malformed: "ecat", Want: map[string]string{"ecat.cmd": "7"}},
		{Name: "more that does not follow", Frame: "0e10 07 01 0000 1001 0280 0000 0000 0100", Layers: "ecatf:ecat", Malformed: "ecat"},
		{Name: "cut by the capture", Frame: "0e10 07 01", Wire: 60, Layers: "ecatf:ecat", Truncated: true},
	})
}

func TestAccept(t *testing.T) {
	for frame, want := range map[string]bool{status: true, "0e10 07": false, "0430 00000000": false, "0e": false} {
		if accept(dissecttest.Unhex(t, frame)) != want {
			t.Errorf("%s: %v", frame, !want)
		}
	}
}

func TestBounds(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "ff17"+strings.Repeat("00 00 00000000 0080 0000 0000", 1500))
	if r := b.Run(Protocol, frame, len(frame)); len(r.Fields["ecat.cmd"]) > 1024 || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d datagrams, cut %v, malformed %q", len(r.Fields["ecat.cmd"]), b.Out.Cut, r.Malformed)
	}
}

func TestCut(t *testing.T) {
	for _, frame := range []string{several, upload} {
		bench().Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for want, frame := range map[string]string{"BRD": status, "LRW, FPRD, NOP": several, "FPWR, object 0x1018": upload, "Command 255": "0e10 ff 01 0000 1001 0200 0000 0000 0100"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Datagrams) != want {
			t.Errorf("%q, want %q", b.Summary(Datagrams), want)
		}
	}
}

func FuzzEtherCAT(f *testing.F) {
	for _, frame := range []string{status, several, upload} {
		f.Add(dissecttest.Unhex(f, frame), 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
