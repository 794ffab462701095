// SPDX-License-Identifier: Apache-2.0

package stun

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const channelBind = 9

// Attributes (IANA, STUN Attributes).
const (
	mappedAddress     = 0x0001
	username          = 0x0006
	errorCode         = 0x0009
	channelNumber     = 0x000c
	lifetime          = 0x000d
	xorPeerAddress    = 0x0012
	data              = 0x0013
	realm             = 0x0014
	xorRelayedAddress = 0x0016
	xorMappedAddress  = 0x0020
	software          = 0x8022
)

// attributes reads n bytes of attributes. mask is the cookie and the transaction, with which addresses are obscured; nil for a message without cookie.
func attributes(c *common.Cursor, n int, mask []byte) {
	rest := c.Sub(n)
	for i := 0; rest.More(); i++ {
		if i == maxAttributes {
			c.P.Out.Cut = true
			return
		}
		typ, size := rest.U16(), int(rest.U16())
		if rest.Failed {
			return
		}
		if mask != nil {
			c.P.Out.Uint(fAttr, uint64(typ))
		}
		v := rest.Sub(size)
		rest.Sub(min((4-size%4)%4, rest.Wire)) // the last one may lack its padding
		attribute(&v, typ, mask)
	}
}

func attribute(v *common.Cursor, typ uint16, mask []byte) {
	o := v.P.Out
	switch typ {
	case mappedAddress:
		address(v, fMapped, fMappedP, nil)
	case xorMappedAddress:
		address(v, fMapped, fMappedP, mask)
	case xorRelayedAddress:
		address(v, fRelayed, fRelayedP, mask)
	case xorPeerAddress:
		address(v, fPeer, fPeerP, mask)
	case username:
		octets(v, fUser)
	case realm:
		octets(v, fRealm)
	case software:
		octets(v, fSoftware)
	case errorCode:
		v.Skip(2)
		class, number := v.U8()&7, v.U8()
		if !v.Failed {
			o.Uint(fError, uint64(class)*100+uint64(number))
			octets(v, fReason)
		}
	case lifetime:
		v.Uint32(fLifetime)
	case channelNumber:
		v.Uint16(fChanNum)
	case data:
		o.Uint(fData, uint64(v.Wire)) //nolint:gosec // of 16 bits
	}
}

// octets writes what is left of v: as text where it is one.
func octets(v *common.Cursor, id field.ID) {
	var b [512]byte
	if text := v.Bytes(v.Wire); len(text) > 0 {
		v.P.Out.Text(id, common.AppendOctets(b[:0], text))
	}
}

// address reads an address and its port, once for each value.
func address(v *common.Cursor, id, port field.ID, mask []byte) {
	v.Skip(1)
	n := 4
	if v.U8() == 2 {
		n = 16
	}
	number, addr := v.U16(), v.Bytes(n)
	if v.Failed {
		return
	}
	var plain [16]byte
	copy(plain[:], addr)
	if mask != nil {
		number ^= binary.BigEndian.Uint16(mask)
		for i := range plain[:n] {
			plain[i] ^= mask[i]
		}
	}
	a, _ := netip.AddrFromSlice(plain[:n])
	v.P.Out.Addr(id, a)
	v.P.Out.Uint(port, uint64(number))
	v.P.Out.Addr(field.RelatedIP, a)
}

var (
	methods = map[uint16]string{1: "Binding", 2: "SharedSecret", 3: "Allocate", 4: "Refresh", 6: "Send", 7: "Data", 8: "CreatePermission", channelBind: "ChannelBind", 10: "Connect",
		11: "ConnectionBind", 12: "ConnectionAttempt", 0x80: "GOOG-PING"}
	classes = map[uint16]string{request: "Request", 0x0010: "Indication", success: "Success Response", failure: "Error Response"}

	classicTypes = map[uint16]string{0x0001: "Binding Request", 0x0101: "Binding Response", 0x0111: "Binding Error Response", 0x0002: "Shared Secret Request", 0x0102: "Shared Secret Response",
		0x0112: "Shared Secret Error Response", 0x0003: "Allocate Request", 0x0103: "Allocate Response", 0x0113: "Allocate Error Response", 0x0004: "Send Request", 0x0104: "Send Response",
		0x0114: "Send Error Response", 0x0115: "Data Indication", 0x0006: "Set Active Destination Request", 0x0106: "Set Active Destination Response", 0x0116: "Set Active Destination Error Response"}
)

// summary reads "Binding Success Response mapped: 192.0.2.1:5000".
func summary(dst []byte, v dissect.View) []byte {
	typ, ok := v.Uint(fType)
	if !ok {
		return dst
	}
	if name := methods[method(uint16(typ))]; name != "" { //nolint:gosec // of 16 bits
		dst = append(dst, name...)
	} else {
		dst = strconv.AppendUint(append(dst, "Method "...), uint64(method(uint16(typ))), 10) //nolint:gosec // of 16 bits
	}
	dst = append(append(dst, ' '), classes[uint16(typ)&classMask]...) //nolint:gosec // of 16 bits
	return details(dst, v)
}

func details(dst []byte, v dissect.View) []byte {
	for _, word := range [...]struct {
		lead string
		id   field.ID
	}{{" user: ", fUser}, {" realm: ", fRealm}, {" error: ", fError}} {
		if text, ok := v.Text(append(dst, word.lead...), word.id); ok {
			dst = text
		}
	}
	for _, place := range [...]struct {
		lead     string
		id, port field.ID
	}{{" mapped: ", fMapped, fMappedP}, {" relayed: ", fRelayed, fRelayedP}, {" peer: ", fPeer, fPeerP}} {
		if text, ok := v.Text(append(dst, place.lead...), place.id); ok {
			dst, _ = v.Text(append(text, ':'), place.port)
		}
	}
	return dst
}

// summaryClassic reads "Message: Binding Request".
func summaryClassic(dst []byte, v dissect.View) []byte {
	typ, _ := v.Uint(fClassicType)
	return details(append(append(dst, "Message: "...), classicTypes[uint16(typ)]...), v) //nolint:gosec // of 16 bits
}

// summaryChannel reads "ChannelData TURN Message, Channel 16384, Length 100".
func summaryChannel(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(dst, "ChannelData TURN Message, Channel "...), fChannelID)
	dst, _ = v.Text(append(dst, ", Length "...), fChannelLen)
	return dst
}
