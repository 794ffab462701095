// SPDX-License-Identifier: Apache-2.0

package nhrp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	registration = "0001 0800 0000000000 ff 004c abcd 0034 01 03 04 00 04 04 8000 00000005 c0a80001 0a000001 0a000002 00 20 0000 05dc 1c20 00 00 00 00 " +
		"8003 0000 8007 000c 0000 0001 43414e4152593432 8000 0000"
	reply   = "0001 0800 0000000000 ff 0040 abcd 0000 01 02 04 00 04 04 c802 00000005 c0a80001 0a000001 0a000002 00 18 0000 05dc 1c20 04 00 04 00 c0a80009 0a000009 eeee"
	traffic = "0001 0800 0000000000 ff 0030 abcd 0000 01 08 04 00 04 04 0000 00000000 c0a80001 0a000001 0a000002 4500001400000000"
)

var ip4 = &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: func(*dissect.Packet, []byte, int) {}}

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, ip4)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "registration with authentication", Frame: registration, Layers: "nhrp", Want: map[string]string{"nhrp.hdr.op_type": "3", "nhrp.hdr.afn": "1", "nhrp.reqid": "5",
			"nhrp.src.nbma_addr": "192.168.0.1", "nhrp.src.prot_addr": "10.0.0.1", "nhrp.dst.prot_addr": "10.0.0.2", "nhrp.code": "0", "nhrp.prefix": "32", "nhrp.mtu": "1500", "nhrp.htime": "7200",
			"nhrp.ext.type": "3,7,0", "nhrp.auth_ext.spi": "1", "nhrp.auth_ext.data": "[redacted]"}},
		{Name: "reply", Frame: strings.Replace(reply, "0040", "003c", 1), Want: map[string]string{"nhrp.client.nbma_addr": "192.168.0.9", "nhrp.client.prot_addr": "10.0.0.9", "nhrp.flags": "51202", "nhrp.prefix": "24"}},
		{Name: "traffic indication", Frame: traffic, Layers: "nhrp:ip", Want: map[string]string{"nhrp.hdr.op_type": "8", "nhrp.reqid": "", "nhrp.dst.prot_addr": "10.0.0.2"}},
		{Name: "error indication", Frame: "0001 0800 0000000000 ff 0028 abcd 0000 01 07 04 00 04 04 0000 0006 0000 c0a80001 0a000001 0a000002", Want: map[string]string{"nhrp.err.code": "6", "nhrp.flags": ""}},
		{Name: "NBMA address of another kind", Frame: "0001 0800 0000000000 ff 0026 abcd 0000 01 01 02 00 04 04 0000 00000006 aabb 0a000001 0a000002", Want: map[string]string{"nhrp.src.nbma_addr_bytes": "aabb"}},
		{Name: "client in an extension", Frame: "0001 0800 0000000000 ff 0044 abcd 0028 01 02 04 00 04 04 c802 00000005 c0a80001 0a000001 0a000002 " +
			"8003 0014 00 20 0000 05dc 1c20 04 00 04 00 c0a80009 0a000009 8000 0000", Want: map[string]string{"nhrp.client.nbma_addr": "192.168.0.9", "nhrp.client.prot_addr": "10.0.0.9", "nhrp.ext.type": "3,0"}},
		{Name: "length beyond the packet", Frame: strings.Replace(traffic, "0030", "0031", 1), Malformed: "nhrp", Want: map[string]string{"nhrp.hdr.op_type": "8", "nhrp.src.prot_addr": "10.0.0.1"}},
		{Name: "extensions in the header", Frame: strings.Replace(registration, "0034", "0010", 1), Malformed: "nhrp"},
		{Name: "too short", Frame: "0001 0800", Malformed: "nhrp", Want: map[string]string{"nhrp.hdr.afn": "1"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, registration))
}

func TestSecrets(t *testing.T) {
	dissecttest.New(nil, Protocol, ip4).Keeps(t, Protocol, dissecttest.Unhex(t, registration), []byte("CANARY42"), "nhrp.auth_ext.data")
}

func FuzzNHRP(f *testing.F) {
	for _, s := range []string{registration, reply, traffic} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, ip4)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
