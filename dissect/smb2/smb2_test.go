// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/nbss"
)

var le, wide = dissecttest.LittleEndian, dissecttest.UTF16

func zeros(n int) string { return strings.Repeat("\x00", n) }

// msg is a message of tree 5 and session 7; its id is also how its request and response are tied.
func msg(command uint16, status, flags uint32, id uint64, body string) string {
	return le("\xfeSMB", uint16(64), uint16(1), status, command, uint16(1), flags, uint32(0), id, uint32(0xfeff), uint32(5), uint64(7), zeros(16), body)
}

func ask(command uint16, id uint64, body string) string { return msg(command, 0, 0, id, body) }

func reply(command uint16, status uint32, id uint64, body string) string {
	return msg(command, status, flagResponse, id, body)
}

// chained is a compound.
func chained(messages ...string) string {
	var whole strings.Builder
	for i, m := range messages {
		if i < len(messages)-1 {
			m += zeros(-len(m) & 7)
			m = m[:20] + le(uint32(len(m))) + m[24:] //nolint:gosec // short
		}
		whole.WriteString(m)
	}
	return whole.String()
}

// inherits is the message with the ids of tree and session that stand for those of the message before.
func inherits(m string) string { return m[:36] + strings.Repeat("\xff", 12) + m[48:] }

const fid = "0123456789abcdef"

// Bodies. Offsets count from the header of 64 bytes.
var (
	connect   = ask(cmdTreeConnect, 1, le(uint16(9), uint16(0), uint16(72), uint16(2*len(`\\srv\docs`)), wide(`\\srv\docs`)))
	connected = reply(cmdTreeConnect, 0, 1, le(uint16(16), uint8(1), zeros(13)))
	create    = ask(cmdCreate, 2, createBody(`dir\a.txt`, lease))
	created   = reply(cmdCreate, 0, 2, createdBody(fid, 0x20, 4096, ""))
	read      = ask(cmdRead, 3, le(uint16(49), uint16(0), uint32(512), uint64(1<<33), fid, zeros(17)))
	readDone  = reply(cmdRead, 0, 3, le(uint16(17), uint8(80), uint8(0), uint32(4), uint64(0), "data"))
	closing   = ask(cmdClose, 4, le(uint16(24), zeros(6), fid))
	closed    = reply(cmdClose, 0, 4, le(uint16(60), zeros(58)))
	missing   = reply(cmdCreate, 0xc0000034, 2, errorBody)
	list      = ask(cmdFind, 5, le(uint16(33), uint8(levelIDBoth), uint8(0), uint32(0), fid, uint16(96), uint16(2), uint32(65536), wide("*")))
	listing   = reply(cmdFind, 0, 5, buffer(idBoth("a", true)+idBoth("b.txt", false)))
)

const lease = "RqLs"

var errorBody = le(uint16(9), zeros(7))

// buffer is a body whose buffer follows its offset and length.
func buffer(s string) string { return le(uint16(9), uint16(72), uint32(len(s)), s) } //nolint:gosec // short

func createBody(name, tag string) string {
	context := ""
	if tag != "" {
		context = le(uint32(0), uint16(16), uint16(4), uint16(0), uint16(24), uint32(32), tag, zeros(4), "lease key 16byte", uint32(7), zeros(12))
	}
	n := 2 * len(name)
	at := (120 + n + 7) &^ 7
	pad := zeros(at - 120 - n)
	if tag == "" {
		at = 0
	}
	return le(uint16(57), uint8(0), uint8(255), uint32(2), zeros(16), uint32(0x120089), uint32(0), uint32(7), uint32(1), uint32(0), uint16(120), uint16(n), //nolint:gosec // short
		uint32(at), uint32(len(context)), wide(name), pad, context) //nolint:gosec // short
}

func createdBody(id string, attributes uint32, size uint64, context string) string {
	at := uint32(152)
	if context == "" {
		at = 0
	}
	return le(uint16(89), uint8(8), uint8(0), uint32(1), zeros(40), size, attributes, uint32(0), id, at, uint32(len(context)), context) //nolint:gosec // short
}

// idBoth is an entry of a listing; more says that another follows.
func idBoth(name string, more bool) string {
	e := le(zeros(60), uint32(2*len(name)), zeros(40), wide(name)) //nolint:gosec // short
	e += zeros(-len(e) & 7)
	if more {
		e = le(uint32(len(e))) + e[4:] //nolint:gosec // short
	}
	return e
}

func framed(s string) string {
	n := len(s)
	return string([]byte{0, byte(n >> 16), byte(n >> 8), byte(n)}) + s
}

func client(s string) dissecttest.Piece { return dissecttest.Client(framed(s)) }
func server(s string) dissecttest.Piece { return dissecttest.Server(framed(s)) }

// carried notes what GSS-API and DCE/RPC were handed.
func carried(name string, got *[]string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Dissect: func(_ *dissect.Packet, b []byte, _ int) { *got = append(*got, string(b)) }}
}

