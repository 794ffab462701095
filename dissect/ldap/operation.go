// SPDX-License-Identifier: Apache-2.0

package ldap

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/field"
)

const (
	// maxAttributes bounds the attributes of a message, maxControls its controls.
	maxAttributes = 128
	maxControls   = 32
)

// Mechanisms of SASL whose credentials are tokens.
const (
	spnego = "GSS-SPNEGO"
	gssapi = "GSSAPI"
	ntlm   = "NTLM"
)

var scopes = map[uint8]string{0: "baseObject", 1: "singleLevel", 2: "wholeSubtree", 3: "subordinateSubtree"}

func init() { field.Named(fScope, field.Names(scopes)) }

// results are by code (RFC 4511, appendix A; IANA, LDAP Result Codes).
var results = map[int64]string{0: "success", 1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded", 5: "compareFalse", 6: "compareTrue", 7: "authMethodNotSupported",
	8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded", 12: "unavailableCriticalExtension", 13: "confidentialityRequired", 14: "saslBindInProgress", 16: "noSuchAttribute",
	17: "undefinedAttributeType", 18: "inappropriateMatching", 19: "constraintViolation", 20: "attributeOrValueExists", 21: "invalidAttributeSyntax", 32: "noSuchObject", 33: "aliasProblem",
	34: "invalidDNSyntax", 36: "aliasDereferencingProblem", 48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights", 51: "busy", 52: "unavailable",
	53: "unwillingToPerform", 54: "loopDetect", 64: "namingViolation", 65: "objectClassViolation", 66: "notAllowedOnNonLeaf", 67: "notAllowedOnRDN", 68: "entryAlreadyExists",
	69: "objectClassModsProhibited", 71: "affectsMultipleDSAs", 80: "other", 118: "canceled", 119: "noSuchOperation", 120: "tooLate", 121: "cannotCancel", 122: "assertionFailed"}

// octets reads an element of text.
func octets(b []byte, tag byte) (text, rest []byte, ok bool) {
	t, text, rest, ok := element(b)
	return text, rest, ok && t == tag
}

// write writes a text that is not empty.
func write(o *field.Buffer, id field.ID, text []byte) {
	if len(text) > 0 {
		o.Text(id, text)
	}
}

// request writes the fields of a request.
func request(p *dissect.Packet, s *session, op byte, b []byte) {
	o := p.Out
	switch op {
	case opBindRequest:
		bind(p, s, b)
	case opSearchRequest:
		search(o, b)
	case opDelete: // primitive
		write(o, fObject, b)
	case opExtendedRequest:
		if oid, rest, ok := octets(b, tagRequestName); ok {
			o.Text(fRequest, oid)
			_, value, _, _ := element(rest)
			typed(p, oid, value)
		}
	default:
		object, rest, ok := octets(b, tagOctets)
		if !ok {
			return
		}
		write(o, fObject, object)
		switch op {
		case opModify:
			changes(o, rest)
		case opAdd:
			_, list, _, _ := element(rest)
			attributes(o, list)
		case opModifyDN:
			name, _, _ := octets(rest, tagOctets)
			write(o, fNewRDN, name)
		case opCompare:
			_, assertion, _, _ := element(rest)
			name, _, _ := octets(assertion, tagOctets)
			write(o, fAttribute, name)
		}
	}
}

// bind writes who binds, and hands on the tokens of the mechanism. Those of NTLMSSP stand for themselves where Active Directory's clients bind
// by it (MS-ADTS 5.1.1.1.3), as choices 10 and 11.
func bind(p *dissect.Packet, s *session, b []byte) {
	const simple, sasl, negotiate, response = 0x80, 0xa3, 0x8a, 0x8b
	o := p.Out
	version, rest, ok := integer(b, tagInteger)
	if !ok {
		return
	}
	o.Int(fVersion, version)
	name, rest, ok := octets(rest, tagOctets)
	if !ok {
		return
	}
	user(p, name)
	s.mechanism = ""
	tag, choice, _, ok := element(rest)
	switch {
	case !ok:
	case tag == simple:
		write(o, fSimple, choice)
	case tag == negotiate || tag == response:
		p.CallName("ntlmssp", choice, len(choice))
	case tag == sasl:
		mechanism, rest, ok := octets(choice, tagOctets)
		if !ok {
			return
		}
		o.Text(fMechanism, mechanism)
		credentials, _, _ := octets(rest, tagOctets)
		switch string(mechanism) {
		case spnego, gssapi, ntlm:
			s.mechanism = string(mechanism)
			p.CallName("gss-api", credentials, len(credentials))
		case "PLAIN": // RFC 4616, 2
			if parts := bytes.SplitN(credentials, []byte{0}, 3); len(parts) == 3 {
				common.User(o, parts[1])
			}
		}
	}
}

