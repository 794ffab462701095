// SPDX-License-Identifier: Apache-2.0

package rdp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	cookie   = "Cookie: mstshash=alice\r\n"
	request  = "\x01\x00\x08\x00\x03\x00\x00\x00"
	response = "\x02\x1f\x08\x00\x02\x00\x00\x00"
	refusal  = "\x03\x00\x08\x00\x05\x00\x00\x00"
)

// tlv is an element in BER.
func tlv(tag, value string) string {
	if len(value) < 128 {
		return tag + string([]byte{byte(len(value))}) + value
	}
	return tag + string([]byte{0x82, byte(len(value) >> 8), byte(len(value))}) + value
}

// per leads a value by its length in PER.
func per(value string) string {
	return string([]byte{0x80 | byte(len(value)>>8), byte(len(value))}) + value
}

func wideText(s string, n int) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.Write([]byte{c, 0})
	}
	return b.String() + strings.Repeat("\x00", n-b.Len())
}

func blockOf(kind, value string) string {
	return kind + string([]byte{byte(len(value) + 4), byte((len(value) + 4) >> 8)}) + value
}

var (
	core = blockOf("\x01\xc0", "\x04\x00\x08\x00\x80\x04\x60\x03\x01\xca\x03\xaa\x09\x04\x00\x00\x28\x0a\x00\x00"+wideText("WORKSTATION", 32)+strings.Repeat("\x00", 12+64)+
		strings.Repeat("\x00", 14)+wideText("55274-OEM", 64)+"\x00\x00")
	network    = blockOf("\x03\xc0", "\x02\x00\x00\x00rdpdr\x00\x00\x00\x00\x00\x80\x80cliprdr\x00\x00\x00\xa0\xc0")
	security   = blockOf("\x02\x0c", "\x08\x00\x00\x00\x02\x00\x00\x00")
	parameters = tlv("\x30", "\x02\x01\x22")
	initial    = tlv("\x7f\x65", tlv("\x04", "\x01")+tlv("\x04", "\x01")+tlv("\x01", "\xff")+strings.Repeat(parameters, 3)+
		tlv("\x04", string(objectGCC)+per("\x00\x08\x00\x10\x00\x01\xc0\x00Duca"+per(core+network))))
	answered = tlv("\x7f\x66", tlv("\x0a", "\x00")+tlv("\x02", "\x00")+parameters+tlv("\x04", string(objectGCC)+"\x2a\x14\x76\x0a\x01\x01\x00\x01\xc0\x00McDn"+per(security)))
)

// run hands data to a session's method, as the dissector of the transport protocol does.
func run(s *Session, wireshark bool, wire int, what string, f func(s *Session, p *dissect.Packet, b []byte, wire int) bool) (dissecttest.Result, bool) {
	ok := false
	outer := &dissect.Protocol{Name: "cotp", Dissect: func(p *dissect.Packet, b []byte, wire int) { ok = f(s, p, b, wire) }}
	b := dissecttest.New(nil, outer, Protocol, T125, T124)
	b.P.Options.Wireshark = wireshark
	return b.Run(outer, []byte(what), max(wire, len(what))), ok
}

func asked(s *Session, p *dissect.Packet, b []byte, _ int) bool     { return s.Request(p, b) }
func confirmed(s *Session, p *dissect.Packet, b []byte, _ int) bool { return s.Confirm(p, b) }
func carried(s *Session, p *dissect.Packet, b []byte, w int) bool   { return s.Data(p, b, w) }

