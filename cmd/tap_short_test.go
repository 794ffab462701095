// SPDX-License-Identifier: Apache-2.0

package cmd

import "testing"

func TestShort(t *testing.T) {
	for _, c := range []struct{ name, why, want string }{
		{"plain", "connection refused", "connection refused"},
		{"preamble", "Connection marked as failed because the onConnect callback failed: 401 Unauthorized", "401 Unauthorized"},
		{"reason of the server", `400 Bad Request: {"error":{"type":"x","reason":"no such pipeline"},"status":400}`, "400 Bad Request: no such pipeline"},
		{"a body without reason", `503 Service Unavailable: {"status":503}`, "503 Service Unavailable"},
		{"a proxy's page", "502 Bad Gateway: <html>\n<p>", "502 Bad Gateway: <html>"},
	} {
		if got := short(c.why); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
