// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// short makes an element with a length in one byte, or two where it needs them.
func short(tag byte, parts ...string) string {
	value := strings.Join(parts, "")
	if len(value) < 0x80 {
		return string([]byte{tag, byte(len(value))}) + value
	}
	return string([]byte{tag, 0x82, byte(len(value) >> 8), byte(len(value))}) + value
}

func octet(s string) string { return short(tagOctets, s) }

func operation(op byte, parts ...string) string {
	return short(tagSequence, short(tagInteger, "\x01"), short(op, parts...))
}

// searchFor is a search by a filter.
func searchFor(filter string) string {
	return operation(0x63, octet("dc=x"), short(tagEnumerated, "\x01"), short(tagEnumerated, "\x00"), short(tagInteger, "\x00"), short(tagInteger, "\x00"), short(1, "\x00"), filter,
		short(tagSequence, octet("cn"), octet("mail")))
}

func bindBy(choice string) string {
	return operation(0x60, short(tagInteger, "\x03"), octet(""), choice)
}

func sasl(mechanism, credentials string) string {
	return bindBy(short(0xa3, octet(mechanism), octet(credentials)))
}

func boundBy(credentials string) string {
	return operation(0x61, short(tagEnumerated, "\x0e"), octet(""), octet(""), short(0x87, credentials))
}

// equal is a filter.
func equal(name, value string) string { return short(filterEqual, octet(name), octet(value)) }

