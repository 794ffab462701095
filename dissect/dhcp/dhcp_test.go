// SPDX-License-Identifier: Apache-2.0

package dhcp

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

const mac = "000b8201fc42"

// message makes a message: op, four addresses, sname and file in hex, and options, in hex.
func msg(op int, addrs, sname, file, options string) string {
	return fmt.Sprintf("%02x 01 06 00 00003d1d 0000 0000 %s %s%s %s %s 63825363 %s", op, addrs, mac, strings.Repeat("0", 20),
		sname+strings.Repeat("0", 128-len(sname)), file+strings.Repeat("0", 256-len(file)), options)
}

const (
	none4  = "00000000000000000000000000000000"
	leased = "00000000c0a8000ac0a8000100000000"
)

func letters(s string) string { return hex.EncodeToString([]byte(s)) }

// option is one option with its length, in hex.
func option(code int, value string) string {
	value = strings.ReplaceAll(value, " ", "")
	return fmt.Sprintf("%02x%02x%s", code, len(value)/2, value)
}

var (
	discoverMsg = msg(1, none4, "", "", option(53, "01")+option(61, "01"+mac)+option(50, "00000000")+option(12, letters("host1"))+option(60, letters("MSFT 5.0"))+option(55, "0103062a")+"00ff")
	offerMsg    = msg(2, leased, letters("boot"), letters("pxe.0"), option(53, "02")+option(1, "ffffff00")+option(3, "c0a80001 c0a80002")+option(58, "00000708")+option(51, "00000e10")+option(54, "c0a80001")+
		option(15, letters("example.com"))+option(6, "c0a80001")+option(2, "ffffc7c0")+option(121, "00 c0a80001 0c ac10 c0a80002")+option(119, "0161 0362636400 0162 c002")+"ff")
	relayed = msg(1, none4, "", "", option(53, "03")+option(82, "0102 0a0b 0204 00010203 0504 0a000001 0603 616263")+option(81, "04 00 00 05 686f737431 01 61 00")+option(77, "03 616263 02 6465")+
		option(97, "00 000102030405060708090a0b0c0d0e0f")+option(93, "0007")+option(124, "00000137 03 010203")+"ff")
	bootp = strings.TrimSuffix(msg(1, none4, "", "", ""), " 63825363 ")
)

