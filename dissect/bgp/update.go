// SPDX-License-Identifier: Apache-2.0

package bgp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// An UPDATE (RFC 4271, 4.3): length 2, withdrawn prefixes, length 2, path attributes, announced prefixes. A prefix is its length in bits and as many
// bytes as hold it; with additional paths an identifier of 4 bytes stands before it.

const pathIDLen = 4

var (
	fWithdrawn = fields.Add("withdrawn_prefix", field.IP, "bgp.withdrawn_prefix", "IPv4 prefixes withdrawn")
	fNLRI      = fields.Add("nlri_prefix", field.IP, "bgp.nlri_prefix", "IPv4 prefixes announced")
	fReach4    = fields.Add("mp_reach_nlri_ipv4_prefix", field.IP, "bgp.mp_reach_nlri_ipv4_prefix", "IPv4 prefixes announced by a multiprotocol attribute")
	fReach6    = fields.Add("mp_reach_nlri_ipv6_prefix", field.IP, "bgp.mp_reach_nlri_ipv6_prefix", "IPv6 prefixes announced")
	fUnreach4  = fields.Add("mp_unreach_nlri_ipv4_prefix", field.IP, "bgp.mp_unreach_nlri_ipv4_prefix", "IPv4 prefixes withdrawn by a multiprotocol attribute")
	fUnreach6  = fields.Add("mp_unreach_nlri_ipv6_prefix", field.IP, "bgp.mp_unreach_nlri_ipv6_prefix", "IPv6 prefixes withdrawn")
	fBits      = fields.Add("prefix_length", field.Uint8, "bgp.prefix_length", "Length of each prefix, bits, in the order of the message", field.Rare, field.Detail)
	fPathID    = fields.Add("nlri_path_id", field.Uint32, "bgp.nlri_path_id", "Path identifier of each prefix", field.Rare, field.Detail)
)

func update(c *common.Cursor) {
	withdrawn := c.Sub(int(c.U16()))
	prefixes(&withdrawn, fWithdrawn, 4)
	attributes := c.Sub(int(c.U16()))
	for n := 0; attributes.More() && n < common.MaxItems; n++ {
		attribute(&attributes)
	}
	prefixes(c, fNLRI, 4)
}

// prefixes reads prefixes of addresses of size bytes to the end.
func prefixes(c *common.Cursor, id field.ID, size int) {
	ids := pathIDs(c.B, size)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		if ids {
			c.Uint32(fPathID)
		}
		bits := c.Uint8(fBits)
		c.Prefix(id, int(bits), size)
	}
}

// pathIDs reports whether path identifiers stand before the prefixes in b: when they are no sound prefixes without, or hold
// the default route twice, which small identifiers look like.
func pathIDs(b []byte, size int) bool {
	sound, defaults := walk(b, size, 0)
	if sound && defaults <= 1 {
		return false
	}
	sound, _ = walk(b, size, pathIDLen)
	return sound
}

// walk reports whether b is a sequence of prefixes, each behind skip bytes, and counts those of length 0.
func walk(b []byte, size, skip int) (sound bool, defaults int) {
	for len(b) > 0 {
		if len(b) <= skip {
			return false, defaults
		}
		bits := int(b[skip])
		n := skip + 1 + (bits+7)/8
		if bits > 8*size || n > len(b) {
			return false, defaults
		}
		if bits == 0 {
			defaults++
		}
		b = b[n:]
	}
	return true, defaults
}
