// SPDX-License-Identifier: Apache-2.0

package ssh

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var client, server = dissecttest.Client, dissecttest.Server

// packet makes a packet with four bytes of padding.
func packet(message string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(message)+5))
	return string(append(b, 4)) + message + "\x00\x00\x00\x00"
}

// str makes a string of the protocol.
func str(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s }

// kexinit makes a KEXINIT of lists for both directions alike.
func kexinit(kex, hostKeys, encryption, mac, compression string) string {
	m := "\x14" + strings.Repeat("c", cookieLen) + str(kex) + str(hostKeys)
	for _, l := range []string{encryption, mac, compression, ""} {
		m += str(l) + str(l)
	}
	return packet(m + "\x00\x00\x00\x00\x00")
}

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 22
	return b
}

const hello = "SSH-2.0-OpenSSH_9.4\r\n"

func TestConversation(t *testing.T) {
	host := "\x1f" + str(str("ssh-ed25519")+str("key")) + str("f") + str("signature")
	r := dissecttest.Merge(newBench().Stream(Protocol, server("SSH-2.0-a comment\r\n"), client(hello+kexinit("k1,k2", "ssh-ed25519", "e", "m", "none")),
		server(kexinit("k", "h", "e1,e2", "m", "none")), client(packet("\x1eq")), server(packet(host)+packet("\x15")+"encrypted"), client(packet("\x15")), client("secret"))...)
	if r.Layers != "ssh:ssh:ssh:ssh:ssh:ssh:ssh" {
		t.Errorf("layers %q", r.Layers)
	}
	r.Check(t, map[string]string{"ssh.protocol": "SSH-2.0-a comment,SSH-2.0-OpenSSH_9.4", "ssh.message_code": "20,20,30,31,21,21", "ssh.kex_algorithms": "k1,k2,k",
		"ssh.server_host_key_algorithms": "ssh-ed25519,h", "ssh.encryption_algorithms_client_to_server": "e,e1,e2", "ssh.kex.hassh_algorithms": "k1,k2;e;m;none,k;e1,e2;m;none",
		"ssh.languages_client_to_server": "", "ssh.first_kex_packet_follows": "false,false", "ssh.encrypted_bytes": "9,6", "ssh.host_key.type": "ssh-ed25519",
		"ssh.host_key.fingerprint": "SHA256:eCurkCR82idiIJrpM9vMgbh/DUO9Ybv8Jf+K9GJoQJs"})
}

// The fingerprints equal those that the authors of HASSH published for these algorithms.
func TestHASSH(t *testing.T) {
	const (
		curves = "curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521"
		modern = "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"
		etm    = "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com," +
			"umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"
	)
	for _, tt := range []struct {
		name, kex, encryption, mac, compression string
		fromServer                              bool
		want                                    string
	}{
		{"OpenSSH 7.7", "curve25519-sha256," + curves + ",diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512," +
			"diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,ext-info-c", modern, etm, "none,zlib@openssh.com,zlib", false, "06046964c022c6407d15a27b12a6a4fb"},
		{"OpenSSH 7.2", curves + ",diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,ext-info-c",
			modern + ",aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc", etm, "none,zlib@openssh.com,zlib", false, "68e0ba85e1a818f7c49ea3f4b849bd15"},
		{"Dropbear 2018.76", "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp521,ecdh-sha2-nistp384,ecdh-sha2-nistp256,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1," +
			"diffie-hellman-group1-sha1,kexguess2@matt.ucc.asn.au", "aes128-ctr,aes256-ctr,aes128-cbc,aes256-cbc,3des-ctr,3des-cbc", "hmac-sha1-96,hmac-sha1,hmac-sha2-256",
			"zlib@openssh.com,zlib,none", false, "e22efe3cde8b396b874c3f13fdb6c61a"},
		{"a server", curves + ",diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha1", modern, etm, "none,zlib@openssh.com", true, "d43d91bc39d5aaed819ad9f6b57b7348"},
	} {
		piece, name, other := client(hello+kexinit(tt.kex, "", tt.encryption, tt.mac, tt.compression)), "ssh.kex.hassh", "ssh.kex.hasshserver"
		if tt.fromServer {
			piece.Dir, name, other = 1, other, name
		}
		r := newBench().Stream(Protocol, piece)[0]
		r.Check(t, map[string]string{name: tt.want, other: ""})
	}
}

