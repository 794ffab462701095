// SPDX-License-Identifier: Apache-2.0

package sctp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	head      = "0b5a 189f d42b4892 01020304 "
	dataChunk = "00 03 0011 0629bfa6 0002 0007 00000003 41 000000 "
	initChunk = "01 00 0014 dd68d33d 00008000 0020 0020 0629bfa6 "
	sackChunk = "03 00 0010 0629bfa6 00008000 0000 0000 "
)

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "INIT", Frame: "0b5a 189f 00000000 01020304 " + initChunk,
			Want: map[string]string{"sctp.srcport": "2906", "sctp.dstport": "6303", "sctp.verification_tag": "0", "sctp.checksum": "16909060",
				"sctp.chunk_type": "1", "sctp.initiate_tag": "3714634557", "sctp.data_tsn": ""}},
		{Name: "DATA with padding", Frame: head + dataChunk,
			Want: map[string]string{"sctp.chunk_type": "0", "sctp.data_tsn": "0", "sctp.data_tsn_raw": "103399334", "sctp.data_sid": "2", "sctp.data_ssn": "7", "sctp.data_ppid": "3"}},
		{Name: "bundle", Frame: head + sackChunk + dataChunk + dataChunk,
			Want: map[string]string{"sctp.chunk_type": "3,0,0", "sctp.sack_cumulative_tsn_ack_raw": "103399334", "sctp.data_tsn": "0,0"}},
		{Name: "last chunk without its padding", Frame: head + "00 03 0011 0629bfa6 0002 0007 00000003 41",
			Want: map[string]string{"sctp.data_ppid": "3"}},
		{Name: "tag 0 is no association's", Frame: "0b5a 189f 00000000 01020304 " + dataChunk,
			Want: map[string]string{"sctp.data_tsn": "", "sctp.data_tsn_raw": "103399334"}},
		{Name: "I-DATA, first fragment", Frame: head + "40 02 0014 00000005 0002 0000 00000001 0000002e",
			Want: map[string]string{"sctp.chunk_type": "64", "sctp.data_ppid": "46", "sctp.data_ssn": ""}},
		{Name: "I-DATA, later fragment", Frame: head + "40 00 0014 00000005 0002 0000 00000001 00000001",
			Want: map[string]string{"sctp.data_ppid": "", "sctp.data_tsn_raw": "5"}},
		{Name: "unknown chunk", Frame: head + "ff 00 0004", Want: map[string]string{"sctp.chunk_type": "255"}},
		{Name: "no chunk", Frame: head, Want: map[string]string{"sctp.verification_tag": "3559606418", "sctp.chunk_type": ""}},
		{Name: "half a chunk header", Frame: head + "00 03", Want: map[string]string{"sctp.chunk_type": ""}},
		{Name: "length below the header", Frame: head + "00 03 0003", Malformed: "sctp", Want: map[string]string{"sctp.chunk_type": "0"}},
		{Name: "length beyond the packet", Frame: head + "00 03 0011 0629bfa6", Malformed: "sctp", Want: map[string]string{"sctp.data_tsn_raw": ""}},
		{Name: "DATA shorter than its fields", Frame: head + "00 03 0008 0629bfa6", Malformed: "sctp", Want: map[string]string{"sctp.data_tsn_raw": ""}},
		{Name: "cut in a chunk", Frame: head + "00 03 0011 0629bfa6", Wire: 60, Truncated: true, Want: map[string]string{"sctp.chunk_type": "0"}},
		{Name: "cut in user data", Frame: head + "00 03 0020 0629bfa6 0002 0007 00000003 41", Wire: 60, Truncated: true, Want: map[string]string{"sctp.data_ppid": "3"}},
		{Name: "too short", Frame: "0b5a 189f d42b4892", Malformed: "sctp", Want: map[string]string{"sctp.srcport": ""}},
	}
	dissecttest.New(nil, Protocol).Cases(t, Protocol, tests)
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
		frame := dissecttest.Unhex(t, tt.frame)
		b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"sctp.data_tsn": tt.want})
	}
}

// Whole messages go to who has a port; fragments and other ports' do not.
func TestUserData(t *testing.T) {
	echo := &dissect.Protocol{Name: "echo", SCTPPorts: []uint16{0x0b5a}, Dissect: func(p *dissect.Packet, b []byte, wire int) {
		if string(b) != "A" || wire != 1 || p.Conversation == nil {
			p.Bad()
		}
	}}
	const iData = "40 03 0015 00000005 0002 0000 00000001 0000002e 41 000000 "
	dissecttest.New(&same{}, Protocol, echo).Cases(t, Protocol, []dissecttest.Case{
		{Name: "source port", Frame: head + dataChunk, Layers: "sctp:echo"},
		{Name: "destination port", Frame: "189f 0b5a d42b4892 01020304 " + dataChunk + dataChunk, Layers: "sctp:echo:echo"},
		{Name: "I-DATA", Frame: head + iData, Layers: "sctp:echo"},
		{Name: "first fragment", Frame: head + "00 02" + dataChunk[5:], Layers: "sctp"},
		{Name: "last fragment", Frame: head + "00 01" + dataChunk[5:], Layers: "sctp"},
		{Name: "no user data", Frame: head + "00 03 0010 0629bfa6 0002 0007 00000003", Layers: "sctp"},
		{Name: "I-DATA that ends before its user data", Frame: head + "40 03 0010 00000005 0002 0000 00000001", Malformed: "sctp", Layers: "sctp"},
		{Name: "another port", Frame: "0001 189f d42b4892 01020304 " + dataChunk, Layers: "sctp"},
	})
}

func TestManyChunks(t *testing.T) {
	frame := dissecttest.Unhex(t, head+strings.Repeat("06000004", 2*maxChunks))
	if n := len(dissecttest.New(nil, Protocol).Run(Protocol, frame, len(frame)).Fields["sctp.chunk_type"]); n != maxChunks {
		t.Errorf("%d chunks, want %d", n, maxChunks)
	}
}

func TestNoAllocation(t *testing.T) {
	b := dissecttest.New(&same{}, Protocol)
	frame := dissecttest.Unhex(t, head+sackChunk+dataChunk)
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSCTP(f *testing.F) {
	for _, s := range []string{head + sackChunk + dataChunk, head + initChunk, head + "40 02 0014 00000005 0002 0000 00000001 0000002e"} {
		f.Add(dissecttest.Unhex(f, s), 64)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
