// SPDX-License-Identifier: Apache-2.0

package radius

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eap"
)

const (
	authenticator = "00112233445566778899aabbccddeeff "
	request       = "01 07 004f " + authenticator + "01 07 616c696365 02 12 43414e4152593432 43414e4152593432 04 06 c0a80101 05 06 00000003 1f 09 30302d30312d30 4f 07 02 01 0009 01 4f 06 616c6963 "
	accepted      = "02 07 0028 " + authenticator + "40 06 0000000d 51 05 01 3130 1a 09 00000009 010203 "
)

func TestDissect(t *testing.T) {
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "request, EAP in two pieces", Frame: request, Layers: "radius:eap", Want: map[string]string{"radius.code": "1", "radius.id": "7", "radius.user_name": "alice",
			"radius.user_password": "[redacted]", "radius.nas_ip_address": "192.168.1.1", "radius.nas_port": "3", "radius.calling_station_id": "00-01-0", "radius.avp.type": "1,2,4,5,31,79,79",
			"eap.code": "2", "eap.type": "1", "eap.identity": "alic"}},
		{Name: "accept", Frame: accepted, Layers: "radius", Want: map[string]string{"radius.code": "2", "radius.tunnel_type": "13", "radius.tunnel_private_group_id": "10", "radius.avp.vendor_id": "9"}},
		{Name: "padding behind the length", Frame: accepted + "0000", Layers: "radius", Want: map[string]string{"radius.avp.type": "64,81,26"}},
		{Name: "an attribute of length 1", Frame: "01 07 0016 " + authenticator + "01 01", Malformed: "radius", Want: map[string]string{"radius.user_name": ""}},
		{Name: "an attribute beyond the packet", Frame: "01 07 0018 " + authenticator + "01 09 6162", Malformed: "radius", Want: map[string]string{"radius.user_name": "ab"}},
		{Name: "an address of three bytes", Frame: "01 07 0019 " + authenticator + "04 05 0a0000", Malformed: "radius"},
		{Name: "addresses of version 6", Frame: "01 07 0026 " + authenticator + "5f 12 20010db8000000000000000000000001", Want: map[string]string{"radius.nas_ip_address": "2001:db8::1"}},
		{Name: "a length beyond the packet", Frame: strings.Replace(accepted, "0028", "0029", 1), Malformed: "radius"},
		{Name: "accounting", Frame: "04 07 0054 " + authenticator + "28 06 00000001 2c 03 61 37 06 50e22700 34 06 00000001 61 08 00 20 20010db8 7b 07 00 18 20010d 42 0b 01 31302e302e302e31 " +
			"59 05 616263 4d 05 313147 19 04 0a0b 32 03 62", Want: map[string]string{"radius.acct_status_type": "1", "radius.acct_session_id": "a",
			"radius.event_timestamp": "2013-01-01T00:00:00.000000000Z", "radius.framed_ipv6_prefix": "2001:db8::,2001:d00::",
			"radius.chargeable_user_identity": "abc", "radius.connect_info": "11G"}},
		{Name: "a prefix of 129 bits", Frame: "04 07 0018 " + authenticator + "61 04 00 81", Malformed: "radius", Want: map[string]string{"radius.framed_ipv6_prefix": ""}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, request))
}

func TestSecrets(t *testing.T) {
	dissecttest.New(nil, Protocol, eap.Protocol).Keeps(t, Protocol, dissecttest.Unhex(t, request), []byte("CANARY42CANARY42"), "radius.user_password")
}

func TestTransactions(t *testing.T) {
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	got := b.Datagrams(Protocol, dissecttest.Piece{Data: dissecttest.Unhex(t, request)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, accepted)})
	if got[1].Fields["radius.req_frame"] == nil || got[0].Fields["transaction.id"] == nil || got[0].Fields["transaction.id"][0] != got[1].Fields["transaction.id"][0] {
		t.Errorf("%v, %v", got[0].Fields, got[1].Fields)
	}
}

func TestGuess(t *testing.T) {
	for name, tt := range map[string]struct {
		frame       string
		port, guess bool
	}{
		"request": {request, true, true}, "nobody is named": {accepted, true, false}, "padding": {request + "00", true, false}, "a length of 19": {"01 07 0013 " + authenticator, false, false},
		"an attribute of length 1": {"01 07 0016 " + authenticator + "01 01", true, false}, "a code that nobody defined": {strings.Replace(request, "01 07", "3f 07", 1), true, false},
		"zeros": {strings.Repeat("00", 40), false, false},
	} {
		b := dissecttest.Unhex(t, tt.frame)
		if accept(b) != tt.port || guess(b) != tt.guess {
			t.Errorf("%s: %v, %v", name, accept(b), guess(b))
		}
	}
}

// An access server repeats a request under its identifier, and later uses it for another one.
func TestRepetitions(t *testing.T) {
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	ask, answer := dissecttest.Piece{Data: dissecttest.Unhex(t, request)}, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, accepted)}
	got := b.Datagrams(Protocol, ask, ask, answer, ask, answer)
	for i, want := range []string{"flow:1", "flow:1", "flow:1", "flow:2", "flow:2"} {
		got[i].Check(t, map[string]string{"transaction.id": want})
	}
}

func FuzzRADIUS(f *testing.F) {
	for _, s := range []string{request, accepted} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, eap.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
