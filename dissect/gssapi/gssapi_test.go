// SPDX-License-Identifier: Apache-2.0

package gssapi

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/kerberos"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
)

// tlv is an element.
func tlv(tag byte, parts ...string) string {
	value := strings.Join(parts, "")
	return string([]byte{tag, byte(len(value))}) + value
}

func oid(s string) string { return tlv(tagOID, s) }

const (
	ntlm      = "NTLMSSP\x00\x01\x00\x00\x00\x01\x00\x00\x00"
	signature = "\x01\x00\x00\x00abcdefgh\x00\x00\x00\x00"
	mic       = "\x04\x04\x00\xff\xff\xff\xff\xff"
)

var (
	ap      = tlv(0x6e, tlv(0x30, tlv(0xa1, tlv(2, "\x0e"))))
	apReply = tlv(0x6f, tlv(0x30, tlv(0xa1, tlv(2, "\x0f"))))
	krb5    = tlv(tagInitial, oid(oidKerberos), "\x01\x00", ap)
)

func initial(parts ...string) string {
	return tlv(tagInitial, oid(oidSPNEGO), tlv(tagInit, tlv(tagSeq, parts...)))
}
func offer(oids ...string) string {
	for i, o := range oids {
		oids[i] = oid(o)
	}
	return tlv(0xa0, tlv(tagSeq, oids...))
}
func answer(parts ...string) string { return tlv(tagResp, tlv(tagSeq, parts...)) }

func newBench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, SPNEGO, Kerberos, ntlmssp.Protocol, kerberos.Protocol)
}

func TestTokens(t *testing.T) {
	const kerberosText, msText, ntlmText = "1.2.840.113554.1.2.2", "1.2.840.48018.1.2.2", "1.3.6.1.4.1.311.2.2.10"
	for _, tt := range []struct {
		name, token, layers, malformed string
		want                           map[string]string
	}{
		{"an offer with a token of NTLMSSP", initial(offer(oidNTLMSSP), tlv(0xa2, tlv(tagOctets, ntlm))), "gss-api:spnego:ntlmssp", "", map[string]string{"spnego.mech_type": "1.3.6.1.5.5.2," + ntlmText, "ntlmssp.messagetype": "1"}},
		{"an offer with a token of Kerberos", initial(offer(oidMSKerberos, oidKerberos), tlv(0xa2, tlv(tagOctets, krb5))), "gss-api:spnego:spnego-krb5", "",
			map[string]string{"spnego.mech_type": "1.3.6.1.5.5.2," + msText + "," + kerberosText + "," + kerberosText, "kerberos.msg_type": "14", "spnego.krb5_tok_id": "256"}},
		{"a server's hint", initial(offer(oidKerberos), tlv(0xa3, tlv(tagSeq, tlv(0xa0, tlv(0x1b, "not_defined"))))), "gss-api:spnego", "", map[string]string{"spnego.neg_result": ""}},
		{"an offer with a token of a mechanism that nobody knows", initial(offer("\x2a\x03"), tlv(0xa2, tlv(tagOctets, "abcdef"))), "gss-api:spnego", "", map[string]string{"spnego.mech_type": "1.3.6.1.5.5.2,1.2.3"}},
		{"an answer", answer(tlv(0xa0, tlv(tagEnum, "\x01")), tlv(0xa1, oid(oidNTLMSSP)), tlv(0xa2, tlv(tagOctets, ntlm))), "gss-api:spnego:ntlmssp", "", map[string]string{"spnego.neg_result": "1", "spnego.supported_mech": ntlmText}},
		{"a last answer with a checksum", answer(tlv(0xa0, tlv(tagEnum, "\x00")), tlv(0xa3, tlv(tagOctets, signature))), "gss-api:spnego:ntlmssp", "", map[string]string{"spnego.neg_result": "0", "ntlmssp.messagetype": ""}},
		{"a reply of Kerberos without an identifier, and a checksum", answer(tlv(0xa1, oid(oidKerberos)), tlv(0xa2, tlv(tagOctets, apReply)), tlv(0xa3, tlv(tagOctets, mic))), "gss-api:spnego:spnego-krb5:spnego-krb5", "",
			map[string]string{"kerberos.msg_type": "15", "spnego.krb5_tok_id": "1028"}},
		{"Kerberos alone", krb5, "gss-api:spnego-krb5", "", map[string]string{"kerberos.msg_type": "14"}},
		{"NTLMSSP alone", ntlm, "gss-api:ntlmssp", "", nil},
		{"NTLMSSP in a token", tlv(tagInitial, oid(oidNTLMSSP), ntlm), "gss-api:ntlmssp", "", nil},
		{"what is wrapped", "\x05\x04\x02\xff\x00\x00\x00\x00", "gss-api:spnego-krb5", "", map[string]string{"spnego.krb5_tok_id": "1284"}},
		{"something else", "\x99\x98\x97", "gss-api", "", nil},
		{"one byte", "\x05", "gss-api", "", nil},
		{"no identifier", tlv(tagInitial, tlv(2, "\x01")), "gss-api", "gss-api", nil},
		{"no sequence", tlv(tagInit, tlv(2, "\x01")), "gss-api:spnego", "spnego", nil},
		{"an element that breaks off", tlv(tagResp, tlv(tagSeq, "\xa0\x09")), "gss-api:spnego", "spnego", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newBench().Run(Protocol, []byte(tt.token), len(tt.token))
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
			if r.Core.Application != nil {
				t.Errorf("application %s", r.Core.Application.Name)
			}
		})
	}
}

// Wireshark has no layer for the token of some carriers; nobody need know Kerberos's messages.
func TestCarried(t *testing.T) {
	carrier := &dissect.Protocol{Name: "carrier", Dissect: func(p *dissect.Packet, b []byte, wire int) { Protocol.Dissect(p, b, wire) }}
	b := dissecttest.New(nil, Protocol, SPNEGO, Kerberos)
	if r := b.Run(carrier, []byte(krb5), len(krb5)); r.Layers != "carrier:spnego-krb5" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestCut(t *testing.T) {
	token := initial(offer(oidNTLMSSP), tlv(0xa2, tlv(tagOctets, ntlm)))
	newBench().Cut(t, Protocol, []byte(token))
}

func FuzzGSSAPI(f *testing.F) {
	f.Add([]byte(initial(offer(oidMSKerberos, oidNTLMSSP), tlv(0xa2, tlv(tagOctets, krb5)))), 0)
	f.Add([]byte(answer(tlv(0xa0, tlv(tagEnum, "\x00")), tlv(0xa1, oid(oidKerberos)), tlv(0xa2, tlv(tagOctets, apReply)), tlv(0xa3, tlv(tagOctets, mic)))), 3)
	b := newBench()
	f.Fuzz(func(t *testing.T, data []byte, more int) {
		r := b.Run(Protocol, data, len(data)+max(0, min(more, 1000)))
		b.Invariants(t)
		if len(r.Fields["spnego.mech_type"]) > maxMechanisms+dissect.MaxLayers {
			t.Fatalf("%d mechanisms", len(r.Fields["spnego.mech_type"]))
		}
	})
}
