// SPDX-License-Identifier: Apache-2.0

package nfs

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

func call(version, procedure uint32, arguments ...string) string {
	return words(1, 0, 2, 100003, version, procedure, 0, 0, 0, 0) + strings.Join(arguments, "")
}

func reply(results ...string) string { return words(1, 1, 0, 0, 0, 0) + strings.Join(results, "") }

const (
	handle  = "the handle that"
	oldFile = "a handle has 32 bytes in NFS v2."
	stateid = "sixteen bytes of"
)

var (
	attributes = words(1) + strings.Repeat("x", attributesV3)
	noneV3     = words(0)
	sattr      = words(1, 0o644, 0, 0, 1, 0, 7, 2, 0, 0, 0) // mode, size, time of access
	change     = words(1, 0, 1, 0, 2)
	fattr      = words(2, 1, 2) + opaque("values")
)

func newBench() *dissecttest.Bench { return dissecttest.New(nil, rpc.Protocol, Protocol) }

func TestVersions2And3(t *testing.T) {
	for _, tt := range []struct {
		name        string
		call, reply string
		layers      string
		want        map[string]string
	}{
		{"null", call(3, 0), reply(), "rpc:rpc", map[string]string{"nfs.procedure_v3": "0,0"}},
		{"lookup", call(3, 3, opaque(handle), opaque("notes.txt")), reply(words(0), opaque("another"), attributes, noneV3), "rpc:nfs:rpc:nfs",
			map[string]string{"nfs.procedure_v3": "3,3", "file.name": "notes.txt", "nfs.status": "OK", "nfs.fhandle": "7468652068616e646c652074686174,616e6f74686572"}},
		{"a file that is not there", call(3, 3, opaque(handle), opaque("x")), reply(words(2), noneV3), "rpc:nfs:rpc:nfs", map[string]string{"nfs.status": "ERR_NOENT"}},
		{"an unknown status", call(3, 1, opaque(handle)), reply(words(77777)), "", map[string]string{"nfs.status": "77777"}},
		{"read", call(3, 6, opaque(handle), words(0, 4096, 512)), reply(words(0), attributes, words(5, 1), opaque("hello")), "", map[string]string{"nfs.offset": "4096", "nfs.count": "512,5"}},
		{"write", call(3, 7, opaque(handle), words(1, 0, 5, 2), opaque("hello")), reply(words(0, 0), attributes, words(5, 2, 0, 0)), "", map[string]string{"nfs.offset": "4294967296", "nfs.count": "5,5"}},
		{"create", call(3, 8, opaque(handle), opaque("new"), words(0), sattr), reply(words(0, 1), opaque("made"), attributes), "", map[string]string{"file.name": "new", "nfs.fhandle": "7468652068616e646c652074686174,6d616465"}},
		{"symbolic link", call(3, 10, opaque(handle), opaque("link"), sattr, opaque("/else/where")), reply(words(0, 0)), "", map[string]string{"file.name": "link", "file.path": "/else/where"}},
		{"rename", call(3, 14, opaque(handle), opaque("old"), opaque(handle), opaque("new")), reply(words(0)), "", map[string]string{"file.name": "old,new"}},
		{"read link", call(3, 5, opaque(handle)), reply(words(0), attributes, opaque("/else/where")), "", map[string]string{"file.path": "/else/where"}},
		{"directory", call(3, 16, opaque(handle), words(0, 0, 0, 0, 4096)), reply(words(0), attributes, words(0, 0), words(1, 0, 7), opaque("a"), words(0, 1), words(1, 0, 8), opaque("bcd"), words(0, 2), words(0, 1)),
			"", map[string]string{"nfs.entry": "a,bcd", "file.name": ""}},
		{"directory with attributes", call(3, 17, opaque(handle)), reply(words(0), noneV3, words(0, 0), words(1, 0, 7), opaque("a"), words(0, 1), attributes, words(1), opaque("h"), words(0, 1)), "",
			map[string]string{"nfs.entry": "a", "nfs.fhandle": "7468652068616e646c652074686174,68"}},
		{"version 2 lookup", call(2, 4, oldFile, opaque("notes")), reply(words(0), oldFile, strings.Repeat("x", 68)), "rpc:nfs:rpc:nfs", map[string]string{"file.name": "notes", "nfs.procedure_v3": "", "nfs.status": "OK"}},
		{"version 2 read", call(2, 6, oldFile, words(100, 50, 0)), reply(words(70)), "", map[string]string{"nfs.offset": "100", "nfs.count": "50", "nfs.status": "ERR_STALE"}},
		{"version 2 write", call(2, 8, oldFile, words(0, 9, 0), opaque("hello")), reply(words(0)), "", map[string]string{"nfs.offset": "9", "nfs.count": "5"}},
		{"version 2 directory", call(2, 16, oldFile, words(0, 512)), reply(words(0), words(1, 7), opaque("a"), words(1), words(0, 1)), "", map[string]string{"nfs.entry": "a"}},
		{"a version that there is not", call(9, 1, opaque(handle)), reply(words(0)), "rpc:rpc", nil},
		{"a procedure that there is not", call(3, 99, opaque(handle)), reply(words(0)), "rpc:nfs:rpc:nfs", map[string]string{"nfs.fhandle": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.call, tt.reply, tt.layers, tt.want) })
	}
}

