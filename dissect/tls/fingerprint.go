// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"crypto/md5" //nolint:gosec // JA3 is made with it
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// fingerprints writes the fingerprints of a ClientHello.
func (h *hello) fingerprints(o *field.Buffer, t Transport) {
	full := h.ja3()
	sum := md5.Sum(full) //nolint:gosec // see the import
	o.Text(fJA3Full, full)
	writeHash(o, fJA3, hex.AppendEncode(nil, sum[:]))
	writeHash(o, fJA4, h.ja4(t))
}

func writeHash(o *field.Buffer, id field.ID, text []byte) {
	o.Text(id, text)
	common.Hash(o, text)
}

// ja3 is the text that JA3 hashes: version, suites, extensions, groups and point formats as decimal numbers, without the values of RFC 8701.
func (h *hello) ja3() []byte {
	b := strconv.AppendUint(make([]byte, 0, 512), uint64(h.version), 10)
	b = appendNumbers(append(b, ','), h.suites)
	b = h.appendExtensions(append(b, ','))
	b = appendNumbers(append(b, ','), h.groups)
	b = append(b, ',')
	for i, f := range h.formats {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(f), 10)
	}
	return b
}

// serverFingerprint writes JA3S: version, suite and extensions.
func (h *hello) serverFingerprint(o *field.Buffer) {
	b := strconv.AppendUint(make([]byte, 0, 128), uint64(h.version), 10)
	b = appendNumbers(append(b, ','), h.suites)
	b = h.appendExtensions(append(b, ','))
	sum := md5.Sum(b) //nolint:gosec // see the import
	o.Text(fJA3SFull, b)
	writeHash(o, fJA3S, hex.AppendEncode(nil, sum[:]))
}

func appendNumbers(dst, list []byte) []byte {
	first := true
	for ; len(list) >= 2; list = list[2:] {
		if n := binary.BigEndian.Uint16(list); !grease(n) {
			dst, first = appendNumber(dst, n, first), false
		}
	}
	return dst
}

func (h *hello) appendExtensions(dst []byte) []byte {
	first := true
	for _, n := range h.extensions[:h.count] {
		if !grease(n) {
			dst, first = appendNumber(dst, n, first), false
		}
	}
	return dst
}

func appendNumber(dst []byte, n uint16, first bool) []byte {
	if !first {
		dst = append(dst, '-')
	}
	return strconv.AppendUint(dst, uint64(n), 10)
}

// ja4 is JA4 (FoxIO, technical_details/JA4.md): t13d1516h2_8daaf6152771_e5627efa2ab1.
func (h *hello) ja4(t Transport) []byte {
	suites, extensions := list(h.suites), make([]uint16, 0, maxExtensions)
	count := 0
	for _, n := range h.extensions[:h.count] {
		if grease(n) {
			continue
		}
		count++
		if n != extServerName && n != extALPN {
			extensions = append(extensions, n)
		}
	}
	b := append(make([]byte, 0, 64), "tdq"[t])
	b = append(b, h.ja4Version(t)...)
	if h.name {
		b = append(b, 'd')
	} else {
		b = append(b, 'i')
	}
	b = appendCount(appendCount(b, len(suites)), count)
	b = append(b, ja4ALPN(h.alpn)...)
	slices.Sort(suites)
	slices.Sort(extensions)
	b = appendTruncated(append(b, '_'), appendHex(nil, suites))
	text := appendHex(nil, extensions)
	if schemes := list(h.schemes); len(schemes) > 0 {
		text = appendHex(append(text, '_'), schemes)
	}
	if count == 0 {
		text = nil
	}
	return appendTruncated(append(b, '_'), text)
}

// list reads numbers of 16 bits, without those that mean nothing.
func list(b []byte) []uint16 {
	out := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		if n := binary.BigEndian.Uint16(b); !grease(n) {
			out = append(out, n)
		}
	}
	return out
}

var ja4Versions = map[uint16]string{tls13: "13", tls12: "12", 0x0302: "11", 0x0301: "10", ssl3: "s3", ssl2: "s2", dtls10: "d1", dtls12: "d2", dtls13: "d3"}

// ja4Version is that of the newest version supported. Newer versions of DTLS have lower numbers.
func (h *hello) ja4Version(t Transport) string {
	version := h.version
	if supported := list(h.versions); len(supported) > 0 {
		version = slices.Max(supported)
		if t == DTLS {
			version = slices.Min(supported)
		}
	}
	if v, ok := ja4Versions[version]; ok {
		return v
	}
	return "00"
}

// ja4ALPN is the first and last character of the first protocol, or of its hexadecimal digits where one of them is no letter or digit.
func ja4ALPN(protocol []byte) string {
	if len(protocol) == 0 {
		return "00"
	}
	first, last := protocol[0], protocol[len(protocol)-1]
	if !alphanumeric(first) || !alphanumeric(last) {
		const digits = "0123456789abcdef"
		first, last = digits[first>>4], digits[last&15]
	}
	return string([]byte{first, last})
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func appendCount(dst []byte, n int) []byte {
	n = min(n, 99)
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

func appendHex(dst []byte, list []uint16) []byte {
	for i, n := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = hex.AppendEncode(dst, []byte{byte(n >> 8), byte(n)})
	}
	return dst
}

// appendTruncated appends the first 12 digits of the hash of text; zeros stand for no text.
func appendTruncated(dst, text []byte) []byte {
	if len(text) == 0 {
		return append(dst, "000000000000"...)
	}
	sum := sha256.Sum256(text)
	return hex.AppendEncode(dst, sum[:6])
}
