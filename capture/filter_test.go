// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/espbeat/espbeat/capture/libpcap"
)

func needLibpcap(t testing.TB) {
	t.Helper()
	if err := libpcap.Load(); err != nil {
		t.Skip(err)
	}
}

// etherFrame puts an Ethernet header with the tags (TPID, TCI, …) before an IPv4 packet.
func etherFrame(payload []byte, tags ...uint16) []byte {
	f := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for _, t := range tags {
		f = binary.BigEndian.AppendUint16(f, t)
	}
	f = binary.BigEndian.AppendUint16(f, 0x0800)
	return append(f, payload...)
}

// ipv4 is a packet from 192.0.2.1 to 192.0.2.2 with 8 bytes of options when asked.
func ipv4(proto byte, sport, dport uint16, options bool, data int) []byte {
	p := []byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	if options {
		p[0] = 0x47
		p = append(p, 1, 1, 1, 1, 1, 1, 1, 1)
	}
	p = binary.BigEndian.AppendUint16(p, sport)
	p = binary.BigEndian.AppendUint16(p, dport)
	p = append(p, make([]byte, 16+data)...)
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	return p
}

func TestFilterMatch(t *testing.T) {
	needLibpcap(t)
	web := ipv4(6, 40000, 80, false, 10)
	fragment := ipv4(17, 53, 53, false, 0)
	fragment[6], fragment[7] = 0, 1 // not the first
	sll2 := appendSLL2(nil, &rawFrame{IfIndex: 7, HType: 1, PktType: 4}, 0x0800)
	for _, c := range []struct {
		name, expr string
		link       LinkType
		packet     []byte
		length     int // 0: what was captured
		want       bool
	}{
		{"empty_takes_all", " ", linkEthernet, nil, 0, true},
		{"port", "tcp port 80", linkEthernet, etherFrame(web), 0, true},
		{"other_port", "tcp port 81", linkEthernet, etherFrame(web), 0, false},
		{"port_behind_ip_options", "tcp dst port 80", linkEthernet, etherFrame(ipv4(6, 1, 80, true, 0)), 0, true},
		{"fragment_has_no_port", "udp port 53", linkEthernet, etherFrame(fragment), 0, false},
		{"host", "src host 192.0.2.1 and dst net 192.0.2.0/24", linkEthernet, etherFrame(web), 0, true},
		{"cut_before_port", "tcp port 80", linkEthernet, etherFrame(web)[:34], 0, false},
		{"cut_inside_port", "tcp dst port 80", linkEthernet, etherFrame(web)[:37], 0, false},
		{"negation_of_cut_packet", "not tcp port 80", linkEthernet, etherFrame(web)[:10], 0, false},
		{"length_is_that_of_the_wire", "greater 1000", linkEthernet, etherFrame(web), 1000, true},
		{"length_short", "less 999", linkEthernet, etherFrame(web), 1000, false},
		{"len_expression", "len - 14 = ip[2:2]", linkEthernet, etherFrame(web), 0, true},
		{"division_by_zero", "ip[0] / (ip[1] - ip[1]) = 0", linkEthernet, etherFrame(web), 0, false},
		{"tag_hides", "tcp port 80", linkEthernet, etherFrame(web, 0x8100, 5), 0, false},
		{"vlan", "vlan and tcp port 80", linkEthernet, etherFrame(web, 0x8100, 5), 0, true},
		{"vlan_id", "vlan 6", linkEthernet, etherFrame(web, 0x8100, 5), 0, false},
		{"vlan_id_with_priority", "vlan 5", linkEthernet, etherFrame(web, 0x8100, 0xe005), 0, true},
		{"qinq", "vlan 6 and vlan 5 and tcp", linkEthernet, etherFrame(web, 0x88a8, 6, 0x8100, 5), 0, true},
		{"raw_ip", "tcp port 80", linkRaw, web, 0, true},
		{"cooked", "tcp port 80", linkSLL2, append(sll2, web...), 0, true},
		{"cooked_interface", "ifindex 7 and outbound", linkSLL2, append(sll2, web...), 0, true},
		{"null", "tcp port 80", linkNull, append([]byte{2, 0, 0, 0}, web...), 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := CompileFilter(c.expr, c.link, 0)
			if err != nil {
				t.Fatal(err)
			}
			length := max(c.length, len(c.packet))
			if got := f.Match(c.packet, length); got != c.want {
				t.Errorf("%q matches: %v, want %v", c.expr, got, c.want)
			}
			if n := testing.AllocsPerRun(100, func() { f.Match(c.packet, length) }); n != 0 {
				t.Errorf("a match allocates %v times", n)
			}
		})
	}
}

