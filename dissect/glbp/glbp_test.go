// SPDX-License-Identifier: Apache-2.0

package glbp

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	head      = "01 00 0005 0000 001122334455 "
	hello4    = "01 1c 00 20 00 64 0000 00000bb8 00002710 0258 3840 0000 01 04 c0a80001 "
	forwarder = "02 14 01 40 00 87 64 00000000000000 0007b4000501 "
	password  = "03 0c 01 08 43414e4152593432 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "hello, forwarder and password", Frame: head + hello4 + forwarder + password, Want: map[string]string{"glbp.version": "1", "glbp.group": "5", "glbp.ownerid": "00-11-22-33-44-55",
			"glbp.type": "1,2,3", "glbp.hello.vgstate": "32", "glbp.hello.priority": "100", "glbp.hello.helloint": "3000", "glbp.hello.holdint": "10000", "glbp.hello.redirect": "600",
			"glbp.hello.timeout": "14400", "glbp.hello.virtual_ip": "192.168.0.1", "glbp.reqresp.forwarder": "1", "glbp.reqresp.vfstate": "64", "glbp.reqresp.priority": "135",
			"glbp.reqresp.weight": "100", "glbp.reqresp.virtualmac": "00-07-B4-00-05-01", "glbp.auth.plainpass": "[redacted]"}},
		{Name: "hello of IPv6", Frame: head + "01 28 00 20 00 64 0000 00000bb8 00002710 0258 3840 0000 02 10 fe800000000000000000000000000001", Want: map[string]string{"glbp.hello.virtual_ip": "fe80::1"}},
		{Name: "address of another family", Frame: head + "01 1a 00 20 00 64 0000 00000bb8 00002710 0258 3840 0000 03 02 1111", Want: map[string]string{"glbp.hello.virtual_ip": ""}},
		{Name: "TLV shorter than its header", Frame: head + "02 01", Malformed: "glbp", Want: map[string]string{"glbp.type": "2"}},
		{Name: "too short", Frame: "01 00 0005", Malformed: "glbp", Want: map[string]string{"glbp.group": "5"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, head+hello4+forwarder+password))
}

func TestSecrets(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Keeps(t, Protocol, dissecttest.Unhex(t, head+password), []byte("CANARY42"), "glbp.auth.plainpass")
	digest := "00112233445566778899aabbccddeeff"
	b.Keeps(t, Protocol, dissecttest.Unhex(t, head+"03 14 02 10"+digest), dissecttest.Unhex(t, digest), "glbp.auth.md5hash")
	b.Keeps(t, Protocol, dissecttest.Unhex(t, head+"03 18 03 14 00000001"+digest), dissecttest.Unhex(t, digest), "glbp.auth.md5hash")
}

func FuzzGLBP(f *testing.F) {
	f.Add(dissecttest.Unhex(f, head+hello4+forwarder+password), 0)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		if len(data) == 0 {
			return
		}
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
