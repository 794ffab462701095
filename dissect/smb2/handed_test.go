// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/nbss"
)

const call = "\x05\x00\x0b a bind"

// pipes connects tree 5 as the one for pipes, and opens one.
var pipes = []dissecttest.Piece{client(ask(cmdTreeConnect, 1, le(uint16(9), uint16(0), uint16(72), uint16(2*len(`\\srv\IPC$`)), wide(`\\srv\IPC$`)))),
	server(reply(cmdTreeConnect, 0, 1, le(uint16(16), uint8(2), zeros(13)))), client(ask(cmdCreate, 2, createBody("srvsvc", ""))), server(reply(cmdCreate, 0, 2, createdBody(fid, 0x80, 0, "")))}

func write(data string) string {
	return ask(cmdWrite, 6, le(uint16(49), uint16(112), uint32(len(data)), uint64(0), fid, zeros(16), data)) //nolint:gosec // short
}

func transceive(data string) string {
	return ask(cmdIoctl, 7, le(uint16(57), uint16(0), uint32(pipeTransceive), fid, uint32(120), uint32(len(data)), zeros(24), data)) //nolint:gosec // short
}

func transceived(status uint32, data string) string {
	return reply(cmdIoctl, status, 7, le(uint16(49), uint16(0), uint32(pipeTransceive), fid, zeros(8), uint32(112), uint32(len(data)), zeros(8), data)) //nolint:gosec // short
}

func TestPipes(t *testing.T) {
	b, _, calls := newBench()
	r := b.Stream(nbss.Protocol, append(slices.Clone(pipes), client(write(call)), server(reply(cmdRead, 0, 8, le(uint16(17), uint8(80), uint8(0), uint32(len(call)), uint64(0), call))), client(transceive(call)),
		server(transceived(0, call)), server(transceived(statusBufferOverflow, call)), client(write("something else")), client(ask(cmdIoctl, 9, le(uint16(57), uint16(0), uint32(0x140204), fid, zeros(32)))))...)
	if want := slices.Repeat([]string{call}, 5); !slices.Equal(*calls, want) {
		t.Errorf("DCE/RPC was handed %q, want %q", *calls, want)
	}
	if r[4].Layers != "nbss:smb2:dcerpc" || r[9].Layers != "nbss:smb2" {
		t.Errorf("layers %q and %q", r[4].Layers, r[9].Layers)
	}
	r[6].Check(t, map[string]string{"file.path": `\\srv\IPC$\srvsvc`, "file.name": "srvsvc", "smb2.ioctl_function": "1163287"})
}

// Files may hold what looks like a call.
func TestFilesAreNoPipes(t *testing.T) {
	b, _, calls := newBench()
	b.Stream(nbss.Protocol, client(connect), server(connected), client(create), server(created), client(write(call)))
	if len(*calls) != 0 {
		t.Errorf("DCE/RPC was handed %q", *calls)
	}
}

func TestTokens(t *testing.T) {
	negotiated := le(uint16(65), uint8(1), uint8(0), uint16(0x0311), uint16(1), "server guid 16by", uint32(0x2f), zeros(28), uint16(128), uint16(5), uint32(136), "token", zeros(3),
		uint16(2), uint16(4), uint32(0), zeros(4))
	b, tokens, _ := newBench()
	r := dissecttest.Merge(b.Stream(nbss.Protocol, client(ask(cmdNegotiate, 0, le(uint16(36), uint16(2), uint8(1), zeros(3), uint32(0x7f), "client guid 16by", uint32(104), uint16(2), uint16(0), uint16(0x0210), uint16(0x0311),
		uint16(1), uint16(6), uint32(0), zeros(6), zeros(2), uint16(2), uint16(4), uint32(0), zeros(4)))),
		server(reply(cmdNegotiate, 0, 0, negotiated)), client(ask(cmdSessionSetup, 1, le(uint16(25), uint8(0), uint8(1), zeros(8), uint16(88), uint16(6), zeros(8), "token1"))),
		server(reply(cmdSessionSetup, statusMoreProcessing, 1, le(uint16(9), uint16(0), uint16(72), uint16(6), "token2"))), server(reply(cmdSessionSetup, 0xc000006d, 1, errorBody)))...)
	if want := []string{"token", "token1", "token2"}; !slices.Equal(*tokens, want) {
		t.Errorf("GSS-API was handed %q, want %q", *tokens, want)
	}
	if r.Malformed != "" {
		t.Errorf("malformed %q", r.Malformed)
	}
	r.Check(t, map[string]string{"smb2.dialect": "528,785,785", "smb2.negotiate_context": "1,2,2", "smb2.status": "STATUS_MORE_PROCESSING_REQUIRED,STATUS_LOGON_FAILURE",
		"smb2.client_guid": fmt.Sprintf("%x", "client guid 16by"), "smb2.server_guid": fmt.Sprintf("%x", "server guid 16by")})
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"a header of 63 bytes":                    create[:63],
		"a next message within the header":        create[:20] + le(uint32(8)) + create[24:],
		"a next message behind the end":           create[:20] + le(uint32(4096)) + create[24:],
		"a name behind the end":                   ask(cmdTreeConnect, 1, le(uint16(9), uint16(0), uint16(200), uint16(20), wide("abc"))),
		"a name within the header":                ask(cmdTreeConnect, 1, le(uint16(9), uint16(0), uint16(20), uint16(20), wide("abc"))),
		"a name longer than the message":          ask(cmdTreeConnect, 1, le(uint16(9), uint16(0), uint16(72), uint16(2000), wide("abc"))),
		"a body of 1 byte":                        ask(cmdClose, 4, "\x18"),
		"a context whose next one is within it":   ask(cmdCreate, 2, le(uint16(57), zeros(42), uint16(120), uint16(0), uint32(120), uint32(24), uint32(8), uint16(16), uint16(4), zeros(8), "RqLs", zeros(4))),
		"a context whose next one lies elsewhere": ask(cmdCreate, 2, le(uint16(57), zeros(42), uint16(120), uint16(0), uint32(120), uint32(24), uint32(99), uint16(16), uint16(4), zeros(8), "RqLs", zeros(4))),
	} {
		b, _, _ := newBench()
		if r := b.Stream(nbss.Protocol, client(data))[0]; r.Malformed != "smb2" {
			t.Errorf("%s: layers %q, malformed %q", name, r.Layers, r.Malformed)
		}
	}
	b, _, _ := newBench()
	r := b.Stream(nbss.Protocol, client(list), server(reply(cmdFind, 0, 5, buffer(le(uint32(4096), zeros(56), uint32(2), zeros(40), wide("a"))))))
	if r[1].Malformed != "smb2" {
		t.Errorf("an entry longer than the listing: malformed %q", r[1].Malformed)
	}
	r[1].Check(t, map[string]string{"smb2.filename": "a"})
}