func TestOperations(t *testing.T) {
	attribute := func(name string) string { return short(tagSequence, octet(name), short(0x31, octet("value"))) }
	for _, tt := range []struct {
		name, message string
		want          map[string]string
	}{
		{"search", searchFor(short(filterPresent, "objectClass")), map[string]string{"ldap.base_object": "dc=x", "ldap.scope": "singleLevel", "ldap.filter": "(objectClass=*)", "ldap.attribute": "cn,mail"}},
		{"entry", operation(0x64, octet("cn=a"), short(tagSequence, attribute("cn"), attribute("mail"))), map[string]string{"ldap.object": "cn=a", "ldap.attribute": "cn,mail"}},
		{"modify", operation(0x66, octet("cn=a"), short(tagSequence, short(tagSequence, short(tagEnumerated, "\x02"), attribute("mail")), short(tagSequence, short(tagEnumerated, "\x00"), attribute("phone")))),
			map[string]string{"ldap.object": "cn=a", "ldap.attribute": "mail,phone"}},
		{"add", operation(0x68, octet("cn=a"), short(tagSequence, attribute("objectClass"))), map[string]string{"ldap.object": "cn=a", "ldap.attribute": "objectClass"}},
		{"delete", operation(0x4a, "cn=a"), map[string]string{"ldap.object": "cn=a"}},
		{"rename", operation(0x6c, octet("cn=a"), octet("cn=b"), short(1, "\xff")), map[string]string{"ldap.object": "cn=a", "ldap.newrdn": "cn=b"}},
		{"compare", operation(0x6e, octet("cn=a"), short(tagSequence, octet("userPassword"), octet("c4n4ry"))), map[string]string{"ldap.object": "cn=a", "ldap.attribute": "userPassword"}},
		{"extended", operation(0x77, short(tagRequestName, "1.3.6.1.4.1.4203.1.11.1"), short(0x81, "c4n4ry")), map[string]string{"ldap.request_name": "1.3.6.1.4.1.4203.1.11.1"}},
		{"result", operation(0x65, short(tagEnumerated, "\x20"), octet("dc=x"), octet("not there")), map[string]string{"ldap.result_code": "32", "ldap.result": "noSuchObject", "ldap.matched_dn": "dc=x", "ldap.error_message": "not there"}},
		{"an unknown result", operation(0x65, short(tagEnumerated, "\x7b"), octet(""), octet("")), map[string]string{"ldap.result_code": "123", "ldap.result": "123", "ldap.matched_dn": ""}},
		{"simple", bindBy(short(0x80, "c4n4ry")), map[string]string{"ldap.simple": "[redacted]", "ldap.version": "3", "ldap.mechanism": ""}},
		{"SASL PLAIN", sasl("PLAIN", "\x00alice\x00c4n4ry"), map[string]string{"ldap.mechanism": "PLAIN", "user.name": "alice"}},
		{"no search at all", operation(0x63), map[string]string{"ldap.base_object": ""}},
		{"no change at all", operation(0x66), map[string]string{"ldap.object": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			b.P.Options.Wireshark = false
			r := b.Stream(Protocol, client(tt.message))[0]
			if r.Layers != "ldap" || r.Malformed != "" {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
}

func TestFilters(t *testing.T) {
	deep := equal("a", "b")
	for range maxDepth + 1 {
		deep = short(filterNot, deep)
	}
	for _, tt := range []struct{ name, filter, want string }{
		{"and, or, not", short(filterAnd, equal("a", "b"), short(filterOr, equal("c", "d"), short(filterNot, equal("e", "f")))), "(&(a=b)(|(c=d)(!(e=f))))"},
		{"operators", short(filterAnd, short(filterAtLeast, octet("a"), octet("1")), short(filterAtMost, octet("b"), octet("2")), short(filterApprox, octet("c"), octet("3"))), "(&(a>=1)(b<=2)(c~=3))"},
		{"substrings", short(filterSubstrings, octet("cn"), short(tagSequence, short(0x80, "a"), short(0x81, "b"), short(0x81, "c"), short(0x82, "d"))), "(cn=a*b*c*d)"},
		{"a beginning", short(filterSubstrings, octet("cn"), short(tagSequence, short(0x80, "a"))), "(cn=a*)"},
		{"in between", short(filterSubstrings, octet("cn"), short(tagSequence, short(0x81, "a"))), "(cn=*a*)"},
		{"an end", short(filterSubstrings, octet("cn"), short(tagSequence, short(0x82, "a"))), "(cn=*a)"},
		{"by a rule", short(filterExtensible, short(0x81, "1.2.3"), short(0x82, "cn"), short(0x83, "a"), short(0x84, "\xff")), "(cn:dn:1.2.3:=a)"},
		{"by a rule alone", short(filterExtensible, short(0x81, "1.2.3"), short(0x83, "a")), "(:1.2.3:=a)"},
		{"what is special", equal("cn", "a(b)*\\\x00é"), `(cn=a\28b\29\2a\5c\00é)`},
		{"what is no text", equal("objectGUID", "a\xff\xfe"), `(objectGUID=a\ff\fe)`},
		{"a password", equal("UserPassword", "c4n4ry"), "(UserPassword=[redacted])"},
		{"a choice that there is not", short(0xaf, "x"), "()"},
		{"too deep", deep, strings.Repeat("(!", maxDepth) + strings.Repeat(")", maxDepth)},
	} {
		r := newBench().Stream(Protocol, client(searchFor(tt.filter)))[0]
		if got := strings.Join(r.Fields["ldap.filter"], ","); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		r.Check(t, map[string]string{"ldap.attribute": "cn,mail"})
	}
	many := searchFor(short(filterOr, strings.Repeat(equal("a", "b"), 1000)))
	if r := newBench().Stream(Protocol, client(many))[0]; len(r.Fields["ldap.filter"][0]) > maxFilter || r.Malformed != "" {
		t.Errorf("a filter of %d bytes, malformed %q", len(r.Fields["ldap.filter"][0]), r.Malformed)
	}
	many = operation(0x64, octet("cn=a"), short(tagSequence, strings.Repeat(short(tagSequence, octet("a"), short(0x31)), 1000)))
	if r := newBench().Stream(Protocol, client(many))[0]; len(r.Fields["ldap.attribute"]) > maxAttributes {
		t.Errorf("%d attributes", len(r.Fields["ldap.attribute"]))
	}
}

// carried are the protocols of tokens.
func carried() []*dissect.Protocol {
	var all []*dissect.Protocol
	for _, name := range []string{"gss-api", "spnego", "ntlmssp"} {
		all = append(all, &dissect.Protocol{Name: name, Dissect: func(*dissect.Packet, []byte, int) {}})
	}
	return all
}

func TestTokens(t *testing.T) {
	const token = "NTLMSSP\x00c4n4ry"
	plain := operation(0x66, octet("cn=a"))
	wrap := func(flags, extra, rotation byte, rest string) string {
		b := "\x05\x04" + string([]byte{flags}) + "\xff\x00" + string([]byte{extra}) + "\x00" + string([]byte{rotation}) + "\x00\x00\x00\x00\x00\x00\x00\x01" + rest
		return "\x00\x00\x00" + string([]byte{byte(len(b))}) + b
	}
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
	}{
		{"SPNEGO", []dissecttest.Piece{client(sasl(spnego, "token")), server(boundBy("\xa1token"))}, "ldap:gss-api:ldap:spnego"},
		{"SPNEGO, and NTLMSSP as it is", []dissecttest.Piece{client(sasl(spnego, token)), server(boundBy(token))}, "ldap:gss-api:ldap:ntlmssp"},
		{"Kerberos", []dissecttest.Piece{client(sasl(gssapi, "token")), server(boundBy("token"))}, "ldap:gss-api:ldap:gss-api"},
		{"NTLM", []dissecttest.Piece{client(sasl(ntlm, token)), server(boundBy(token))}, "ldap:gss-api:ldap"},
		{"Sicily", []dissecttest.Piece{client(bindBy(short(0x8a, token))), server(operation(0x61, short(tagEnumerated, "\x00"), octet(token), octet(""))), client(bindBy(short(0x8b, token)))}, "ldap:ntlmssp:ldap:ntlmssp:ldap:ntlmssp"},
		{"another mechanism", []dissecttest.Piece{client(sasl("SRP", "token")), server(boundBy("token")), client(buffers)}, "ldap:ldap:ldap"},
		{"a response behind referrals", []dissecttest.Piece{client(sasl(gssapi, "token")), server(operation(0x61, short(tagEnumerated, "\x0e"), octet(""), octet(""), short(0xa3, octet("ldap://x")), short(0x87, "token")))}, "ldap:gss-api:ldap:gss-api"},
		{"wrapped", []dissecttest.Piece{client(wrap(0, 4, 0, plain+"summ"))}, "ldap:gss-api"},
		{"wrapped and rotated", []dissecttest.Piece{client(wrap(4, 4, 4, "summ"+plain))}, "ldap:gss-api"},
		{"encrypted", []dissecttest.Piece{client(wrap(2, 4, 4, "summ"+plain))}, "ldap:gss-api"},
		{"an older token", []dissecttest.Piece{client(sasl(gssapi, "token")), client("\x00\x00\x00\x05\x60abcd")}, "ldap:gss-api:ldap:gss-api"},
	} {
		b := newBench(carried()...)
		r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
		if r.Layers != tt.layers || r.Malformed != "" {
			t.Errorf("%s: layers %q, want %q; malformed %q", tt.name, r.Layers, tt.layers, r.Malformed)
		}
		if strings.HasPrefix(tt.name, "wrapped") {
			r.Check(t, map[string]string{"ldap.object": "cn=a", "ldap.protocol_op": "6"})
		}
		if tt.name == "encrypted" {
			r.Check(t, map[string]string{"ldap.protocol_op": ""})
		}
		r.Lacks(t, "c4n4ry")
	}
}

// Values of types that Wireshark has a dissector for are a layer more in compat mode.
func TestControls(t *testing.T) {
	paged := short(tagSequence, octet("1.2.840.113556.1.4.319"), octet("size"))
	permissive := short(tagSequence, octet("1.2.840.113556.1.4.1413"), short(1, "\xff"), octet(""))
	m := short(tagSequence, short(tagInteger, "\x01"), short(0x66, octet("cn=a")), short(tagContext, permissive, paged))
	for wireshark, want := range map[bool]string{true: "ldap:ldap", false: "ldap"} {
		b := newBench()
		b.P.Options.Wireshark = wireshark
		r := b.Stream(Protocol, client(m))[0]
		if r.Layers != want {
			t.Errorf("compat %v: layers %q", wireshark, r.Layers)
		}
		r.Check(t, map[string]string{"ldap.control_type": "1.2.840.113556.1.4.1413,1.2.840.113556.1.4.319"})
	}
}