// search writes what is searched, how, and for what.
func search(o *field.Buffer, b []byte) {
	base, rest, ok := octets(b, tagOctets)
	if !ok {
		return
	}
	write(o, fBase, base)
	scope, rest, ok := integer(rest, tagEnumerated)
	if ok && scope >= 0 && scope < int64(len(scopes)) {
		o.String(fScope, scopes[uint8(scope)])
	}
	for range 4 { // aliases, limits of size and time, whether types only
		if _, _, rest, ok = element(rest); !ok {
			return
		}
	}
	f := filter{reveal: o.Reveal}
	rest, _ = f.read(rest, 0)
	write(o, fFilter, f.text)
	_, list, _, _ := element(rest)
	for n := 0; n < maxAttributes && len(list) > 0; n++ {
		name, more, ok := octets(list, tagOctets)
		if !ok {
			return
		}
		write(o, fAttribute, name)
		list = more
	}
}

// entry writes the name of an entry, and of its attributes.
func entry(o *field.Buffer, b []byte) {
	name, rest, ok := octets(b, tagOctets)
	if !ok {
		return
	}
	write(o, fObject, name)
	_, list, _, _ := element(rest)
	attributes(o, list)
}

// attributes writes the names of a list of attributes, each with its values.
func attributes(o *field.Buffer, list []byte) {
	for n := 0; n < maxAttributes && len(list) > 0; n++ {
		_, attribute, rest, ok := element(list)
		if !ok {
			return
		}
		name, _, _ := octets(attribute, tagOctets)
		write(o, fAttribute, name)
		list = rest
	}
}

// changes writes the names of the attributes that are changed.
func changes(o *field.Buffer, b []byte) {
	_, list, _, _ := element(b)
	for n := 0; n < maxAttributes && len(list) > 0; n++ {
		_, change, rest, ok := element(list)
		if !ok {
			return
		}
		if _, attribute, ok := integer(change, tagEnumerated); ok {
			attributes(o, attribute)
		}
		list = rest
	}
}

// result writes the result of an operation.
func result(p *dissect.Packet, s *session, op byte, b []byte) {
	o := p.Out
	code, rest, ok := integer(b, tagEnumerated)
	if !ok {
		return
	}
	o.Int(fResult, code)
	if name := results[code]; name != "" {
		o.String(fResults, name)
	} else {
		var digits [20]byte
		o.Text(fResults, strconv.AppendInt(digits[:0], code, 10))
	}
	matched, rest, ok := octets(rest, tagOctets)
	if !ok {
		return
	}
	if op == opBindResponse && ntlmssp.Is(matched) { // where Active Directory has it
		p.CallName("ntlmssp", matched, len(matched))
	} else {
		write(o, fMatched, matched)
	}
	text, rest, ok := octets(rest, tagOctets)
	if !ok {
		return
	}
	write(o, fError, text)
	if op != opBindResponse {
		return
	}
	const referral, credentials = 0xa3, 0x87
	tag, value, rest, ok := element(rest)
	if ok && tag == referral {
		tag, value, _, ok = element(rest)
	}
	if !ok || tag != credentials {
		return
	}
	switch {
	case s.mechanism == spnego && ntlmssp.Is(value):
		p.CallName("ntlmssp", value, len(value))
	case s.mechanism == spnego:
		p.CallName("spnego", value, len(value))
	case s.mechanism == gssapi:
		p.CallName("gss-api", value, len(value))
	}
}

// control writes the types of controls.
func control(p *dissect.Packet, list []byte) {
	for n := 0; n < maxControls && len(list) > 0; n++ {
		_, one, rest, ok := element(list)
		if !ok {
			return
		}
		oid, value, ok := octets(one, tagOctets)
		if !ok {
			return
		}
		write(p.Out, fControl, oid)
		const boolean = 0x01
		tag, v, more, _ := element(value)
		if tag == boolean { // whether it is critical
			_, v, _, _ = element(more)
		}
		typed(p, oid, v)
		list = rest
	}
}

// typed pushes a layer for a value that Wireshark has a dissector for, of the same name: such a value is one more layer there.
func typed(p *dissect.Packet, oid, value []byte) {
	if !p.Options.Wireshark || len(value) == 0 {
		return
	}
	switch string(oid) {
	case "1.2.840.113556.1.4.319", "1.2.840.113556.1.4.473", "1.2.840.113556.1.4.474", "1.2.840.113556.1.4.841", // paged results, sorting, DirSync
		"1.3.6.1.4.1.4203.1.11.1", "1.3.6.1.1.8", // change of a password, cancel
		"1.3.6.1.4.1.4203.1.9.1.1", "1.3.6.1.4.1.4203.1.9.1.2", "1.3.6.1.4.1.4203.1.9.1.3", "1.3.6.1.4.1.4203.1.9.1.4", // synchronization (RFC 4533)
		"1.3.6.1.4.1.42.2.27.8.5.1": // password policy
		p.Push(p.Top())
	}
}
