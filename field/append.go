// SPDX-License-Identifier: Apache-2.0

package field

import (
	"encoding/base64"
	"strconv"
	"time"
)

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

// TimeLayout is how a Date is written: RFC 3339 with nanoseconds, UTC.
const TimeLayout = "2006-01-02T15:04:05.000000000Z"

// AppendText appends the value of e as it reads in the document, without quotes. Text is appended
// as it is: it may hold bytes that are no UTF-8.
func AppendText(dst []byte, t Type, e Entry, arena []byte) []byte {
	switch t {
	case Bool:
		return strconv.AppendBool(dst, e.Val != 0)
	case Uint8, Uint16, Uint32:
		return strconv.AppendUint(dst, e.Val, 10)
	case Int64:
		return strconv.AppendInt(dst, int64(e.Val), 10)
	case Float:
		return strconv.AppendFloat(dst, FloatOf(e), 'g', -1, 64)
	case IP:
		if e.Len == 4 {
			return appendIPv4(dst, uint32(e.Val))
		}
		return AddrOf(e, arena).AppendTo(dst)
	case MAC:
		return appendMAC(dst, e)
	case Date:
		return time.Unix(0, int64(e.Val)).UTC().AppendFormat(dst, TimeLayout)
	case Hex:
		text, constant, ok := TextOf(e, arena)
		if ok {
			return append(dst, constant...)
		}
		for _, c := range text {
			dst = append(dst, lowerHex[c>>4], lowerHex[c&15])
		}
		return dst
	case Binary:
		return base64.StdEncoding.AppendEncode(dst, arena[e.Val:e.Val+uint64(e.Len)])
	case Object:
		return dst
	}
	text, constant, ok := TextOf(e, arena)
	if ok {
		return append(dst, constant...)
	}
	return append(dst, text...)
}

func appendMAC(dst []byte, e Entry) []byte {
	for i := int(e.Len) - 1; i >= 0; i-- {
		c := byte(e.Val >> (8 * i))
		dst = append(dst, upperHex[c>>4], upperHex[c&15])
		if i > 0 {
			dst = append(dst, '-')
		}
	}
	return dst
}

func appendIPv4(dst []byte, v uint32) []byte {
	for shift := 24; ; shift -= 8 {
		dst = appendByte(dst, byte(v>>shift))
		if shift == 0 {
			return dst
		}
		dst = append(dst, '.')
	}
}

func appendByte(dst []byte, c byte) []byte {
	if c >= 100 {
		dst = append(dst, '0'+c/100)
	}
	if c >= 10 {
		dst = append(dst, '0'+c/10%10)
	}
	return append(dst, '0'+c%10)
}
