// SPDX-License-Identifier: Apache-2.0

package ip

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxPackets bounds the packet numbers that a completed datagram lists: 65,535 bytes in fragments of 576.
const maxPackets = 128

// JoinedFields are the fields of a fragment that say what it made of its datagram, of IPv4 or IPv6.
type JoinedFields struct{ count, packets, overlap, conflict field.ID }

// NewJoinedFields defines the fields of a protocol.
func NewJoinedFields(g field.Set, wireshark string) JoinedFields {
	return JoinedFields{
		count:    g.Add("fragments.count", field.Uint16, wireshark+".fragment.count", "Fragments of the datagram that this one completes"),
		packets:  g.Add("fragments.packets", field.Int64, wireshark+".fragment", "Numbers of the packets with those fragments, by offset, at most 128", field.List, field.Rare),
		overlap:  g.Add("fragments.overlap", field.Bool, wireshark+".fragment.overlap", "Bytes of this fragment, or of the datagram that it completes, came twice", field.Sparse),
		conflict: g.Add("fragments.conflict", field.Bool, wireshark+".fragment.overlap.conflict", "They came with different values", field.Sparse),
	}
}

// Write writes what there is to say.
func (f *JoinedFields) Write(out *field.Buffer, j *dissect.Joined) {
	if j.Payload != nil {
		out.Uint(f.count, uint64(len(j.Packets)))
		for _, n := range j.Packets[:min(len(j.Packets), maxPackets)] {
			out.Uint(f.packets, n)
		}
	}
	if j.Overlap {
		out.Bool(f.overlap, true)
		out.Bool(f.conflict, j.Conflict)
	}
}
