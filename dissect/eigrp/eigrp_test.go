// SPDX-License-Identifier: Apache-2.0

package eigrp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	hello    = "02 05 abcd 00000000 00000000 00000000 0000 0064 "
	update   = "02 01 abcd 00000001 00000005 00000004 0000 0064 "
	params   = "0001 000c 01 00 01 00 00 00 000f "
	version  = "0004 0008 0c04 0102 "
	route4   = "0102 001c 00000000 00002800 0009c400 0005dc 00 ff 01 00 00 18 0a0001 "
	ext4     = "0103 0030 0a000001 c0a80001 00000001 00000007 00000000 0000 06 00 00002800 0009c400 0005dc 01 ff 01 00 00 18 0a0101 "
	route6   = "0402 0035 fe800000000000000000000000000001 00002800 0009c400 0005dc 00 ff 01 00 00 10 2001 40 20010db800010002 12 2001c0 00"
	wide     = "0602 0031 0000 0001 c0a80001 00 80 ff 01 0005dc 00 00003b9aca00 0000000f4240 0000 0000 00000000 18 0a0001 20 0a000101 "
	authMD5  = "0002 0028 0002 0010 00000001 00000000 0000000000000000 00112233445566778899aabbccddeeff "
	sequence = "0003 000f 04 0a000001 05 0102030405 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello", Frame: hello + params + version, Want: map[string]string{"eigrp.version": "2", "eigrp.opcode": "5", "eigrp.as": "100", "eigrp.tlv_type": "1,4", "eigrp.par.k": "1,0,1,0,0,0",
			"eigrp.par.holdtime": "15", "eigrp.release_version": "3076", "eigrp.tlv_version": "258"}},
		{Name: "internal route", Frame: update + route4, Want: map[string]string{"eigrp.flags": "1", "eigrp.seq.value": "5", "eigrp.ack": "4", "eigrp.nexthop": "0.0.0.0", "eigrp.metric.delay": "10240",
			"eigrp.metric.bandwidth": "640000", "eigrp.metric.mtu": "1500", "eigrp.metric.hopcount": "0", "eigrp.metric.reliability": "255", "eigrp.metric.load": "1",
			"eigrp.destination": "10.0.1.0", "eigrp.prefixlen": "24"}},
		{Name: "external route", Frame: update + ext4, Want: map[string]string{"eigrp.extdata.origrid": "192.168.0.1", "eigrp.extdata.as": "1", "eigrp.extdata.tag": "7", "eigrp.extdata.metric": "0",
			"eigrp.extdata.proto": "6", "eigrp.nexthop": "10.0.0.1", "eigrp.destination": "10.1.1.0"}},
		{Name: "IPv6 route", Frame: update + route6, Want: map[string]string{"eigrp.nexthop": "fe80::1", "eigrp.destination": "2001::,2001:db8:1:2::,2001:c000::", "eigrp.prefixlen": "16,64,18"}},
		{Name: "multi-protocol route of two destinations", Frame: update + wide, Want: map[string]string{"eigrp.tid": "0", "eigrp.afi": "1", "eigrp.routerid": "192.168.0.1", "eigrp.metric.delay": "1000000000",
			"eigrp.metric.bandwidth": "1000000", "eigrp.destination": "10.0.1.0,10.0.1.1", "eigrp.prefixlen": "24,32"}},
		{Name: "sequence, next multicast, stub", Frame: hello + sequence + "0005 0008 00000009 0006 0006 0003", Want: map[string]string{"eigrp.seq.address": "10.0.0.1", "eigrp.next_mcast_seq": "9", "eigrp.stub_options": "3"}},
		{Name: "prefix too long", Frame: update + "0102 001d 00000000 00002800 0009c400 0005dc 00 ff 01 00 00 21 0a000101", Malformed: "eigrp", Want: map[string]string{"eigrp.prefixlen": "33", "eigrp.destination": ""}},
		{Name: "TLV shorter than its header", Frame: hello + "0001 0003", Malformed: "eigrp", Want: map[string]string{"eigrp.tlv_type": "1"}},
		{Name: "TLV beyond the end", Frame: hello + "0001 000c 01 00", Malformed: "eigrp", Want: map[string]string{"eigrp.par.k": "1,0"}},
		{Name: "too short", Frame: "02 05 abcd", Malformed: "eigrp", Want: map[string]string{"eigrp.opcode": "5"}},
	})
	for _, s := range []string{ext4, route6, wide, authMD5, sequence} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, update+s))
	}
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, hello+authMD5), dissecttest.Unhex(t, "00112233445566778899aabbccddeeff"), "eigrp.auth.digest")
}

func FuzzEIGRP(f *testing.F) {
	for _, s := range []string{params + version, route4 + ext4, route6, wide, authMD5 + sequence} {
		f.Add(dissecttest.Unhex(f, hello+s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