func TestEdges(t *testing.T) {
	whole := kexinit("k", "h", "e", "m", "none")
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		bad    string
		want   map[string]string
	}{
		{"lines before the server's string", []dissecttest.Piece{server("Welcome\r\nto this\n" + hello)}, "ssh", "", map[string]string{"ssh.protocol": "SSH-2.0-OpenSSH_9.4"}},
		{"a line without an end", []dissecttest.Piece{client(hello), server(strings.Repeat("x", maxIdentification+1))}, "ssh", "", nil},
		{"SSH 1", []dissecttest.Piece{server("SSH-1.5-1.2.26\n"), client("SSH-1.5-1.2.26\n"), server("\x00\x00\x00\x05\x00\x00\x00\x02abcd"), server("x")}, "ssh:ssh:ssh:ssh", "",
			map[string]string{"ssh.message_code": "2", "ssh.encrypted_bytes": "1"}},
		{"SSH 1 of no length", []dissecttest.Piece{server("SSH-1.5-a\n\x00\x00\x00\x04abcd")}, "ssh", "", map[string]string{"ssh.message_code": "", "ssh.encrypted_bytes": "8"}},
		{"SSH 1 and 2", []dissecttest.Piece{server("SSH-1.99-a\n" + packet("\x15"))}, "ssh", "", map[string]string{"ssh.message_code": "21"}},
		{"a list beyond the message", []dissecttest.Piece{client(hello + packet("\x14"+strings.Repeat("c", cookieLen)+str("k")+"\x00\x00\xff\xff"))}, "ssh", "ssh",
			map[string]string{"ssh.kex_algorithms": "k", "ssh.kex.hassh": ""}},
		{"no message", []dissecttest.Piece{client(hello + "\x00\x00\x00\x02\x00\x15\x00")}, "ssh", "", map[string]string{"ssh.message_code": "21"}},
		{"padding beyond the packet", []dissecttest.Piece{client(hello + "\x00\x00\x00\x0c\x0babcdefghijk")}, "ssh", "", map[string]string{"ssh.message_code": "", "ssh.encrypted_bytes": "16"}},
		{"a packet too large", []dissecttest.Piece{client(hello + "\x00\x01\x00\x01\x04abc")}, "ssh", "", map[string]string{"ssh.encrypted_bytes": "8"}},
		{"a packet cut by the capture", []dissecttest.Piece{client(hello), {Data: []byte(whole[:30]), Wire: len(whole)}}, "ssh:ssh", "", map[string]string{"ssh.message_code": "20", "ssh.kex_algorithms": "k"}},
		{"a big number is no host key", []dissecttest.Piece{server(hello + packet("\x1f"+str("\x00\xff\xff\xff"+strings.Repeat("\xee", 60))+str("\x02")) + packet("\x1f"))}, "ssh", "", map[string]string{"ssh.host_key.type": "", "ssh.message_code": "31,31"}},
		{"the middle of a connection", []dissecttest.Piece{client("\x9a\x01\xfe\x00\x11")}, "ssh", "", map[string]string{"ssh.encrypted_bytes": "5"}},
		{"another protocol", []dissecttest.Piece{client("GET / HTTP/1.1\r\n")}, "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dissecttest.Merge(newBench().Stream(Protocol, tt.pieces...)...)
			if r.Layers != tt.layers && r.Layers != strings.TrimSuffix(strings.Repeat(tt.layers+":", len(tt.pieces)), ":") || r.Malformed != tt.bad {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestSegmentation(t *testing.T) {
	newBench().Split(t, Protocol, client(hello), server(hello), client(kexinit("k1,k2", "h", "e", "m", "none")), server(packet("\x15")))
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{ // on its port, on any
		hello:                           {true, true},
		"SSH-1.5-x\n":                   {true, true},
		"SSH-x":                         {true, false},
		"SS":                            {true, false},
		"\x9a\x01\xfe\x00":              {true, false},
		"\x9a\x01":                      {false, false},
		"\x16\x03\x01\x00\xff":          {false, false},
		"\x17\x03\x03\x00\xff":          {false, false},
		"GET / HTTP/1.1\r\n":            {false, false},
		"":                              {false, false},
		"220 ftp.example.com ready\r\n": {false, false},
	})
}

func TestSummary(t *testing.T) {
	b := newBench()
	for _, tt := range []struct {
		pieces []dissecttest.Piece
		want   string
	}{
		{[]dissecttest.Piece{client(hello)}, "Protocol (SSH-2.0-OpenSSH_9.4)"},
		{[]dissecttest.Piece{client(hello), client(packet("\x21") + packet("\x15") + "abc")}, "Key Exchange (33), New Keys, Encrypted packet (len=3)"},
		{[]dissecttest.Piece{client(hello), client(packet("\x63"))}, "Message 99"},
	} {
		b.Stream(Protocol, tt.pieces...)
		if got := b.Summary(Protocol); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func FuzzSSH(f *testing.F) {
	f.Add([]byte(hello+kexinit("a,b", "c", "d", "e", "f")+packet("\x1e")), []byte("x\nSSH-2.0-a\r\n"+packet("\x1f"+str(str("t")+"k"))+packet("\x15")+"abc"), 40)
	f.Add([]byte("SSH-1.5-a\n\x00\x00\x00\x05\x00\x00\x00\x02abcd"), []byte("SSH-1.99-a\n"), 3)
	f.Fuzz(func(t *testing.T, fromClient, fromServer []byte, at int) {
		b := newBench()
		at = max(0, min(at, len(fromServer)))
		r := dissecttest.Merge(b.Stream(Protocol, client(string(fromClient)), server(string(fromServer[:at])), server(string(fromServer[at:])))...)
		b.Invariants(t)
		if n := len(r.Fields["ssh.kex.hassh"]) + len(r.Fields["ssh.kex.hasshserver"]); n != len(r.Fields["ssh.kex.hassh_algorithms"]) || n > len(r.Fields["ssh.message_code"]) || len(r.Fields["ssh.protocol"]) > 2 {
			t.Fatalf("%v", r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: fromClient, Wire: len(fromClient) + 1})
		b.Invariants(t)
	})
}
