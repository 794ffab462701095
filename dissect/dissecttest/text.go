// SPDX-License-Identifier: Apache-2.0

package dissecttest

import "testing"

// Client is a piece of what the initiator sends.
func Client(s string) Piece { return Piece{Data: []byte(s)} }

// Server is a piece of what the other side sends.
func Server(s string) Piece { return Piece{Dir: 1, Data: []byte(s)} }

// Recognises checks what first bytes are taken for: by accept on the protocol's own port, and by guess on any.
func Recognises(t *testing.T, accept, guess func([]byte) bool, want map[string][2]bool) {
	t.Helper()
	for data, want := range want {
		if got := [2]bool{accept([]byte(data)), guess([]byte(data))}; got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}
