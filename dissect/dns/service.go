// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"encoding/base64"
	"strconv"
)

// Keys of service parameters (RFC 9460, 14.3.2).
const (
	keyMandatory = iota
	keyALPN
	keyNoDefaultALPN
	keyPort
	keyIPv4Hint
	keyECH
	keyIPv6Hint
	keyDoHPath
)

var serviceKeys = [...]string{"mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath"}

func appendServiceKey(dst []byte, key uint16) []byte {
	if int(key) < len(serviceKeys) {
		return append(dst, serviceKeys[key]...)
	}
	return strconv.AppendUint(append(dst, "key"...), uint64(key), 10)
}

// appendService is SVCB and HTTPS (RFC 9460, 2.2): priority, target, parameters.
func appendService(dst []byte, d *reader) []byte {
	dst = d.name(numbers(dst, d, 2))
	for d.pos < d.end && !d.bad {
		key := d.u16()
		v := d.sub(int(d.u16()))
		dst = appendServiceKey(append(dst, ' '), key)
		if v.pos == v.end || v.bad {
			d.bad = d.bad || v.bad
			continue
		}
		dst = append(dst, '=')
		dst = appendServiceValue(dst, &v, key)
		d.bad = d.bad || v.bad
	}
	return dst
}

func appendServiceValue(dst []byte, v *reader, key uint16) []byte {
	switch key {
	case keyPort:
		return trim(numbers(dst, v, 2))
	case keyECH:
		return base64.StdEncoding.AppendEncode(dst, v.rest())
	case keyDoHPath:
		return appendEscaped(dst, v.rest())
	case keyMandatory, keyALPN, keyIPv4Hint, keyIPv6Hint:
		for first := true; v.pos < v.end && !v.bad; first = false {
			if !first {
				dst = append(dst, ',')
			}
			switch key {
			case keyMandatory:
				dst = appendServiceKey(dst, v.u16())
			case keyALPN:
				dst = appendEscaped(dst, v.characters())
			case keyIPv4Hint:
				dst = appendHint(dst, v.bytes(4))
			case keyIPv6Hint:
				dst = appendHint(dst, v.bytes(16))
			}
		}
		return dst
	}
	return appendHex(dst, v.rest())
}

func appendHint(dst, addr []byte) []byte {
	if addr == nil {
		return dst
	}
	return appendIP(dst, addr)
}
