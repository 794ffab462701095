// SPDX-License-Identifier: Apache-2.0

package rsvp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// obj and msg put the length, which counts the header, where it belongs.
func obj(class, kind int, body string) string {
	return fmt.Sprintf("%04x %02x %02x %s ", objectHeader+bytesOf(body), class, kind, body)
}

func msg(kind int, body string) string {
	return fmt.Sprintf("10 %02x abcd ff 00 %04x %s", kind, headerLen+bytesOf(body), body)
}

func bytesOf(body string) int { return len(strings.Join(strings.Fields(body), "")) / 2 }

var (
	path = msg(1, obj(1, 7, "0a000009 0000 0005 0a000001")+obj(3, 1, "0a000001 00000002")+obj(5, 1, "00007530")+obj(20, 1, "81 08 0a000002 20 00 02 14 20010db8000000000000000000000001 80 00")+
		obj(19, 1, "0000 0800")+obj(207, 7, "07 07 00 04 74756e31")+obj(11, 7, "0a000001 0000 0003"))
	resv = msg(2, obj(1, 1, "0a000009 11 00 1388")+obj(8, 1, "00 00000a")+obj(10, 1, "0a000001 0000 1389")+obj(16, 1, "00000012")+obj(21, 1, "01 08 0a000003 20 00"))
	fail = msg(3, obj(6, 1, "0a000002 00 18 0005"))
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "PATH of a tunnel", Frame: path, Want: map[string]string{"rsvp.msg": "1", "rsvp.object": "1,3,5,20,19,207,11", "rsvp.session.ip": "10.0.0.9", "rsvp.session.tunnel_id": "5", "rsvp.session.ext_tunnel_id": "10.0.0.1",
			"rsvp.hop.neighbor_address": "10.0.0.1", "rsvp.time_values.refresh": "30000", "rsvp.explicit_route.ip": "10.0.0.2,2001:db8::1", "rsvp.session_attribute.name": "tun1",
			"rsvp.session_attribute.setup_priority": "7", "rsvp.sender.ip": "10.0.0.1", "rsvp.sender.lsp_id": "3"}},
		{Name: "RESV", Frame: resv, Want: map[string]string{"rsvp.session.proto": "17", "rsvp.session.port": "5000", "rsvp.style": "10", "rsvp.sender.port": "5001", "rsvp.label": "18", "rsvp.record_route.ip": "10.0.0.3"}},
		{Name: "error", Frame: fail, Want: map[string]string{"rsvp.error.error_node": "10.0.0.2", "rsvp.error.error_code": "24", "rsvp.error.error_value": "5"}},
		{Name: "IPv6 session", Frame: msg(1, obj(1, 2, "20010db8000000000000000000000009 11 00 1388")), Want: map[string]string{"rsvp.session.ip": "2001:db8::9", "rsvp.session.port": "5000"}},
		{Name: "hello and message ID", Frame: msg(20, obj(22, 1, "00000001 00000002")+obj(23, 1, "01000000 00000007")), Want: map[string]string{"rsvp.hello.source_instance": "1", "rsvp.hello.destination_instance": "2", "rsvp.msgid.id": "7"}},
		{Name: "affinities before the name", Frame: msg(1, obj(207, 1, "00000000 00000000 00000000 05 06 00 04 74756e32")), Want: map[string]string{"rsvp.session_attribute.name": "tun2", "rsvp.session_attribute.hold_priority": "6"}},
		{Name: "bundle", Frame: msg(12, fail+fail), Want: map[string]string{"rsvp.msg": "12,3,3", "rsvp.error.error_code": "24,24"}},
		{Name: "bundle in a bundle", Frame: msg(12, msg(12, fail)), Malformed: "rsvp", Want: map[string]string{"rsvp.msg": "12,12"}},
		{Name: "address of an unknown kind", Frame: msg(1, obj(1, 99, "0a000009")), Want: map[string]string{"rsvp.session.ip": ""}},
		{Name: "object shorter than its header", Frame: msg(1, "0003 01 01"), Malformed: "rsvp", Want: map[string]string{"rsvp.object": "1"}},
		{Name: "hop shorter than its header", Frame: msg(1, obj(20, 1, "01 01 0a000002")), Malformed: "rsvp", Want: map[string]string{"rsvp.explicit_route.ip": ""}},
		{Name: "length below the header", Frame: "10 01 abcd ff 00 0007", Malformed: "rsvp", Want: map[string]string{"rsvp.msg": "1"}},
		{Name: "too short", Frame: "10 01", Malformed: "rsvp", Want: map[string]string{"rsvp.msg": "1"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, path))
}

func TestSecrets(t *testing.T) {
	digest := "00112233445566778899aabbccddeeff"
	dissecttest.New(nil, Protocol).Keeps(t, Protocol, dissecttest.Unhex(t, msg(1, obj(4, 1, "00 00 000000000001 0000000000000002 "+digest))), dissecttest.Unhex(t, digest), "rsvp.integrity.hash")
}

func FuzzRSVP(f *testing.F) {
	for _, s := range []string{path, resv, fail, msg(12, fail+path)} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
