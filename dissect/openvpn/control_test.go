// SPDX-License-Identifier: Apache-2.0

package openvpn

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/tls"
)

// hello is a record with a ClientHello of many suites, which takes three pieces.
func hello() []byte {
	suites := make([]byte, 200)
	body := slices.Concat([]byte{3, 3}, make([]byte, 33), binary.BigEndian.AppendUint16(nil, uint16(len(suites))), suites, []byte{1, 0})
	message := append([]byte{1, 0, 0, byte(len(body))}, body...)
	return append([]byte{22, 3, 1, 0, byte(len(message))}, message...)
}

// packet makes a control packet; auth is the length of its authentication.
func packet(number uint32, auth int, acks uint8, data []byte) []byte {
	b := []byte{opControl << 3, 1, 2, 3, 4, 5, 6, 7, 8}
	if auth > 0 {
		b = append(b, make([]byte, auth+replayLen)...)
	}
	b = append(b, acks)
	if acks > 0 {
		b = append(b, make([]byte, 4*int(acks)+8)...)
	}
	return append(binary.BigEndian.AppendUint32(b, number), data...)
}

// The handshake is found in the control channel, whatever the authentication, and in whatever order pieces come.
func TestControlChannel(t *testing.T) {
	h := hello()
	part := func(n int) []byte { return h[100*(n-1) : min(100*n, len(h))] }
	for _, auth := range []int{0, 20, 64} {
		for name, order := range map[string][]int{"in order": {1, 2, 3}, "twice": {1, 1, 2, 3, 3}, "in disorder": {1, 3, 2}} {
			b := dissecttest.New(nil, Protocol, tls.Protocol)
			var pieces []dissecttest.Piece
			for _, n := range order {
				pieces = append(pieces, dissecttest.Piece{Data: packet(uint32(n), auth, uint8(n%2), part(n))})
			}
			r := dissecttest.Merge(b.Datagrams(Protocol, pieces...)...)
			r.Check(t, map[string]string{"tls.handshake.type": "1", "tls.record.content_type": "22", "tls.client.ja4": "t12i990000_046e6d3d3438_000000000000"})
			if r.Core.Application != nil && r.Core.Application != Protocol {
				t.Errorf("%s: application %s", name, r.Core.Application.Name)
			}
		}
	}
}

// Without the begin of TLS nothing is known of what follows the session, and with another key all begins anew.
func TestNoControlChannel(t *testing.T) {
	h := hello()
	renewed := packet(1, 0, 0, h[:99])
	renewed[0] |= 1
	end := packet(2, 0, 0, h[99:])
	end[0] |= 1
	b := dissecttest.New(nil, Protocol, tls.Protocol)
	r := b.Datagrams(Protocol, dissecttest.Piece{Data: packet(2, 0, 0, h)}, dissecttest.Piece{Data: packet(1, 0, 9, h)}, dissecttest.Piece{Data: packet(1, 0, 0, h[:100])},
		dissecttest.Piece{Data: renewed}, dissecttest.Piece{Data: end}, dissecttest.Piece{Data: packet(1, 0, 0, []byte("GET /"))})
	for i, want := range []string{"", "", "", "", "1", ""} {
		r[i].Check(t, map[string]string{"tls.handshake.type": want})
	}
}

// Whatever is in the control channel, no more is kept than its bounds.
func FuzzControl(f *testing.F) {
	f.Add(packet(1, 20, 1, hello()[:100]), packet(2, 20, 0, hello()[100:]))
	f.Add(packet(1, 0, 0, []byte{22, 3, 1, 0, 4, 14, 0, 0, 0, 23, 3, 1, 1, 0}), packet(9, 0, 0, nil))
	b := dissecttest.New(nil, Protocol, tls.Protocol)
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if len(first) == 0 || len(second) == 0 {
			return
		}
		c := &dissect.Conversation{}
		carrier := &dissect.Protocol{Name: "carrier"}
		for _, data := range [][]byte{first, second, first} {
			carrier.Dissect = func(p *dissect.Packet, _ []byte, _ int) {
				p.Conversation = c
				p.Call(Protocol, data, len(data))
			}
			b.Dissect(carrier, []byte{0}, 1)
			b.Invariants(t)
		}
		if s, ok := c.AppState.(*control); ok && (len(s.channel[0].waiting) > maxWaiting || len(s.channel[0].held) > maxHeld+len(first)+len(second)) {
			t.Fatalf("%d pieces and %d bytes are held", len(s.channel[0].waiting), len(s.channel[0].held))
		}
	})
}
