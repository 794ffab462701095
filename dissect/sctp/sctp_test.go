// SPDX-License-Identifier: Apache-2.0

package sctp

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

const (
	head      = "0b5a 189f d42b4892 01020304 "
	dataChunk = "00 03 0011 0629bfa6 0002 0007 00000003 41 000000 "
	initChunk = "01 00 0014 dd68d33d 00008000 0020 0020 0629bfa6 "
	sackChunk = "03 00 0010 0629bfa6 00008000 0000 0000 "
)

func TestDissect(t *testing.T) {
	tests := []struct {
		name      string
		frame     string
		wire      int // 0: all was captured
		malformed string
		truncated bool
		want      map[string]string
	}{
		{name: "INIT", frame: "0b5a 189f 00000000 01020304 " + initChunk,
			want: map[string]string{"sctp.srcport": "2906", "sctp.dstport": "6303", "sctp.verification_tag": "0", "sctp.checksum": "16909060",
				"sctp.chunk_type": "1", "sctp.initiate_tag": "3714634557", "sctp.data_tsn": ""}},
		{name: "DATA with padding", frame: head + dataChunk,
			want: map[string]string{"sctp.chunk_type": "0", "sctp.data_tsn": "0", "sctp.data_tsn_raw": "103399334", "sctp.data_sid": "2", "sctp.data_ssn": "7", "sctp.data_ppid": "3"}},
		{name: "bundle", frame: head + sackChunk + dataChunk + dataChunk,
			want: map[string]string{"sctp.chunk_type": "3,0,0", "sctp.sack_cumulative_tsn_ack_raw": "103399334", "sctp.data_tsn": "0,0"}},
		{name: "last chunk without its padding", frame: head + "00 03 0011 0629bfa6 0002 0007 00000003 41",
			want: map[string]string{"sctp.data_ppid": "3"}},
		{name: "tag 0 is no association's", frame: "0b5a 189f 00000000 01020304 " + dataChunk,
			want: map[string]string{"sctp.data_tsn": "", "sctp.data_tsn_raw": "103399334"}},
		{name: "I-DATA, first fragment", frame: head + "40 02 0014 00000005 0002 0000 00000001 0000002e",
			want: map[string]string{"sctp.chunk_type": "64", "sctp.data_ppid": "46", "sctp.data_ssn": ""}},
		{name: "I-DATA, later fragment", frame: head + "40 00 0014 00000005 0002 0000 00000001 00000001",
			want: map[string]string{"sctp.data_ppid": "", "sctp.data_tsn_raw": "5"}},
		{name: "unknown chunk", frame: head + "ff 00 0004", want: map[string]string{"sctp.chunk_type": "255"}},
		{name: "no chunk", frame: head, want: map[string]string{"sctp.verification_tag": "3559606418", "sctp.chunk_type": ""}},
		{name: "half a chunk header", frame: head + "00 03", want: map[string]string{"sctp.chunk_type": ""}},
		{name: "length below the header", frame: head + "00 03 0003", malformed: "sctp", want: map[string]string{"sctp.chunk_type": "0"}},
		{name: "length beyond the packet", frame: head + "00 03 0011 0629bfa6", malformed: "sctp", want: map[string]string{"sctp.data_tsn_raw": ""}},
		{name: "DATA shorter than its fields", frame: head + "00 03 0008 0629bfa6", malformed: "sctp", want: map[string]string{"sctp.data_tsn_raw": ""}},
		{name: "cut in a chunk", frame: head + "00 03 0011 0629bfa6", wire: 60, truncated: true, want: map[string]string{"sctp.chunk_type": "0"}},
		{name: "cut in user data", frame: head + "00 03 0020 0629bfa6 0002 0007 00000003 41", wire: 60, truncated: true, want: map[string]string{"sctp.data_ppid": "3"}},
		{name: "too short", frame: "0b5a 189f d42b4892", malformed: "sctp", want: map[string]string{"sctp.srcport": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := dissecttest.New(nil, Protocol).Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("malformed %q truncated %v, want %q %v", r.Malformed, r.Truncated, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// same is a State whose packets are all of one conversation.
type same struct {
	dissecttest.Stateless
	c dissect.Conversation
}

func (s *same) Converse(p *dissect.Packet) *dissect.Conversation {
	p.Conversation = &s.c
	return p.Conversation
}

func TestRelativeTSN(t *testing.T) {
	b := dissecttest.New(&same{}, Protocol)
	for _, tt := range []struct{ frame, want string }{
		{head + dataChunk, "0"},
		{head + "00 03 0010 0629bfa9 0002 0007 00000003", "3"},
		{"0b5a 189f d42b4893 01020304 " + "00 03 0010 0629bfa9 0002 0007 00000003", "0"}, // a new association
	} {
		frame := unhex(t, tt.frame)
		b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"sctp.data_tsn": tt.want})
	}
}

func TestManyChunks(t *testing.T) {
	frame := unhex(t, head+strings.Repeat("06000004", 2*maxChunks))
	if n := len(dissecttest.New(nil, Protocol).Run(Protocol, frame, len(frame)).Fields["sctp.chunk_type"]); n != maxChunks {
		t.Errorf("%d chunks, want %d", n, maxChunks)
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(&same{}, Protocol)
	frame := unhex(t, head+sackChunk+dataChunk)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSCTP(f *testing.F) {
	for _, s := range []string{head + sackChunk + dataChunk, head + initChunk, head + "40 02 0014 00000005 0002 0000 00000001 0000002e"} {
		f.Add(unhex(f, s), 64)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
