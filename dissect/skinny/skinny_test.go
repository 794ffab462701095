// SPDX-License-Identifier: Apache-2.0

package skinny

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client = dissecttest.Client

// message is one of a version with a body.
func message(version, id uint32, body string) string {
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(body))) //nolint:gosec // a test's own
	b = binary.LittleEndian.AppendUint32(b, version)
	return string(binary.LittleEndian.AppendUint32(b, id)) + body
}

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 2000
	return b
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"two in a packet", []dissecttest.Piece{client(message(0, 0, "") + message(22, 3, "c4n4"))}, "skinny", map[string]string{"skinny.message_id": "0,3", "skinny.hdr_version": "0,22"}},
		{"a message over two packets", []dissecttest.Piece{client(message(0, 0, "") + message(0, 6, "abcd")[:14]), client("cd")}, "skinny:skinny", map[string]string{"skinny.message_id": "0,6"}},
		{"no message behind a message", []dissecttest.Piece{client(message(0, 0, "")), client(strings.Repeat("x", 20)), client(message(0, 6, ""))}, "skinny", map[string]string{"skinny.message_id": "0"}},
		{"cut by the capture", []dissecttest.Piece{client(message(0, 0, "")), {Data: []byte(message(0, 6, "abcd")[:13]), Wire: 16}, {Data: []byte("abc"), Wire: 16}}, "skinny:skinny", map[string]string{"skinny.message_id": "0,6"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := newBench()
	if n := len(b.Stream(Protocol, client(strings.Repeat(message(0, 0, ""), maxListed+1)))[0].Fields["skinny.message_id"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d messages, cut %v", n, b.Out.Cut)
	}
	b.Port = 2001
	if r := b.Stream(Protocol, client(message(0, 0, ""))); r[0].Layers != "" {
		t.Errorf("layers %q on another port", r[0].Layers)
	}
}

func TestAccept(t *testing.T) {
	for data, want := range map[string]bool{message(0, 0, ""): true, message(33, 0, ""): false, message(0, 0x9001, ""): false, message(0, 0, "")[:11]: false, "": false, strings.Repeat("\x00", 12): false} {
		if accept([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{message(0, 0, "") + message(0, 4000, ""): "KeepAliveMessage, Message 4000", strings.Repeat(message(0, 6, ""), 12): "OffHookMessage" + strings.Repeat(", OffHookMessage", 7) + ", …"} {
		if b.Stream(Protocol, client(data)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzSkinny(f *testing.F) {
	f.Add([]byte(message(0, 0, "")+message(22, 3, "1234")), 14)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(data)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(data[:at])), client(string(data[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["skinny.message_id"]); n*headerLen > len(data) {
			t.Fatalf("%d messages in %d bytes", n, len(data))
		}
		b.Stream(Protocol, dissecttest.Piece{Data: data, Wire: len(data) + 1})
		b.Invariants(t)
	})
}
