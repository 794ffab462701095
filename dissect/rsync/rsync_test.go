// SPDX-License-Identifier: Apache-2.0

package rsync

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"a transfer", []dissecttest.Piece{server("@RSYNCD: 31.0 sha512 md5\n"), client("@RSYNCD: 31.0\n"), client("backup\n"), server("Welcome\n@RSYNCD: OK\n"), client("--server\x00"), server("\x00\x01\x02")}, "rsync:rsync:rsync:rsync:rsync:rsync",
			map[string]string{"rsync.hdr_version": "31.0 sha512 md5,31.0", "rsync.module": "backup", "rsync.response": "OK", "rsync.data_length": "9,3"}},
		{"who asks must prove it", []dissecttest.Piece{server("@RSYNCD: 31.0\n"), client("@RSYNCD: 31.0\nbackup\n"), server("@RSYNCD: AUTHREQD abc\n"), client("alice c4n4ry\n"), server("@ERROR: auth failed\n")}, "rsync:rsync:rsync:rsync:rsync",
			map[string]string{"rsync.response": "AUTHREQD,@ERROR: auth failed", "rsync.data_length": "13"}},
		{"a greeting without end", []dissecttest.Piece{server("@RSYNCD: 31.0" + strings.Repeat(" ", maxGreeting))}, "rsync", map[string]string{"rsync.hdr_version": "", "rsync.data_length": "4109"}},
		{"no greeting behind a greeting", []dissecttest.Piece{server("@RSYNCD: 31.0\n"), client("GET / HTTP/1.1\n")}, "rsync:rsync", map[string]string{"rsync.module": ""}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := dissecttest.New(nil, Protocol)
			r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q", r.Layers)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
	dissecttest.New(nil, Protocol).Split(t, Protocol, server("@RSYNCD: 31.0\n"), client("@RSYNCD: 31.0\nbackup\n"), server("@RSYNCD: OK\n"))
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{"@RSYNCD: 31.0\n": {true, true}, "@RSY": {true, false}, "@RSYNCD: OK\n": {}, "": {}, "SSH": {}})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	pieces := []dissecttest.Piece{server("@RSYNCD: 31.0\n"), client("@RSYNCD: 31.0\n"), client("backup\n"), server("@RSYNCD: OK\n"), server("abc")}
	for i, want := range []string{"Initialisation (Version 31.0)", "Initialisation (Version 31.0)", "Client query: backup", "Server response: OK", "Data, 3 bytes"} {
		if b.Stream(Protocol, pieces[:i+1]...); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzRsync(f *testing.F) {
	f.Add([]byte("@RSYNCD: 31.0\nmodule\nx"), []byte("@RSYNCD: 31.0\n@RSYNCD: OK\nx"), 5)
	f.Fuzz(func(t *testing.T, c, s []byte, at int) {
		b := dissecttest.New(nil, Protocol)
		at = max(0, min(at, len(c)))
		r := dissecttest.Merge(b.Stream(Protocol, server(string(s)), client(string(c[:at])), client(string(c[at:])))...)
		b.Invariants(t)
		if len(r.Fields["rsync.module"]) > 1 || len(r.Fields["rsync.hdr_version"]) > 2 {
			t.Fatalf("%v", r.Fields)
		}
	})
}