func check(t *testing.T, call, reply, layers string, want map[string]string) {
	t.Helper()
	r := dissecttest.Merge(newBench().Datagrams(rpc.Protocol, client(call), server(reply))...)
	if r.Malformed != "" || r.Truncated || layers != "" && r.Layers != layers {
		t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
	}
	r.Check(t, want)
}

func compound(ops ...string) string {
	return call(4, 1, opaque("tag"), words(1, uint32(len(ops))), strings.Join(ops, ""))
}

func done(status uint32, ops ...string) string {
	return reply(words(status), opaque("tag"), words(uint32(len(ops))), strings.Join(ops, ""))
}

var (
	sequence = words(53) + stateid + words(1, 0, 0, 0)
	putfh    = words(22) + opaque(handle)
	open     = words(18, 7, 1, 0, 0, 9) + opaque("owner")
)

func TestVersion4(t *testing.T) {
	for _, tt := range []struct {
		name        string
		call, reply string
		want        map[string]string
	}{
		{"close", compound(sequence, putfh, words(4, 0)+stateid, words(9, 1, 24)), done(0, words(53, 0)+stateid+words(1, 0, 0, 0, 0), words(22, 0), words(4, 0)+stateid, words(9, 0)+fattr),
			map[string]string{"nfs.opcode": "53,22,4,9,53,22,4,9", "nfs.operation": "SEQUENCE,PUTFH,CLOSE,GETATTR,SEQUENCE,PUTFH,CLOSE,GETATTR", "nfs.status": "OK", "nfs.minorversion": "1", "nfs.fh_hash": "2807146026"}},
		{"open by name", compound(open+words(0, 0)+opaque("notes"), words(10)), done(0, words(18, 0)+stateid+change+words(4, 1, 3)+words(1)+stateid+words(0, 0, 0, 0)+opaque("who"), words(10, 0)+opaque(handle)),
			map[string]string{"nfs.operation": "OPEN,GETFH,OPEN,GETFH", "file.name": "notes"}},
		{"open to create", compound(open+words(1, 0)+fattr+words(0)+opaque("new"), words(10)), done(0, words(18, 0)+stateid+change+words(4, 0)+words(2)+stateid+words(0, 1, 0, 9, 0, 0, 0)+opaque("who"), words(10, 0)+opaque(handle)),
			map[string]string{"nfs.operation": "OPEN,GETFH,OPEN,GETFH", "file.name": "new"}},
		{"open exclusively", compound(open+words(1, 2, 0, 0)+words(2)+stateid+opaque("d"), open+words(1, 3, 0, 0)+fattr+words(1, 1), open+words(0, 5)+stateid, words(10)),
			done(0, words(18, 0)+stateid+change+words(4, 0)+words(3, 1, 0), words(18, 0)+stateid+change+words(4, 0)+words(3, 0), words(10, 0)+opaque("h")),
			map[string]string{"nfs.operation": "OPEN,OPEN,OPEN,GETFH,OPEN,OPEN,GETFH", "file.name": "d"}},
		{"read and write", compound(words(25)+stateid+words(0, 7, 512), words(38)+stateid+words(0, 9, 2)+opaque("hello")), done(0, words(25, 0, 1)+opaque("abc"), words(38, 0, 5, 2, 0, 0)),
			map[string]string{"nfs.offset": "7,9", "nfs.count": "512,5,3,5"}},
		{"names", compound(words(15)+opaque("dir"), words(28)+opaque("gone"), words(29)+opaque("old")+opaque("new"), words(6, 5)+opaque("/target")+opaque("link")+fattr, words(6, 3, 1, 2)+opaque("disk")+fattr, words(6, 2)+opaque("sub")+fattr),
			done(0, words(15, 0), words(28, 0)+change, words(29, 0)+change+change, words(6, 0)+change+words(1, 1)), map[string]string{"file.name": "dir,gone,old,new,link,disk,sub"}},
		{"directory", compound(words(26, 0, 0, 0, 0, 9, 9, 1, 1)), done(0, words(26, 0, 0, 0)+words(1, 0, 1)+opaque("a")+fattr+words(0, 1)), map[string]string{"nfs.entry": "a"}},
		{"locks", compound(words(12, 1, 0, 0, 0, 0, 9, 1, 5)+stateid+words(6, 0, 9)+opaque("owner"), words(12, 1, 0, 0, 0, 0, 9, 0)+stateid+words(6), words(57, 0, 1)), done(10010, words(12, 10010)),
			map[string]string{"nfs.operation": "LOCK,LOCK,DESTROY_CLIENTID,LOCK", "nfs.status": "ERR_DENIED"}},
		{"state", compound(words(55, 2)+stateid+stateid, words(57, 0, 1)), done(0, words(55, 0, 2, 0, 0), words(57, 0)), map[string]string{"nfs.operation": "TEST_STATEID,DESTROY_CLIENTID,TEST_STATEID,DESTROY_CLIENTID"}},
		{"what is not followed", compound(words(42)+"anything", words(10)), done(0, words(42, 0)+"anything"), map[string]string{"nfs.operation": "EXCHANGE_ID,EXCHANGE_ID"}},
		{"what there is not", compound(words(10), words(10044)+"anything"), done(10044, words(10, 10044)), map[string]string{"nfs.operation": "GETFH,10044,GETFH", "nfs.opcode": "10,10044,10"}},
	} {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.call, tt.reply, "rpc:nfs:rpc:nfs", tt.want) })
	}
}

