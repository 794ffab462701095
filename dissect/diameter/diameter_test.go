// SPDX-License-Identifier: Apache-2.0

package diameter

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// avp makes an attribute with its padding.
func avp(code uint32, flags byte, data string) string {
	b := binary.BigEndian.AppendUint32(nil, code)
	b = binary.BigEndian.AppendUint32(b, uint32(flags)<<24|uint32(avpLen+len(data)))
	return string(b) + data + strings.Repeat("\x00", -len(data)&3)
}

func u32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// message makes a message with hop-by-hop identifier 7 and end-to-end identifier 9.
func message(flags byte, command, app uint32, avps ...string) []byte {
	body := strings.Join(avps, "")
	return []byte(u32(1<<24|uint32(headerLen+len(body))) + u32(uint32(flags)<<24|command) + u32(app) + u32(7) + u32(9) + body)
}

var (
	capabilities = message(flagRequest, 257, 0, avp(264, 0x40, "a.example.com"), avp(296, 0x40, "example.com"), avp(257, 0x40, "\x00\x01\x0a\x00\x00\x01"), avp(266, 0x40, u32(9)), avp(269, 0, "espd"),
		avp(260, 0x40, avp(266, 0x40, u32(10415))+avp(258, 0x40, u32(16777251))), avp(1, 0xc0, u32(10415)+"no user"))
	agreed  = message(0, 257, 0, avp(268, 0x40, u32(2001)), avp(264, 0x40, "b.example.com"))
	charged = message(flagRequest, 272, 4, avp(263, 0x40, "a;1;2"), avp(443, 0x40, avp(450, 0x40, u32(1))+avp(444, 0x40, "001010123456789")),
		avp(416, 0x40, u32(1)), avp(8, 0x40, "\x0a\x00\x00\x05"))
	refused = message(flagError, 272, 4, avp(297, 0x40, avp(298, 0x40, u32(5001))))
)

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes     []byte
		malformed string
		want      map[string]string
	}{
		"capabilities": {capabilities, "", map[string]string{"diameter.flags.request": "true", "diameter.cmd.code": "257", "diameter.application_id": "0", "diameter.hopbyhopid": "7",
			"diameter.avp.code": "264,296,257,266,269,260,1", "diameter.origin_host": "a.example.com", "diameter.origin_realm": "example.com",
			"diameter.host_ip_address": "10.0.0.1", "diameter.product_name": "espd", "diameter.user_name": "",
			"related.hosts": "a.example.com,example.com", "related.ip": "10.0.0.1"}},
		"credit control": {charged, "", map[string]string{"diameter.session_id": "a;1;2",
			"diameter.subscription_id_data": "001010123456789", "diameter.cc_request_type": "1", "diameter.framed_ip_address": "10.0.0.5"}},
		"refused":                     {refused, "", map[string]string{"diameter.flags.request": "false", "diameter.flags.error": "true", "diameter.experimental_result_code": "5001", "diameter.result_code": ""}},
		"an address of version 6":     {message(0, 257, 0, avp(257, 0, "\x00\x02\x20\x01"+strings.Repeat("\x00", 13)+"\x01")), "", map[string]string{"diameter.host_ip_address": "2001::1"}},
		"an address of three bytes":   {message(0, 257, 0, avp(8, 0, "\x0a\x00\x00")), "diameter", map[string]string{"diameter.framed_ip_address": ""}},
		"an attribute of length 7":    {message(0, 257, 0, "\x00\x00\x00\x01\x00\x00\x00\x07"), "diameter", map[string]string{"diameter.avp.code": "1"}},
		"a number of two bytes":       {message(0, 257, 0, avp(268, 0, "\x00\x01")), "diameter", map[string]string{"diameter.result_code": ""}},
		"an attribute beyond its end": {message(0, 257, 0, "\x00\x00\x00\x01\x00\x00\x00\x0cab"), "diameter", map[string]string{"diameter.user_name": "ab"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := dissecttest.New(nil, Protocol).Run(Protocol, tt.bytes, len(tt.bytes))
			if r.Malformed != tt.malformed || r.Truncated {
				t.Errorf("malformed %q, truncated %v", r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
	for _, m := range [][]byte{capabilities, charged} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, m)
	}
}

func TestBounds(t *testing.T) {
	nested := ""
	for range 2 * maxDepth {
		nested = avp(443, 0, nested)
	}
	b := dissecttest.New(nil, Protocol)
	m := message(0, 272, 4, nested)
	if r := b.Run(Protocol, m, len(m)); len(r.Fields["diameter.avp.code"]) != maxDepth || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d attributes, cut %v, malformed %q", len(r.Fields["diameter.avp.code"]), b.Out.Cut, r.Malformed)
	}
	m = message(0, 272, 4, strings.Repeat(avp(9, 0, ""), 2000))
	if r := b.Run(Protocol, m, len(m)); len(r.Fields["diameter.avp.code"]) != 1024 || !b.Out.Cut {
		t.Errorf("%d attributes, cut %v", len(r.Fields["diameter.avp.code"]), b.Out.Cut)
	}
}

func TestStream(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	pieces := []dissecttest.Piece{{Data: slices.Concat(capabilities, charged)}, {Dir: 1, Data: agreed}, {Dir: 1, Data: message(flagRequest, 280, 0)}}
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"diameter.cmd.code": "257,272", "transaction.id": "flow:1,flow:2"})
	got[1].Check(t, map[string]string{"transaction.id": "flow:1", "request_in": "1", "event.duration": "1000000"})
	got[2].Check(t, map[string]string{"transaction.id": "flow:3", "request_in": ""})
	b.Split(t, Protocol, pieces...)
	for name, bytes := range map[string]string{"version 2": "\x02\x00\x00\x14", "a length of 19": "\x01\x00\x00\x13", "a length of 16 MiB": "\x01\xff\xff\xff"} {
		if r := b.Stream(Protocol, dissecttest.Piece{Data: []byte(bytes)}, dissecttest.Piece{Data: agreed})[1]; r.Layers != "" {
			t.Errorf("%s: what follows is %s", name, r.Layers)
		}
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for want, m := range map[string][]byte{"Capabilities-Exchange Request, application 0": capabilities, "Capabilities-Exchange Answer, application 0, result 2001": agreed,
		"Credit-Control Request, application 4, session a;1;2": charged, "Command 999 Answer, application 1": message(0, 999, 1)} {
		if b.Dissect(Protocol, m, len(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func TestGuess(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes []byte
		want  bool
	}{
		"request": {capabilities, true}, "answer": {agreed, true}, "no attribute": {message(flagRequest, 280, 0), false}, "reserved flags": {message(0x81, 257, 0, avp(1, 0, "a")), false},
		"a command that nobody has": {message(0, 500, 0, avp(1, 0, "a")), false}, "text": {[]byte(strings.Repeat("GET / ", 8)), false}, "zeros": {make([]byte, 40), false},
	} {
		if got := guess(tt.bytes); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzDiameter(f *testing.F) {
	for _, m := range [][]byte{capabilities, agreed, charged, refused} {
		f.Add(m, 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true})
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