func TestMessages(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "discover", Frame: discoverMsg, Layers: "dhcp", Want: map[string]string{"dhcp.type": "1", "dhcp.id": "15645", "dhcp.option.dhcp": "1", "dhcp.hw.mac_addr": "00-0B-82-01-FC-42",
			"dhcp.ip.client": "0.0.0.0", "dhcp.option.type": "53,61,50,12,60,55", "dhcp.client_id.value": "01" + mac, "dhcp.option.requested_ip_address": "0.0.0.0", "dhcp.option.hostname": "host1",
			"dhcp.option.vendor_class_id": "MSFT 5.0", "dhcp.fingerprint": "1,3,6,42", "related.hosts": "host1", "related.ip": "", "dhcp.server": "", "dhcp.file": ""}},
		{Name: "offer", Frame: offerMsg, Want: map[string]string{"dhcp.ip.your": "192.168.0.10", "dhcp.ip.server": "192.168.0.1", "dhcp.option.dhcp": "2", "dhcp.option.subnet_mask": "255.255.255.0", "related.ip": "192.168.0.10,192.168.0.1,192.168.0.1,192.168.0.2,192.168.0.1,192.168.0.1,192.168.0.1,192.168.0.2",
			"dhcp.option.router": "192.168.0.1,192.168.0.2", "dhcp.option.ip_address_lease_time": "3600", "dhcp.option.dhcp_server_id": "192.168.0.1",
			"dhcp.option.domain_name": "example.com", "dhcp.option.classless_static_route": "0.0.0.0/0 192.168.0.1,172.16.0.0/12 192.168.0.2",
			"dhcp.option.domain_search": "a.bcd,b.bcd", "dhcp.server": "boot", "dhcp.file": "pxe.0"}},
		{Name: "relayed request", Frame: relayed, Want: map[string]string{"dhcp.option.agent_information_option.agent_circuit_id": "0a0b",
			"dhcp.option.agent_information_option.agent_remote_id": "00010203", "dhcp.option.agent_information_option.link_selection": "10.0.0.1",
			"dhcp.option.agent_information_option.subscriber_id": "abc", "dhcp.fqdn.name": "host1.a", "dhcp.option.user_class": "abc,de",
			"dhcp.client_id.uuid": "000102030405060708090a0b0c0d0e0f", "dhcp.option.client_system_architecture": "7"}},
		{Name: "options in sname and file", Frame: msg(1, none4, option(12, letters("in-sname"))+"ff", option(56, letters("in-file"))+"ff", option(53, "01")+option(52, "03")+option(51, "00000e10")+"ff"),
			Want: map[string]string{"dhcp.option.type": "53,52,12,56,51", "dhcp.option.hostname": "in-sname", "dhcp.option.message": "in-file", "dhcp.server": "", "dhcp.file": ""}},
		{Name: "an overload within an overload", Frame: msg(1, none4, "", option(52, "03")+"ff", option(52, "01")+"ff"), Want: map[string]string{"dhcp.option.type": "52,52"}},
		{Name: "BOOTP, no options", Frame: bootp, Layers: "dhcp", Want: map[string]string{"dhcp.option.dhcp": "", "dhcp.id": "15645"}},
		{Name: "another cookie", Frame: strings.Replace(discoverMsg, "63825363", "01020304", 1), Want: map[string]string{"dhcp.option.type": ""}},
		{Name: "a name in letters", Frame: msg(1, none4, "", "", option(81, "00 00 00 686f7374")), Want: map[string]string{"dhcp.fqdn.name": "host"}},
		{Name: "a name without its root", Frame: msg(1, none4, "", "", option(81, "04 00 00 04 686f7374")), Want: map[string]string{"dhcp.fqdn.name": "host"}},
		{Name: "a user class without its length", Frame: msg(1, none4, "", "", option(77, letters("iPXE"))), Want: map[string]string{"dhcp.option.user_class": "iPXE"}},
		{Name: "an address of three bytes", Frame: msg(1, none4, "", "", option(54, "0a0000")+option(12, "61")), Malformed: "dhcp", Want: map[string]string{"dhcp.option.dhcp_server_id": "", "dhcp.option.hostname": "a"}},
		{Name: "a mask of three bytes", Frame: msg(1, none4, "", "", option(1, "ffffff")), Malformed: "dhcp", Want: map[string]string{"dhcp.option.subnet_mask": ""}},
		{Name: "a secret in a URL", Frame: msg(1, none4, "", "", option(252, letters("http://u:CANARY42@h/wpad?token=CANARY42")+"00")), Want: map[string]string{
			"dhcp.option.private_proxy_autodiscovery": "http://u:[redacted]@h/wpad?token=[redacted]"}},
		{Name: "a number of five bytes", Frame: msg(1, none4, "", "", option(51, "0000000000")), Malformed: "dhcp"},
		{Name: "a prefix of 33 bits", Frame: msg(1, none4, "", "", option(121, "21 0a000000 00 0a000001")), Malformed: "dhcp", Want: map[string]string{"dhcp.option.classless_static_route": ""}},
		{Name: "a search list that points at itself", Frame: msg(1, none4, "", "", option(119, "c000")), Malformed: "dhcp"},
		{Name: "a name that is none", Frame: msg(1, none4, "", "", option(81, "04 00 00 ff 61")), Malformed: "dhcp", Want: map[string]string{"dhcp.fqdn.name": ""}},
		{Name: "an option beyond the message", Frame: msg(1, none4, "", "", "3509 01"), Malformed: "dhcp", Want: map[string]string{"dhcp.option.dhcp": "1"}},
		{Name: "an address of 8 bytes", Frame: strings.Replace(discoverMsg, "01 01 06", "01 20 08", 1), Want: map[string]string{"dhcp.hw.mac_addr": "", "dhcp.hw.addr": mac + "0000"}},
	})
	for _, frame := range []string{discoverMsg, offerMsg, relayed, bootp} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for frame, want := range map[string]string{discoverMsg: "DHCP Discover - Transaction ID 0x3d1d, host host1", offerMsg: "DHCP Offer - Transaction ID 0x3d1d, address 192.168.0.10",
		bootp: "Boot Request - Transaction ID 0x3d1d", msg(2, none4, "", "", option(53, "63")): "DHCP message type 99 - Transaction ID 0x3d1d"} {
		f := dissecttest.Unhex(t, frame)
		if b.Dissect(Protocol, f, len(f)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

// Two servers offer, one acknowledges; the addresses are other ones each time.
func TestTransactions(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), Protocol)
	run := func(src, frame string) dissecttest.Result {
		addressed := &dissect.Protocol{Name: "addressed", Dissect: func(p *dissect.Packet, b []byte, wire int) {
			p.Core.Source.Addr = netip.MustParseAddr(src)
			p.Time += 1e6
			p.Call(Protocol, b, wire)
		}}
		f := dissecttest.Unhex(t, frame)
		return b.Run(addressed, f, len(f))
	}
	requestMsg, ackMsg := msg(1, none4, "", "", option(53, "03")), msg(2, leased, "", "", option(53, "05"))
	discovered := run("0.0.0.0", discoverMsg).Fields["transaction.id"][0]
	copied := run("10.0.0.1", discoverMsg)
	copied.Check(t, map[string]string{"transaction.id": discovered})
	for _, server := range []string{"192.168.0.1", "192.168.0.2"} {
		r := run(server, offerMsg)
		r.Check(t, map[string]string{"transaction.id": discovered, "request_in": "1"})
	}
	requested := run("0.0.0.0", requestMsg).Fields["transaction.id"][0]
	if requested == discovered {
		t.Error("the request is the discovery")
	}
	acked := run("192.168.0.1", ackMsg)
	acked.Check(t, map[string]string{"transaction.id": requested, "request_in": "5", "event.duration": "1000000"})
	another := run("192.168.0.1", strings.Replace(ackMsg, mac, "000b8201fc43", 1))
	another.Check(t, map[string]string{"transaction.id": ""})
}

func TestGuess(t *testing.T) {
	for name, tt := range map[string]struct {
		frame       string
		port, bytes bool
	}{
		"discover": {discoverMsg, true, true}, "BOOTP": {bootp, true, false}, "zeros": {strings.Repeat("00", 240), false, false},
		"a link address of 17 bytes": {strings.Replace(discoverMsg, "01 01 06", "01 01 11", 1), false, false},
	} {
		f := dissecttest.Unhex(t, tt.frame)
		if accept(f) != tt.port || guess(f) != tt.bytes {
			t.Errorf("%s: %v, %v", name, accept(f), guess(f))
		}
	}
}

func FuzzDHCP(f *testing.F) {
	for _, s := range []string{discoverMsg, offerMsg, relayed, bootp} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(data) > 0 {
			b.Summary(Protocol)
		}
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
