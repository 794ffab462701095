// SPDX-License-Identifier: Apache-2.0

package bgp

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// msg makes a message of the hex digits of its body.
func msg(t testing.TB, kind byte, body string) []byte {
	t.Helper()
	b := dissecttest.Unhex(t, body)
	m := append(binary.BigEndian.AppendUint16(append([]byte(nil), marker...), uint16(headerLen+len(b))), kind)
	return append(m, b...)
}

const (
	openBody = "04 fde9 00b4 0a000001 1e 02 1c 01 04 0001 00 01  02 00  41 04 0001 0000  09 01 03  49 09 02 6131 05 622e636f6d"
	attrs    = "40 01 01 00  50 02 000a 02 02 00010000 0000fdea  40 03 04 0a000001  80 04 04 00000007  40 05 04 00000064  c0 07 08 00010000 0a000009 " +
		"c0 08 08 fde90001 ffffff01  80 09 04 01010101  80 0a 04 02020202  c0 10 18 0002 fde9 00000064 0102 0a000001 0005 0600 000000000001 " +
		"c0 20 0c 00010000 00000002 00000003"
	v6attrs = "80 0e 2e 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 40 20010db800010002 80 0f 08 0002 01 20 20010db9"
)

func length(n string) string {
	b := len(strings.Join(strings.Fields(n), "")) / 2
	return string([]byte{"0123456789abcdef"[b>>12&15], "0123456789abcdef"[b>>8&15], "0123456789abcdef"[b>>4&15], "0123456789abcdef"[b&15]})
}

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	tests := []struct {
		name, body string
		kind       byte
		malformed  string
		want       map[string]string
	}{
		{name: "OPEN", kind: 1, body: openBody, want: map[string]string{"bgp.type": "1", "bgp.open.version": "4", "bgp.open.myas": "65001", "bgp.open.holdtime": "180", "bgp.open.identifier": "10.0.0.1",
			"bgp.cap.type": "1,2,65,9,73", "bgp.cap.mp.afi": "1", "bgp.cap.mp.safi": "1", "bgp.cap.as4": "65536", "bgp.cap.role": "3", "bgp.cap.fqdn.hostname": "a1", "bgp.cap.fqdn.domain_name": "b.com"}},
		{name: "OPEN with extended parameters", kind: 1, body: "04 fde9 00b4 0a000001 ff ff 0009 02 0006 41 04 00010000", want: map[string]string{"bgp.cap.as4": "65536"}},
		{name: "UPDATE", kind: 2, body: "0004 18 0a0101" + length(attrs) + attrs + "18 0a0001 20 0a000201", want: map[string]string{"bgp.withdrawn_prefix": "10.1.1.0", "bgp.nlri_prefix": "10.0.1.0,10.0.2.1",
			"bgp.prefix_length": "24,24,32", "bgp.update.path_attribute.type_code": "1,2,3,4,5,7,8,9,10,16,32", "bgp.update.path_attribute.origin": "0", "bgp.update.path_attribute.as_path_segment.as4": "65536,65002",
			"bgp.update.path_attribute.as_path_segment.as2": "", "bgp.update.path_attribute.next_hop": "10.0.0.1", "bgp.update.path_attribute.multi_exit_disc": "7", "bgp.update.path_attribute.local_pref": "100",
			"bgp.update.path_attribute.aggregator_as": "65536", "bgp.update.path_attribute.aggregator_origin": "10.0.0.9", "bgp.update.path_attribute.community": "65001:1,65535:65281",
			"bgp.update.path_attribute.originator_id": "1.1.1.1", "bgp.path_attribute.cluster_id": "2.2.2.2", "bgp.ext_community": "rt:65001:100,rt:10.0.0.1:5,0600000000000001", "bgp.large_communities": "65536:2:3"}},
		{name: "AS numbers of 2 bytes", kind: 2, body: "0000 0013 40 02 06 02 02 fde9 fdea 40 07 06 fde9 0a000009 00", malformed: "bgp", want: map[string]string{"bgp.update.path_attribute.as_path_segment.as2": "65001,65002",
			"bgp.update.path_attribute.aggregator_as": "65001"}},
		{name: "IPv6", kind: 2, body: "0000" + length(v6attrs) + v6attrs, want: map[string]string{"bgp.mp_reach_nlri_ipv6_prefix": "2001:db8:1:2::", "bgp.mp_unreach_nlri_ipv6_prefix": "2001:db9::",
			"bgp.update.path_attribute.mp_reach_nlri.next_hop": "2001:db8::1,fe80::1", "bgp.update.path_attribute.mp_reach_nlri.afi": "2"}},
		{name: "path identifiers", kind: 2, body: "0000 0000 00000001 18 0a0001 00000002 20 0a000201", want: map[string]string{"bgp.nlri_prefix": "10.0.1.0,10.0.2.1", "bgp.nlri_path_id": "1,2"}},
		{name: "default route", kind: 2, body: "0000 0000 00", want: map[string]string{"bgp.nlri_prefix": "0.0.0.0", "bgp.nlri_path_id": ""}},
		{name: "NOTIFICATION with a text", kind: 3, body: "06 02 05 68656c6c6f", want: map[string]string{"bgp.notify.major_error": "6", "bgp.notify.minor_error": "2", "bgp.notify.communication": "hello"}},
		{name: "NOTIFICATION", kind: 3, body: "02 02 0001", want: map[string]string{"bgp.notify.major_error": "2", "bgp.notify.communication": ""}},
		{name: "KEEPALIVE", kind: 4, want: map[string]string{"bgp.type": "4", "bgp.length": "19"}},
		{name: "ROUTE-REFRESH", kind: 5, body: "0002 01 01", want: map[string]string{"bgp.route_refresh.afi": "2", "bgp.route_refresh.subtype": "1", "bgp.route_refresh.safi": "1"}},
		{name: "prefix too long", kind: 2, body: "0000 0000 21 0a00010001", malformed: "bgp", want: map[string]string{"bgp.prefix_length": "33", "bgp.nlri_prefix": ""}},
		{name: "attribute beyond the end", kind: 2, body: "0000 0004 40 01 09 00", malformed: "bgp", want: map[string]string{"bgp.update.path_attribute.origin": "0"}},
		{name: "attributes beyond the end", kind: 2, body: "0000 0100 40 01 01 00", malformed: "bgp"},
		{name: "OPEN too short", kind: 1, body: "04 fde9", malformed: "bgp", want: map[string]string{"bgp.open.myas": "65001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Stream(Protocol, dissecttest.Piece{Data: msg(t, tt.kind, tt.body)})[0]
			if r.Layers != "bgp" || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q, want %q", r.Layers, r.Malformed, tt.malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	two := append(msg(t, 4, ""), msg(t, 2, "0000 0000 18 0a0001")...)
	r := b.Stream(Protocol, dissecttest.Piece{Data: two}, dissecttest.Piece{Dir: 1, Data: msg(t, 1, openBody)})
	if r[0].Layers != "bgp" || r[0].Core.Messages != 2 || r[1].Layers != "bgp" {
		t.Errorf("layers %q of %d messages, %q", r[0].Layers, r[0].Core.Messages, r[1].Layers)
	}
	r[0].Check(t, map[string]string{"bgp.type": "4,2", "bgp.nlri_prefix": "10.0.1.0"})
	// The layer stands in the packet that completes the message.
	r = b.Stream(Protocol, dissecttest.Piece{Data: two[:30]}, dissecttest.Piece{Data: two[30:]})
	r[0].Check(t, map[string]string{"bgp.type": "4"})
	r[1].Check(t, map[string]string{"bgp.type": "2"})
	// A capture that starts inside a message.
	r = b.Stream(Protocol, dissecttest.Piece{Data: append([]byte{1, 2, 0xff}, two...)}, dissecttest.Piece{Data: []byte{1, 2, 0xff, 0xff}}, dissecttest.Piece{Data: msg(t, 4, "")[2:]})
	r[0].Check(t, map[string]string{"bgp.type": "4,2"})
	r[2].Check(t, map[string]string{"bgp.type": "4"})
	if r = b.Stream(Protocol, dissecttest.Piece{Data: append(append([]byte(nil), marker...), 0, 18, 4, 1, 2)}); r[0].Malformed != "bgp" {
		t.Error("a length of 18 is sound")
	}
	var merged dissecttest.Result
	for i := 1; i < len(two); i++ {
		merged = dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: two[:i]}, dissecttest.Piece{Data: two[i:]})...)
		merged.Check(t, map[string]string{"bgp.type": "4,2", "bgp.nlri_prefix": "10.0.1.0"})
	}
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Stream(Protocol, dissecttest.Piece{Data: msg(t, 1, "04 fde9 00b4 0a000001 0a 01 08 43414e4152593432")})[0].Check(t, map[string]string{"bgp.open.opt_param_auth": "[redacted]"})
	if strings.Contains(string(b.Out.Arena), "CANARY") {
		t.Error("the secret stands in the record")
	}
}

func FuzzBGP(f *testing.F) {
	f.Add(msg(f, 1, openBody), 40)
	f.Add(msg(f, 2, "0004 18 0a0101"+length(attrs)+attrs+"18 0a0001 20 0a000201"), 30)
	f.Add(msg(f, 2, "0000"+length(v6attrs)+v6attrs), 10)
	f.Add(msg(f, 2, "0000 0000 00000001 18 0a0001 00000002 20 0a000201"), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		if len(data) == 0 {
			return
		}
		at = max(at, -at, 0) % len(data)
		whole := b.Stream(Protocol, dissecttest.Piece{Data: data})[0]
		b.Invariants(t)
		halves := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: data[:at]}, dissecttest.Piece{Data: data[at:]})...)
		if bad := whole.Malformed != "" || halves.Malformed != ""; !bad && strings.Join(whole.Fields["bgp.type"], ",") != strings.Join(halves.Fields["bgp.type"], ",") {
			t.Fatalf("messages %v whole, %v in two pieces at %d", whole.Fields["bgp.type"], halves.Fields["bgp.type"], at)
		}
	})
}
