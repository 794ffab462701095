// SPDX-License-Identifier: Apache-2.0

package tls

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// suiteList has the cipher suites: IANA's registry "TLS Cipher Suites", and ChaCha20's numbers of before; a line each, number and name.
//
//go:embed suites.txt
var suiteList string

var suites = func() map[uint16]field.Str {
	m := map[uint16]field.Str{}
	for line := range strings.Lines(suiteList) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseUint(number, 16, 16)
		if err != nil {
			panic("dissect/tls/suites.txt: " + err.Error())
		}
		m[uint16(n)] = field.Intern(name)
	}
	return m
}()

// groups are IANA's "TLS Supported Groups" that are in use.
var groups = named(map[uint16]string{1: "sect163k1", 2: "sect163r1", 3: "sect163r2", 4: "sect193r1", 5: "sect193r2", 6: "sect233k1", 7: "sect233r1", 8: "sect239k1",
	9: "sect283k1", 10: "sect283r1", 11: "sect409k1", 12: "sect409r1", 13: "sect571k1", 14: "sect571r1", 15: "secp160k1", 16: "secp160r1", 17: "secp160r2",
	18: "secp192k1", 19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1", 23: "secp256r1", 24: "secp384r1", 25: "secp521r1", 26: "brainpoolP256r1",
	27: "brainpoolP384r1", 28: "brainpoolP512r1", 29: "x25519", 30: "x448", 31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
	34: "GC256A", 35: "GC256B", 36: "GC256C", 37: "GC256D", 38: "GC512A", 39: "GC512B", 40: "GC512C", 41: "curveSM2", 256: "ffdhe2048", 257: "ffdhe3072",
	258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192", 512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024", 4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768",
	4589: "SecP384r1MLKEM1024", 25497: "X25519Kyber768Draft00", 25498: "SecP256r1Kyber768Draft00"})

func named(texts map[uint16]string) map[uint16]field.Str {
	m := map[uint16]field.Str{}
	for n, t := range texts {
		m[n] = field.Intern(t)
	}
	return m
}

// suiteName writes the name of a suite, or its number as 0x1234.
func suiteName(o *field.Buffer, id field.ID, n uint16) { name(o, id, suites, n) }

func groupName(o *field.Buffer, id field.ID, n uint16) { name(o, id, groups, n) }

func name(o *field.Buffer, id field.ID, names map[uint16]field.Str, n uint16) {
	if s, ok := names[n]; ok {
		o.Const(id, s)
		return
	}
	const digits = "0123456789abcdef"
	o.Text(id, []byte{'0', 'x', digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15]})
}

// grease reports whether n is one of the values that mean nothing, and keep servers from choking on new ones (RFC 8701).
func grease(n uint16) bool { return n&0x0f0f == 0x0a0a && n>>8 == n&0xff }

// messageNames are those of handshake messages (RFC 8446, B.3, and before), as a summary has them.
var messageNames = map[string]string{"0": "Hello Request", "1": "Client Hello", "2": "Server Hello", "3": "Hello Verify Request", "4": "New Session Ticket",
	"5": "End of Early Data", "6": "Hello Retry Request", "8": "Encrypted Extensions", "11": "Certificate", "12": "Server Key Exchange", "13": "Certificate Request",
	"14": "Server Hello Done", "15": "Certificate Verify", "16": "Client Key Exchange", "20": "Finished", "21": "Client Certificate URL", "22": "Certificate Status",
	"23": "Supplemental Data", "24": "Key Update", "25": "Compressed Certificate", "67": "Next Protocol"}

// Known reports whether kind is a handshake message's.
func Known(kind uint8) bool {
	switch {
	case kind <= 6, kind == 8, kind >= 11 && kind <= 16, kind >= 20 && kind <= 25, kind == 67:
		return true
	}
	return false
}

// alertNames are those of alerts (RFC 8446, B.2, and before), as a summary has them.
var alertNames = map[string]string{"0": "Close Notify", "10": "Unexpected Message", "20": "Bad Record MAC", "21": "Decryption Failed", "22": "Record Overflow",
	"30": "Decompression Failure", "40": "Handshake Failure", "41": "No Certificate", "42": "Bad Certificate", "43": "Unsupported Certificate", "44": "Certificate Revoked",
	"45": "Certificate Expired", "46": "Certificate Unknown", "47": "Illegal Parameter", "48": "Unknown CA", "49": "Access Denied", "50": "Decode Error", "51": "Decrypt Error",
	"60": "Export Restriction", "70": "Protocol Version", "71": "Insufficient Security", "80": "Internal Error", "86": "Inappropriate Fallback", "90": "User Canceled",
	"100": "No Renegotiation", "109": "Missing Extension", "110": "Unsupported Extension", "111": "Certificate Unobtainable", "112": "Unrecognized Name",
	"113": "Bad Certificate Status Response", "114": "Bad Certificate Hash Value", "115": "Unknown PSK Identity", "116": "Certificate Required", "120": "No Application Protocol",
	"121": "ECH Required"}
