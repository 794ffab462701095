// SPDX-License-Identifier: Apache-2.0

package common

import (
	"strings"
	"testing"
)

func TestHead(t *testing.T) {
	for head, want := range map[string]int{"A\r\nB: c\r\n\r\nbody": 11, "A\n\nx": 3, "A\r\nB: c\r\n": -1, "": -1, "\r\n": 2} {
		if got := HeadEnd([]byte(head)); got != want {
			t.Errorf("%q ends at %d", head, got)
		}
	}
	var got []string
	first := Headers([]byte("GET /\r\nA: 1\r\n folded: 2\r\nB :3 \r\n: 4\r\nnone\r\n\r\n"), func(name, value []byte) { got = append(got, string(name)+"="+string(value)) })
	if string(first) != "GET /" || strings.Join(got, " ") != "A=1 B=3" {
		t.Errorf("%q %q", first, got)
	}
	for text, want := range map[string]int64{"12": 12, "7;x": 7, "": -1, "x": -1, strings.Repeat("9", 18): 999999999999999999, strings.Repeat("9", 19): -1} {
		if n, ok := Number([]byte(text)); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d %v", text, n, ok)
		}
	}
}
