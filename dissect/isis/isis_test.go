// SPDX-License-Identifier: Apache-2.0

package isis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bytesOf(s string) int { return len(strings.Join(strings.Fields(s), "")) / 2 }

// tlvOf and pduOf put the length where it belongs.
func tlvOf(kind int, body string) string {
	return fmt.Sprintf("%02x %02x %s ", kind, bytesOf(body), body)
}

func pduOf(kind int, before, after string) string {
	return fmt.Sprintf("83 1b 01 00 %02x 01 00 00 %s %04x %s", kind, before, headerLen+bytesOf(before)+2+bytesOf(after), after)
}

var (
	lan = pduOf(15, "01 192168001001 001e", "40 192168001002 05 "+tlvOf(129, "cc 8e")+tlvOf(1, "03 490001 01 47")+tlvOf(132, "0a000001")+tlvOf(6, "001122334455 0011223344aa")+
		tlvOf(232, "fe800000000000000000000000000001")+tlvOf(8, "0000"))
	p2p  = pduOf(17, "03 192168001001 001e", "01 "+tlvOf(240, "00 00000001 192168001002 00000002")+tlvOf(229, "0000 4002"))
	lsp2 = pduOf(20, "", "04af 192168001001 00 00 00000005 abcd 0b "+tlvOf(137, "7231")+tlvOf(22, "192168001002 00 00000a 00 192168001003 01 000014 02 aabb")+tlvOf(2, "00 0a 80 80 80 192168001004 00")+
		tlvOf(128, "0a 80 80 80 0a010000 ffff0000")+tlvOf(135, "0000000a 18 0a0001 00000014 60 0a000101 01 00")+tlvOf(236, "0000000a 00 20 20010db8")+tlvOf(237, "0002 0000000b 00 10 2001")+tlvOf(134, "01010101"))
	full = pduOf(24, "", "192168001001 00 0000000000000000 ffffffffffffffff "+tlvOf(9, "04af 192168001001 00 00 00000005 abcd 04a0 192168001002 01 02 00000006 abce"))
	part = pduOf(26, "", "192168001001 00 "+tlvOf(9, "04af 192168001001 00 00 00000005 abcd"))
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Hello, LSP, CSNP, PSNP)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "LAN hello", Frame: lan, Layers: "isis:isis.hello", Want: map[string]string{"isis.type": "15", "isis.hello.circuit_type": "1", "isis.hello.source_id": "1921.6800.1001", "isis.hello.holding_timer": "30",
			"isis.hello.priority": "64", "isis.hello.lan_id": "1921.6800.1002.05", "isis.clv_type": "129,1,132,6,232,8", "isis.nlpid": "204,142", "isis.area_address": "49.0001,47",
			"isis.interface_address": "10.0.0.1,fe80::1", "isis.hello.is_neighbor": "00-11-22-33-44-55,00-11-22-33-44-AA"}},
		{Name: "point-to-point hello", Frame: p2p, Layers: "isis:isis.hello", Want: map[string]string{"isis.hello.local_circuit_id": "1", "isis.hello.adjacency_state": "0", "isis.hello.neighbor_systemid": "1921.6800.1002", "isis.mtid": "0,2"}},
		{Name: "LSP", Frame: lsp2, Layers: "isis:isis.lsp", Want: map[string]string{"isis.lsp.lsp_id": "1921.6800.1001.00-00", "isis.lsp.sequence_number": "5", "isis.lsp.remaining_life": "1199", "isis.lsp.is_type": "3",
			"isis.lsp.overload": "false", "isis.lsp.att": "1", "isis.lsp.hostname": "r1", "isis.lsp.is_neighbor": "1921.6800.1002.00,1921.6800.1003.01,1921.6800.1004.00", "isis.lsp.is_metric": "10,20,10",
			"isis.lsp.ip_reachability.prefix": "10.1.0.0,10.0.1.0,10.0.1.1,2001:db8::,2001::", "isis.lsp.ip_reachability.prefix_length": "24,32,32,16", "isis.lsp.ip_reachability.metric": "10,10,20,10,11",
			"isis.lsp.te_router_id": "1.1.1.1"}},
		{Name: "CSNP", Frame: full, Layers: "isis:isis.csnp", Want: map[string]string{"isis.csnp.source_id": "1921.6800.1001", "isis.csnp.start_lsp_id": "0000.0000.0000.00-00", "isis.csnp.end_lsp_id": "ffff.ffff.ffff.ff-ff",
			"isis.snp.lsp_id": "1921.6800.1001.00-00,1921.6800.1002.01-02", "isis.snp.lsp_seq_num": "5,6"}},
		{Name: "PSNP", Frame: part, Layers: "isis:isis.psnp", Want: map[string]string{"isis.psnp.source_id": "1921.6800.1001", "isis.snp.lsp_id": "1921.6800.1001.00-00"}},
		{Name: "IDs of 3 bytes", Frame: "83 1b 01 03 1a 01 00 00 0011 192168 00" + tlvOf(10, "09"), Layers: "isis:isis.psnp", Want: map[string]string{"isis.psnp.source_id": "1921.68"}},
		{Name: "IDs that nobody has", Frame: "83 1b 01 09 1a 01 00 00", Layers: "isis", Malformed: "isis", Want: map[string]string{"isis.type": "26"}},
		{Name: "unknown type", Frame: "83 1b 01 00 01 01 00 00 00", Layers: "isis", Want: map[string]string{"isis.type": "1"}},
		{Name: "TLV beyond the PDU", Frame: pduOf(26, "", "192168001001 00 09 20 04af"), Malformed: "isis.psnp", Want: map[string]string{"isis.snp.lsp_id": ""}},
		{Name: "length below what was read", Frame: "83 1b 01 00 1a 01 00 00 0005 192168001001 00", Malformed: "isis.psnp", Want: map[string]string{"isis.psnp.source_id": ""}},
		{Name: "prefix too long", Frame: pduOf(20, "", "04af 192168001001 00 00 00000005 abcd 0b "+tlvOf(135, "0000000a 21 0a00010203")), Malformed: "isis.lsp", Want: map[string]string{"isis.lsp.ip_reachability.prefix": ""}},
		{Name: "too short", Frame: "83 1b 01", Malformed: "isis", Want: map[string]string{"isis.type": ""}},
	})
	for _, s := range []string{lan, p2p, lsp2, full, part} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, s))
	}
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Hello, LSP, CSNP, PSNP)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, pduOf(26, "", "192168001001 00 "+tlvOf(10, "01 43414e4152593432"))), []byte("CANARY42"), "isis.ip_authentication")
	digest := "00112233445566778899aabbccddeeff"
	b.Keeps(t, Protocol, dissecttest.Unhex(t, pduOf(26, "", "192168001001 00 "+tlvOf(10, "36"+digest))), dissecttest.Unhex(t, digest), "isis.authentication")
	b.Keeps(t, Protocol, dissecttest.Unhex(t, pduOf(26, "", "192168001001 00 "+tlvOf(10, "03 0001"+digest))), dissecttest.Unhex(t, digest), "isis.authentication")
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Hello, LSP, CSNP, PSNP)
	frame := dissecttest.Unhex(t, lsp2)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzISIS(f *testing.F) {
	for _, s := range []string{lan, p2p, lsp2, full, part} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, Hello, LSP, CSNP, PSNP)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
