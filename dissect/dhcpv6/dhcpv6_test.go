// SPDX-License-Identifier: Apache-2.0

package dhcpv6

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/flow"
)

// option is one option with its length, in hex.
func option(code int, value string) string {
	value = strings.ReplaceAll(value, " ", "")
	return fmt.Sprintf("%04x%04x%s", code, len(value)/2, value)
}

func letters(s string) string { return hex.EncodeToString([]byte(s)) }

const (
	host1 = "20010db8000000000000000000000001"
	host2 = "20010db8000000000000000000000002"
)

var (
	clientDUID = option(1, "0001 0001 1c39cf88 080027fe8f95")
	serverDUID = option(2, "0003 0001 0a0b0c0d0e0f")
	solicited  = "01 100874 " + clientDUID + option(6, "0017 0018") + option(8, "0000") + option(25, "27fe8f95 00000e10 00001518") + option(39, "01 05 686f737431 01 61 00") +
		option(16, "00000137 0008"+letters("MSFT 5.0"))
	advertised = "02 100874 " + option(25, "27fe8f95 00000e10 00001518"+option(26, "00001194 00001c20 38 20010db8000000000000000000000000")) +
		option(3, "00000001 00000e10 00001518"+option(5, host1+"00001194 00001c20"+option(13, "0000"+letters("ok")))) + clientDUID + serverDUID +
		option(23, host1+host2) + option(24, "01610362636400 016200") + option(7, "ff") + option(56, "0001 0010"+host1+"0003 0003 016e00")
	relayed = "0c 01 " + host1 + "fe800000000000000000000000000001" + option(9, solicited) + option(18, "0a0b") + option(37, "00000009 0102") + option(38, letters("sub")) +
		option(79, "0001 0a0b0c0d0e0f") + option(59, letters("tftp://b"))
)

