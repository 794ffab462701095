// SPDX-License-Identifier: Apache-2.0

package mount

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/rpc"
)

var client, server = dissecttest.Client, dissecttest.Server

// words are numbers of 32 bits.
func words(n ...uint32) string {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return string(b)
}

// opaque is data behind their length, and zeros.
func opaque(s string) string { return words(uint32(len(s))) + s + strings.Repeat("\x00", -len(s)&3) }

func call(procedure uint32, arguments string) string {
	return words(1, 0, 2, 100005, 3, procedure, 0, 0, 0, 0) + arguments
}

func reply(results string) string { return words(1, 1, 0, 0, 0, 0) + results }

func newBench() *dissecttest.Bench { return dissecttest.New(nil, rpc.Protocol, Protocol) }

func TestProcedures(t *testing.T) {
	for _, tt := range []struct {
		name, call, reply, layers string
		want                      map[string]string
	}{
		{"mount", call(1, opaque("/export")), reply(words(0) + opaque("handle") + words(1, 1)), "rpc:mount:rpc:mount", map[string]string{"file.path": "/export", "mount.status": "OK", "rpc.procedure_name": "MNT,MNT"}},
		{"refused", call(1, opaque("/export")), reply(words(13)), "rpc:mount:rpc:mount", map[string]string{"mount.status": "ERR_ACCESS"}},
		{"an unknown status", call(1, opaque("/export")), reply(words(1234)), "rpc:mount:rpc:mount", map[string]string{"mount.status": "1234"}},
		{"unmount", call(3, opaque("/export")), reply(""), "rpc:mount:rpc", map[string]string{"file.path": "/export"}},
		{"mounted", call(2, ""), reply(words(1) + opaque("host1") + opaque("/a") + words(1) + opaque("host2") + opaque("/b") + words(0)), "rpc:rpc:mount", map[string]string{"file.path": "/a,/b", "related.hosts": "host1,host2"}},
		{"exported", call(5, ""), reply(words(1) + opaque("/a") + words(1) + opaque("group") + words(0, 1) + opaque("/b") + words(0, 0)), "rpc:rpc:mount", map[string]string{"file.path": "/a,/b"}},
		{"nothing", call(0, ""), reply(""), "rpc:rpc", nil},
		{"arguments where there are none", call(4, "abcd"), reply("abcd"), "rpc:rpc", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Datagrams(rpc.Protocol, client(tt.call), server(tt.reply))...)
			if r.Layers != tt.layers || r.Malformed != "" {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestMalformed(t *testing.T) {
	b := newBench()
	for name, bytes := range map[string]string{"a path too long": opaque(strings.Repeat("x", maxPath+1)), "a path beyond the message": words(9)} {
		if r := b.Datagrams(rpc.Protocol, client(call(1, bytes))); r[0].Malformed != "mount" {
			t.Errorf("%s: malformed %q", name, r[0].Malformed)
		}
	}
	if r := b.Datagrams(rpc.Protocol, client(call(2, "")), server(reply(strings.Repeat(words(1)+opaque("h")+opaque("/p"), 100)))); len(r[1].Fields["file.path"]) != maxEntries {
		t.Errorf("%d entries", len(r[1].Fields["file.path"]))
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{"V3 MNT Call /export": {client(call(1, opaque("/export")))}, "V3 MNT Reply ERR_ACCESS": {client(call(1, "")), server(reply(words(13)))}} {
		b.Datagrams(rpc.Protocol, pieces...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzMount(f *testing.F) {
	f.Add(uint32(1), []byte(opaque("/export")), []byte(words(0)+opaque("handle")))
	f.Add(uint32(5), []byte{}, []byte(words(1)+opaque("/a")+words(1)+opaque("g")+words(0, 0)))
	b := newBench()
	f.Fuzz(func(t *testing.T, procedure uint32, arguments, results []byte) {
		r := dissecttest.Merge(b.Datagrams(rpc.Protocol, client(call(procedure, string(arguments))), server(reply(string(results))))...)
		b.Invariants(t)
		if len(r.Fields["mount.status"]) > 1 || len(r.Fields["file.path"]) > maxEntries+1 {
			t.Fatalf("%v", r.Fields)
		}
	})
}
