// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
)

// names are those of types and subtypes, by type times 16 plus subtype (IEEE 802.11, table 9-1).
var names = map[uint64]string{
	0x00: "Association Request", 0x01: "Association Response", 0x02: "Reassociation Request", 0x03: "Reassociation Response", 0x04: "Probe Request",
	0x05: "Probe Response", 0x08: "Beacon frame", 0x09: "ATIM", 0x0a: "Disassociate", 0x0b: "Authentication", 0x0c: "Deauthentication", 0x0d: "Action",
	0x18: "Block Ack Request", 0x19: "Block Ack", 0x1a: "PS-Poll", 0x1b: "Request-to-send", 0x1c: "Clear-to-send", 0x1d: "Acknowledgement", 0x1e: "CF-End",
	0x20: "Data", 0x24: "Null function", 0x28: "QoS Data", 0x2c: "QoS Null function",
}

func summary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fSubtype)
	if !ok {
		return dst
	}
	if name, ok := names[n]; ok {
		dst = append(dst, name...)
	} else {
		dst = fmt.Appendf(dst, "Type/subtype 0x%02x", n)
	}
	if text, ok := v.Text(append(dst, ", SN="...), fSeq); ok {
		return text
	}
	return dst
}
