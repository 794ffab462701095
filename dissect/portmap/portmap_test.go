// SPDX-License-Identifier: Apache-2.0

package portmap

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/rpc"
)

var client, server = dissecttest.Client, dissecttest.Server

// words are numbers of 32 bits.
func words(n ...uint32) string {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return string(b)
}

// opaque is data behind their length, and zeros.
func opaque(s string) string { return words(uint32(len(s))) + s + strings.Repeat("\x00", -len(s)&3) }

func call(version, procedure uint32, arguments string) string {
	return words(1, 0, 2, 100000, version, procedure, 0, 0, 0, 0) + arguments
}

func reply(results string) string { return words(1, 1, 0, 0, 0, 0) + results }

// expecting keeps what is expected.
type expecting struct {
	dissecttest.Stateless
	all *[]dissect.Expectation
}

func (e expecting) Expect(_ *dissect.Packet, x dissect.Expectation) { *e.all = append(*e.all, x) }

func newBench(all *[]dissect.Expectation) *dissecttest.Bench {
	return dissecttest.New(expecting{all: all}, rpc.Protocol, Protocol)
}

var rpcbind = call(3, 3, words(100003, 3)+opaque("tcp")+opaque("")+opaque("user"))

func TestProcedures(t *testing.T) {
	for _, tt := range []struct {
		name, call, reply, layers string
		want                      map[string]string
	}{
		{"port", call(2, 3, words(100003, 3, 6, 0)), reply(words(2049)), "rpc:portmap:rpc:portmap", map[string]string{"portmap.prog": "100003", "portmap.version": "3", "portmap.proto": "6", "portmap.port": "2049",
			"rpc.procedure_name": "GETPORT,GETPORT"}},
		{"no port", call(2, 3, words(100003, 3, 6, 0)), reply(words(0)), "rpc:portmap:rpc:portmap", map[string]string{"portmap.port": "0"}},
		{"register", call(2, 1, words(100003, 3, 6, 2049)), reply(words(1)), "rpc:portmap:rpc:portmap", map[string]string{"portmap.port": "2049"}},
		{"mappings", call(2, 4, ""), reply(words(1, 100003, 3, 6, 2049, 1, 100005, 3, 17, 20048, 0)), "rpc:rpc:portmap", map[string]string{"portmap.prog": "100003,100005", "portmap.port": "2049,20048"}},
		{"mappings of version 4", call(4, 4, ""), reply(words(1, 100003, 3) + opaque("tcp") + opaque("0.0.0.0.8.1") + opaque("root") + words(0)), "rpc:rpc:portmap", map[string]string{"portmap.port": "2049", "portmap.uaddr": "0.0.0.0.8.1"}},
		{"address", rpcbind, reply(opaque("192.0.2.1.8.1")), "rpc:portmap:rpc:portmap", map[string]string{"portmap.prog": "100003", "portmap.port": "2049", "portmap.uaddr": "192.0.2.1.8.1"}},
		{"no address", rpcbind, reply(opaque("")), "", map[string]string{"portmap.port": "", "portmap.uaddr": ""}},
		{"an address that is none", rpcbind, reply(opaque("a.b.c.8.1000")), "", map[string]string{"portmap.port": "", "portmap.uaddr": "a.b.c.8.1000"}},
		{"a local one", rpcbind, reply(opaque("/run/x")), "", map[string]string{"portmap.port": "", "portmap.uaddr": "/run/x"}},
		{"indirect call", call(2, 5, words(100003, 3, 1)+opaque("x")), reply(words(2049) + opaque("y")), "", map[string]string{"portmap.prog": "100003", "portmap.port": "2049"}},
		{"indirect call of version 4", call(4, 5, words(100003, 3, 1)), reply(opaque("0.0.0.0.8.1")), "", map[string]string{"portmap.port": "2049"}},
		{"time", call(4, 6, ""), reply(words(5)), "rpc:rpc:portmap", nil},
		{"nothing", call(2, 0, ""), reply(""), "rpc:rpc", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(&[]dissect.Expectation{}).Datagrams(rpc.Protocol, client(tt.call), server(tt.reply))...)
			if tt.layers != "" && r.Layers != tt.layers || r.Malformed != "" {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// What the port mapper gives out is expected there, over the transport that was asked for.
func TestExpected(t *testing.T) {
	address := netip.MustParseAddr("192.0.2.1")
	for _, tt := range []struct {
		name, call, reply string
		transport         uint8
	}{
		{"TCP", call(2, 3, words(100003, 3, 6, 0)), reply(words(2049)), 6},
		{"UDP", call(2, 3, words(100003, 3, 17, 0)), reply(words(2049)), 17},
		{"address", rpcbind, reply(opaque("192.0.2.9.8.1")), 6},
		{"UDP over IPv6", call(4, 3, words(100003, 3)+opaque("udp6")+opaque("")+opaque("")), reply(opaque("::.8.1")), 17},
		{"no port", call(2, 3, words(100003, 3, 6, 0)), reply(words(0)), 0},
		{"no port that there is", call(2, 3, words(100003, 3, 6, 0)), reply(words(70000)), 0},
		{"another transport", call(2, 3, words(100003, 3, 132, 0)), reply(words(2049)), 0},
		{"a local one", call(4, 3, words(100003, 3)+opaque("local")+opaque("")+opaque("")), reply(opaque("a.8.1")), 0},
	} {
		var all []dissect.Expectation
		b := newBench(&all)
		asked := &dissect.Protocol{Dissect: func(p *dissect.Packet, m []byte, wire int) {
			p.Pop()
			p.Core.Source.Addr = address
			p.Call(rpc.Protocol, m, wire)
		}}
		b.Datagrams(asked, client(tt.call), server(tt.reply))
		switch {
		case tt.transport == 0 && len(all) == 0:
		case len(all) != 1 || all[0].App != rpc.Protocol || all[0].Transport != tt.transport || all[0].At != netip.AddrPortFrom(address, 2049):
			t.Errorf("%s: expects %+v", tt.name, all)
		}
	}
}

func TestMalformed(t *testing.T) {
	b := newBench(&[]dissect.Expectation{})
	for name, bytes := range map[string]string{"half a mapping": call(2, 3, words(100003, 3)), "a network's name too long": call(4, 3, words(100003, 3, 9999))} {
		if r := b.Datagrams(rpc.Protocol, client(bytes)); r[0].Malformed != "portmap" {
			t.Errorf("%s: malformed %q", name, r[0].Malformed)
		}
	}
	if r := b.Datagrams(rpc.Protocol, client(call(2, 4, "")), server(reply(strings.Repeat(words(1, 100003, 3, 6, 1), 100)))); len(r[1].Fields["portmap.prog"]) != maxMappings {
		t.Errorf("%d mappings", len(r[1].Fields["portmap.prog"]))
	}
}

func TestSummary(t *testing.T) {
	b := newBench(&[]dissect.Expectation{})
	pieces := []dissecttest.Piece{client(call(2, 3, words(100003, 3, 6, 0))), server(reply(words(2049)))}
	for n, want := range []string{"V2 GETPORT Call program 100003 V3", "V2 GETPORT Reply port 2049"} {
		b.Datagrams(rpc.Protocol, pieces[:n+1]...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzPortmap(f *testing.F) {
	f.Add(uint32(2), uint32(3), []byte(words(100003, 3, 6, 0)), []byte(words(2049)))
	f.Add(uint32(4), uint32(3), []byte(words(100003, 3)+opaque("tcp")+opaque("")+opaque("")), []byte(opaque("192.0.2.1.8.1")))
	f.Add(uint32(2), uint32(4), []byte{}, []byte(words(1, 100003, 3, 6, 2049, 0)))
	b := newBench(&[]dissect.Expectation{})
	f.Fuzz(func(t *testing.T, version, procedure uint32, arguments, results []byte) {
		r := dissecttest.Merge(b.Datagrams(rpc.Protocol, client(call(version, procedure, string(arguments))), server(reply(string(results))))...)
		b.Invariants(t)
		if len(r.Fields["portmap.prog"]) > maxMappings+1 {
			t.Fatalf("%v", r.Fields)
		}
	})
}
