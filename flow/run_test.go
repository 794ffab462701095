// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Messages that a segment brings together are one layer, and one that earlier segments began is another.
func TestLayersOfStreams(t *testing.T) {
	two := &dissect.Protocol{Name: "two", TCPPorts: []uint16{7000}, Begins: true, Continues: true}
	two.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
		switch {
		case data[0] == '?':
			return dissect.Reject
		case len(data) < 2:
			return 0
		}
		p.Push(two)
		return 2
	}
	through := &dissect.Protocol{Name: "through"}
	for _, c := range []struct {
		name      string
		wireshark bool
		through   *dissect.Protocol
		segments  []string
		want      []string
	}{
		{"together", false, nil, []string{"aabbcc"}, []string{"two"}},
		{"begun before", false, nil, []string{"aab", "bccdd", "ee"}, []string{"two", "two:two", "two"}},
		{"tshark has the beginning, too", true, nil, []string{"a", "ab", "bcc"}, []string{"two", "two:two", "two:two"}},
		{"what is no message", false, nil, []string{"??", "aa", "??"}, []string{"", "two", ""}},
		{"tshark goes on with it", true, nil, []string{"??", "aa", "??"}, []string{"", "two", "two"}},
		{"tshark does so before a gap is filled", true, nil, []string{"aa", ".b"}, []string{"two", "two"}},
		{"handed on", true, through, []string{"aabb", "c", "c"}, []string{"through:two", "through:two", "through:two"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := New(Options{}), &dissect.Packet{Registry: dissect.NewRegistry(two), Options: &dissect.Options{Wireshark: c.wireshark}, Out: &field.Buffer{}}
			seq := uint32(1)
			for i, text := range c.segments {
				p.Begin()
				p.SetIP(4, []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}, 6)
				p.SetPorts(40000, 7000)
				conversation := s.Converse(p)
				conversation.Through = c.through
				if text[0] == '.' { // a byte is missing
					seq++
				}
				s.Deliver(p, conversation, dissect.Segment{Seq: seq, Length: len(text)}, []byte(text), len(text))
				seq += uint32(len(text)) //nolint:gosec // short
				var names []string
				for _, l := range p.Layers[:p.Depth] {
					names = append(names, l.Name)
				}
				if got := strings.Join(names, ":"); got != c.want[i] {
					t.Errorf("segment %d: layers %q, want %q", i, got, c.want[i])
				}
			}
		})
	}
}
