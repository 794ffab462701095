// SPDX-License-Identifier: Apache-2.0

package snmp

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// tlv is an element.
func tlv(tag byte, contents ...[]byte) []byte {
	v := slices.Concat(contents...)
	if len(v) < 128 {
		return append([]byte{tag, byte(len(v))}, v...)
	}
	return append(binary.BigEndian.AppendUint16([]byte{tag, 0x82}, uint16(len(v))), v...)
}

func num(v ...byte) []byte       { return tlv(tagInteger, v) }
func octet(s string) []byte      { return tlv(tagOctetString, []byte(s)) }
func seq(parts ...[]byte) []byte { return tlv(tagSequence, parts...) }
func oid(v ...byte) []byte       { return tlv(tagOID, v) }

var (
	sysDescr = oid(0x2b, 6, 1, 2, 1, 1, 1, 0)
	null     = tlv(tagNull)
	get      = seq(num(version2c), octet("CANARY42"), tlv(tagPDU+getRequest, num(0x12, 0x34), num(0), num(0), seq(seq(sysDescr, null))))
	reply    = seq(num(version2c), octet("CANARY42"), tlv(tagPDU+response, num(0x12, 0x34), num(0), num(0), seq(
		seq(sysDescr, octet("router\n")),
		seq(sysDescr, octet("\x00\x0b\xff")),
		seq(sysDescr, num(0xff)),
		seq(sysDescr, tlv(tagCounter32, []byte{0, 0xff, 0xff, 0xff, 0xff})),
		seq(sysDescr, tlv(tagCounter64, []byte{0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})),
		seq(sysDescr, tlv(tagIPAddress, []byte{10, 0, 0, 1})),
		seq(sysDescr, oid(0x2b, 6)),
		seq(sysDescr, tlv(tagNoSuchObject)),
		seq(sysDescr, tlv(0x4f, []byte{1})))))
	bulk  = seq(num(version2c), octet("c"), tlv(tagPDU+getBulkRequest, num(1), num(2), num(10), seq(seq(sysDescr, null))))
	trapM = seq(num(version1), octet("trap"), tlv(tagPDU+trap1, oid(0x2b, 6, 1, 4, 1, 9), tlv(tagIPAddress, []byte{10, 0, 0, 9}), num(6), num(17), tlv(tagTimeTicks, []byte{1, 0}), seq(seq(sysDescr, num(1)))))
	trapV = seq(num(version2c), octet("trap"), tlv(tagPDU+trap2, num(9), num(0), num(0), seq()))
)

// message3 is a message of SNMPv3 with the given flags and data.
func message3(flags byte, data []byte) []byte {
	usm := seq(octet("\x80\x00\x00\x09\x03\x01"), num(5), num(0x10, 0), octet("admin"), octet("auth-params."), octet("priv-par"))
	return seq(num(version3), seq(num(0x77), num(5, 0xdc), octet(string([]byte{flags})), num(userBased)), octet(string(usm)), data)
}

