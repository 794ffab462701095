// SPDX-License-Identifier: Apache-2.0

package sdp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/rtp"
)

// expecting is a State that notes what is expected.
type expecting struct {
	dissecttest.Stateless
	got *[]string
}

func (s expecting) Expect(_ *dissect.Packet, e dissect.Expectation) {
	*s.got = append(*s.got, fmt.Sprintf("%s %s %v", e.App.Name, e.At, e.State.(*rtp.Session).Codecs))
}

func lines(l ...string) []byte { return []byte(strings.Join(l, "\r\n") + "\r\n") }

func TestDescriptions(t *testing.T) {
	for _, tt := range []struct {
		name   string
		text   []byte
		expect string
		want   map[string]string
	}{
		{"a call", lines("v=0", "o=alice 1 1 IN IP4 host.example.com", "s=Call", "c=IN IP4 192.0.2.1", "t=0 0", "m=audio 49170 RTP/AVP 0 96", "a=rtpmap:96 amr/8000/1", "m=video 51372/2 RTP/SAVPF 97", "c=IN IP6 2001:db8::1", "a=rtpmap:97 H264/90000", "a=rtcp:9000"),
			"rtp 192.0.2.1:49170 map[96:AMR]|rtcp 192.0.2.1:49171 map[96:AMR]|rtp [2001:db8::1]:51372 map[97:H264]|rtcp [2001:db8::1]:9000 map[97:H264]",
			map[string]string{"sdp.connection_address": "192.0.2.1,2001:db8::1", "sdp.media": "audio 49170 RTP/AVP 0 96,video 51372/2 RTP/SAVPF 97", "sdp.mime_type": "amr,H264", "sdp.owner_username": "alice", "sdp.session_name": "Call",
				"related.ip": "192.0.2.1,2001:db8::1"}},
		{"nothing to expect", lines("c=IN IP4 0.0.0.0", "m=audio 5000 RTP/AVP 0", "m=audio 0 RTP/AVP 0", "m=application 9 UDP/DTLS/SCTP webrtc", "m=x", "a=rtpmap:96 AMR/8000"), "", map[string]string{"sdp.connection_address": "0.0.0.0"}},
		{"a host for an address", lines("c=IN IP4 host.example.com", "m=audio 5000 RTP/AVP 0"), "", map[string]string{"related.hosts": "host.example.com"}},
		{"a group", lines("c=IN IP4 224.2.1.1/127", "m=audio 5000 RTP/AVP 0", "a=rtcp:0", "a=rtpmap:300 X/1"), "rtp 224.2.1.1:5000 map[]|rtcp 224.2.1.1:5001 map[]", map[string]string{"sdp.connection_address": "224.2.1.1"}},
		{"lines that are none", lines("x", "", "c=IN", "a=rtpmap:96 AMR/8000", "hello"), "", map[string]string{"sdp.connection_address": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			b := dissecttest.New(expecting{got: &got}, Protocol, rtp.Protocol, rtp.RTCP)
			b.Run(Protocol, tt.text, len(tt.text)).Check(t, tt.want)
			if s := strings.Join(got, "|"); s != tt.expect {
				t.Errorf("expects %s, want %s", s, tt.expect)
			}
		})
	}
	b := dissecttest.New(nil, Protocol)
	if r := b.Run(Protocol, []byte("c=IN IP4 192."), 20); !r.Truncated || r.Malformed != "" {
		t.Errorf("%+v", r)
	}
	many := lines(strings.Repeat("m=audio 1 RTP/AVP 0\r\n", maxMedia+1))
	if n := len(b.Run(Protocol, many, len(many)).Fields["sdp.media"]); n != maxMedia || !b.Out.Cut {
		t.Errorf("%d media, cut %v", n, b.Out.Cut)
	}
}

// Keys and passwords stay out of the document.
func TestCanary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	m := lines("k=clear:c4n4ry", "m=audio 1 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c4n4ry", "a=ice-pwd:c4n4ry")
	if b.Dissect(Protocol, m, len(m)); strings.Contains(string(b.Out.Arena), "c4n4ry") {
		t.Error("a key is in the record")
	}
}

func FuzzSDP(f *testing.F) {
	f.Add(lines("c=IN IP4 192.0.2.1", "m=audio 49170 RTP/AVP 0 96", "a=rtpmap:96 amr/8000/1", "a=rtcp:1"), 0)
	var got []string
	b := dissecttest.New(expecting{got: &got}, Protocol, rtp.Protocol, rtp.RTCP)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		got = got[:0]
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if len(got) > 2*maxMedia {
			t.Fatalf("%d expectations", len(got))
		}
	})
}
