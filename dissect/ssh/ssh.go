// SPDX-License-Identifier: Apache-2.0

// Package ssh dissects what the Secure Shell sends before it encrypts: identification strings (RFC 4253, 4.2), the algorithms of the key exchange
// and its messages (7 and 8; RFC 4419, 5656, 8731), and the first messages of SSH 1.
//
//	SSH-2.0-OpenSSH_9.6p1\r\n
//	0               4                5
//	| packet length | padding length | message, its first byte is the type | padding
//
// A message is emitted in the packet that completes it; after NEWKEYS a direction is encrypted, and its bytes are counted. HASSH and hasshServer are
// those of their authors: MD5 of the key exchange, encryption, MAC and compression algorithms in the order of preference. Limits: 64 KiB a message, 128
// names of a list. Not decoded: the keys that are exchanged, but the type and the fingerprint of the server's host key; what is encrypted.
package ssh

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is SSH.
var Protocol = &dissect.Protocol{
	Name: "ssh", Title: "SSH", Reference: "RFC 4253", Application: true,
	TCPPorts: []uint16{22},
	GuessTCP: guess, AcceptTCP: accept, Begins: true,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields     = field.Group("ssh")
	fProtocol  = fields.Add("protocol", field.Keyword, "ssh.protocol", "Identification string: protocol version, software version, comments")
	fMessage   = fields.Add("message_code", field.Uint8, "ssh.message_code", "Type of each message that is not encrypted: 20 KEXINIT, 21 NEWKEYS, 30 to 34 of the key exchange, …")
	fEncrypted = fields.Add("encrypted_bytes", field.Uint32, "", "Bytes of encrypted messages in the packet", field.Rare)

	fHASSH       = fields.Add("kex.hassh", field.Keyword, "ssh.kex.hassh", "HASSH: fingerprint of the client")
	fHASSHServer = fields.Add("kex.hasshserver", field.Keyword, "ssh.kex.hasshserver", "hasshServer: fingerprint of the server")
	fHASSHText   = fields.Add("kex.hassh_algorithms", field.Wildcard, "ssh.kex.hassh_algorithms, ssh.kex.hasshserver_algorithms", "What the fingerprint is made of", field.Detail)
	fFollows     = fields.Add("first_kex_packet_follows", field.Bool, "ssh.first_kex_packet_follows", "The sender guesses the key exchange and goes on with it", field.Sparse, field.Rare, field.Detail)
	fHostKeyType = fields.Add("host_key.type", field.Keyword, "ssh.host_key.type", "Type of the server's host key")
	fHostKey     = fields.Add("host_key.fingerprint", field.Keyword, "", "Fingerprint of the server's host key as OpenSSH prints it: SHA256 and its base64")
)

// lists are the name-lists of KEXINIT (RFC 4253, 7.1), in order.
var lists = [10]field.ID{
	algorithms("kex_algorithms", "Key exchange methods"),
	algorithms("server_host_key_algorithms", "Types of host keys"),
	algorithms("encryption_algorithms_client_to_server", "Ciphers to the server"),
	algorithms("encryption_algorithms_server_to_client", "Ciphers to the client"),
	algorithms("mac_algorithms_client_to_server", "Message authentication to the server"),
	algorithms("mac_algorithms_server_to_client", "Message authentication to the client"),
	algorithms("compression_algorithms_client_to_server", "Compression to the server"),
	algorithms("compression_algorithms_server_to_client", "Compression to the client"),
	algorithms("languages_client_to_server", "Languages to the server"),
	algorithms("languages_server_to_client", "Languages to the client"),
}

func algorithms(name, description string) field.ID {
	return fields.Add(name, field.Keyword, "ssh."+name, description+" that the sender offers, in order of preference", field.Rare)
}

// messages names the types of messages that are not encrypted (RFC 4250, 4.1.2; of 30 to 34 the meaning depends on the key exchange), and those
// of SSH 1 that are not.
var (
	messages = map[string]string{"1": "Disconnect", "2": "Ignore", "3": "Unimplemented", "4": "Debug", "5": "Service Request", "6": "Service Accept", "7": "Extension Information",
		"20": "Key Exchange Init", "21": "New Keys", "30": "Key Exchange (30)", "31": "Key Exchange (31)", "32": "Key Exchange (32)", "33": "Key Exchange (33)", "34": "Key Exchange (34)"}
	identification = []byte("SSH-")
)

// guess takes an identification string.
func guess(data []byte) bool {
	return len(data) > 6 && bytes.HasPrefix(data, identification) && (data[4] == '1' || data[4] == '2') && data[5] == '.'
}

// accept is asked on SSH's own port, where a capture may begin with what is encrypted: no text.
func accept(data []byte) bool { return identifies(data) || binaryPacket(data) }

// identifies reports whether data may hold an identification string, in pieces or behind other lines.
func identifies(data []byte) bool {
	n := min(len(data), len(identification))
	return n > 0 && bytes.Equal(data[:n], identification[:n]) || bytes.Contains(data[:min(len(data), maxIdentification)], []byte("\nSSH-"))
}

// binaryPacket reports whether data may be an encrypted packet: four bytes or more, of which one of the first is no text.
func binaryPacket(data []byte) bool {
	const shortest = 4
	if tls := len(data) > 1 && data[0] >= 20 && data[0] <= 23 && data[1] == 3; tls || len(data) < shortest {
		return false
	}
	for _, c := range data[:min(len(data), 32)] {
		if c < '\t' || c > '~' || c > '\r' && c < ' ' {
			return true
		}
	}
	return false
}

func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(append(dst, "Protocol ("...), fProtocol); ok {
		dst = append(text, ')')
	}
	n := 0
	v.All(fMessage, func(code []byte) {
		if n++; n > 1 {
			dst = append(dst, ", "...)
		}
		if name := messages[string(code)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Message "...), code...)
		}
	})
	if size, ok := v.Uint(fEncrypted); ok {
		if n > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(strconv.AppendUint(append(dst, "Encrypted packet (len="...), size, 10), ')')
	}
	return dst
}
