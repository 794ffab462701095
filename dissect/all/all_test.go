// SPDX-License-Identifier: Apache-2.0

package all

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/http"
)

// Who takes over from HTTP/1 is found by name in the registry.
func TestUpgrade(t *testing.T) {
	b := dissecttest.New(nil)
	b.P.Registry = Registry()
	for _, tt := range []struct{ token, server, layers string }{
		{"websocket", "\x81\x01x", "http:http:websocket"},
		{"h2c", "\x00\x00\x00\x04\x00\x00\x00\x00\x00", "http:http:http2"},
	} {
		r := dissecttest.Merge(b.Stream(http.Protocol, dissecttest.Piece{Data: []byte("GET / HTTP/1.1\r\nUpgrade: " + tt.token + "\r\n\r\n")},
			dissecttest.Piece{Dir: 1, Data: []byte("HTTP/1.1 101 Switching Protocols\r\n\r\n" + tt.server)})...)
		if r.Layers != tt.layers {
			t.Errorf("%s: layers %q, want %q", tt.token, r.Layers, tt.layers)
		}
	}
}
