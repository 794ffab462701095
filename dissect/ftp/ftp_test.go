// SPDX-License-Identifier: Apache-2.0

package ftp

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/ip"
	"github.com/espbeat/espbeat/dissect/tcp"
	"github.com/espbeat/espbeat/flow"
)

var client, server = dissecttest.Client, dissecttest.Server

func newBench(compat bool) *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, Data)
	b.P.Options.Wireshark = compat
	b.Port = 21
	return b
}

func TestControl(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{"login", []dissecttest.Piece{server("220 FTP\r\n"), client("USER alice\r\n"), server("331 x\r\n"), client("PASS secret\r\n"), server("230 Ok\r\n")}, "ftp:ftp:ftp:ftp:ftp",
			map[string]string{"ftp.request.command": "USER,PASS", "ftp.request.arg": "alice", "ftp.request.password": "[redacted]", "user.name": "alice", "related.user": "alice",
				"ftp.response.code": "220,331,230", "request_in": "2,4", "transaction.id": "flow:1,flow:1,flow:2,flow:2"}},
		{"a reply of several lines", []dissecttest.Piece{client("FEAT\r\n"), server("211-Features:\r\n MDTM\r\n211 End\r\n")}, "ftp:ftp", map[string]string{"ftp.response.code": "211",
			"ftp.response.arg": "Features:, MDTM,End", "request_in": "1"}},
		{"a transfer has two replies", []dissecttest.Piece{client("RETR a\r\n"), server("150 go\r\n"), server("226 done\r\n"), server("421 bye\r\n")}, "ftp:ftp:ftp:ftp",
			map[string]string{"request_in": "1,1", "event.duration": "1000000,2000000", "transaction.id": "flow:1,flow:1,flow:1"}},
		{"PORT", []dissecttest.Piece{client("PORT 192,0,2,1,156,67\r\n")}, "ftp", map[string]string{"ftp.active.ip": "192.0.2.1", "ftp.active.port": "40003"}},
		{"PORT of less", []dissecttest.Piece{client("PORT 156,67\r\nPORT 192,0,2,1,256,0\r\nPORT 1,2,3,4,0,0\r\n")}, "ftp", map[string]string{"ftp.active.ip": "", "ftp.request.arg": "156,67,192,0,2,1,256,0,1,2,3,4,0,0"}},
		{"EPRT", []dissecttest.Piece{client("EPRT |2|2001:db8::1|5282|\r\n")}, "ftp", map[string]string{"ftp.active.ip": "2001:db8::1", "ftp.active.port": "5282"}},
		{"EPRT of something else", []dissecttest.Piece{client("EPRT |2|x|5282|\r\nEPRT |\r\nEPRT\r\n")}, "ftp", map[string]string{"ftp.active.ip": ""}},
		{"PASV", []dissecttest.Piece{client("PASV\r\n"), server("227 Entering Passive Mode (192,0,2,2,28,86).\r\n")}, "ftp:ftp", map[string]string{"ftp.passive.ip": "192.0.2.2", "ftp.passive.port": "7254"}},
		{"PASV without parentheses", []dissecttest.Piece{client("PASV\r\n"), server("227 =192,0,2,2,28,86\r\n"), client("PASV\r\n"), server("227 at 192,0,2,2,28,86\r\n")}, "ftp:ftp:ftp:ftp",
			map[string]string{"ftp.passive.port": "7254"}},
		{"PASV refused", []dissecttest.Piece{client("PASV\r\n"), server("502 no\r\n"), server("227 (192,0,2,2,28,86)\r\n")}, "ftp:ftp:ftp", map[string]string{"ftp.passive.port": ""}},
		{"EPSV", []dissecttest.Piece{client("EPSV\r\n"), server("229 Entering Extended Passive Mode (|||63282|)\r\n")}, "ftp:ftp", map[string]string{"ftp.passive.ip": "", "ftp.passive.port": "63282"}},
		{"EPSV of no port", []dissecttest.Piece{client("EPSV\r\n"), server("229 (|||0|)\r\n"), client("EPSV\r\n"), server("229 (||1|)\r\n"), client("EPSV\r\n"), server("229 (|||1\r\n")}, "ftp:ftp:ftp:ftp:ftp:ftp",
			map[string]string{"ftp.passive.port": ""}},
		{"no code", []dissecttest.Piece{server("220 FTP\r\n"), client("SYST\r\n"), server("SYST not supported\r\n")}, "ftp:ftp:ftp", map[string]string{"ftp.response.code": "220", "ftp.response.arg": "FTP,SYST not supported"}},
		{"a command cut by the capture", []dissecttest.Piece{{Data: []byte("RETR ind"), Wire: 20}}, "ftp", map[string]string{"ftp.request.arg": "ind"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n"), client("QUIT\r\n")}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench(false).Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, tt.want)
		})
	}
}

