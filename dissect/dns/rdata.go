// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"
)

func appendHex(dst, b []byte) []byte { return hex.AppendEncode(dst, b) }

func appendInt(dst []byte, n uint64) []byte { return append(strconv.AppendUint(dst, n, 10), ' ') }

// numbers appends numbers of the given widths in bytes, each with a space after it.
func numbers(dst []byte, d *reader, widths ...uint8) []byte {
	for _, w := range widths {
		switch w {
		case 1:
			dst = appendInt(dst, uint64(d.u8()))
		case 2:
			dst = appendInt(dst, uint64(d.u16()))
		default:
			dst = appendInt(dst, uint64(d.u32()))
		}
	}
	return dst
}

// appendData appends the data of a record in presentation format: as in a zone file, but names without the final dot and strings of TXT
// without quotes. It sets d.bad when the data does not fit its type.
func appendData(dst []byte, d *reader, typ uint16) []byte {
	switch typ {
	case typeA:
		return appendAddr(dst, d, 4)
	case typeAAAA:
		return appendAddr(dst, d, 16)
	case typeNS, typeCNAME, typePTR, typeDNAME, 3, 4, 7, 8, 9: // MD, MF, MB, MG, MR
		return d.name(dst)
	case typeMX, 18, 21, 36: // AFSDB (RFC 1183), RT, KX
		return d.name(numbers(dst, d, 2))
	case typeSOA:
		dst = append(d.name(dst), ' ')
		dst = append(d.name(dst), ' ')
		return trim(numbers(dst, d, 4, 4, 4, 4, 4))
	case 14, 17: // MINFO, RP
		dst = append(d.name(dst), ' ')
		return d.name(dst)
	case typeTXT, 99, 13, 19, 20: // SPF, HINFO, X25, ISDN
		for d.pos < d.end && !d.bad {
			dst = append(appendEscaped(dst, d.characters()), ' ')
		}
		return trim(dst)
	case typeSRV: // RFC 2782
		return d.name(numbers(dst, d, 2, 2, 2))
	case typeNAPTR: // RFC 3403
		dst = numbers(dst, d, 2, 2)
		for range 3 {
			dst = append(appendQuoted(dst, d.characters()), ' ')
		}
		return d.name(dst)
	case typeCAA: // RFC 8659
		dst = numbers(dst, d, 1)
		dst = append(appendEscaped(dst, d.characters()), ' ')
		return appendQuoted(dst, d.rest())
	case 256: // URI (RFC 7553)
		return appendQuoted(numbers(dst, d, 2, 2), d.rest())
	case typeDS, 59: // CDS (RFC 4034, RFC 7344)
		return appendHex(numbers(dst, d, 2, 1, 1), d.rest())
	case typeDNSKEY, 25, 60: // KEY, CDNSKEY
		return base64.StdEncoding.AppendEncode(numbers(dst, d, 2, 1, 1), d.rest())
	case typeTLSA, 53: // SMIMEA (RFC 6698, RFC 8162)
		return appendHex(numbers(dst, d, 1, 1, 1), d.rest())
	case typeSSHFP: // RFC 4255
		return appendHex(numbers(dst, d, 1, 1), d.rest())
	case typeRRSIG, 24: // SIG
		return appendSignature(dst, d)
	case typeNSEC:
		return appendTypes(d.name(dst), d)
	case typeNSEC3, 51: // NSEC3PARAM (RFC 5155)
		dst = numbers(dst, d, 1, 1, 2)
		if salt := d.characters(); len(salt) > 0 {
			dst = appendHex(dst, salt)
		} else {
			dst = append(dst, '-')
		}
		if typ != typeNSEC3 {
			return dst
		}
		dst = base32.HexEncoding.WithPadding(base32.NoPadding).AppendEncode(append(dst, ' '), d.characters())
		return appendTypes(dst, d)
	case typeCSYNC: // RFC 7477
		return appendTypes(trim(numbers(dst, d, 4, 2)), d)
	case typeLOC:
		return appendLocation(dst, d)
	case typeEUI48, typeEUI64: // RFC 7043
		return appendEUI(dst, d, 6+2*int(typ-typeEUI48))
	case typeSVCB, typeHTTPS:
		return appendService(dst, d)
	}
	return appendHex(dst, d.rest())
}

func trim(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] == ' ' {
		return dst[:n-1]
	}
	return dst
}

func appendQuoted(dst, s []byte) []byte {
	return append(appendEscaped(append(dst, '"'), s), '"')
}

// appendAddr appends the address that fills the data.
func appendAddr(dst []byte, d *reader, n int) []byte {
	if d.end-d.pos != n {
		d.bad = true
		return dst
	}
	return appendIP(dst, d.rest())
}

func appendIP(dst, b []byte) []byte {
	a, _ := netip.AddrFromSlice(b)
	return a.AppendTo(dst)
}

// appendSignature is RRSIG (RFC 4034, 3): covered type, algorithm, labels, original TTL, expiration, inception, key tag, signer, signature.
func appendSignature(dst []byte, d *reader) []byte {
	dst = append(recordTypes.append(dst, d.u16()), ' ')
	dst = numbers(dst, d, 1, 1, 4)
	for range 2 {
		dst = append(time.Unix(int64(d.u32()), 0).UTC().AppendFormat(dst, "20060102150405"), ' ')
	}
	dst = append(d.name(numbers(dst, d, 2)), ' ')
	return base64.StdEncoding.AppendEncode(dst, d.rest())
}

// appendTypes appends the types of a bit map, each after a space.
func appendTypes(dst []byte, d *reader) []byte {
	eachType(d, func(typ uint16) { dst = recordTypes.append(append(dst, ' '), typ) })
	return dst
}

// eachType calls f with the types of a bit map (RFC 4034, 4.1.2).
func eachType(d *reader, f func(typ uint16)) {
	for d.pos < d.end && !d.bad {
		window := uint16(d.u8()) << 8
		for i, c := range d.characters() {
			for bit := range 8 {
				if c&(0x80>>bit) != 0 {
					f(window | uint16(i*8+bit)&0xff)
				}
			}
		}
	}
}
