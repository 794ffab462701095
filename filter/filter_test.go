// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
)

func compile(t *testing.T, text string) *filter.Filter {
	t.Helper()
	f, err := filter.Compile(text, filter.Options{Layers: layers, Profile: field.Full})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var packet = doc{"@timestamp": "2024-05-06T07:08:09.500000000Z", "network": map[string]any{"type": "ipv4", "transport": "tcp"},
	"source": map[string]any{"ip": "192.0.2.1", "port": "40000"}, "destination": map[string]any{"ip": "198.51.100.2", "port": "80"},
	"packet": map[string]any{"payload": "474554", "layers": []any{"eth", "ip", "tcp", "http"}, "comment": "The first request"},
	"ip":     map[string]any{"ttl": "64", "src": []any{"10.0.0.1", "192.0.2.1"}}, "tcp": map[string]any{"len": "50", "flags": map[string]any{"names": []any{"psh", "ack"}}},
	"http": map[string]any{"host": "WWW.Example.com", "time": "1500000000", "request": map[string]any{"method": "GET"}}, "dns": map[string]any{"id": "1000", "question": map[string]any{"type": "AAAA", "name": "a.example"}},
	"eth": map[string]any{"src": "00-00-5E-00-53-01"}, "ssh": map[string]any{}, "pfcp": map[string]any{"seid": "0000000000000010"}, "smb2": map[string]any{"sesid": "0x0000000000000007", "fid": "0102030405060708090a0b0c0d0e0f10"},
	"dcerpc": map[string]any{"activity": "04030201-0605-0807-090a-0b0c0d0e0f10"}, "ldap": map[string]any{"scope": "wholeSubtree"}, "http2": map[string]any{"goaway": map[string]any{"error": "CANCEL"}},
	"nfs": map[string]any{"status": "ERR_NOTSUPP"}, "dhcp": map[string]any{"hw": map[string]any{"addr": "0001020304"}}}

// TestMeaning holds what a comparison with tshark does not tell: newer syntax, precedence, several values, and what documents leave out.
func TestMeaning(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                                 true,
		"ip.addr == 10.0.0.1":                              true, // one of several values
		"ip.addr != 10.0.0.1":                              false,
		"ip.addr ~= 10.0.0.1":                              true,
		"ip.addr === 10.0.0.1":                             false,
		"ip.addr === 0.0.0.0/0":                            true,
		"ip.addr ~= 192.0.0.0/8":                           true,
		"ip.addr all_ne 1.1.1.1":                           true,
		"ipv6.addr != ::1":                                 false, // there is no IPv6
		"0 < tcp.len < 100":                                true,
		"100 > tcp.len > 60":                               false,
		"tcp.len == 0x32":                                  true,
		"tcp.len == 062":                                   true,
		"tcp.len == '2'":                                   true,
		"tcp or udp and udp":                               true, // and binds tighter
		"(tcp or udp) and udp":                             false,
		"tcp xor http":                                     false,
		"not udp and not icmp":                             true,
		"!!tcp":                                            true,
		"tcp.flags & 0x18":                                 true,
		"tcp.flags & 0x07":                                 false,
		"tcp.flags & 0x18 == 0x18":                         true,
		"tcp.flags & 0x1a == 0x18":                         true,
		"tcp.flags & 0x1a != 0x18":                         false,
		"tcp.flags == 24":                                  true,
		"tcp.flags == 0x118":                               false,
		"tcp.flags.syn == False":                           true,
		"dns.qry.type == aaaa":                             true,
		"dns.qry.type == 28":                               true,
		"dns.qry.type == 65":                               false,
		"http.host contains \"Example\"":                   true,
		"http.host contains \"example\"":                   false,
		"lower(http.host) contains \"exam\"":               true,
		"upper(http.host) == \"WWW.EXAMPLE.COM\"":          true,
		"lower(http.host) == \"WWW.EXAMPLE.COM\"":          false,
		"http.host matches \"^www\\\\.\"":                  true,
		"http.host matches r\"^example\"":                  false,
		"http.host[0:3] == \"WWW\"":                        true,
		"http.time >= 1.5":                                 true,
		"http.time > 1.5":                                  false,
		"eth.src[0:3] == 00:00:5e":                         true,
		"eth.src[:2] == 0000":                              true,
		"eth.src[0-2] != 00:00:5e":                         false,
		"eth.src[2:2] == 5e:00":                            true,
		"eth.src[4] == 53":                                 true,
		"eth.src[4] > 0x52":                                true,
		"eth.src[4] > 0x53":                                false,
		"eth.src[0] & 1":                                   false,
		"eth.src[5] & 1":                                   true,
		"eth.src[5] & 3 == 1":                              true,
		"eth.src[5] & 3 != 1":                              false,
		"eth.src[-2:] == 53:01":                            true,
		"eth.src[-2:1] == 53":                              true,
		"eth.src[-3:2] == 00:01":                           false,
		"eth.src[3:] == 00:53:01":                          true,
		"eth.src[0:] == 00:00:5e:00:53:01":                 true,
		"http.host[-4:] == \".com\"":                       true,
		"http.host[4:3] == \"Exa\"":                        true,
		"len(http.host) == 15":                             true,
		"len(http.host) > 15":                              false,
		"len(http.host) != 15":                             false,
		"len(http.host) in {1..9, 15}":                     true,
		"len(eth.src) == 6":                                true,
		"len(eth.src) < 6":                                 false,
		"len(dhcp.hw.addr) >= 5":                           true,
		"len(dhcp.hw.addr) > 5":                            false,
		"ip.ttl & 0x40":                                    true,
		"ip.ttl & 0x3f":                                    false,
		"ip.ttl & 0x60 > 0x40":                             false,
		"ip.ttl & 0x60 != 0x40":                            false,
		"tcp.flags & 2 != 0":                               false,
		"dns.qry.type > 27":                                true,
		"dns.qry.type > AAAA":                              false,
		"dns.qry.type in {1..28}":                          true,
		"dns.qry.type ~= AAAA":                             false,
		"dns.qry.type ~= 1":                                true,
		"dns.id > 999":                                     true,
		"dns.id < 1000":                                    false,
		"pfcp.seid == 16":                                  true,
		"pfcp.seid > 15":                                   true,
		"pfcp.seid == 0x10":                                true,
		"pfcp.seid == 00:00:00:00:00:00:00:10":             true,
		"smb2.sesid == 0x7":                                true,
		"smb2.fid == 04030201-0605-0807-090A-0B0C0D0E0F10": true,
		"dcerpc.dg_act_id == 04030201-0605-0807-090A-0B0C0D0E0F10": true,
		"ldap.scope == 2":                       true,
		"ldap.scope > 1":                        true,
		"http2.goaway.error != 0":               true,
		"nfs.status == 10004":                   true,
		"packet.payload contains \"ET\"":        true,
		"packet.payload contains 45:54":         true,
		"packet.payload contains 74:55":         false,
		"packet.payload[0:3] == \"GET\"":        true,
		"packet.payload[1] & 0x80":              false,
		"http.request.uri.path":                 false, // without a query
		"dns.qry.name.len > 3":                  true,
		"any tcp.port > 1024":                   true,
		"all tcp.port > 1024":                   false,
		"all tcp.port >= 80":                    true,
		"all ip.addr != 192.0.2.9":              true,
		"any ip.addr != 192.0.2.1":              true,
		"all udp.port < 99":                     false, // there is none
		"tcp.port not in {80, 443}":             false,
		"udp.port not in {80, 443}":             true, // nor is it there
		"eth.src == 0000.5e00.5301":             true,
		"dhcp.hw.addr contains 02:03":           true,
		"dhcp.hw.addr contains 10:20":           false, // halves of three bytes
		"frame.time < \"May 6, 2024 07:08:10\"": true,
		"frame.time_epoch > 1714979289.4":       true,
		"frame.protocols contains \"htt\"":      true,
		"http.request == 1":                     true,
		"http.request == 0":                     false,
		"tcp.port in {1..79, 81}":               false,
		"tcp.port in {1..80}":                   true,
		"\"GET\" == http.request.method":        true,
		"http.request.method in {GET POST}":     true,
		"frame.comment contains \"first\"":      true,
		"packet.layers == \"http\"":             true, // espbeat's own name
	} {
		if got := compile(t, text).Match(packet); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestErrorsNameTheToken: what is wrong, where, and what to do.
func TestErrorsNameTheToken(t *testing.T) {
	for text, want := range map[string][2]string{
		"tcp.port == 80 and":             {"", "was expected"},
		"tcp.port = 80":                  {"=", "no part of a display filter"},
		"tcp.port == eighty":             {"eighty", "a whole number was expected"},
		"tcp.port == 65536":              {"65536", "a number from 0 to 65535"},
		"ip.addr == ::1":                 {"::1", "an IPv4 address"},
		"ip.addr == example.com":         {"example.com", "names are not resolved"},
		"nonsense":                       {"nonsense", "neither a field nor a protocol"},
		"tcp.nonsense == 1":              {"tcp.nonsense", "no such field of tcp"},
		"frame contains \"x\"":           {"\"x\"", "no bytes of protocols"},
		"tcp.payload contains \"x\"":     {"tcp.payload", "packet.payload"},
		"http.response_in":               {"http.response_in", "later packets"},
		"_ws.col.info contains \"x\"":    {"_ws.col.info", "ask for the fields"},
		"ip.src == ip.dst":               {"ip.dst", "two fields cannot be compared"},
		"tcp.len + 1 == 2":               {"+", "does not calculate"},
		"ip.src#2 == 1.1.1.1":            {"ip.src", "certain layer"},
		"count(http.host) > 3":           {"count", "does not count"},
		"max(tcp.port) > 3":              {"max", "lower(), upper() and len()"},
		"len(tcp.len) > 3":               {"3", "have a length"},
		"len(http.host) > 5000":          {"5000", "at most 1000"},
		"len(http.host) contains \"x\"":  {"\"x\"", "len() is compared"},
		"all http.host contains \"x\"":   {"contains", "leave all out"},
		"all tcp.port":                   {"tcp.port", "a comparison was expected"},
		"any 80 == tcp.port":             {"80", "a field was expected"},
		"ip.id & 1":                      {"&", "32768 intervals"},
		"tcp.seq & 1":                    {"&", "one or two bytes"},
		"tcp & 1":                        {"&", "no bytes of protocols"},
		"tcp[13] & 2":                    {"&", "no bytes of protocols"},
		"tcp.flags & 3 > 1":              {"&", "== or !="},
		"tcp.flags & x":                  {"x", "a mask was expected"},
		"ip.ttl & 3 contains 1":          {"contains", "masked bits are compared"},
		"tcp.port in {eighty..90}":       {"eighty", "a whole number"},
		"tcp.port in {80..ninety}":       {"ninety", "a whole number"},
		"http.host matches \"(\"":        {"\"(\"", "no regular expression"},
		"http.host matches \"a\\\\bc\"":  {"\"a\\\\bc\"", "there is no \\b"},
		"http.host == \"x":               {"\"x", "no closing quote"},
		"tcp.port in {}":                 {"in", "the set is empty"},
		"tcp.port in 80":                 {"80", "a set in braces"},
		"(tcp":                           {"", "closing parenthesis"},
		"tcp)":                           {")", "was expected before it"},
		"eth.src[0,2] == 00:00":          {"0", "one piece"},
		"eth.src[0:0] == 00":             {"0:0", "counts bytes"},
		"eth.src[-1:2] == 00:00":         {"-1:2", "at the end"},
		"eth.src[9000] == 00":            {"9000", "before byte 333"},
		"ip.src[0:2] == 0a:00":           {"0a:00", "10.0.0.0/8"},
		"eth.src[0:2] > 00:00":           {"00:00", "with < and >"},
		"eth.src[0:3] == 00:00":          {"00:00", "not as long as the slice"},
		"http.content_type > 5":          {"5", "order is not that of numbers"},
		"dns.qry.type > SOMETHING":       {"SOMETHING", "a number was expected"},
		"tcp.flags.syn > 0":              {"0", "compared with =="},
		"frame.time == yesterday":        {"yesterday", "a time was expected"},
		"@http.host == 00":               {"@", "no raw bytes"},
		strings.Repeat("(", 200) + "tcp": {"(", "nested too deeply"},
	} {
		_, err := filter.Compile(text, filter.Options{Layers: layers, Profile: field.Full})
		var e *filter.Error
		if !errors.As(err, &e) || e.Token != want[0] || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := filter.Compile("ip.hdr_len > 20", filter.Options{Layers: layers, Profile: field.Standard}); err == nil || !strings.Contains(err.Error(), "profile full only") {
		t.Errorf("a field that documents of profile standard lack: %v", err)
	}
	if _, err := filter.Compile(strings.Repeat("tcp or ", 10000)+"tcp", filter.Options{Layers: layers}); err == nil || !strings.Contains(err.Error(), "64 KiB") {
		t.Errorf("a filter of 70,000 bytes: %v", err)
	}
}

func TestQueries(t *testing.T) {
	for text, want := range map[string][2]string{
		"tcp.flags.syn == 1":                {`{"term":{"tcp.flags.names":"syn"}}`, `tcp.flags.names: "syn"`},
		"ip.ttl < 5":                        {`{"range":{"ip.ttl":{"lt":"5"}}}`, `ip.ttl < "5"`},
		"ip.ttl in {5..9}":                  {`{"range":{"ip.ttl":{"gte":"5","lte":"9"}}}`, `(ip.ttl >= "5" and ip.ttl <= "9")`},
		"arp and not dns":                   {`{"bool":{"filter":[{"term":{"packet.layers":"arp"}},{"bool":{"must_not":[{"term":{"packet.layers":"dns"}}]}}]}}`, `(packet.layers: "arp" and not packet.layers: "dns")`},
		"http.host contains \"a*\\\"b\"":    {`{"wildcard":{"http.host":{"case_insensitive":false,"value":"*a\\*\"b*"}}}`, `http.host: *a\*\"b*`},
		"http.host matches \"^a|b$\"":       {`{"regexp":{"http.host":{"case_insensitive":true,"flags":"NONE","value":"a.*|.*b"}}}`, "error"},
		"http.host matches \"x{2,}[0-9]?\"": {`{"regexp":{"http.host":{"case_insensitive":true,"flags":"NONE","value":".*(x){2,}([0-9])?.*"}}}`, "error"},
		"lower(http.host) == \"a\"":         {`{"term":{"http.host":{"case_insensitive":true,"value":"a"}}}`, "error"},
		"dns.qry.type in {28..29}":          {`{"bool":{"minimum_should_match":1,"should":[{"terms":{"dns.question.type":["AAAA","LOC"]}},{"regexp":{"dns.question.type":{"flags":"INTERVAL","value":"<28-29>"}}}]}}`, `dns.question.type: ("AAAA" or "LOC" or "28" or "29")`},
		"dns.id > 5":                        {`{"regexp":{"dns.id":{"flags":"INTERVAL","value":"<6-2147483647>"}}}`, "error"},
		"eth.src[3:] == 00:53:01":           {`{"bool":{"minimum_should_match":1,"should":[{"bool":{"filter":[{"term":{"packet.layers":"eth"}},{"regexp":{"source.mac":{"case_insensitive":false,"flags":"NONE","value":".{9}(00\\-53\\-01)"}}}]}},{"regexp":{"eth.src":{"case_insensitive":false,"flags":"NONE","value":".{9}(00\\-53\\-01)"}}}]}}`, "error"},
		"len(http.host) > 3":                {`{"regexp":{"http.host":{"case_insensitive":false,"flags":"NONE","value":".{4,}"}}}`, "error"},
		"dhcp.hw.addr contains 02":          {`{"regexp":{"dhcp.hw.addr":{"case_insensitive":false,"flags":"NONE","value":"(..)*02.*"}}}`, "error"},
		"http.host":                         {`{"exists":{"field":"http.host"}}`, "http.host: *"},
		"frame":                             {`{"match_all":{}}`, "*"},
		"frame.comment == \"a b\"":          {`{"match_phrase":{"packet.comment":"a b"}}`, `packet.comment: "a b"`},
		"ip.src_host == 10.0.0.0/8 or dns": {`{"bool":{"minimum_should_match":1,"should":[{"bool":{"minimum_should_match":1,"should":[{"term":{"source.ip":"10.0.0.0/8"}},{"term":{"ip.src":"10.0.0.0/8"}},{"term":{"icmp.original.source.ip":"10.0.0.0/8"}}]}},{"term":{"packet.layers":"dns"}}]}}`,
			`((source.ip: "10.0.0.0/8" or ip.src: "10.0.0.0/8" or icmp.original.source.ip: "10.0.0.0/8") or packet.layers: "dns")`},
	} {
		f := compile(t, text)
		if got := string(f.DSL()); got != want[0] {
			t.Errorf("%s: %s", text, got)
		}
		kql, err := f.KQL()
		if (err != nil) != (want[1] == "error") || err == nil && kql != want[1] {
			t.Errorf("%s: %s, %v", text, kql, err)
		}
	}
}

// FuzzCompile: whatever the text, there is an error that names a part of it, or a query and a predicate.
func FuzzCompile(f *testing.F) {
	for _, text := range []string{"tcp.port in {80, 443..444} and !(ip.addr == 10.0.0.0/8)", `http.host matches "a(b|c)*$" or lower(http.server) contains 'x'`, `eth.src[0:3] == 00:1b:21 xor frame.time > "2024-01-01"`, "0x1 <= tcp.flags & 0x3 == 1",
		"all tcp.port >= 80 and udp.port not in {1..2}", `len(http.host) > 3 || http.host[-4:] == ".com"`, "eth.src[1] & 3 > 1 or ip.ttl & 0xf0 != 0x10", "dns.qry.type > 5 and dns.id in {1..9}",
		"smb2.fid == 00000000-0000-0000-0000-000000000000", "ip.src#2 == 1.1.1.1", `packet.payload contains "GET"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := filter.Compile(text, filter.Options{Layers: layers, Profile: field.Full})
		var e *filter.Error
		switch {
		case errors.As(err, &e) && e.Cause != "" && (len(text) > 64<<10 || strings.Contains(text, e.Token) && e.At <= len(text)):
		case err != nil:
			t.Fatalf("%q: %#v", text, err)
		default:
			if len(c.DSL()) < 2 {
				t.Fatalf("%q has no query", text)
			}
			c.Match(packet)
			_, _ = c.KQL()
		}
	})
}
