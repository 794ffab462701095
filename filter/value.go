// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/espbeat/espbeat/field"
)

// valueOf is a literal as documents have it, or what is wrong with it.
func valueOf(d *field.Def, lit token, units int64) (string, string) {
	if d.Texts != nil {
		return named(d, lit)
	}
	switch d.Type {
	case field.Bool:
		v, ok := truth(lit)
		if !ok {
			return "", "1 or 0, True or False was expected"
		}
		return strconv.FormatBool(v), ""
	case field.Uint8, field.Uint16, field.Uint32, field.Int64:
		return integer(d, lit, units)
	case field.Float:
		f, err := strconv.ParseFloat(lit.text, 64)
		if err != nil {
			return "", "a number was expected"
		}
		return strconv.FormatFloat(f, 'g', -1, 64), ""
	case field.IP:
		a, err := netip.ParseAddr(lit.text)
		if err != nil {
			return "", "an IP address was expected"
		}
		return a.String(), ""
	case field.MAC, field.Hex:
		if n, ok := number(lit); ok && wide[d.Name] > 0 {
			return fmt.Sprintf("%0*x", wide[d.Name], n), ""
		}
		if d.Type == field.Hex && guid.MatchString(lit.text) {
			return sent(lit.text), ""
		}
		b, ok := octets(lit)
		if !ok {
			return "", "bytes in hexadecimal were expected: 00:1b:21:3c:9d:f8"
		}
		return hexText(d.Type, b), ""
	case field.Date:
		return date(lit, units)
	case field.Keyword:
		n, ok := number(lit)
		switch {
		case ok && d.Name == "smb2.sesid":
			return fmt.Sprintf("%#016x", n), ""
		case ok && strings.HasPrefix(lit.text, "0x"):
			return strconv.FormatUint(n, 10), "" // of identifiers that are numbers to Wireshark
		case guid.MatchString(lit.text):
			return strings.ToLower(lit.text), ""
		}
	}
	return lit.text, ""
}

// wide are fields that are numbers to Wireshark and hex digits in documents, and how many.
var wide = map[string]int{"icmpv6.ni.nonce": 16, "lisp.nonce": 16, "memcache.cas": 16, "mysql.insert_id": 16, "ndp.segmentident": 6, "openflow.datapath_id": 16, "openvpn.sessionid": 16,
	"pfcp.seid": 16, "ptp.v2.an.grandmaster": 16, "ptp.v2.clockidentity": 16}

// guid is how Microsoft's identifiers are written.
var guid = regexp.MustCompile(`^(?i)([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{4})-([0-9a-f]{12})$`)

// sent is a GUID as it is sent, the first three numbers little-endian, as documents have it in bytes.
func sent(text string) string {
	return strings.ToLower(guid.ReplaceAllString(text, "$4$3$2$1$6$5$8$7$9$10"))
}

// boundOf is a literal that values are ordered by.
func boundOf(d *field.Def, lit token, units int64) (string, string) {
	switch {
	case d.Type == field.Text || d.Type == field.Bool:
		return "", fmt.Sprintf("the values of %s have no order: use == or !=", d.Name)
	case d.Type == field.Keyword || d.Type == field.Wildcard:
		if _, err := strconv.ParseFloat(lit.text, 64); err == nil && lit.kind != quoted {
			return "", fmt.Sprintf("%s is a text in documents, whose order is not that of numbers: use == or a set", d.Name)
		}
	}
	return valueOf(d, lit, units)
}

// named is the text for a number, or for itself in any case.
func named(d *field.Def, lit token) (string, string) {
	if n, ok := number(lit); ok {
		if t, ok := d.Texts[uint16(n)]; ok && n <= math.MaxUint16 {
			return t.String(), ""
		}
		return strconv.FormatUint(n, 10), ""
	}
	for _, t := range d.Texts {
		if strings.EqualFold(t.String(), lit.text) {
			return t.String(), ""
		}
	}
	if v, ok := truth(lit); ok && v {
		return d.Texts[1].String(), ""
	} else if ok {
		return d.Texts[0].String(), ""
	}
	return "", fmt.Sprintf("is no value of %s", d.Name)
}