func TestMessages(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "solicit", Frame: solicited, Layers: "dhcpv6", Want: map[string]string{"dhcpv6.msgtype": "1", "dhcpv6.xid": "1050740", "dhcpv6.option.type": "1,6,8,25,39,16",
			"dhcpv6.duid.bytes": "000100011c39cf88080027fe8f95", "dhcpv6.duid.link_layer_addr": "08-00-27-FE-8F-95",
			"dhcpv6.fingerprint": "23,24", "dhcpv6.ia.id": "27fe8f95",
			"dhcpv6.client_domain": "host1.a", "related.hosts": "host1.a", "dhcpv6.vendorclass.data": "MSFT 5.0"}},
		{Name: "advertise", Frame: advertised, Want: map[string]string{"dhcpv6.option.type": "25,26,3,5,13,1,2,23,24,7,56", "dhcpv6.iaprefix.pref_addr": "2001:db8::", "dhcpv6.iaprefix.pref_len": "56",
			"dhcpv6.iaprefix.valid_lifetime": "7200", "dhcpv6.iaaddr.ip": "2001:db8::1",
			"dhcpv6.iaaddr.valid_lifetime": "7200", "dhcpv6.status_code": "0", "dhcpv6.status_msg": "ok", "dhcpv6.dns_server": "2001:db8::1,2001:db8::2",
			"dhcpv6.search_list_entry": "a.bcd,b", "dhcpv6.ntpserver.addr": "2001:db8::1"}},
		{Name: "relayed", Frame: relayed, Want: map[string]string{"dhcpv6.msgtype": "12,1", "dhcpv6.hopcount": "1", "dhcpv6.linkaddr": "2001:db8::1", "dhcpv6.peeraddr": "fe80::1", "dhcpv6.xid": "1050740",
			"dhcpv6.option.type": "9,1,6,8,25,39,16,18,37,38,79,59", "dhcpv6.interface_id": "0a0b", "dhcpv6.remoteid.value": "0102", "dhcpv6.subscriber_id": "sub",
			"dhcpv6.client_link_layer_addr": "0A-0B-0C-0D-0E-0F", "dhcpv6.bootfile_url": "tftp://b"}},
		{Name: "identifiers of a vendor and a UUID", Frame: "01 000001 " + option(1, "0002 00000009 0102") + option(2, "0004 00112233445566778899aabbccddeeff"), Want: map[string]string{
			"dhcpv6.duid.bytes": "0002000000090102,000400112233445566778899aabbccddeeff"}},
		{Name: "temporary addresses", Frame: "01 000001 " + option(4, "00000007"), Want: map[string]string{"dhcpv6.ia.id": "00000007"}},
		{Name: "a secret in a URL", Frame: "01 000001 " + option(59, letters("ftp://u:CANARY42@h/b")), Want: map[string]string{"dhcpv6.bootfile_url": "ftp://u:[redacted]@h/b"}},
		{Name: "an option beyond the message", Frame: "01 000001 0008 0004 0001", Malformed: "dhcpv6", Want: map[string]string{"dhcpv6.option.type": "8"}},
		{Name: "an option without its length", Frame: "01 000001 0008 00", Malformed: "dhcpv6", Want: map[string]string{"dhcpv6.option.type": ""}},
		{Name: "an address of three bytes", Frame: "01 000001 " + option(23, "010203"), Malformed: "dhcpv6", Want: map[string]string{"dhcpv6.dns_server": ""}},
		{Name: "a name without end", Frame: "01 000001 " + option(24, "0361"), Malformed: "dhcpv6", Want: map[string]string{"dhcpv6.search_list_entry": ""}},
		{Name: "a relay's header cut by its sender", Frame: "0c 01 " + host1, Malformed: "dhcpv6", Want: map[string]string{"dhcpv6.linkaddr": "2001:db8::1", "dhcpv6.peeraddr": ""}},
	})
	for _, frame := range []string{solicited, advertised, relayed} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestBounds(t *testing.T) {
	nested := "01 000001"
	for range 2 * maxDepth {
		nested = "0c 01 " + host1 + host1 + option(9, nested)
	}
	b := dissecttest.New(nil, Protocol)
	f := dissecttest.Unhex(t, nested)
	r := b.Run(Protocol, f, len(f))
	if n := len(r.Fields["dhcpv6.msgtype"]); n != maxDepth+1 || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d messages, cut %v, malformed %q", n, b.Out.Cut, r.Malformed)
	}
	f = dissecttest.Unhex(t, "01 000001"+strings.Repeat("000e 0000", 2000))
	if r := b.Run(Protocol, f, len(f)); len(r.Fields["dhcpv6.option.type"]) != 1024 || !b.Out.Cut {
		t.Errorf("%d options, cut %v", len(r.Fields["dhcpv6.option.type"]), b.Out.Cut)
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{solicited: "Solicit XID: 0x100874", advertised: "Advertise XID: 0x100874 2001:db8::1", relayed: "Relay-forw, Solicit XID: 0x100874",
		"23 000001": "Message type 35 XID: 0x1"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

// Servers answer from their own addresses, and through relays.
func TestTransactions(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), Protocol)
	run := func(src, frame string) dissecttest.Result {
		f := dissecttest.Unhex(t, frame)
		return b.Run(&dissect.Protocol{Name: "addressed", Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Core.Source.Addr = netip.MustParseAddr(src)
			p.Time += 1e6
			p.Call(Protocol, b, wire)
		}}, f, len(f))
	}
	asked := run("fe80::1", solicited)
	id := asked.Fields["transaction.id"][0]
	advertisement := run("fe80::2", advertised)
	advertisement.Check(t, map[string]string{"transaction.id": id, "request_in": "1", "event.duration": "1000000"})
	other := run("fe80::2", strings.Replace(advertised, "080027fe8f95", "080027fe8f96", 1))
	other.Check(t, map[string]string{"transaction.id": ""})
	reconfiguration := run("fe80::2", "0a 100874 "+clientDUID)
	reconfiguration.Check(t, map[string]string{"transaction.id": ""})
}

func TestGuess(t *testing.T) {
	for name, tt := range map[string]struct {
		frame string
		want  bool
	}{
		"solicit": {solicited, true}, "advertise": {advertised, true}, "relayed": {relayed, true}, "zeros": {strings.Repeat("00", 64), false}, "without a client": {"01 000001 " + option(6, "0017"), false},
		"a byte behind": {solicited + "00", false}, "an option that nobody has": {"01 000001 " + option(1, "0003 0001 0a0b0c0d0e0f") + option(200, ""), false}, "a type that nobody defined": {"ff 100874 " + clientDUID, false},
	} {
		if got := guess(dissecttest.Unhex(t, tt.frame)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzDHCPv6(f *testing.F) {
	for _, s := range []string{solicited, advertised, relayed} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && b.P.Depth == 1 && b.P.Out.Len() < 4 {
			t.Fatal("guessed, and nothing is there")
		}
	})
}
