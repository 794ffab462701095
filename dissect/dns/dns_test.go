// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// msg makes a message: flags, then the four counts, then what follows.
func msg(flags uint16, counts [4]uint16, parts ...string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0x12, 0x34}, flags)
	for _, n := range counts {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return append(b, strings.Join(parts, "")...)
}

// name encodes labels separated by slashes, so that a label may hold a dot.
func name(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, "/") {
		b.WriteByte(byte(len(l)))
		b.WriteString(l)
	}
	return b.String() + "\x00"
}

func ask(n string, typ, class uint16) string { return n + u16(typ, class) }

func u16(v ...uint16) string {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return string(b)
}

// rr makes a record that is called as the first question is.
func rr(typ uint16, data string) string { return named("\xc0\x0c", typ, 1, data) }

func named(n string, typ, class uint16, data string) string {
	return n + u16(typ, class, 0, 300, uint16(len(data))) + data
}

func unhex(s string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return string(b)
}

var (
	example = name("example/com")
	asked   = ask(example, 1, 1)
)

type messageTest struct {
	name      string
	proto     *dissect.Protocol
	bytes     []byte
	wire      int
	malformed string
	truncated bool
	want      map[string]string
}

func TestMessages(t *testing.T) {
	loop := msg(0x0100, [4]uint16{1}, "\xc0\x0c", u16(1, 1))
	long := name(strings.TrimSuffix(strings.Repeat(strings.Repeat("x", 63)+"/", 4), "/"))
	tests := []messageTest{
		{name: "query", bytes: msg(0x0100, [4]uint16{1}, asked), want: map[string]string{"dns.id": "4660", "dns.type": "query", "dns.op_code": "QUERY",
			"dns.response_code": "", "dns.header_flags": "RD", "dns.flags.recdesired": "true", "dns.flags.authoritative": "", "dns.question.name": "example.com",
			"dns.question.type": "A", "dns.question.class": "IN", "dns.questions_count": "1", "related.hosts": "example.com", "transaction.id": "flow:1"}},
		{name: "answer", bytes: msg(0x8580, [4]uint16{1, 2, 1, 1}, asked, rr(1, "\xc0\x00\x02\x01"), rr(28, unhex("20010db8000000000000000000000001")),
			rr(2, "\x02ns\xc0\x0c"), named("\x02ns\xc0\x0c", 1, 1, "\xc0\x00\x02\x35")),
			want: map[string]string{"dns.type": "answer", "dns.response_code": "NOERROR", "dns.header_flags": "AA,RD,RA", "dns.flags.authoritative": "true",
				"dns.flags.recavail": "true", "dns.answers.name": "example.com,example.com", "dns.answers.type": "A,AAAA", "dns.answers.ttl": "300,300",
				"dns.answers.data": "192.0.2.1,2001:db8::1", "dns.authorities.data": "ns.example.com", "dns.additionals.name": "ns.example.com",
				"dns.resolved_ip": "192.0.2.1,2001:db8::1", "related.ip": "192.0.2.1,2001:db8::1", "dns.a": "192.0.2.1,192.0.2.53", "dns.ns": "ns.example.com",
				"dns.resp.name": "example.com,example.com,example.com,ns.example.com", "dns.resp.type": "1,28,2,1", "dns.resp.ttl": "300,300,300,300",
				"transaction.id": "", "request_in": ""}},
		{name: "root, unknown type, class and code", bytes: msg(0x980c, [4]uint16{1}, ask("\x00", 65280, 9)),
			want: map[string]string{"dns.question.name": ".", "dns.question.type": "65280", "dns.question.class": "9", "dns.op_code": "3", "dns.response_code": "12", "related.hosts": ""}},
		{name: "escapes, UTF-8 and dots stay readable", bytes: msg(0, [4]uint16{1}, ask(name("Dr. Wo\xc3\xb6/a\x00\n\\\x7f"), 16, 1)),
			want: map[string]string{"dns.question.name": "Dr. Wo\xc3\xb6.a\\000\\n\\\\\\177"}},
		{name: "mDNS unicast question and cache flush", proto: MDNS, bytes: msg(0x8400, [4]uint16{1, 1}, ask(example, 12, 0x8001), named("\xc0\x0c", 12, 0x8001, "\x01x\xc0\x0c")),
			want: map[string]string{"dns.question.qu": "true", "dns.question.class": "IN", "dns.answers.cache_flush": "true", "dns.answers.class": "IN",
				"dns.ptr.domain_name": "x.example.com", "transaction.id": ""}},
		{name: "LLMNR flags", proto: LLMNR, bytes: msg(0x8700, [4]uint16{1}, asked), want: map[string]string{"dns.header_flags": "C,TC,T", "dns.flags.truncated": "true", "dns.flags.recdesired": "", "dns.flags.authoritative": ""}},
		{name: "OPT with cookie and client subnet", bytes: msg(0, [4]uint16{1, 0, 0, 1}, asked,
			"\x00", u16(41, 1232, 0x0100, 0x8000, 27), u16(8, 7, 1), "\x18\x00\xc0\x00\x02", u16(10, 8), "abcdefgh", u16(3, 0)),
			want: map[string]string{"dns.opt.udp_size": "1232", "dns.opt.ext_rcode": "1", "dns.opt.do": "true", "dns.opt.code": "8,10,3", "dns.opt.client.addr": "192.0.2.0",
				"dns.opt.client.netmask": "24", "dns.opt.cookie.client": "6162636465666768", "dns.resp.name": ".", "dns.resp.type": "41", "dns.resp.ttl": "", "dns.additionals.name": ""}},
		{name: "update deletes without data", bytes: msg(0x2800, [4]uint16{1, 0, 1}, ask(example, 6, 1), named("\xc0\x0c", 1, 255, "")),
			want: map[string]string{"dns.op_code": "UPDATE", "dns.authorities.class": "ANY", "dns.authorities.data": ""}},
		{name: "pointer to itself", bytes: loop, malformed: "dns", want: map[string]string{"dns.id": "4660", "dns.question.name": ""}},
		{name: "pointer forward", bytes: msg(0, [4]uint16{1}, "\xc0\x20", u16(1, 1), strings.Repeat("\x00", 20)), malformed: "dns"},
		{name: "pointers back and forth", bytes: msg(0, [4]uint16{2}, example+u16(1, 1), "\x01a\xc0\x1f", u16(1, 1)), malformed: "dns", want: map[string]string{"dns.question.name": "example.com"}},
		{name: "extended label", bytes: msg(0, [4]uint16{1}, "\x41abc", u16(1, 1)), malformed: "dns"},
		{name: "name too long", bytes: msg(0, [4]uint16{1}, ask(long, 1, 1)), malformed: "dns"},
		{name: "name without end", bytes: msg(0, [4]uint16{1}, "\x03abc"), malformed: "dns"},
		{name: "data beyond the message", bytes: msg(0x8000, [4]uint16{1, 1}, asked, "\xc0\x0c", u16(16, 1, 0, 5, 100), "abc"), malformed: "dns",
			want: map[string]string{"dns.answers.name": "example.com", "dns.answers.ttl": "5", "dns.answers.data": "", "dns.txt": ""}},
		{name: "address of three bytes", bytes: msg(0x8000, [4]uint16{1, 1}, asked, rr(1, "abc")), malformed: "dns",
			want: map[string]string{"dns.answers.data": "616263", "dns.a": "", "dns.resolved_ip": ""}},
		{name: "cut by the capture", bytes: msg(0x8000, [4]uint16{1, 1}, asked, "\xc0\x0c\x00"), wire: 512, truncated: true, want: map[string]string{"dns.question.name": "example.com", "dns.answers.name": ""}},
		{name: "header too short", bytes: []byte{1, 2, 3}, malformed: "dns", want: map[string]string{"dns.id": ""}},
	}
	b := dissecttest.New(nil, Protocol, MDNS, LLMNR)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proto := tt.proto
			if proto == nil {
				proto = Protocol
			}
			r := b.Datagrams(proto, dissecttest.Piece{Data: tt.bytes, Wire: tt.wire})[0]
			if r.Layers != proto.Name || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, proto.Name, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}
