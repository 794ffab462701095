// SPDX-License-Identifier: Apache-2.0

package wireguard

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// message is one of that type and length, from session 0x01020304 or to it, with reserved bytes.
func message(kind, reserved byte, n int) []byte {
	b := make([]byte, n)
	copy(b, []byte{kind, reserved, 0, 0, 4, 3, 2, 1, 5, 0, 0, 0, 0, 0, 0, 0})
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name      string
		frame     []byte
		wire      int
		guessed   bool
		layers    string
		truncated bool
		want      map[string]string
	}{
		{name: "initiation", frame: message(1, 0, 148), guessed: true, layers: "wg", want: map[string]string{"wg.type": "1", "wg.sender": "16909060", "wg.receiver": "", "wg.reserved": "", "tunnel.type": ""}},
		{name: "initiation with reserved bytes", frame: message(1, 7, 148), guessed: true, layers: "wg", want: map[string]string{"wg.reserved": "070000"}},
		{name: "response", frame: message(2, 0, 92), guessed: true, layers: "wg", want: map[string]string{"wg.sender": "16909060", "wg.receiver": "5"}},
		{name: "cookie", frame: message(3, 0, 64), guessed: true, layers: "wg", want: map[string]string{"wg.receiver": "16909060"}},
		{name: "keep-alive", frame: message(4, 0, 32), guessed: true, layers: "wg", want: map[string]string{"wg.receiver": "16909060", "wg.counter": "5", "tunnel.type": "wireguard", "tunnel.id": "16909060"}},
		{name: "data with reserved bytes", frame: message(4, 7, 64), layers: "wg", want: map[string]string{"wg.reserved": "070000"}},
		{name: "data cut by the capture", frame: message(4, 0, 64)[:40], wire: 64, guessed: true, layers: "wg", want: map[string]string{"wg.counter": "5"}},
		{name: "data cut within the header", frame: message(4, 0, 64)[:9], wire: 64, layers: "wg", truncated: true, want: map[string]string{"wg.type": "4", "wg.receiver": ""}},
		{name: "initiation of another length", frame: message(1, 0, 149)},
		{name: "data that is too short", frame: message(4, 0, 31)},
		{name: "unknown type", frame: message(5, 0, 64)},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if guess(tt.frame) != tt.guessed {
				t.Errorf("guessed: %v, want %v", !tt.guessed, tt.guessed)
			}
			r := b.Run(Protocol, tt.frame, max(tt.wire, len(tt.frame)))
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q, truncated %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

// After an initiation all of the flow is WireGuard's.
func TestFlow(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Datagrams(Protocol, dissecttest.Piece{Data: message(2, 0, 92)})
	if b.P.Conversation.App != nil {
		t.Error("a response alone claims the flow")
	}
	b.Datagrams(Protocol, dissecttest.Piece{Data: message(1, 0, 148)})
	if b.P.Conversation.App != Protocol {
		t.Error("the flow is not known")
	}
}

func FuzzWireGuard(f *testing.F) {
	f.Add(message(1, 0, 148), 0)
	f.Add(message(2, 0, 92), 0)
	f.Add(message(4, 0, 64)[:9], 64)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && b.P.Depth == 0 && wire <= len(data) {
			t.Fatal("guessed and not dissected")
		}
	})
}
