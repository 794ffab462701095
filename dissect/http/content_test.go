// SPDX-License-Identifier: Apache-2.0

package http

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// A small body of a type that has a dissector is dissected when it is whole, behind its head; one that is cut or large is counted alone.
func TestContent(t *testing.T) {
	var body string
	ocsp := &dissect.Protocol{Name: "ocsp", Dissect: func(_ *dissect.Packet, b []byte, _ int) { body = string(b) }}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: "
	for _, c := range []struct {
		name   string
		pieces []dissecttest.Piece
		body   string
		layers []string
	}{
		{"in three packets", []dissecttest.Piece{{Data: []byte(head + "4\r\n\r\n")}, {Data: []byte("ab")}, {Data: []byte("cd" + head + "1\r\n\r\n")}}, "abcd", []string{"http", "", "http:ocsp:http"}},
		{"in one", []dissecttest.Piece{{Data: []byte(head + "4\r\n\r\nabcd")}}, "abcd", []string{"http:ocsp"}},
		{"cut", []dissecttest.Piece{{Data: []byte(head + "4\r\n\r\nab"), Wire: 200}}, "", []string{"http"}},
		{"large", []dissecttest.Piece{{Data: []byte(head + "16385\r\n\r\nab")}}, "", []string{"http"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			body = ""
			b := dissecttest.New(nil, Protocol, ocsp)
			b.P.Options = &dissect.Options{}
			for i, r := range b.Stream(Protocol, c.pieces...) {
				if r.Layers != c.layers[i] {
					t.Errorf("packet %d: layers %q, want %q", i, r.Layers, c.layers[i])
				}
			}
			if body != c.body {
				t.Errorf("body %q, want %q", body, c.body)
			}
		})
	}
}