// In compat mode, fields are of a packet's first line.
func TestWireshark(t *testing.T) {
	b := newBench(true)
	r := dissecttest.Merge(b.Stream(Protocol, client("FEAT\r\nPWD\r\n"), server("211-Features:\r\n MDTM\r\n211 End\r\n"), server("257 x\r\n"))...)
	r.Check(t, map[string]string{"ftp.request.command": "FEAT", "ftp.response.code": "211,257", "ftp.response.arg": "Features:,x"})
	b.Port = 22
	if r := b.Stream(Protocol, server("220 FTP\r\n")); r[0].Layers != "" {
		t.Errorf("layers %q", r[0].Layers)
	}
}

// The data connection of each method is found, and says what it is for.
func TestData(t *testing.T) {
	c, s := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.2:21")
	for _, tt := range []struct {
		method, announce, reply string
		data                    dissecttest.Segment
	}{
		{"PORT", "PORT 192,0,2,1,156,67\r\n", "200 Ok\r\n", dissecttest.Segment{Src: netip.AddrPortFrom(s.Addr(), 20), Dst: netip.AddrPortFrom(c.Addr(), 40003)}},
		{"EPRT", "EPRT |1|192.0.2.1|40003|\r\n", "200 Ok\r\n", dissecttest.Segment{Src: netip.AddrPortFrom(s.Addr(), 5000), Dst: netip.AddrPortFrom(c.Addr(), 40003)}},
		{"PASV", "PASV\r\n", "227 Ok (192,0,2,2,28,86)\r\n", dissecttest.Segment{Src: netip.AddrPortFrom(c.Addr(), 5000), Dst: netip.AddrPortFrom(s.Addr(), 7254)}},
		{"PASV", "PASV\r\n", "227 Ok (10,0,0,1,28,86)\r\n", dissecttest.Segment{Src: netip.AddrPortFrom(c.Addr(), 5000), Dst: netip.AddrPortFrom(s.Addr(), 7254)}},
		{"EPSV", "EPSV\r\n", "229 Ok (|||7254|)\r\n", dissecttest.Segment{Src: netip.AddrPortFrom(c.Addr(), 5000), Dst: netip.AddrPortFrom(s.Addr(), 7254)}},
	} {
		t.Run(tt.method, func(t *testing.T) {
			b := dissecttest.New(flow.New(flow.Options{}), ip.Protocol, tcp.Protocol, Protocol, Data)
			b.P.Options.Wireshark = false
			run := func(s dissecttest.Segment) dissecttest.Result { f := s.Frame(); return b.Run(ip.Protocol, f, len(f)) }
			const ack, syn = 16, 2
			run(dissecttest.Segment{Src: c, Dst: s, Flags: syn, Seq: 99})
			run(dissecttest.Segment{Src: c, Dst: s, Flags: ack, Seq: 100, Data: tt.announce})
			run(dissecttest.Segment{Src: s, Dst: c, Flags: ack, Seq: 500, Data: tt.reply})
			retr := run(dissecttest.Segment{Src: c, Dst: s, Flags: ack, Seq: 100 + uint32(len(tt.announce)), Data: "RETR a b\r\n"})
			tt.data.Flags, tt.data.Data = ack, "220 file\r\n"
			r := run(tt.data)
			if !strings.HasSuffix(r.Layers, ":tcp:ftp-data") || r.Core.Application != Data {
				t.Fatalf("layers %q", r.Layers)
			}
			r.Check(t, map[string]string{"ftp_data.setup_method": tt.method, "ftp_data.command": "RETR a b", "ftp_data.command_frame": "4", "request_in": "4", "ftp_data.bytes": "10",
				"transaction.id": strings.Join(retr.Fields["transaction.id"], ",")})
			if got, want := b.Summary(Data), "FTP Data: 10 bytes ("+tt.method+") (RETR a b)"; got != want {
				t.Errorf("summary %q", got)
			}
		})
	}
}

