// SPDX-License-Identifier: Apache-2.0

package gsm

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	// An address of a packet data protocol of the IETF, and its type of version 6; other types hold one of version 4, and maybe one of 6 behind it.
	orgIETF, typeIPv6 = 1, 0x57

	// What PPP calls protocols that are configured without a link of its.
	pcoLCP, pcoPAP, pcoCHAP, pcoIPCP = 0xc021, 0xc023, 0xc223, 0x8021

	// Types of a mobile identity.
	identityIMSI, maskIdentity = 1, 7
	maxDigits                  = 32

	lenPLMN = 3
)

// Fields that are the same whoever carries the element.
var (
	fIMSI = field.Group("e212").Add("imsi", field.Keyword, "e212.imsi", "International mobile subscriber identity")
	fLAC  = fields.Add("lac", field.Uint16, "gsm_a.lac", "Location area")
	fRAC  = fields.Add("gm.gmm.rac", field.Uint8, "gsm_a.gm.gmm.rac", "Routing area within the location area", field.Rare, field.Detail)
)

// Address reads a packet data protocol address (TS 24.008, 10.5.6.4; the end user address of TS 29.060, 7.7.27) and writes those of IP; without one the network shall
// give it.
func Address(v *common.Cursor, id field.ID) {
	org, kind := v.U8()&0xf, v.U8()
	if org != orgIETF {
		return
	}
	if n := v.Wire; kind != typeIPv6 && n >= 4 {
		v.IP(id, 4)
	}
	if v.Wire >= 16 {
		v.IP(id, 16)
	}
}

// AccessPoint reads the labels of an access point name (TS 23.003, 9.1) and writes them with dots between.
func AccessPoint(v *common.Cursor, id field.ID) {
	var text [128]byte
	n := 0
	for v.More() && n < len(text)-64 {
		label := v.Bytes(int(v.U8() & 0x3f))
		if len(label) == 0 {
			break
		}
		if n > 0 {
			text[n] = '.'
			n++
		}
		n += copy(text[n:], label)
	}
	if n > 0 {
		v.P.Out.Text(id, text[:n])
	}
}

// Digits reads numbers of four bits, the low ones of a byte first, and writes those in front of the first that is no digit of ten.
func Digits(v *common.Cursor, id field.ID) {
	var text [maxDigits]byte
	if n := digits(v, &text, 0); n > 0 {
		v.P.Out.Text(id, text[:n])
	}
}

// IMSI reads an IMSI that stands by itself, as Digits does.
func IMSI(v *common.Cursor) { Digits(v, fIMSI) }

// Identity reads a mobile identity (TS 24.008, 10.5.1.4) and writes it when it is an IMSI. Its first byte is the first digit and what it is.
func Identity(v *common.Cursor) {
	first := v.U8()
	if v.Failed || first&maskIdentity != identityIMSI || first>>4 > 9 {
		return
	}
	text := [maxDigits]byte{'0' + first>>4}
	v.P.Out.Text(fIMSI, text[:digits(v, &text, 1)])
}

// digits appends to the n digits in text those that v holds, as far as there is room, and returns how many there are.
func digits(v *common.Cursor, text *[maxDigits]byte, n int) int {
	for _, c := range v.Bytes(min(v.Wire, (maxDigits-n)/2)) {
		for _, d := range [2]byte{c & 0xf, c >> 4} {
			if d > 9 {
				return n
			}
			text[n] = '0' + d
			n++
		}
	}
	return n
}

// Area reads and writes a routing area identification (TS 24.008, 10.5.5.15), but for its country and network.
func Area(v *common.Cursor) {
	v.Skip(lenPLMN)
	v.Uint16(fLAC)
	v.Uint8(fRAC)
}

// Configuration reads protocol configuration options (TS 24.008, 10.5.6.3) and hands on the packets of PPP's control protocols in them; it passes over containers.
func Configuration(v *common.Cursor) {
	v.Skip(1)
	for n := 0; v.More() && n < common.MaxItems; n++ {
		kind := v.U16()
		o := v.Sub(int(v.U8()))
		switch kind {
		case pcoLCP, pcoPAP, pcoCHAP, pcoIPCP:
			if !o.Failed && len(o.B) > 0 {
				v.P.PPP(kind, o.B, o.Wire)
			}
		}
	}
}