func TestMalformed(t *testing.T) {
	for name, bytes := range map[string]string{
		"a handle too long":             call(3, 1, opaque(strings.Repeat("x", maxHandle+1))),
		"a name beyond the message":     call(3, 3, opaque(handle), words(99)),
		"a bitmap too long":             compound(words(9, 5000)),
		"fewer operations than it says": call(4, 1, opaque(""), words(0, 3, 10)),
		"a handle cut short":            call(2, 1, "short"),
	} {
		if r := newBench().Datagrams(rpc.Protocol, client(bytes)); r[0].Malformed != "nfs" {
			t.Errorf("%s: malformed %q", name, r[0].Malformed)
		}
	}
	if r := newBench().Datagrams(rpc.Protocol, dissecttest.Piece{Data: []byte(call(3, 3, opaque(handle)))[:60], Wire: 120}); !r[0].Truncated || r[0].Malformed != "" {
		t.Errorf("cut by the capture: truncated %v, malformed %q", r[0].Truncated, r[0].Malformed)
	}
}

func TestBounds(t *testing.T) {
	many := strings.Repeat(words(1, 0, 7)+opaque("a")+words(0, 1), 2000)
	r := newBench().Datagrams(rpc.Protocol, client(call(3, 16, opaque(handle))), server(reply(words(0), noneV3, words(0, 0), many)))
	if n := len(r[1].Fields["nfs.entry"]); n != maxEntries || r[1].Malformed != "" {
		t.Errorf("%d entries, malformed %q", n, r[1].Malformed)
	}
	r = newBench().Datagrams(rpc.Protocol, client(call(4, 1, opaque(""), words(0, 500), strings.Repeat(words(10), 500))))
	if n := len(r[0].Fields["nfs.opcode"]); n != maxOperations {
		t.Errorf("%d operations", n)
	}
}

func TestSummary(t *testing.T) {
	b := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{
		"V3 LOOKUP Call FH 0xa751a62a notes":            {client(call(3, 3, opaque(handle), opaque("notes")))},
		"V3 GETATTR Reply ERR_STALE":                    {client(call(3, 1, opaque(handle))), server(reply(words(70)))},
		"V4 COMPOUND Call SEQUENCE PUTFH FH 0xa751a62a": {client(compound(sequence, putfh))},
	} {
		b.Datagrams(rpc.Protocol, pieces...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Outside of a call, there is nothing to dissect.
func TestNoCall(t *testing.T) {
	if r := newBench().Run(Protocol, []byte("abcd"), 4); r.Layers != "" {
		t.Errorf("layers %q", r.Layers)
	}
}

func FuzzNFS(f *testing.F) {
	f.Add(uint32(3), uint32(3), []byte(opaque(handle)+opaque("name")), []byte(words(0)+opaque(handle)+attributes))
	f.Add(uint32(2), uint32(16), []byte(oldFile), []byte(words(0, 1, 7)+opaque("a")+words(1, 0, 1)))
	f.Add(uint32(4), uint32(1), []byte(opaque("tag")+words(1, 4)+sequence+putfh+open+words(0, 0)+opaque("notes")), []byte(words(0)+opaque("tag")+words(1, 9, 0)+fattr))
	b := newBench()
	f.Fuzz(func(t *testing.T, version, procedure uint32, arguments, results []byte) {
		m := call(version, procedure, string(arguments))
		r := dissecttest.Merge(b.Datagrams(rpc.Protocol, client(m), dissecttest.Piece{Data: []byte(m), Wire: len(m) + 8}, server(reply(string(results))))...)
		b.Invariants(t)
		if len(r.Fields["nfs.opcode"]) != len(r.Fields["nfs.operation"]) || len(r.Fields["nfs.fh_hash"]) != len(r.Fields["nfs.fhandle"]) {
			t.Fatalf("%v", r.Fields)
		}
	})
}