// On port 20 data is data without an announcement, but not TLS.
func TestUnannouncedData(t *testing.T) {
	tls := &dissect.Protocol{Name: "tls"}
	tls.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(tls); return len(data) }
	b := dissecttest.New(nil, Data, tls)
	r := dissecttest.Merge(b.Stream(Data, server("one"), server("\x16\x03\x01"))...)
	if r.Layers != "ftp-data:ftp-data" {
		t.Errorf("layers %q", r.Layers)
	}
	r.Check(t, map[string]string{"ftp_data.bytes": "3,3", "ftp_data.command": "", "request_in": ""})
	if r := dissecttest.Merge(b.Stream(Data, client("\x16\x03\x01"), server("x"))...); r.Layers != "tls:tls" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestStartTLS(t *testing.T) {
	b := newBench(false)
	if r := dissecttest.Merge(b.Stream(Protocol, client("AUTH TLS\r\n"), server("234 Ok\r\n"), client("\x16\x03\x01\x00\x05hello"), client("QUIT\r\n"))...); r.Layers != "ftp:ftp" {
		t.Errorf("layers %q", r.Layers)
	}
}

func TestSegmentation(t *testing.T) {
	newBench(false).Split(t, Protocol, server("220 FTP\r\n"), client("USER alice\r\n"), server("331 x\r\n"), client("PASS secret\r\n"), server("230 Ok\r\n"), client("PASV\r\n"), server("227 (1,2,3,4,5,6)\r\n"))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		"220 (vsFTPd 3.0.3)\r\n":     {true, true},
		"220-FTP server\r\n":         {true, true},
		"220 a ESMTP\r\n":            {true, false},
		"220 ftp":                    {true, false},
		"USER a\r\n":                 {true, false},
		"us":                         {true, false},
		"EHLO a\r\n":                 {false, false},
		"GET /ftp\r\n":               {false, false},
		"\x16\x03\x01\x02\x00\x01\r": {false, false},
	})
}

func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	b := newBench(false)
	for reveal, want := range map[bool]int{false: 0, true: 3} {
		b.Out.Reveal = reveal
		n := 0
		for _, values := range dissecttest.Merge(b.Stream(Protocol, client("PASS "+canary+"\r\n"), client("pass "+canary+"\r\nADAT "+canary+"\r\n"))...).Fields {
			n += strings.Count(strings.Join(values, ","), canary)
		}
		if n != want {
			t.Errorf("reveal %v: the canary is in %d values", reveal, n)
		}
	}
}

func FuzzFTP(f *testing.F) {
	f.Add([]byte("USER a\r\nPASS b\r\nPORT 1,2,3,4,5,6\r\nEPRT |2|::1|9|\r\nRETR a\r\nPASV\r\nEPSV\r\n"), []byte("220 FTP\r\n227 (1,2,3,4,5,6)\r\n229 (|||5|)\r\n150 a\r\n226-b\r\n c\r\n226 d\r\n"), false)
	f.Fuzz(func(t *testing.T, commands, replies []byte, compat bool) {
		b := newBench(compat)
		half := len(replies) / 2
		r := dissecttest.Merge(b.Stream(Protocol, client(string(commands)), server(string(replies[:half])), server(string(replies[half:])))...)
		b.Invariants(t)
		if len(r.Fields["ftp.request.arg"])+len(r.Fields["ftp.request.password"]) > len(r.Fields["ftp.request.command"]) || len(r.Fields["ftp.active.ip"]) > len(r.Fields["ftp.active.port"]) {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: commands, Wire: len(commands) + 1})
		b.Invariants(t)
		b.Stream(Data, client(string(commands)))
		b.Invariants(t)
	})
}
