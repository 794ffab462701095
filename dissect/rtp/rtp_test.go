// SPDX-License-Identifier: Apache-2.0

package rtp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var other = &dissect.Protocol{Name: "other", GuessUDP: func(b []byte) bool { return len(b) > 0 && b[0] == 0 }, Dissect: func(*dissect.Packet, []byte, int) {}}

func newBench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, RTCP, AMR, other)
}

const (
	voice  = "80 80 0001 00000010 00000002 aabb"
	sender = "80 c8 0006 00000002 0102030405060708 00000010 00000003 00000009"
	report = "81 c9 0007 00000002 00000005 40 fffffe 00010009 00000007 00000001 00000002"
	names  = "81 ca 0003 00000002 01 04 61406263 0000"
	bye    = "81 cb 0001 00000002"
)

func TestPackets(t *testing.T) {
	b := newBench()
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "voice", Frame: voice, Layers: "rtp", Want: map[string]string{"rtp.p_type": "0", "rtp.codec": "PCMU", "rtp.marker": "true", "rtp.seq": "1", "rtp.timestamp": "16", "rtp.ssrc": "2", "rtp.payload_length": "2"}},
		{Name: "sources, an extension and padding", Frame: "b1 08 0001 00000010 00000002 00000003 bede 0001 11223344 aabb 0002", Layers: "rtp", Want: map[string]string{"rtp.codec": "PCMA", "rtp.csrc": "3", "rtp.payload_length": "2"}},
		{Name: "more padding than bytes", Frame: "a0 08 0001 00000010 00000002 ff", Layers: "rtp", Want: map[string]string{"rtp.payload_length": "0"}},
		{Name: "a type that nobody has announced", Frame: "80 60 0001 00000010 00000002 aa", Layers: "rtp", Want: map[string]string{"rtp.p_type": "96", "rtp.codec": ""}},
		{Name: "a header alone", Frame: voice[:len(voice)-5], Layers: "rtp", Want: map[string]string{"rtp.payload_length": "0"}},
		{Name: "half a header", Frame: "80 00 0001", Layers: "rtp", Malformed: "rtp"},
		{Name: "control at the same port", Frame: sender, Layers: "rtcp", Want: map[string]string{"rtcp.pt": "200"}},
		{Name: "another protocol at the same port", Frame: "00 01 0000", Layers: "other"},
		{Name: "nobody's", Frame: "40 01 0000", Layers: ""},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, "b1 08 0001 00000010 00000002 00000003 bede 0001 11223344 aabb 0002"))
}

// What a session description announced names types and adds the codec's layer.
func TestSession(t *testing.T) {
	b := newBench()
	packet := &dissect.Protocol{Name: "packet", Dissect: func(p *dissect.Packet, data []byte, wire int) {
		p.Pop()
		p.Conversation = &dissect.Conversation{AppState: &Session{Number: 7, Codecs: map[uint8]string{96: "AMR"}}}
		p.Call(Protocol, data, wire)
	}}
	frame := dissecttest.Unhex(t, "80 60 0001 00000010 63990002 aa")
	r := b.Run(packet, frame, len(frame))
	if r.Layers != "rtp:amr" {
		t.Errorf("layers %q", r.Layers)
	}
	r.Check(t, map[string]string{"rtp.codec": "AMR", "rtp.setup_frame": "7"})
	if got := b.Summary(Protocol); got != "PT=AMR, SSRC=0x63990002, Seq=1, Time=16" {
		t.Errorf("%q", got)
	}
	frame = dissecttest.Unhex(t, "80 e1 0001 00000010 00000002 aa")
	if b.Dissect(Protocol, frame, len(frame)); b.Summary(Protocol) != "PT=Type-97, SSRC=0x2, Seq=1, Time=16, Mark" {
		t.Errorf("%q", b.Summary(Protocol))
	}
}

func TestControl(t *testing.T) {
	b := newBench()
	b.Cases(t, RTCP, []dissecttest.Case{
		{Name: "sender report and names", Frame: sender + names, Layers: "rtcp", Want: map[string]string{"rtcp.pt": "200,202", "rtcp.senderssrc": "2", "rtcp.sender_packetcount": "3", "rtcp.sender_octetcount": "9", "rtcp.cname": "a@bc", "rtcp.ssrc_identifier": "2"}},
		{Name: "receiver report", Frame: report, Layers: "rtcp", Want: map[string]string{"rtcp.ssrc_identifier": "5", "rtcp.ssrc_fraction": "64", "rtcp.ssrc_cum_nr": "-2", "rtcp.ssrc_ext_high": "65545", "rtcp.ssrc_jitter": "7", "rtcp.ssrc_lsr": "1", "rtcp.ssrc_dlsr": "2"}},
		{Name: "goodbye, feedback and application", Frame: bye + "8f ce 0002 00000002 00000003 80 cc 0002 00000009 41424344", Layers: "rtcp", Want: map[string]string{"rtcp.pt": "203,206,204", "rtcp.fmt": "15", "rtcp.senderssrc": "2,9"}},
		{Name: "a tail of SRTCP", Frame: bye + "00000001 aabb", Layers: "rtcp", Want: map[string]string{"rtcp.pt": "203"}},
		{Name: "fewer reports than the header says", Frame: "82 c9 0001 00000002", Layers: "rtcp", Want: map[string]string{"rtcp.senderssrc": "2", "rtcp.ssrc_identifier": ""}},
		{Name: "a report that ends in its middle", Frame: "81 c9 0002 00000002 00000005", Layers: "rtcp", Malformed: "rtcp", Want: map[string]string{"rtcp.ssrc_identifier": "5"}},
		{Name: "a length beyond the end", Frame: "81 cb 0009 00000002", Layers: "rtcp", Malformed: "rtcp", Want: map[string]string{"rtcp.pt": "203"}},
		{Name: "another protocol at the same port", Frame: "00 01 0000", Layers: "other"},
		{Name: "media at the port of the control", Frame: voice, Layers: ""},
	})
	b.Cut(t, RTCP, dissecttest.Unhex(t, sender+report))
	m := dissecttest.Unhex(t, strings.Repeat(bye, maxPackets+1))
	if n := len(b.Run(RTCP, m, len(m)).Fields["rtcp.pt"]); n != maxPackets || !b.Out.Cut {
		t.Errorf("%d packets, cut %v", n, b.Out.Cut)
	}
	m = dissecttest.Unhex(t, sender+names)
	if b.Dissect(RTCP, m, len(m)); b.Summary(RTCP) != "Sender Report, Source description" {
		t.Errorf("%q", b.Summary(RTCP))
	}
}

func TestGuess(t *testing.T) {
	for frame, want := range map[string]bool{sender + names: true, report + names + bye: true, report: false, names + sender: false, sender + "80 00 0000 00000000": false, voice: false, "": false, "81 c9 0001 00000002" + bye: false,
		sender + names + "00": false} {
		if got := guessRTCP(dissecttest.Unhex(t, frame)); got != want {
			t.Errorf("%s: %v", frame, got)
		}
	}
}

func FuzzRTP(f *testing.F) {
	for _, m := range []string{voice, sender + names, report + names + bye} {
		f.Add(dissecttest.Unhex(f, m), 0)
	}
	b := newBench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{Protocol, RTCP} {
			b.Dissect(proto, data, max(wire, len(data)))
			b.Invariants(t)
		}
		if guessRTCP(data) && (len(data) < 16 || data[0]>>6 != 2) {
			t.Fatal("RTCP is too short, or of another version")
		}
	})
}
