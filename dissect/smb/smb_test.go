// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/nbss"
	"github.com/espbeat/espbeat/field"
)

var le = dissecttest.LittleEndian

// wide is s in UTF-16, with its zero.
func wide(s string) string { return dissecttest.UTF16(s + "\x00") }

func zeros(n int) string { return strings.Repeat("\x00", n) }

const ntUnicode = flag2NTStatus | flag2Unicode

// head is a header of tree 5, process 1 and user 3.
func head(command uint8, flags uint8, flags2 uint16, status uint32, mid uint16) string {
	return le("\xffSMB", command, status, flags, flags2, zeros(12), uint16(5), uint16(1), uint16(3), mid)
}

// body is a command's words and bytes.
func body(words, bytes string) string {
	return le(uint8(len(words)/2), words, uint16(len(bytes)), bytes) //nolint:gosec // short
}

func ask(command uint8, mid uint16, words, bytes string) string {
	return head(command, 0, ntUnicode, 0, mid) + body(words, bytes)
}

func reply(command uint8, status uint32, mid uint16, words, bytes string) string {
	return head(command, flagResponse, ntUnicode, status, mid) + body(words, bytes)
}

// andX are the first words of a chain's command; offset counts from the header.
func andX(next uint8, offset uint16) string { return le(next, uint8(0), offset) }

