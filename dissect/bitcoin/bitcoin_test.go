// SPDX-License-Identifier: Apache-2.0

package bitcoin

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client = dissecttest.Client

// message is one with a payload of size bytes, of which none stand in it.
func message(command string, size int) string {
	b := append([]byte(magics[0]), make([]byte, headerLen-4)...)
	copy(b[4:], command)
	binary.LittleEndian.PutUint32(b[16:], uint32(size)) //nolint:gosec // a test's own
	return string(b)
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"two in a packet", []dissecttest.Piece{client(message("version", 3) + "abc" + message("verack", 0))}, "bitcoin", map[string]string{"bitcoin.command": "version,verack", "bitcoin.length": "3,0", "bitcoin.magic": "f9beb4d9,f9beb4d9"}},
		{"a header over two packets", []dissecttest.Piece{client(message("verack", 0) + message("inv", 0)[:9]), client(message("inv", 0)[9:])}, "bitcoin:bitcoin", map[string]string{"bitcoin.command": "verack,inv"}},
		{"a payload over packets", []dissecttest.Piece{client(message("block", 100) + "abc"), client(strings.Repeat("x", 97) + message("tx", 0))}, "bitcoin:bitcoin", map[string]string{"bitcoin.command": "block,tx"}},
		{"no message behind a message", []dissecttest.Piece{client(message("tx", 0) + strings.Repeat("x", 30)), client(message("tx", 0))}, "bitcoin", map[string]string{"bitcoin.command": "tx"}},
		{"cut by the capture", []dissecttest.Piece{client(message("tx", 0)), {Data: []byte(message("inv", 90)), Wire: 100}}, "bitcoin:bitcoin", map[string]string{"bitcoin.command": "tx,inv"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(dissecttest.New(nil, Protocol).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
	b := dissecttest.New(nil, Protocol)
	if n := len(b.Stream(Protocol, client(strings.Repeat(message("tx", 0), maxListed+1)))[0].Fields["bitcoin.command"]); n != maxListed || !b.Out.Cut {
		t.Errorf("%d messages, cut %v", n, b.Out.Cut)
	}
	b.Stream(Protocol, client(strings.Repeat(message("tx", 0), 9)))
	if got := b.Summary(Protocol); got != "tx"+strings.Repeat(", tx", 7)+", …" {
		t.Errorf("%q", got)
	}
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{message("tx", 1): true, message("", 1): false, message("a b", 0): false, message("tx", maxPayload+1): false, "x" + message("tx", 0): false, message("tx", 0)[:20]: false, "": false} {
		if guess([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

func FuzzBitcoin(f *testing.F) {
	f.Add([]byte(message("version", 3)+"abc"+message("verack", 0)), 30)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		b := dissecttest.New(nil, Protocol)
		at = max(0, min(at, len(data)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(data[:at])), client(string(data[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["bitcoin.command"]); n != len(r.Fields["bitcoin.length"]) || n*headerLen > len(data) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: data, Wire: len(data) + 1})
		b.Invariants(t)
	})
}