func newBench() (b *dissecttest.Bench, tokens, calls *[]string) {
	tokens, calls = &[]string{}, &[]string{}
	b = dissecttest.New(nil, nbss.Protocol, Protocol, carried("gss-api", tokens), carried("dcerpc", calls))
	b.Port = 445
	return b, tokens, calls
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"a file is read", []dissecttest.Piece{client(connect), server(connected), client(create), server(created), client(read), server(readDone), client(closing), server(closed)},
			strings.Repeat("nbss:smb2:", 7) + "nbss:smb2", map[string]string{"smb2.cmd": "3,3,5,5,8,8,6,6", "smb2.response": "false,true,false,true,false,true,false,true", "smb2.nt_status": "0,0,0,0",
				"smb2.status": "", "smb2.sesid": strings.Repeat("0x0000000000000007,", 7) + "0x0000000000000007", "smb2.tree": strings.Repeat(`\\srv\docs,`, 6) + `\\srv\docs`, "smb2.filename": `dir\a.txt`,
				"file.path": strings.Repeat(`\\srv\docs\dir\a.txt,`, 5) + `\\srv\docs\dir\a.txt`, "file.name": "a.txt,a.txt,a.txt,a.txt,a.txt,a.txt", "file.size": "4096", "smb2.read_length": "512",
				"smb2.file_offset": "8589934592", "smb2.create_context": "RqLs", "smb2.lease_state": "7", "smb2.oplock": "255,8", "request_in": "1,3,5,7", "event.duration": "1000000,1000000,1000000,1000000",
				"transaction.id": "flow:1,flow:1,flow:2,flow:2,flow:3,flow:3,flow:4,flow:4", "smb2.response_to": "1,3,5,7", "smb2.tid": "5,5,5,5,5,5,5,5"}},
		{"a file that is not there", []dissecttest.Piece{client(create), server(missing)}, "nbss:smb2:nbss:smb2", map[string]string{"smb2.nt_status": "3221225524", "smb2.status": "STATUS_OBJECT_NAME_NOT_FOUND",
			"file.path": `dir\a.txt,dir\a.txt`, "smb2.tree": ""}},
		{"an ioctl that failed and says so in its own way", []dissecttest.Piece{server(transceived(0xc000000d, ""))}, "nbss:smb2", map[string]string{"smb2.status": "STATUS_INVALID_PARAMETER", "smb2.ioctl_function": "1163287"}},
		{"an ioctl that failed", []dissecttest.Piece{server(reply(cmdIoctl, 0xc000000d, 7, errorBody))}, "nbss:smb2", map[string]string{"smb2.ioctl_function": ""}},
		{"a status without a name", []dissecttest.Piece{server(reply(cmdEcho, 0xc0009999, 1, errorBody))}, "nbss:smb2", map[string]string{"smb2.status": "0xc0009999"}},
		{"a compound, whose messages are about its file", []dissecttest.Piece{client(chained(create, msg(cmdRead, 0, flagRelated, 3, le(uint16(49), uint16(0), uint32(1), uint64(0), string(related[:]), zeros(17))), closing))}, "nbss:smb2",
			map[string]string{"smb2.cmd": "5,8,6", "file.path": `dir\a.txt,dir\a.txt`}},
		{"a compound, whose messages are of its tree", []dissecttest.Piece{client(connect), server(connected), client(chained(closing, inherits(msg(cmdCreate, 0, flagRelated, 3, createBody("b", "")))))}, "nbss:smb2:nbss:smb2:nbss:smb2",
			map[string]string{"smb2.tree": `\\srv\docs,\\srv\docs`, "file.path": `\\srv\docs\b`}},
		{"a listing", []dissecttest.Piece{client(create), server(created), client(list), server(listing)}, "nbss:smb2:nbss:smb2:nbss:smb2:nbss:smb2", map[string]string{"smb2.find_pattern": "*", "smb2.infolevel": "37",
			"smb2.filename": `dir\a.txt,a,b.txt`, "file.path": `dir\a.txt,dir\a.txt,dir\a.txt,dir\a.txt`}},
		{"a listing that nobody asked for", []dissecttest.Piece{server(listing)}, "nbss:smb2", map[string]string{"smb2.filename": ""}},
		{"an answer that comes later", []dissecttest.Piece{client(ask(cmdNotify, 9, le(uint16(32), zeros(6), fid, zeros(8)))), server(msg(cmdNotify, statusPending, flagResponse|flagAsync, 9, errorBody)),
			server(msg(cmdNotify, 0, flagResponse|flagAsync, 9, buffer(le(uint32(0), uint32(1), uint32(4), wide("ab")))))}, "nbss:smb2:nbss:smb2:nbss:smb2", map[string]string{"smb2.nt_status": "259,0",
			"smb2.status": "STATUS_PENDING", "request_in": "1,1", "event.duration": "1000000,2000000", "smb2.response_to": "1", "smb2.filename": "ab", "smb2.notify_action": "1", "smb2.aid": "21474901759,21474901759"}},
		{"a file is renamed", []dissecttest.Piece{client(ask(cmdSetInfo, 9, le(uint16(33), uint8(classFile), uint8(levelRename), uint32(26), uint16(96), zeros(6), fid, zeros(16), uint32(6), wide("new"))))}, "nbss:smb2",
			map[string]string{"smb2.filename": "new", "smb2.class": "1", "smb2.infolevel": "10"}},
		{"a file is deleted", []dissecttest.Piece{client(ask(cmdSetInfo, 9, le(uint16(33), uint8(classFile), uint8(levelDisposition), uint32(1), uint16(96), zeros(6), fid, uint8(1))))}, "nbss:smb2",
			map[string]string{"smb2.delete_on_close": "true"}},
		{"a file is cut", []dissecttest.Piece{client(ask(cmdSetInfo, 9, le(uint16(33), uint8(classFile), uint8(levelEndOfFile), uint32(8), uint16(96), zeros(6), fid, uint64(77))))}, "nbss:smb2",
			map[string]string{"file.size": "77"}},
		{"a size that is none", []dissecttest.Piece{client(ask(cmdSetInfo, 9, le(uint16(33), uint8(classFile), uint8(levelEndOfFile), uint32(8), uint16(96), zeros(6), fid, uint64(1<<63))))}, "nbss:smb2",
			map[string]string{"file.size": ""}},
		{"what a file is", []dissecttest.Piece{client(info(levelAll)), server(reply(cmdGetInfo, 0, 9, buffer(le(zeros(48), uint64(33), zeros(40), uint32(8), wide(`\doc`)))))}, "nbss:smb2:nbss:smb2",
			map[string]string{"smb2.filename": `\doc`, "file.size": "33"}},
		{"its size", []dissecttest.Piece{client(info(levelStandard)), server(reply(cmdGetInfo, 0, 9, buffer(le(zeros(8), uint64(34), zeros(8)))))}, "nbss:smb2:nbss:smb2", map[string]string{"file.size": "34"}},
		{"its size and times", []dissecttest.Piece{client(info(levelNetworkOpen)), server(reply(cmdGetInfo, 0, 9, buffer(le(zeros(40), uint64(35), zeros(8)))))}, "nbss:smb2:nbss:smb2", map[string]string{"file.size": "35"}},
		{"its other name", []dissecttest.Piece{client(info(levelAlternateName)), server(reply(cmdGetInfo, 0, 9, buffer(le(uint32(10), wide("DOC~1")))))}, "nbss:smb2:nbss:smb2", map[string]string{"smb2.filename": "DOC~1"}},
		{"a lock is broken", []dissecttest.Piece{server(msg(cmdBreak, 0, flagResponse, ^uint64(0), le(uint16(24), uint8(1), zeros(5), fid)))}, "nbss:smb2", map[string]string{"smb2.oplock": "1", "smb2.msg_id": "-1", "request_in": ""}},
		{"a lease is broken", []dissecttest.Piece{server(msg(cmdBreak, 0, flagResponse, ^uint64(0), le(uint16(44), zeros(6), "lease key 16byte", uint32(3), zeros(16))))}, "nbss:smb2", map[string]string{"smb2.lease_state": "3"}},
		{"Apple's files by number", []dissecttest.Piece{server(reply(cmdCreate, 0, 2, createdBody(fid, 0x10, 9, le(uint32(0), uint16(16), uint16(4), uint16(0), uint16(24), uint32(16), "AAPL", zeros(4), uint32(2), uint32(0), uint32(0xc000000f), uint32(0)))))},
			"nbss:smb2", map[string]string{"smb2.nt_status": "0,3221225487", "file.size": ""}},
		{"encrypted", []dissecttest.Piece{client(le("\xfdSMB", zeros(16), zeros(16), uint32(99), uint16(0), uint16(1), uint64(7), "secret"))}, "nbss:smb2", map[string]string{"smb2.encrypted": "true", "smb2.sesid": "0x0000000000000007", "smb2.cmd": ""}},
		{"compressed", []dissecttest.Piece{client(le("\xfcSMB", uint32(4096), uint16(2), uint16(0), uint32(0), zeros(20)))}, "nbss:smb2", map[string]string{"smb2.cmd": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _, _ := newBench()
			r := dissecttest.Merge(b.Stream(nbss.Protocol, tt.pieces...)...)
			if r.Layers != tt.layers || r.Malformed != "" || r.Truncated {
				t.Errorf("layers %q, want %q; malformed %q, truncated %v", r.Layers, tt.layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func info(level uint8) string {
	return ask(cmdGetInfo, 9, le(uint16(41), uint8(classFile), level, uint32(512), zeros(16), fid))
}