func TestFilterErrors(t *testing.T) {
	needLibpcap(t)
	for _, c := range []struct {
		name, expr string
		link       LinkType
		want       []string
	}{
		{"syntax", "ip.addr == 192.0.2.1", linkEthernet, []string{`"ip.addr == 192.0.2.1"`, "syntax error", "not Wireshark's"}},
		{"unfinished", "tcp port", linkEthernet, []string{`"tcp port"`, "syntax error"}},
		{"port_name", "port nosuchservice", linkEthernet, []string{"unknown port", "number"}},
		{"contradiction", "ip and ip6", linkEthernet, []string{"exclude each other"}},
		{"no_vlan_on_cooked", "vlan", linkSLL2, []string{"link type LINUX_SLL2 (276)", "no VLAN support", "this link type has no such part"}},
		{"no_filters_for_type", "tcp", 147, []string{"link type USER0 (147)", "this link type has no such part"}},
		{"direction_in_file", "inbound", linkEthernet, []string{"`inbound`", "live"}},
		{"zero_byte", "tcp\x00", linkEthernet, []string{"zero byte"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := CompileFilter(c.expr, c.link, 0)
			if err == nil || f != nil {
				t.Fatalf("CompileFilter = %v, %v; want an error alone", f, err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func TestFilterSet(t *testing.T) {
	needLibpcap(t)
	if _, err := NewFilterSet("tcp port"); err == nil {
		t.Error("a wrong expression is accepted")
	}
	if _, err := NewFilterSet("wlan type mgt"); err != nil {
		t.Errorf("an expression for 802.11: %v", err)
	}
	s, err := NewFilterSet("tcp port 80 and ether src 02:00:00:00:00:01")
	if err != nil {
		t.Fatal(err)
	}
	web := ipv4(6, 40000, 80, false, 0)
	for range 2 {
		if ok, err := s.Match(linkEthernet, etherFrame(web), 100); !ok || err != nil {
			t.Errorf("Ethernet: %v, %v", ok, err)
		}
		if ok, err := s.Match(linkRaw, web, 100); ok || err == nil {
			t.Errorf("raw IP has no Ethernet address: %v, %v", ok, err)
		}
	}
}

// FuzzBPF runs any program that the check accepts; where golang.org/x/net/bpf
// can run it too, both must agree.
func FuzzBPF(f *testing.F) {
	seed := func(prog ...libpcap.Insn) []byte {
		var b []byte
		for _, in := range prog {
			b = binary.LittleEndian.AppendUint16(b, in.Code)
			b = append(b, in.Jt, in.Jf)
			b = binary.LittleEndian.AppendUint32(b, in.K)
		}
		return b
	}
	packet := etherFrame(ipv4(6, 1, 80, false, 0))
	f.Add(seed(libpcap.Insn{Code: bpfLdHAbs, K: 12}, libpcap.Insn{Code: bpfJeqK, Jf: 1, K: 0x800}, libpcap.Insn{Code: bpfRetK, K: 1}, libpcap.Insn{Code: bpfRetA}), packet)
	f.Add(seed(libpcap.Insn{Code: bpfLdxMsh, K: 14}, libpcap.Insn{Code: bpfLdHInd, K: 14}, libpcap.Insn{Code: bpfModX}, libpcap.Insn{Code: bpfRetX}), packet)
	f.Add(seed(libpcap.Insn{Code: bpfLdxImm, K: 0xffffffff}, libpcap.Insn{Code: bpfLdWInd, K: 0xffffffff}, libpcap.Insn{Code: bpfLshX}, libpcap.Insn{Code: bpfRetA}), packet)
	f.Fuzz(func(t *testing.T, text, packet []byte) {
		var prog []libpcap.Insn
		var raw []bpf.RawInstruction
		for ; len(text) >= 8 && len(prog) < 256; text = text[8:] {
			in := libpcap.Insn{Code: binary.LittleEndian.Uint16(text), Jt: text[2], Jf: text[3], K: binary.LittleEndian.Uint32(text[4:])}
			if in.Code == bpfLdLen || in.Code == bpfLdxLen || isExtension(in) {
				return // the other one knows no length on the wire, and other extensions
			}
			prog = append(prog, in)
			raw = append(raw, bpf.RawInstruction{Op: in.Code, Jt: in.Jt, Jf: in.Jf, K: in.K})
		}
		if bpfCheck(prog) != nil {
			return
		}
		got := bpfRun(prog, packet, uint32(len(packet)))
		insns, _ := bpf.Disassemble(raw)
		vm, err := bpf.NewVM(insns)
		if err != nil {
			return
		}
		for _, in := range prog {
			// It takes offsets beyond 31 bits for negative ones.
			if in.Code&7 <= 1 && in.Code>>5 != 0 && in.K > 1<<31-1 {
				return
			}
		}
		if want, err := vm.Run(packet); err == nil && uint32(want) != got {
			t.Errorf("%v on %x is %d, want %d", insns, packet, got, want)
		}
	})
}

// BenchmarkFilterMatch compares with the interpreter of golang.org/x/net/bpf.
func BenchmarkFilterMatch(b *testing.B) {
	needLibpcap(b)
	packet := etherFrame(ipv4(6, 40000, 80, false, 1000))
	for _, expr := range []string{"ip", "tcp port 443", "host 192.0.2.9 or net 198.51.100.0/24 or port 53 or vlan"} {
		f, err := CompileFilter(expr, linkEthernet, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(expr, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Match(packet, len(packet))
			}
		})
		var raw []bpf.RawInstruction
		for _, in := range f.prog {
			raw = append(raw, bpf.RawInstruction{Op: in.Code, Jt: in.Jt, Jf: in.Jf, K: in.K})
		}
		insns, _ := bpf.Disassemble(raw)
		vm, err := bpf.NewVM(insns)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(expr+"/x_net_bpf", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				vm.Run(packet)
			}
		})
	}
}
