// SPDX-License-Identifier: Apache-2.0

package tcp_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/flow"
)

// header makes a TCP header with options, which are padded to 32 bits.
func header(flags uint16, seq, ack uint32, options ...byte) []byte {
	for len(options)%4 != 0 {
		options = append(options, 0)
	}
	b := make([]byte, 20, 60)
	copy(b, []byte{0x9c, 0x40, 0, 80})
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[8:], ack)
	binary.BigEndian.PutUint16(b[12:], uint16(5+len(options)/4)<<12|flags)
	copy(b[14:], []byte{0x04, 0, 0xab, 0xcd, 0, 9})
	return append(b, options...)
}

func TestTCP(t *testing.T) {
	plain := header(0x18, 100, 200)
	withOffset := func(words byte) []byte {
		b := header(0x10, 1, 1)
		b[12] = words << 4
		return b
	}
	for _, c := range []struct {
		name      string
		b         []byte
		wire      int // len(b) if 0
		want      map[string]string
		malformed bool
		truncated bool
		layers    string // "tcp" if empty
	}{
		{name: "plain", b: append(plain[:20:20], "data"...), want: map[string]string{"tcp.srcport": "40000", "tcp.dstport": "80", "tcp.seq": "100", "tcp.seq_raw": "100",
			"tcp.ack_raw": "200", "tcp.hdr_len": "20", "tcp.len": "4", "tcp.flags.value": "24", "tcp.flags.names": "psh,ack", "tcp.window.value": "1024",
			"tcp.checksum.value": "43981", "tcp.urgent_pointer": "9", "tcp.options.kind": ""}},
		{name: "no flags", b: header(0, 1, 0), want: map[string]string{"tcp.flags.value": "0", "tcp.flags.names": ""}},
		{name: "all flags", b: header(0xfff, 1, 1), want: map[string]string{"tcp.flags.value": "4095", "tcp.flags.names": "fin,syn,rst,psh,ack,urg,ece,cwr,ae", "tcp.window.scale_factor": ""}},
		{name: "one byte short", b: plain[:19], malformed: true, want: map[string]string{"tcp.srcport": "40000", "tcp.hdr_len": "20", "tcp.seq": "100", "tcp.window.value": "1024", "tcp.checksum.value": ""}},
		{name: "one byte cut", b: plain[:19], wire: 20, truncated: true, want: map[string]string{"tcp.dstport": "80", "tcp.flags.value": "24", "tcp.flags.names": "psh,ack", "tcp.len": ""}},
		{name: "cut behind the acknowledgement", b: plain[:15], wire: 20, truncated: true, want: map[string]string{"tcp.seq_raw": "100", "tcp.ack_raw": "200", "tcp.flags.value": "", "tcp.seq": ""}},
		{name: "cut behind the sequence number", b: plain[:9], wire: 20, truncated: true, want: map[string]string{"tcp.seq_raw": "100", "tcp.ack_raw": ""}},
		{name: "ports cut", b: plain[:3], wire: 20, truncated: true, want: map[string]string{"tcp.srcport": ""}},
		{name: "offset below the header", b: withOffset(4), malformed: true, want: map[string]string{"tcp.hdr_len": "16", "tcp.seq": "", "tcp.len": ""}},
		{name: "offset beyond the segment", b: withOffset(6), malformed: true, want: map[string]string{"tcp.hdr_len": "24", "tcp.seq": "1", "tcp.len": ""}},
		{name: "offset beyond what was captured", b: withOffset(15), wire: 100, truncated: true, want: map[string]string{"tcp.hdr_len": "60", "tcp.len": "40"}},
		{name: "payload cut", b: plain, wire: 1460, want: map[string]string{"tcp.len": "1440"}},
		{name: "options of a SYN", b: header(2, 1, 0, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7), want: map[string]string{"tcp.options.kind": "2,4,8,1,3",
			"tcp.options.mss_val": "1460", "tcp.options.sack_perm": "true", "tcp.options.timestamp.tsval": "1", "tcp.options.timestamp.tsecr": "2", "tcp.options.wscale.shift": "7"}},
		{name: "selective acknowledgement", b: header(0x10, 1, 1000, 1, 1, 5, 10, 0, 0, 4, 0, 0, 0, 5, 0), want: map[string]string{"tcp.options.kind": "1,1,5", "tcp.options.sack.left_edge": "1024",
			"tcp.options.sack.right_edge": "1280"}},
		{name: "half a block", b: header(0x10, 1, 1, 5, 6, 0, 0, 4, 0, 0, 0), want: map[string]string{"tcp.options.sack.left_edge": "", "tcp.options.kind": "5,0"}},
		{name: "end of list ends it", b: header(0x10, 1, 1, 1, 0, 2, 4, 5, 0xb4, 0, 0), want: map[string]string{"tcp.options.kind": "1,0", "tcp.options.mss_val": ""}},
		{name: "an option of length 0", b: header(2, 1, 0, 2, 0, 5, 0xb4), want: map[string]string{"tcp.options.kind": "2", "tcp.options.mss_val": ""}},
		{name: "an option of length 1", b: header(2, 1, 0, 3, 1, 7, 0), want: map[string]string{"tcp.options.kind": "3", "tcp.options.wscale.shift": ""}},
		{name: "an option beyond the header", b: header(2, 1, 0, 2, 5, 5, 0xb4), want: map[string]string{"tcp.options.kind": "2", "tcp.options.mss_val": ""}},
		{name: "an option without its length", b: header(2, 1, 0, 1, 1, 1, 2), want: map[string]string{"tcp.options.kind": "1,1,1,2"}},
		{name: "an option of another length than its own", b: header(2, 1, 0, 2, 3, 5, 1), want: map[string]string{"tcp.options.kind": "2,1", "tcp.options.mss_val": ""}},
		{name: "fast open, multipath, user timeout", b: header(2, 1, 0, 34, 6, 0xca, 0xfe, 0xca, 0xfe, 30, 4, 0x10, 0, 28, 4, 0x80, 1), want: map[string]string{"tcp.options.tfo.cookie": "cafecafe",
			"tcp.options.mptcp.subtype": "1", "tcp.options.user_to": "32769"}, layers: "tcp:mptcp"},
		{name: "unknown options", b: header(0x10, 1, 1, 253, 4, 1, 2), want: map[string]string{"tcp.options.kind": "253"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wire := c.wire
			if wire == 0 {
				wire = len(c.b)
			}
			r := dissecttest.New(nil, tcp.Protocol).Run(tcp.Protocol, c.b, wire)
			r.Check(t, c.want)
			if (r.Malformed == "tcp") != c.malformed || r.Truncated != c.truncated || r.Layers != cmp.Or(c.layers, "tcp") {
				t.Errorf("layers %s, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
		})
	}
}

// A quote in an ICMP error has its ports, and touches no conversation.
func TestQuoted(t *testing.T) {
	state := flow.New(flow.Options{})
	b := dissecttest.New(state, tcp.Protocol)
	outer := &dissect.Protocol{Name: "outer", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		p.Quoted = true
		p.Call(tcp.Protocol, b, wire)
	}}
	b.Run(outer, header(2, 1, 0), 20).Check(t, map[string]string{"tcp.srcport": "40000", "tcp.seq_raw": "1", "tcp.seq": "", "tcp.stream": ""})
	b.Run(outer, header(2, 1, 0)[:8], 8).Check(t, map[string]string{"tcp.srcport": "40000", "tcp.dstport": "80"})
	if s := state.Stats(); s.FlowsSeen != 0 {
		t.Errorf("%+v", s)
	}
}

// tshark hands segments out of order to no application; what others complete has their bytes.
func TestOutOfOrderInCompat(t *testing.T) {
	lines := &dissect.Protocol{Name: "lines", Application: true, TCPPorts: []uint16{80}}
	lines.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int {
		n := bytes.IndexByte(data, '\n') + 1
		if n > 0 && p.Push(lines) {
			p.Message(lines)
			if data[0] == 'b' {
				p.Bad()
			}
		}
		return n
	}
	segments := []struct {
		seq    uint32
		data   string
		layers [2]string // by default, in compat mode
	}{{101, "a\n", [2]string{"tcp:lines", "tcp:lines"}}, {105, "c\nd", [2]string{"tcp", "tcp"}}, {103, "b\n", [2]string{"tcp:lines:lines", "tcp"}}, {108, "\n", [2]string{"tcp:lines", "tcp:lines"}}}
	for i, compat := range []bool{false, true} {
		b := dissecttest.New(flow.New(flow.Options{Wireshark: compat}), tcp.Protocol, lines)
		b.P.Options.Wireshark = compat
		for _, flags := range []uint16{2, 0x10} { // an acknowledgement from the other side's view is not needed
			b.Run(tcp.Protocol, header(flags, 100+uint32(flags>>4), 0), 20)
		}
		for _, s := range segments {
			h := append(header(0x18, s.seq, 1), s.data...)
			r := b.Run(tcp.Protocol, h, len(h))
			if r.Layers != s.layers[i] || r.Core.Messages != strings.Count(r.Layers, "lines") {
				t.Errorf("compat %v, %q: layers %q and %d messages, want %q", compat, s.data, r.Layers, r.Core.Messages, s.layers[i])
			}
			if bad := r.Malformed != ""; bad != (s.data == "b\n" && !compat) {
				t.Errorf("compat %v, %q: malformed %q", compat, s.data, r.Malformed)
			}
		}
	}
}

// What the conversation finds out stands in the packet; what it does not know stands nowhere.
func TestAnalysisFields(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), tcp.Protocol)
	reverse := func(h []byte) []byte { return append([]byte{h[2], h[3], h[0], h[1]}, h[4:]...) }
	for _, c := range []struct {
		name  string
		b     []byte
		after int64 // since the packet before, nanoseconds
		want  map[string]string
	}{
		{"SYN", header(0x02, 100, 0), 0, map[string]string{"tcp.nxtseq": "1", "tcp.time_relative": "0", "tcp.time_delta": "0", "tcp.analysis.flags": "", "tcp.analysis.initial_rtt": ""}},
		{"SYN, ACK", reverse(header(0x12, 500, 101)), 5, map[string]string{"tcp.nxtseq": "1", "tcp.time_relative": "5", "tcp.time_delta": "5", "tcp.analysis.acks_frame": "1", "tcp.analysis.rtt": "5"}},
		{"data", append(header(0x18, 101, 501), "abc"...), 2, map[string]string{"tcp.nxtseq": "4", "tcp.time_relative": "7", "tcp.time_delta": "2", "tcp.analysis.initial_rtt": "7",
			"tcp.analysis.bytes_in_flight": "3", "tcp.analysis.push_bytes_sent": "3", "tcp.analysis.acks_frame": "2", "tcp.analysis.rtt": "2"}},
		{"acknowledged", reverse(header(0x10, 501, 104)), 1, map[string]string{"tcp.analysis.acks_frame": "3", "tcp.analysis.rtt": "1", "tcp.analysis.duplicate_ack_num": ""}},
		{"twice", reverse(header(0x10, 501, 104)), 1, map[string]string{"tcp.analysis.flags": "duplicate_ack", "tcp.analysis.duplicate_ack_num": "1", "tcp.analysis.rtt": ""}},
		{"sent again", append(header(0x18, 101, 501), "abc"...), 9, map[string]string{"tcp.analysis.flags": "retransmission,spurious_retransmission", "tcp.analysis.rto": ""}},
		{"a FIN", header(0x11, 104, 501), 0, map[string]string{"tcp.nxtseq": "5", "tcp.analysis.flags": ""}},
		{"again", header(0x11, 104, 501), 1e9, map[string]string{"tcp.analysis.flags": "retransmission", "tcp.analysis.rto": "1000000000"}},
		{"a gap", append(header(0x18, 200, 501), "x"...), 0, map[string]string{"tcp.analysis.flags": "lost_segment", "tcp.analysis.bytes_in_flight": ""}},
		{"the ports again", header(0x02, 70000, 0), 0, map[string]string{"tcp.stream": "1", "tcp.analysis.flags": "reused_ports", "tcp.analysis.initial_rtt": ""}},
		{"an offset beyond the segment", append(header(0x10, 1, 1)[:12:12], append([]byte{0xf0}, header(0x10, 1, 1)[13:]...)...), 0, map[string]string{"tcp.nxtseq": "", "tcp.analysis.flags": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.P.Time += c.after
			b.Run(tcp.Protocol, c.b, len(c.b)).Check(t, c.want)
		})
	}
}

func TestEstablishedFlowDoesNotAllocate(t *testing.T) {
	b := dissecttest.New(flow.New(flow.Options{}), tcp.Protocol)
	b.P.Options.Checksums = false
	segment := append(header(0x18, 1, 1, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2), "payload"...)
	seq := uint32(1)
	next := func() {
		binary.BigEndian.PutUint32(segment[4:], seq)
		seq += 7
		b.Dissect(tcp.Protocol, segment, len(segment))
	}
	next()
	if n := testing.AllocsPerRun(200, next); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}

func FuzzTCP(f *testing.F) {
	f.Add(header(2, 1, 0, 2, 4, 5, 0xb4, 3, 3, 7, 0), 0)
	f.Add(append(header(0x18, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2), "payload"...), 10)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		b := dissecttest.New(flow.New(flow.Options{}), tcp.Protocol)
		wire := len(data) + cut&0xffff
		for range 2 { // seen before and after
			b.Dissect(tcp.Protocol, data, wire)
			b.Invariants(t)
		}
		if len(data) >= 20 && b.P.Malformed == nil && !b.P.Truncated && int(data[12]>>4)*4 > len(data) {
			t.Fatal("an offset beyond the bytes is neither malformed nor cut")
		}
	})
}