func TestTruncated(t *testing.T) {
	b, _, _ := newBench()
	for _, data := range []string{create, listing, transceive(call), connect} {
		b.Cut(t, Protocol, []byte(data))
	}
	whole := framed(chained(create, closing))
	r := b.Stream(nbss.Protocol, dissecttest.Piece{Data: []byte(whole)[:100], Wire: len(whole)})[0]
	if !r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r.Truncated, r.Malformed)
	}
	r.Check(t, map[string]string{"smb2.cmd": "5"})
}

// What is remembered of a connection is bounded.
func TestRemembered(t *testing.T) {
	b, _, _ := newBench()
	pieces := []dissecttest.Piece{client(create), server(created)}
	for i := range maxFiles {
		id := uint64(100 + i) //nolint:gosec // not negative
		pieces = append(pieces, client(ask(cmdCreate, id, createBody("x", ""))), server(reply(cmdCreate, 0, id, createdBody(le(id, id), 0, 0, ""))))
	}
	r := b.Stream(nbss.Protocol, append(pieces, client(read), client(ask(cmdClose, 4, le(uint16(24), zeros(6), uint64(100), uint64(100)))))...)
	r[len(r)-2].Check(t, map[string]string{"file.path": ""})
	r[len(r)-1].Check(t, map[string]string{"file.path": "x"})
}

func TestSummary(t *testing.T) {
	b, _, _ := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{
		`Create Request File: dir\a.txt`:                                       {client(create)},
		`Create Response, Error: STATUS_OBJECT_NAME_NOT_FOUND File: dir\a.txt`: {client(create), server(missing)},
		`Tree Connect Request Tree: \\srv\docs`:                                {client(connect)},
		`Close Request;Command 99 Request`:                                     {client(chained(closing, ask(99, 1, "")))},
		`Ioctl Request FSCTL_PIPE_TRANSCEIVE`:                                  {client(transceive(call))},
		`Read Request Len:512 Off:8589934592`:                                  {client(read)},
		`Find Request Pattern: *`:                                              {client(list)},
		`Encrypted SMB3`:                                                       {client(le("\xfdSMB", zeros(16), zeros(16), uint32(99), uint16(0), uint16(1), uint64(7)))},
		`Compressed SMB3`:                                                      {client(le("\xfcSMB", zeros(30)))},
		strings.Repeat("Close Request;", 8) + "…":                              {client(chained(slices.Repeat([]string{closing}, 9)...))},
	} {
		b.Stream(nbss.Protocol, pieces...)
		if got := b.Summary(Protocol); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzSMB2(f *testing.F) {
	f.Add([]byte(connect), []byte(connected), []byte(create), []byte(created))
	f.Add([]byte(chained(create, list, closing)), []byte(chained(created, listing, closed)), []byte(transceive(call)), []byte(transceived(0, call)))
	f.Add([]byte(info(levelAll)), []byte(missing), []byte(read), []byte(readDone))
	f.Fuzz(func(t *testing.T, c1, s1, c2, s2 []byte) {
		b, _, _ := newBench()
		for _, r := range b.Stream(nbss.Protocol, client(string(c1)), server(string(s1)), client(string(c2)), server(string(s2))) {
			b.Invariants(t)
			if messages, ids := len(r.Fields["smb2.cmd"]), len(r.Fields["smb2.msg_id"]); messages != ids || messages > maxChain {
				t.Fatalf("%d messages with %d ids", messages, ids)
			}
		}
		b.Dissect(Protocol, c1, len(c1)+1)
		b.Invariants(t)
	})
}
