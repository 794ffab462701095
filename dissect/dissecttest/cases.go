// SPDX-License-Identifier: Apache-2.0

package dissecttest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// Unhex decodes hex digits; spaces, tabs and line ends between them do not count.
func Unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

// Sized puts the length of body, in 2 bytes, between head and body, all in hex.
func Sized(head, body string) string {
	return fmt.Sprintf("%s %04x %s ", head, len(strings.Join(strings.Fields(body), ""))/2, body)
}

// Case is one frame, and what must become of it.
type Case struct {
	Name      string
	Frame     string // hex, as Unhex takes it
	Wire      int    // bytes on the wire, 0: all was captured
	Layers    string // "" is not compared
	Malformed string
	Truncated bool
	Want      map[string]string // as Result.Check takes it
}

// Cases runs each case from proto on.
func (b *Bench) Cases(t *testing.T, proto *dissect.Protocol, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Helper()
			frame := Unhex(t, c.Frame)
			r := b.Run(proto, frame, max(c.Wire, len(frame)))
			if r.Malformed != c.Malformed || r.Truncated != c.Truncated {
				t.Errorf("malformed %q truncated %v, want %q %v", r.Malformed, r.Truncated, c.Malformed, c.Truncated)
			}
			if c.Layers != "" && r.Layers != c.Layers {
				t.Errorf("layers %q, want %q", r.Layers, c.Layers)
			}
			r.Check(t, c.Want)
		})
	}
}

// Keeps checks that a secret in the frame stays out of the record, and that the named field says that it was there.
func (b *Bench) Keeps(t *testing.T, proto *dissect.Protocol, frame, secret []byte, name string) {
	t.Helper()
	if !bytes.Contains(frame, secret) {
		t.Fatal("the frame does not hold the secret")
	}
	r := b.Run(proto, frame, len(frame))
	if bytes.Contains(b.Out.Arena, secret) || bytes.Contains(bytes.ToLower(b.Out.Arena), []byte(hex.EncodeToString(secret))) {
		t.Errorf("the secret stands in the record")
	}
	r.Check(t, map[string]string{name: "[redacted]"})
	b.Out.Reveal = true
	defer func() { b.Out.Reveal = false }()
	if got := strings.Join(b.Run(proto, frame, len(frame)).Fields[name], ""); got != string(secret) && got != hex.EncodeToString(secret) {
		t.Errorf("revealed %s = %q", name, got)
	}
}

// Cut checks that a frame cut at every byte, by the capture or by its sender, is never worse than truncated or malformed, and that
// what was read before stays: the fields of a shorter frame start those of a longer one.
func (b *Bench) Cut(t *testing.T, proto *dissect.Protocol, frame []byte) {
	t.Helper()
	for n := 1; n < len(frame); n++ {
		if b.Dissect(proto, frame[:n:n], len(frame)); !b.P.Truncated {
			t.Errorf("%d of %d bytes are not truncated", n, len(frame))
		}
		b.Invariants(t)
		b.Dissect(proto, frame[:n:n], n)
		b.Invariants(t)
	}
}
