// SPDX-License-Identifier: Apache-2.0

package dnp3

import (
	"fmt"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
)

// Objects that are told apart: group times 256, and variation.
const (
	controlBlock = 12<<8 | 1
	fileCommand  = 70<<8 | 3
)

// sizes are those of one object of each variation from 1 on, in bits (IEEE 1815, annex A); 0 is not known.
var sizes = map[byte][]int{
	1: {1, 8}, 2: {8, 56, 24}, 3: {2, 8}, 4: {8, 56, 24},
	10: {1, 8}, 11: {8, 56}, 12: {88, 88, 1}, 13: {8, 56},
	20: {40, 24, 40, 24, 32, 16, 32, 16}, 21: {40, 24, 40, 24, 88, 72, 88, 72, 32, 16, 32, 16}, 22: {40, 24, 40, 24, 88, 72, 88, 72}, 23: {40, 24, 40, 24, 88, 72, 88, 72},
	30: {40, 24, 32, 16, 40, 72}, 31: {40, 24, 88, 72, 32, 16, 40, 72}, 32: {40, 24, 88, 72, 40, 72, 88, 120}, 33: {40, 24, 88, 72, 40, 72, 88, 120}, 34: {16, 32, 32},
	40: {40, 24, 40, 72}, 41: {40, 24, 40, 72}, 42: {40, 24, 88, 72, 40, 72, 88, 120}, 43: {40, 24, 88, 72, 40, 72, 88, 120},
	50: {48, 80, 48, 88}, 51: {48, 48}, 52: {16, 16}, 80: {1},
}

// sizeOf is the size of an object in bits; known is false where it is not in the table. Names of classes are objects without value.
func sizeOf(object uint16) (bits int, known bool) {
	const classes, firstString, lastString = 60, 110, 113
	group, variation := byte(object>>8), int(object&0xff)
	switch {
	case group == classes:
		return 0, true
	case group >= firstString && group <= lastString: // the variation is the length
		return 8 * variation, true
	}
	if s := sizes[group]; variation >= 1 && variation <= len(s) {
		return s[variation-1], true
	}
	return 0, false
}

// groups name what requests are about.
var groups = map[uint64]string{0: "Device Attributes", 1: "Binary Input", 2: "Binary Input Change", 3: "Double-bit Input", 4: "Double-bit Input Change", 10: "Binary Output",
	11: "Binary Output Change", 12: "Control", 20: "Counter", 21: "Frozen Counter", 22: "Counter Change", 23: "Frozen Counter Change", 30: "Analog Input", 31: "Frozen Analog Input",
	32: "Analog Input Change", 34: "Analog Deadband", 40: "Analog Output Status", 41: "Analog Output", 42: "Analog Output Change", 50: "Time and Date", 51: "Common Time", 52: "Time Delay",
	70: "File", 80: "Internal Indications", 110: "Octet String", 111: "Octet String Change", 120: "Authentication"}

var functions = map[uint64]string{confirm: "Confirm", read: "Read", 2: "Write", 3: "Select", 4: "Operate", 5: "Direct Operate", 6: "Direct Operate No Ack", 7: "Immediate Freeze",
	8: "Immediate Freeze No Ack", 9: "Freeze and Clear", 10: "Freeze and Clear No Ack", 11: "Freeze at Time", 12: "Freeze at Time No Ack", 13: "Cold Restart", 14: "Warm Restart",
	15: "Initialize Data", 16: "Initialize Application", 17: "Start Application", 18: "Stop Application", 19: "Save Configuration", 20: "Enable Spontaneous Messages",
	21: "Disable Spontaneous Messages", 22: "Assign Classes", 23: "Delay Measurement", 24: "Record Current Time", 25: "Open File", 26: "Close File", 27: "Delete File", 28: "Get File Info",
	29: "Authenticate File", 30: "Abort File", 31: "Activate Config", 32: "Authentication Request", 33: "Authentication Error", response: "Response", unsolicited: "Unsolicited Response",
	authResponse: "Authentication Response"}

var (
	primary   = map[uint64]string{0: "Reset of Remote Link", 1: "Reset of User Process", 2: "Test Function For Link", confirmedData: "User Data", data: "Unconfirmed User Data", 9: "Request Link Status"}
	secondary = map[uint64]string{0: "ACK", 1: "NACK", 11: "Status of Link", 14: "Link Service Not Functioning", 15: "Link Service Not Used or Implemented"}
)

// name is the name of n, or "Function n".
func name(names map[uint64]string, n uint64) string {
	if s := names[n]; s != "" {
		return s
	}
	return "Function " + strconv.FormatUint(n, 10)
}

// summary reads "Read, Class 0123" or, without an application layer, "from 1 to 100, Status of Link".
func summary(dst []byte, v dissect.View) []byte {
	if function, ok := v.Uint(fFunction); ok {
		dst = append(dst, name(functions, function)...)
		if function <= lastRequest {
			dst = appendObjects(dst, v)
		}
		return dst
	}
	src, ok := v.Uint(fSrc)
	if !ok {
		return dst
	}
	to, _ := v.Uint(fDst)
	n, _ := v.Uint(fLength)
	dst = fmt.Appendf(dst, "from %d to %d, len=%d, ", src, to, n)
	if f, ok := v.Uint(fReply); ok {
		return append(dst, name(secondary, f)...)
	}
	f, _ := v.Uint(fPrimary)
	dst = append(dst, name(primary, f)...)
	if segment, ok := v.Uint(fSequence); ok {
		dst = fmt.Appendf(dst, " (segment %d)", segment)
	}
	return dst
}

// appendObjects appends what the objects are, once each, the numbers of classes in a row: ", Binary Output, Class 123".
func appendObjects(dst []byte, v dissect.View) []byte {
	const classes, first = 60, 1
	last, class := "", false
	v.All(fObject, func(text []byte) {
		object, _ := strconv.ParseUint(string(text), 10, 16)
		group, variation := object>>8, object&0xff
		if group == classes && variation >= first {
			if !class {
				dst = append(dst, ", Class "...)
			}
			dst = strconv.AppendUint(dst, variation-first, 10)
			class = true
			return
		}
		if s := groups[group]; s != "" && s != last {
			dst = append(append(dst, ", "...), s...)
			last, class = s, false
		}
	})
	return dst
}
