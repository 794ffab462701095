// SPDX-License-Identifier: Apache-2.0

package ldp

import (
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// tlvOf, msgOf and pduOf put the length before what they wrap.
func tlvOf(kind, body string) string        { return dissecttest.Sized(kind, body) }
func msgOf(kind string, body string) string { return dissecttest.Sized(kind, "00000001"+body) }
func pduOf(messages string) string          { return dissecttest.Sized("0001", "0a000001 0000"+messages) }

var (
	hello   = pduOf(msgOf("0100", tlvOf("0400", "000f 8000")+tlvOf("0401", "0a000002")))
	mapping = pduOf(msgOf("0400", tlvOf("0100", "02 0001 18 0a0001 80 8005 04 00000000 00000064")+tlvOf("0200", "00000012")+tlvOf("0103", "02")))
	session = pduOf(msgOf("0200", tlvOf("0500", "0001 00b4 00 00 0000 0a000002 0000")) + msgOf("0300", tlvOf("0101", "0001 0a000001 0a000003")) +
		msgOf("0001", tlvOf("0300", "80000014 00000003 0400")))
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello", Frame: hello, Want: map[string]string{"ldp.hdr.version": "1", "ldp.hdr.ldpid.lsr": "10.0.0.1", "ldp.hdr.ldpid.lsid": "0", "ldp.msg.type": "256", "ldp.msg.id": "1",
			"ldp.msg.tlv.type": "1024,1025", "ldp.msg.tlv.hello.hold": "15", "ldp.msg.tlv.hello.targeted": "true", "ldp.msg.tlv.transport_address": "10.0.0.2"}},
		{Name: "label mapping", Frame: mapping, Want: map[string]string{"ldp.msg.type": "1024", "ldp.msg.tlv.fec.type": "2,128", "ldp.msg.tlv.fec.prefix": "10.0.1.0", "ldp.msg.tlv.fec.len": "24",
			"ldp.msg.tlv.fec.vc.vctype": "32773", "ldp.msg.tlv.fec.vc.vcid": "100", "ldp.msg.tlv.generic.label": "18", "ldp.msg.tlv.hc.value": "2"}},
		{Name: "initialization, address, notification", Frame: session, Want: map[string]string{"ldp.msg.type": "512,768,1", "ldp.msg.tlv.sess.ka": "180", "ldp.msg.tlv.sess.rxlsr": "10.0.0.2",
			"ldp.msg.tlv.addrl.addr": "10.0.0.1,10.0.0.3", "ldp.msg.tlv.status.data": "20", "ldp.msg.tlv.status.msg_id": "3", "ldp.msg.tlv.status.msg_type": "1024"}},
		{Name: "hosts and paths", Frame: pduOf(msgOf("0401", tlvOf("0100", "03 0001 04 0a000009 03 0002 02 ffff 01 05 aa")+tlvOf("0104", "01010101 02020202"))),
			Want: map[string]string{"ldp.msg.tlv.fec.prefix": "10.0.0.9", "ldp.msg.tlv.fec.type": "3,3,1,5", "ldp.msg.tlv.pv.lsrid": "1.1.1.1,2.2.2.2"}},
		{Name: "transport over IPv6", Frame: pduOf(msgOf("0100", tlvOf("0403", "fe800000000000000000000000000001"))), Want: map[string]string{"ldp.msg.tlv.transport_address": "fe80::1"}},
		{Name: "two PDUs", Frame: hello + hello, Want: map[string]string{"ldp.msg.type": "256,256"}},
		{Name: "another version", Frame: "0002 001e 0a000001", Malformed: "ldp", Want: map[string]string{"ldp.hdr.version": "2", "ldp.hdr.ldpid.lsr": ""}},
		{Name: "TLV beyond its message", Frame: "0001 0016 0a000001 0000 0100 000c 00000001 0400 0005 000f 8000", Malformed: "ldp", Want: map[string]string{"ldp.msg.tlv.hello.hold": "15"}},
		{Name: "message beyond its PDU", Frame: "0001 000e 0a000001 0000 0100 000c 00000001", Malformed: "ldp", Want: map[string]string{"ldp.msg.type": "256"}},
		{Name: "message without its ID", Frame: "0001 000e 0a000001 0000 0100 0003 000000 00", Malformed: "ldp", Want: map[string]string{"ldp.msg.type": ""}},
		{Name: "prefix too long", Frame: "0001 001a 0a000001 0000 0400 0010 00000003 0100 0008 02 0001 21 0a000100", Malformed: "ldp", Want: map[string]string{"ldp.msg.tlv.fec.prefix": ""}},
		{Name: "too short", Frame: "0001", Malformed: "ldp"},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, mapping))
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	data := dissecttest.Unhex(t, session+mapping)
	r := b.Stream(Protocol, dissecttest.Piece{Data: data})
	if r[0].Layers != "ldp" || r[0].Core.Messages != 2 {
		t.Errorf("layers %q of %d PDUs", r[0].Layers, r[0].Core.Messages)
	}
	for at := 1; at < len(data); at++ {
		m := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: data[:at]}, dissecttest.Piece{Data: data[at:]})...)
		if !slices.Equal(m.Fields["ldp.msg.type"], []string{"512", "768", "1", "1024"}) {
			t.Fatalf("cut at %d: %v", at, m.Fields["ldp.msg.type"])
		}
	}
	if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte("GET / HTTP/1.1")}); r[0].Layers != "" {
		t.Error("HTTP was taken for LDP")
	}
}

func FuzzLDP(f *testing.F) {
	for _, s := range []string{hello, mapping, session} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		if len(data) == 0 {
			return
		}
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		b.Stream(Protocol, dissecttest.Piece{Data: data})
		b.Invariants(t)
	})
}