var (
	last        = andX(noFurther, 0)
	connect     = ask(cmdTreeConnectAndX, 1, le(last, uint16(0), uint16(1)), "\x00"+wide(`\\srv\docs`)+"?????\x00")
	connected   = reply(cmdTreeConnectAndX, 0, 1, le(last, uint16(1)), "A:\x00"+wide("NTFS"))
	ipc         = ask(cmdTreeConnectAndX, 1, le(last, uint16(0), uint16(1)), "\x00"+wide(`\\srv\IPC$`)+"?????\x00")
	ipcDone     = reply(cmdTreeConnectAndX, 0, 1, le(last, uint16(1)), "IPC\x00\x00")
	create      = ask(cmdNTCreateAndX, 2, le(last, uint8(0), uint16(20), zeros(41)), "\x00"+wide(`\dir\a.txt`))
	created     = reply(cmdNTCreateAndX, 0, 2, le(last, uint8(0), uint16(0x4001), uint32(1), zeros(32), uint32(0x20), uint64(4096), uint64(77), uint16(0), uint16(0), uint8(0)), "")
	missing     = reply(cmdNTCreateAndX, 0xc0000034, 2, "", "")
	read        = ask(cmdReadAndX, 3, le(last, uint16(0x4001), zeros(16)), "")
	closing     = ask(cmdClose, 4, le(uint16(0x4001), uint32(0)), "")
	closed      = reply(cmdClose, 0, 4, "", "")
	negotiate   = head(cmdNegotiate, 0, flag2NTStatus, 0, 0) + body("", "\x02PC NETWORK PROGRAM 1.0\x00\x02NT LM 0.12\x00")
	negotiated  = reply(cmdNegotiate, 0, 0, le(uint16(1), uint8(3), uint16(50), uint16(1), uint32(4356), uint32(65536), uint32(0), uint32(extendedSecurity), zeros(8), uint16(0), uint8(0)), "server guid 16bytoken")
	plain       = reply(cmdNegotiate, 0, 0, le(uint16(1), uint8(3), uint16(50), uint16(1), uint32(4356), uint32(65536), uint32(0), uint32(0), zeros(8), uint16(0), uint8(8)), "challeng\x00"+wide("CORP")+wide("SRV"))
	queryPath   = ask(cmdTrans2, 6, trans2Words(trans2QueryPath, 68, 6+22), "\x00\x00\x00"+le(uint16(0x101), uint32(0), wide(`\dir\a.txt`)))
	findFirst   = ask(cmdTrans2, 6, trans2Words(trans2FindFirst, 68, 12+6), "\x00\x00\x00"+le(zeros(12), wide(`\*`)))
	setFile     = ask(cmdTrans2, 6, trans2Words(trans2SetFile, 68, 4), "\x00\x00\x00"+le(uint16(0x4001), uint16(0x102)))
	transaction = ask(cmdTrans, 7, transWords(84, uint16(len(call)), pipeTransact, 0x4001), "\x00"+wide(`\PIPE\`)+"\x00\x00"+call)
	transacted  = reply(cmdTrans, 0, 7, le(zeros(12), uint16(len(call)), uint16(56), zeros(4)), "\x00"+call)
	mailslot    = head(cmdTrans, 0, 0, 0, 0) + body(transWords(86, 4, 1, 1), "\\MAILSLOT\\BROWSE\x00\x00\x00\x00\x01abc")
)

const call = "\x05\x00\x0b a bind"

func trans2Words(function, params, length uint16) string {
	return le(zeros(18), length, params, uint16(0), uint16(0), uint8(1), uint8(0), function)
}

func transWords(data, length, function, fid uint16) string {
	return le(zeros(18), uint16(0), uint16(0), length, data, uint8(2), uint8(0), function, fid)
}

func framed(s string) string {
	n := len(s)
	return string([]byte{0, byte(n >> 16), byte(n >> 8), byte(n)}) + s
}

func client(s string) dissecttest.Piece { return dissecttest.Client(framed(s)) }
func server(s string) dissecttest.Piece { return dissecttest.Server(framed(s)) }

// handed notes what other protocols were handed, each with its name.
type handed struct{ got []string }

func (h *handed) proto(name string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Dissect: func(_ *dissect.Packet, b []byte, _ int) { h.got = append(h.got, name+" "+string(b)) }}
}

func newBench() (*dissecttest.Bench, *handed) {
	h := &handed{}
	b := dissecttest.New(nil, nbss.Protocol, Protocol, h.proto("gss-api"), h.proto("ntlmssp"), h.proto("dcerpc"), h.proto("browser"), h.proto("smb_netlogon"))
	b.Port = 445
	return b, h
}

func TestConversations(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		want   map[string]string
	}{
		{"a file is read", []dissecttest.Piece{client(connect), server(connected), client(create), server(created), client(read), client(closing), server(closed)}, map[string]string{
			"smb.cmd": "117,255,117,255,162,255,162,255,46,255,4,4", "smb.response": "false,true,false,true,false,false,true", "smb.nt_status": "0,0,0,0,0,0,0", "smb.status": "", "smb.path": strings.Repeat(`\\srv\docs,`, 6) + `\\srv\docs`,
			"smb.file": strings.Repeat(`\dir\a.txt,`, 4) + `\dir\a.txt`, "file.path": strings.Repeat(`\\srv\docs\dir\a.txt,`, 4) + `\\srv\docs\dir\a.txt`, "file.name": "a.txt,a.txt,a.txt,a.txt,a.txt", "file.size": "77", "smb.fid": "16385,16385,16385",
			"request_in": "1,3,6", "transaction.id": "flow:1,flow:1,flow:2,flow:2,flow:3,flow:4,flow:4", "event.duration": "1000000,1000000,1000000", "smb.response_to": "1,3,6", "smb.tid": "5,5,5,5,5,5,5", "smb.uid": "3,3,3,3,3,3,3"}},
		{"a file that is not there", []dissecttest.Piece{client(create), server(missing)}, map[string]string{"smb.cmd": "162,255,162", "smb.nt_status": "0,3221225524", "smb.status": "STATUS_OBJECT_NAME_NOT_FOUND",
			"file.path": `dir\a.txt,dir\a.txt`}},
		{"an error of DOS", []dissecttest.Piece{server(head(cmdOpen, flagResponse, 0, 0x00020001, 1) + body("", ""))}, map[string]string{"smb.nt_status": "", "smb.error_class": "1", "smb.error_code": "2"}},
		{"a chain", []dissecttest.Piece{client(head(cmdSessionSetupAndX, 0, flag2NTStatus, 0, 1) + body(le(andX(cmdTreeConnectAndX, 75), zeros(10), uint16(6), uint32(0)), "c4n4ryalice\x00CORP\x00OS\x00") +
			body(le(last, uint16(0), uint16(1)), "\x00\\\\srv\\docs\x00A:\x00"))}, map[string]string{"smb.cmd": "115,117,255", "user.name": "alice", "smb.primary_domain": "CORP", "smb.native_os": "OS", "smb.path": `\\srv\docs`}},
		{"a login as of Windows NT", []dissecttest.Piece{client(ask(cmdSessionSetupAndX, 1, le(last, zeros(10), uint16(3), uint16(3), uint32(0), uint32(0)), "c4n4ry\x00"+wide("alice")+wide("CORP")+wide("Windows 2000")+wide("LAN")))},
			map[string]string{"user.name": "alice", "smb.native_os": "Windows 2000", "smb.native_lanman": "LAN"}},
		{"a negotiation", []dissecttest.Piece{client(negotiate), server(negotiated)}, map[string]string{"smb.dialect": "PC NETWORK PROGRAM 1.0,NT LM 0.12", "smb.dialect_index": "1", "smb.server_cap": "2147483648"}},
		{"a negotiation without tokens", []dissecttest.Piece{client(negotiate), server(plain)}, map[string]string{"smb.primary_domain": "CORP", "smb.server": "SRV"}},
		{"a file is deleted", []dissecttest.Piece{client(ask(cmdDelete, 1, "\x06\x00", "\x04"+wide(`\a`)))}, map[string]string{"smb.file": `\a`, "file.path": "a"}},
		{"a file is renamed", []dissecttest.Piece{client(head(cmdRename, 0, 0, 0, 1) + body("\x06\x00", "\x04\\a\x00\x04\\b\x00"))}, map[string]string{"smb.file": `\a,\b`, "file.path": "a"}},
		{"files are looked for", []dissecttest.Piece{client(findFirst)}, map[string]string{"smb.trans2_cmd": "1", "smb.search_pattern": `\*`}},
		{"a path is asked about", []dissecttest.Piece{client(queryPath)}, map[string]string{"smb.trans2_cmd": "5", "smb.file": `\dir\a.txt`}},
		{"a file is changed", []dissecttest.Piece{client(create), server(created), client(setFile)}, map[string]string{"smb.trans2_cmd": "8", "file.path": `dir\a.txt,dir\a.txt,dir\a.txt`}},
		{"an NT transaction creates", []dissecttest.Piece{client(ask(cmdNTTrans, 1, le(zeros(19), uint32(53+11), uint32(76), uint32(0), uint32(0), uint8(0), uint16(ntCreate)), zeros(3)+zeros(53)+"\x00"+wide(`\x.y`)))},
			map[string]string{"smb.nt_function": "1", "smb.file": `\x.y`}},
		{"an NT transaction waits for changes", []dissecttest.Piece{client(create), server(created), client(ask(cmdNTTrans, 1, le(zeros(19), zeros(16), uint8(4), uint16(ntNotify), uint32(0x17), uint16(0x4001), uint16(1)), ""))},
			map[string]string{"smb.nt_function": "4", "file.path": `dir\a.txt,dir\a.txt,dir\a.txt`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := newBench()
			r := dissecttest.Merge(b.Stream(nbss.Protocol, tt.pieces...)...)
			if r.Malformed != "" || r.Truncated || !strings.HasPrefix(r.Layers, "nbss:smb") {
				t.Errorf("layers %q, malformed %q, truncated %v", r.Layers, r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
			r.Lacks(t, "c4n4ry")
		})
	}
}

func TestHanded(t *testing.T) {
	setup := func(token string) string {
		return ask(cmdSessionSetupAndX, 1, le(last, zeros(10), uint16(len(token)), uint32(0), uint32(0)), token) //nolint:gosec // short
	}
	write := ask(cmdWriteAndX, 8, le(last, uint16(0x4001), zeros(14), uint16(len(call)), uint16(64), uint32(0)), "\x00"+call)
	reading := reply(cmdReadAndX, 0, 8, le(last, zeros(6), uint16(len(call)), uint16(60), zeros(10)), "\x00"+call)
	for name, tt := range map[string]struct {
		pieces []dissecttest.Piece
		want   []string
	}{
		"tokens":                    {[]dissecttest.Piece{client(negotiate), server(negotiated), client(setup("NTLMSSP\x00"))}, []string{"gss-api token", "gss-api NTLMSSP\x00"}},
		"a response's token":        {[]dissecttest.Piece{server(reply(cmdSessionSetupAndX, 0xc0000016, 1, le(last, uint16(0), uint16(5)), "token"))}, []string{"gss-api token"}},
		"bare NTLM":                 {[]dissecttest.Piece{client(negotiate), server(negotiated[:len(negotiated)-5-16-2] + "\x10\x00server guid 16by"), client(setup("NTLMSSP\x00"))}, []string{"ntlmssp NTLMSSP\x00"}},
		"a transaction of a pipe":   {[]dissecttest.Piece{client(transaction), server(transacted)}, []string{"dcerpc " + call, "dcerpc " + call}},
		"a pipe written to":         {[]dissecttest.Piece{client(ipc), server(ipcDone), client(write), server(reading)}, []string{"dcerpc " + call, "dcerpc " + call}},
		"a file written to":         {[]dissecttest.Piece{client(connect), server(connected), client(write), server(reading)}, nil},
		"a response without a pipe": {[]dissecttest.Piece{server(transacted)}, nil},
	} {
		b, h := newBench()
		b.Stream(nbss.Protocol, tt.pieces...)
		if !slices.Equal(h.got, tt.want) {
			t.Errorf("%s: handed %q, want %q", name, h.got, tt.want)
		}
	}
}

func TestMailslots(t *testing.T) {
	for slot, want := range map[string]string{`\MAILSLOT\BROWSE`: "browser", `\MAILSLOT\NET\NETLOGON`: "smb_netlogon", `\MAILSLOT\OTHER`: ""} {
		b, h := newBench()
		frame := head(cmdTrans, 0, 0, 0, 0) + body(transWords(uint16(65+2+len(slot)+1), 4, 1, 1), slot+"\x00data") //nolint:gosec // short
		r := b.Run(Protocol, []byte(frame), len(frame))
		r.Check(t, map[string]string{"smb.trans_name": slot, "transaction.id": ""})
		if got := strings.Join(h.got, ","); want != "" && got != want+" data" || want == "" && got != "" || r.Malformed != "" {
			t.Errorf("%s: handed %q, malformed %q", slot, got, r.Malformed)
		}
	}
}

func TestMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"a header of 31 bytes":          create[:31],
		"more words than there are":     create[:32] + "\xff" + create[33:60],
		"an AndX that leads back":       ask(cmdLogoffAndX, 1, andX(cmdTreeConnectAndX, 32), ""),
		"an AndX behind the end":        ask(cmdLogoffAndX, 1, andX(cmdTreeConnectAndX, 900), ""),
		"parameters behind the end":     ask(cmdTrans2, 6, trans2Words(trans2QueryPath, 900, 20), ""),
		"parameters within the header":  ask(cmdTrans2, 6, trans2Words(trans2QueryPath, 9, 20), ""),
		"a transaction without a place": ask(cmdTrans2, 6, zeros(20), ""),
	} {
		b, _ := newBench()
		if r := b.Stream(nbss.Protocol, client(data))[0]; r.Malformed != "smb" {
			t.Errorf("%s: layers %q, malformed %q", name, r.Layers, r.Malformed)
		}
	}
}

func TestTruncated(t *testing.T) {
	b, _ := newBench()
	for _, data := range []string{create, created, queryPath, transaction, connect, negotiate, mailslot} {
		b.Cut(t, Protocol, []byte(data))
	}
}

func TestShared(t *testing.T) {
	r := NewRecent[int, string](2)
	for i, v := range []string{"a", "b", "c"} {
		r.Put(i, v)
	}
	r.Put(2, "d")
	_, first := r.Get(0)
	second, _ := r.Get(1)
	third, _ := r.Get(2)
	if first || second != "b" || third != "d" {
		t.Errorf("%v %q %q", first, second, third)
	}
	for in, want := range map[string]string{wide("a\U0001F600b"): "a\U0001F600b", "a\x00b": "a", "\x00\xd8a\x00": "\ufffda", "": ""} {
		if got := string(AppendUTF16(nil, []byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	var o field.Buffer
	for path, names := range map[string]int{`\\srv\docs`: 0, `\\srv`: 0, `\\srv\docs\a`: 1, "a": 1, `dir\a`: 1, "": -1} {
		o.Start()
		before := o.Len()
		if File(&o, path); o.Len()-before != 1+names {
			t.Errorf("%q has %d fields", path, o.Len()-before)
		}
	}
	if got := Join(`\\srv\docs`, nil); got != `\\srv\docs` {
		t.Errorf("%q", got)
	}
	if got := Join(`\\srv\docs`, []byte(strings.Repeat("a", 2*MaxPath))); len(got) != MaxPath {
		t.Errorf("%d bytes", len(got))
	}
}

func TestSummary(t *testing.T) {
	b, _ := newBench()
	for want, pieces := range map[string][]dissecttest.Piece{
		`NT Create AndX Request, Path: \dir\a.txt`:                                       {client(create)},
		`NT Create AndX Response, Path: \dir\a.txt, Error: STATUS_OBJECT_NAME_NOT_FOUND`: {client(create), server(missing)},
		`Tree Connect AndX Request, Path: \\srv\docs`:                                    {client(connect)},
		`Trans2 Request, QUERY_PATH_INFO, Path: \dir\a.txt`:                              {client(queryPath)},
		`Trans2 Request, FIND_FIRST2, Pattern: \*`:                                       {client(findFirst)},
		`Close Request, FID: 16385`:                                                      {client(closing)},
		`Command 25 Request`:                                                             {client(ask(25, 1, "", ""))},
		`Trans Request, \MAILSLOT\BROWSE`:                                                {client(mailslot)},
		`Logoff AndX Request; Close`:                                                     {client(ask(cmdLogoffAndX, 1, andX(cmdClose, 39), "") + body("\x01\x40", ""))},
	} {
		b.Stream(nbss.Protocol, pieces...)
		if got := b.Summary(Protocol); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzSMB(f *testing.F) {
	f.Add([]byte(connect), []byte(connected), []byte(create), []byte(created))
	f.Add([]byte(negotiate), []byte(negotiated), []byte(queryPath), []byte(missing))
	f.Add([]byte(transaction), []byte(transacted), []byte(mailslot), []byte(plain))
	f.Fuzz(func(t *testing.T, c1, s1, c2, s2 []byte) {
		b, _ := newBench()
		for _, r := range b.Stream(nbss.Protocol, client(string(c1)), server(string(s1)), client(string(c2)), server(string(s2))) {
			b.Invariants(t)
			if commands, messages := len(r.Fields["smb.cmd"]), len(r.Fields["smb.response"]); commands > messages+maxChain {
				t.Fatalf("%d commands in %d messages", commands, messages)
			}
		}
		b.Dissect(Protocol, c1, len(c1)+1)
		b.Invariants(t)
	})
}