var (
	plain  = message3(4, seq(octet("\x80\x01"), octet("ctx"), tlv(tagPDU+getRequest, num(1), num(0), num(0), seq(seq(sysDescr, null)))))
	sealed = message3(7, octet("\x01\x02\x03"))
)

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes     []byte
		malformed string
		want      map[string]string
	}{
		"get": {get, "", map[string]string{"snmp.version": "1", "snmp.msg_version": "", "snmp.community": "[redacted]", "snmp.data": "0", "snmp.request_id": "4660", "snmp.error_status": "0",
			"snmp.error_index": "0", "snmp.variable_bindings.name": "1.3.6.1.2.1.1.1.0", "snmp.variable_bindings.type": "NULL", "snmp.variable_bindings.value": ""}},
		"reply": {reply, "", map[string]string{"snmp.data": "2", "snmp.variable_bindings.type": "OCTET STRING,OCTET STRING,Integer32,Counter32,Counter64,IpAddress,OBJECT IDENTIFIER,noSuchObject,79",
			"snmp.variable_bindings.value": "router\n,0x000bff,-1,4294967295,18446744073709551615,10.0.0.1,1.3.6,0x01", "related.ip": "10.0.0.1"}},
		"bulk": {bulk, "", map[string]string{"snmp.error_status": ""}},
		"trap of version 1": {trapM, "", map[string]string{"snmp.version": "0", "snmp.data": "4", "snmp.enterprise": "1.3.6.1.4.1.9", "snmp.agent_addr": "10.0.0.9", "snmp.generic_trap": "6",
			"snmp.specific_trap": "17", "snmp.request_id": "", "snmp.variable_bindings.value": "1"}},
		"trap of version 2": {trapV, "", map[string]string{"snmp.data": "7", "snmp.request_id": "9", "transaction.id": ""}},
		"version 3": {plain, "", map[string]string{"snmp.version": "", "snmp.msg_version": "3", "snmp.msg_id": "119", "snmp.msg_flags": "4",
			"snmp.msg_authoritative_engine_id": "800000090301", "snmp.msg_user_name": "admin",
			"snmp.context_name": "ctx", "snmp.data": "0", "snmp.variable_bindings.name": "1.3.6.1.2.1.1.1.0"}},
		"encrypted":                     {sealed, "", map[string]string{"snmp.msg_flags": "7", "snmp.msg_user_name": "admin", "snmp.data": "", "snmp.context_name": ""}},
		"another security model":        {seq(num(version3), seq(num(1), num(5, 0xdc), octet("\x02"), num(9)), octet("?"), octet("?")), "", map[string]string{"snmp.msg_user_name": ""}},
		"version 9":                     {seq(num(9), octet("c")), "snmp", map[string]string{"snmp.version": ""}},
		"a community that is a number":  {seq(num(version1), num(1)), "snmp", map[string]string{"snmp.version": "0", "snmp.community": "", "snmp.data": ""}},
		"a kind of PDU that nobody has": {seq(num(version1), octet("c"), tlv(0xaf)), "snmp", map[string]string{"snmp.data": ""}},
		"a variable that is a number": {seq(num(version1), octet("c"), tlv(tagPDU, num(1), num(0), num(0), seq(seq(num(1), null)))), "snmp", map[string]string{"snmp.data": "0", "snmp.request_id": "1",
			"snmp.variable_bindings.name": ""}},
		"a counter of ten bytes": {seq(num(version1), octet("c"), tlv(tagPDU, num(1), num(0), num(0), seq(seq(sysDescr, tlv(tagCounter64, make([]byte, 10)))))), "snmp", map[string]string{
			"snmp.variable_bindings.type": "Counter64", "snmp.variable_bindings.value": ""}},
		"an integer without contents": {seq(num(version1), octet("c"), tlv(tagPDU, num())), "snmp", map[string]string{"snmp.request_id": "", "snmp.error_status": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := dissecttest.New(nil, Protocol).Run(Protocol, tt.bytes, len(tt.bytes))
			if r.Malformed != tt.malformed {
				t.Errorf("malformed %q", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
	for _, m := range [][]byte{get, reply, bulk, trapM, plain} {
		dissecttest.New(nil, Protocol).Cut(t, Protocol, m)
	}
}

func TestBounds(t *testing.T) {
	var many [][]byte
	for range maxBindings + 9 {
		many = append(many, seq(sysDescr, octet(strings.Repeat("x", maxValue+9))))
	}
	b := dissecttest.New(nil, Protocol)
	m := seq(num(version1), octet("c"), tlv(tagPDU, num(1), num(0), num(0), seq(many...)))
	r := b.Run(Protocol, m, len(m))
	if n := len(r.Fields["snmp.variable_bindings.value"]); n != maxBindings || len(r.Fields["snmp.variable_bindings.value"][0]) != maxValue || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d variables, cut %v, malformed %q", n, b.Out.Cut, r.Malformed)
	}
}

func TestSecrets(t *testing.T) {
	dissecttest.New(nil, Protocol).Keeps(t, Protocol, get, []byte("CANARY42"), "snmp.community")
}

func TestTransactions(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, tt := range map[string]struct{ request, response []byte }{
		"version 2c": {get, reply}, "version 3": {plain, message3(0, seq(octet(""), octet(""), tlv(tagPDU+report, num(7), num(0), num(0), seq())))}, "encrypted": {sealed, message3(3, octet("?"))},
	} {
		got := b.Datagrams(Protocol, dissecttest.Piece{Data: tt.request}, dissecttest.Piece{Data: tt.request}, dissecttest.Piece{Dir: 1, Data: tt.response}, dissecttest.Piece{Dir: 1, Data: tt.response})
		t.Run(name, func(t *testing.T) {
			got[1].Check(t, map[string]string{"transaction.id": "flow:1"})
			got[2].Check(t, map[string]string{"transaction.id": "flow:1", "request_in": "1"})
			got[3].Check(t, map[string]string{"transaction.id": ""})
		})
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for want, m := range map[string][]byte{"get-request 1.3.6.1.2.1.1.1.0": get, "encryptedPDU": sealed, "snmpV2-trap": trapV,
		"get-response" + strings.Repeat(" 1.3.6.1.2.1.1.1.0", maxNamed) + " …": reply} {
		if b.Dissect(Protocol, m, len(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func TestGuess(t *testing.T) {
	long := slices.Concat([]byte{0x30, 0x82, 0, byte(len(get) - 2)}, get[2:])
	for name, tt := range map[string]struct {
		bytes       []byte
		port, guess bool
	}{
		"get": {get, true, true}, "long": {reply, true, true}, "version 3": {plain, true, true}, "a length of two bytes": {long, true, true}, "a byte more": {append(slices.Clip(get), 0), true, false},
		"version 9": {seq(num(9), octet("c")), true, false}, "LDAP": {seq(num(1), tlv(0x60, num(3), octet(""), tlv(0x80))), true, false}, "text": {[]byte("0: hello"), false, false}, "one byte": {[]byte{0x30}, false, false},
		"zeros": {make([]byte, 40), false, false},
	} {
		if accept(tt.bytes) != tt.port || guess(tt.bytes) != tt.guess {
			t.Errorf("%s: %v, %v", name, accept(tt.bytes), guess(tt.bytes))
		}
	}
}

func FuzzSNMP(f *testing.F) {
	for _, m := range [][]byte{get, reply, bulk, trapM, plain, sealed} {
		f.Add(m, 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
