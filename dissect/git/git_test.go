// SPDX-License-Identifier: Apache-2.0

package git

import (
	"fmt"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// pkt is a packet line.
func pkt(text string) string { return fmt.Sprintf("%04x%s", len(text)+lengthLen, text) }

var fetch = pkt("git-upload-pack /project.git\x00host=example.com:9418\x00\x00version=2\x00")

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 9418
	return b
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"version 2", []dissecttest.Piece{client(fetch), server(pkt("version 2\n") + pkt("agent=git/2.30.2\n") + "0000"), client(pkt("command=ls-refs\n") + "0001" + pkt("peel\n") + "0000")}, "git:git:git",
			map[string]string{"git.command": "git-upload-pack,ls-refs", "git.path": "/project.git", "git.host": "example.com:9418", "related.hosts": "example.com", "git.version": "2,2", "git.agent": "git/2.30.2"}},
		{"a line over two packets", []dissecttest.Piece{client(fetch[:20]), client(fetch[20:])}, "git", map[string]string{"git.command": "git-upload-pack"}},
		{"a pack", []dissecttest.Piece{client(fetch), server(pkt("NAK\n") + "PACK\x00\x00"), server("more")}, "git:git:git", map[string]string{"git.data_length": "62,10,4"}},
		{"cut by the capture", []dissecttest.Piece{client(fetch), {Dir: 1, Data: []byte(pkt("version 1\n")[:13] + ""), Wire: 60}, {Dir: 1, Data: []byte("00"), Wire: 4}}, "git:git:git", map[string]string{"git.version": "2,1"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{fetch: {true, true}, "0000": {true, false}, "00": {true, false}, "0003": {}, "ffff": {}, "00x": {}, "": {}, "200 OK": {}})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for data, want := range map[string]string{fetch: "git-upload-pack /project.git version 2", pkt("version 1\n"): "version 1", pkt("NAK\n"): "Git Smart Protocol, 4 bytes"} {
		if b.Stream(Protocol, client(data)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzGit(f *testing.F) {
	f.Add([]byte(fetch+"0000"), []byte(pkt("version 2\n")+"PACK"), 9)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(c)))
		b.Stream(Protocol, client(string(c[:at])), server(string(s)), client(string(c[at:])))
		b.Invariants(t)
		if guess(c) && !accept(c) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
		b.Stream(Protocol, dissecttest.Piece{Data: c, Wire: len(c) + 1})
		b.Invariants(t)
	})
}