func TestNegotiation(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		f          func(*Session, *dissect.Packet, []byte, int) bool
		ok         bool
		session    Session
		want       map[string]string
	}{
		{"cookie and request", cookie + request, asked, true, Session{Known: true}, map[string]string{"rdp.rt_cookie": "Cookie: mstshash=alice", "rdp.neg_type": "1", "rdp.requested_protocols": "3"}},
		{"cookie alone", cookie, asked, true, Session{Known: true}, map[string]string{"rdp.rt_cookie": "Cookie: mstshash=alice", "rdp.requested_protocols": ""}},
		{"token", "Cookie: msts=3640205228.15629.0000\r\n", asked, true, Session{Known: true}, map[string]string{"rdp.rt_cookie": "Cookie: msts=3640205228.15629.0000"}},
		{"request alone", request, asked, true, Session{Known: true}, map[string]string{"rdp.rt_cookie": "", "rdp.requested_protocols": "3"}},
		{"a cookie without an end", "Cookie: mstshash=alice", asked, true, Session{Known: true}, map[string]string{"rdp.rt_cookie": ""}},
		{"parameters of another protocol", "\xc1\x02\x01\x00\xc2\x02\x01\x02", asked, false, Session{}, map[string]string{"rdp.requested_protocols": ""}},
		{"response", response, confirmed, true, Session{Known: true, Secured: true}, map[string]string{"rdp.neg_type": "2", "rdp.selected_protocol": "2"}},
		{"response for no TLS", "\x02\x00\x08\x00\x00\x00\x00\x00", confirmed, true, Session{Known: true}, map[string]string{"rdp.selected_protocol": "0"}},
		{"failure", refusal, confirmed, true, Session{Known: true}, map[string]string{"rdp.neg_type": "3", "rdp.failure_code": "5", "rdp.selected_protocol": ""}},
		{"seven bytes", response[:7], confirmed, false, Session{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s Session
			r, ok := run(&s, true, 0, tt.data, tt.f)
			if ok != tt.ok || s != tt.session || strings.HasSuffix(r.Layers, "rdp") != ok {
				t.Errorf("%v, session %+v, layers %q", ok, s, r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestData(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		known      bool
		wire       int
		layers     [2]string // as tshark has them, and not
		malformed  string
		want       map[string]string
	}{
		{"client", initial, false, 0, [2]string{"cotp:t125:t124", "cotp:t125:t124:rdp"}, "", map[string]string{"t125.pdu": "101", "rdp.client_name": "WORKSTATION", "rdp.client_build": "2600", "rdp.keyboard_layout": "1033",
			"rdp.version_minor": "4", "rdp.client_dig_product_id": "55274-OEM", "rdp.channel_name": "rdpdr,cliprdr"}},
		{"server", answered, false, 0, [2]string{"cotp:t125:t124", "cotp:t125:t124:rdp"}, "", map[string]string{"t125.pdu": "102", "rdp.encryption_method": "8", "rdp.encryption_level": "2"}},
		{"attached", "\x2e\x00\x00\x06", true, 0, [2]string{"cotp:t125", "cotp:t125"}, "", map[string]string{"t125.pdu": "11", "t125.result": "0"}},
		{"join", "\x38\x00\x06\x03\xef", true, 0, [2]string{"cotp:t125", "cotp:t125"}, "", map[string]string{"t125.pdu": "14", "t125.channel_id": "1007"}},
		{"joined", "\x3e\x00\x00\x06\x03\xef\x03\xef", true, 0, [2]string{"cotp:t125", "cotp:t125"}, "", map[string]string{"t125.pdu": "15", "t125.result": "0", "t125.channel_id": "1007"}},
		{"data to the server", "\x64\x00\x06\x03\xeb\x70\x02ab", true, 0, [2]string{"cotp:t125", "cotp:t125:rdp"}, "", map[string]string{"t125.pdu": "25", "t125.channel_id": "1003"}},
		{"data to the client", "\x68\x00\x01\x03\xeb\x70\x80\x02ab", true, 0, [2]string{"cotp:t125:rdp", "cotp:t125:rdp"}, "", map[string]string{"t125.pdu": "26"}},
		{"another protocol", "abc", false, 0, [2]string{"cotp", "cotp"}, "", nil},
		{"a choice that RDP does not use", "\x50\x00", true, 0, [2]string{"cotp", "cotp"}, "", nil},
		{"data of another protocol over T.125", "\x68\x00\x01\x03\xeb\x70\x80\x02ab", false, 0, [2]string{"cotp:t125", "cotp"}, "", nil},
		{"cut in the join", "\x38\x00", true, 5, [2]string{"cotp:t125", "cotp:t125"}, "", map[string]string{"t125.channel_id": ""}},
		{"too short to join", "\x38\x00", true, 0, [2]string{"cotp:t125", "cotp:t125"}, "t125", map[string]string{"t125.channel_id": ""}},
		{"a conference of another kind", tlv("\x7f\x65", tlv("\x04", "abc")), false, 0, [2]string{"cotp:t125", "cotp:t125"}, "", map[string]string{"t125.pdu": "101"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, wireshark := range []bool{true, false} {
				s := Session{Known: tt.known}
				r, _ := run(&s, wireshark, tt.wire, tt.data, carried)
				if r.Layers != tt.layers[i] || r.Malformed != tt.malformed {
					t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
				}
				r.Check(t, tt.want)
				if strings.Contains(r.Layers, "t124") != s.Known && !tt.known {
					t.Errorf("known %v", s.Known)
				}
			}
		})
	}
	for n := range len(initial) {
		if r, _ := run(&Session{}, true, len(initial), initial[:n], carried); n > 2 && !r.Truncated || r.Malformed != "" {
			t.Errorf("%d bytes: truncated %v, malformed %q", n, r.Truncated, r.Malformed)
		}
	}
}

func TestChannelsAreBounded(t *testing.T) {
	many := blockOf("\x03\xc0", "\xff\x00\x00\x00"+strings.Repeat("channel\x00\x00\x00\x00\x00", 255))
	r, _ := run(&Session{}, true, 0, tlv("\x7f\x65", tlv("\x04", string(objectGCC)+per("\x00\x08\x00\x10\x00\x01\xc0\x00Duca"+per(many)))), carried)
	if n := len(r.Fields["rdp.channel_name"]); n != maxChannels {
		t.Errorf("%d channels", n)
	}
}

func TestFastPath(t *testing.T) {
	for data, want := range map[string]int{"\xc4\x11": 17, "\xc0\x85\xf5": 0x5f5, "\xc0\x85": 0, "\xc0": 0, "\x03\x00\x00\x13": -1, "\xc0\x02": -1, "\xc0\x80\x02": -1, "": -1} {
		if got := FastPath([]byte(data)); got != want {
			t.Errorf("%q: %d, want %d", data, got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	for _, tt := range []struct {
		data, want string
		f          func(*Session, *dissect.Packet, []byte, int) bool
	}{
		{cookie + request, "Cookie: mstshash=alice, Negotiate Request", asked}, {response, "Negotiate Response", confirmed}, {refusal, "Negotiate Failure 5", confirmed}, {initial, "ClientData from WORKSTATION", carried},
		{"\x38\x00\x06\x03\xef", "channelJoinRequest 1007", carried},
		{"\xc4\x11", "Fast-Path PDU, 17 bytes", func(_ *Session, p *dissect.Packet, b []byte, _ int) bool { Unit(p, FastPath(b)); return true }},
	} {
		outer := &dissect.Protocol{Name: "cotp", Dissect: func(p *dissect.Packet, b []byte, wire int) { tt.f(&Session{Known: true}, p, b, wire) }}
		b := dissecttest.New(nil, outer, Protocol, T125, T124)
		b.Dissect(outer, []byte(tt.data), len(tt.data))
		if got := b.Summary(Protocol); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func FuzzRDP(f *testing.F) {
	for i, m := range []string{cookie + request, response, initial, answered, "\x3e\x00\x00\x06\x03\xef\x03\xef", "\x64\x00\x06\x03\xeb\x70\x80\x02ab"} {
		f.Add([]byte(m), len(m), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, wire int, known bool) {
		for _, function := range []func(*Session, *dissect.Packet, []byte, int) bool{asked, confirmed, carried} {
			s := Session{Known: known}
			outer := &dissect.Protocol{Name: "cotp", Dissect: func(p *dissect.Packet, b []byte, wire int) {
				if function(&s, p, b, wire) != (p.Depth > 1) {
					t.Fatal("what is taken for RDP's is a layer, and nothing else is")
				}
			}}
			b := dissecttest.New(nil, outer, Protocol, T125, T124)
			b.Dissect(outer, data, max(wire, len(data)))
			b.Invariants(t)
		}
	})
}