func integer(d *field.Def, lit token, units int64) (string, string) {
	if units > 1 {
		f, err := strconv.ParseFloat(lit.text, 64)
		if err != nil || math.Abs(f) > float64(math.MaxInt64/units) {
			return "", "a number of seconds was expected"
		}
		return strconv.FormatInt(int64(math.Round(f*float64(units))), 10), ""
	}
	if v, ok := truth(lit); ok && lit.kind == word && lit.text[0] >= 'A' { // of what is a flag to Wireshark
		return map[bool]string{true: "1", false: "0"}[v], ""
	}
	n, err := strconv.ParseInt(lit.text, 0, 64)
	most := map[field.Type]int64{field.Uint8: math.MaxUint8, field.Uint16: math.MaxUint16, field.Uint32: math.MaxUint32, field.Int64: math.MaxInt64}[d.Type]
	switch {
	case err != nil:
		return "", "a whole number was expected"
	case n > most || n < 0 && d.Type != field.Int64:
		return "", fmt.Sprintf("%s is a number from 0 to %d", d.Name, most)
	}
	return strconv.FormatInt(n, 10), ""
}

// network is an address, or a network in CIDR.
func (t *target) network(d *field.Def, lit token) (node, string) {
	p, err := netip.ParsePrefix(lit.text)
	a := p.Addr()
	if err != nil {
		if a, err = netip.ParseAddr(lit.text); err != nil {
			return nil, "an IP address or a network in CIDR was expected: names are not resolved"
		}
	}
	if t.family == 4 && !a.Is4() || t.family == 6 && !a.Is6() {
		return nil, fmt.Sprintf("an IPv%d address was expected", t.family)
	}
	if p.IsValid() {
		return within{d, p.Masked()}, ""
	}
	return equal{d, a.String()}, ""
}

// outside holds when one of the addresses is not in the network.
func outside(d *field.Def, p netip.Prefix) node {
	first := p.Masked().Addr()
	last := first.AsSlice()
	for bit := p.Bits(); bit < first.BitLen(); bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	end, _ := netip.AddrFromSlice(last)
	return either{between{def: d, high: first.String(), highOpen: true}, between{def: d, low: end.String(), lowOpen: true}}
}

// octets are bytes in hexadecimal, with or without separators, or those of a text in quotes.
func octets(lit token) ([]byte, bool) {
	if lit.kind == quoted {
		return []byte(lit.text), true
	}
	text := strings.TrimPrefix(lit.text, "0x")
	if parts := strings.FieldsFunc(text, func(r rune) bool { return r == ':' || r == '-' || r == '.' }); len(parts) > 1 {
		for i, p := range parts {
			if len(p)%2 == 1 {
				parts[i] = "0" + p
			}
		}
		text = strings.Join(parts, "")
	}
	b, err := hex.DecodeString(text)
	return b, err == nil && len(b) > 0
}

// hexText writes bytes as documents have them.
func hexText(t field.Type, b []byte) string {
	if t == field.Hex {
		return hex.EncodeToString(b)
	}
	pairs := make([]string, len(b))
	for i, c := range b {
		pairs[i] = fmt.Sprintf("%02X", c)
	}
	return strings.Join(pairs, "-")
}

// layouts of times in filters: Wireshark's own, and ISO 8601.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
	"Jan _2, 2006 15:04:05.999999999", "Jan 2, 2006 15:04:05.999999999", "Jan 2, 2006 15:04:05.999999999 MST", "Jan 2, 2006 15:04", "Jan 2, 2006"}

// date is a time as documents have it. Without a zone it is UTC; with units it is a number of seconds since 1970.
func date(lit token, units int64) (string, string) {
	if units > 1 {
		whole, fraction, _ := strings.Cut(lit.text, ".")
		s, err := strconv.ParseInt(whole, 10, 64)
		ns, err2 := strconv.ParseUint((fraction + "000000000")[:9], 10, 32)
		if err != nil || err2 != nil || len(fraction) > 9 || s < 0 || s > 9_000_000_000 {
			return "", "seconds since 1970 were expected"
		}
		return time.Unix(s, int64(ns)).UTC().Format(dateFormat), ""
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, lit.text); err == nil {
			return t.UTC().Format(dateFormat), ""
		}
	}
	return "", `a time was expected: "2024-01-31 23:59:59.5" or "2024-01-31T23:59:59Z"`
}

// dateFormat is that of documents.
const dateFormat = "2006-01-02T15:04:05.000000000Z"
