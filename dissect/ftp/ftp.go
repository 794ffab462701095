// SPDX-License-Identifier: Apache-2.0

// Package ftp dissects the File Transfer Protocol (RFC 959, extensions RFC 2228, 2389, 2428, 3659): commands and replies of the control connection, and
// the data connections that they announce.
//
//	220 (vsFTPd 3.0.3)                                server
//	USER anonymous                                    client
//	331 Please specify the password.
//	PASV
//	227 Entering Passive Mode (192,0,2,1,185,13).     the server listens on port 185·256+13
//	RETR index.html                                   what the next data connection carries
//
// The lines of a packet are one layer, as in Wireshark. PORT, EPRT and the replies to PASV and EPSV announce the data connection to State.Expect, and
// its packets, of layer ftp-data, tell the command that they are due to. Passwords are secret. After AUTH TLS (RFC 4217) the control connection
// is handed over to TLS, and so is a data connection that begins so. With Options.Wireshark the first line of a packet has fields only. Limits: lines
// of 64 KiB, a minute for a data connection to begin. Not decoded: LPRT and LPSV (RFC 1639), listings, files.
package ftp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is the control connection, Data a data connection.
var (
	Protocol = &dissect.Protocol{
		Name: "ftp", Title: "FTP", Reference: "RFC 959", Application: true,
		TCPPorts: []uint16{21},
		GuessTCP: guess, AcceptTCP: accept,
		Summary: summary,
	}
	Data = &dissect.Protocol{
		Name: "ftp-data", Title: "FTP-DATA", Reference: "RFC 959", Application: true,
		TCPPorts: []uint16{20},
		Summary:  dataSummary,
	}
)

// The streams name their Protocols, which cannot name them back in their own values.
func init() { Protocol.Stream, Data.Stream = stream, data }

var (
	fields      = field.Group("ftp")
	fCommand    = fields.Add("request.command", field.Keyword, "ftp.request.command", "Commands, as they are written")
	fArgument   = fields.Add("request.arg", field.Wildcard, "ftp.request.arg", "What follows the command")
	fPassword   = fields.Add("request.password", field.Keyword, "ftp.request.arg", "What follows PASS, ACCT or ADAT", field.Secret)
	fCode       = fields.Add("response.code", field.Uint16, "ftp.response.code", "Code of each reply, also of one that began in an earlier packet")
	fText       = fields.Add("response.arg", field.Wildcard, "ftp.response.arg", "Text of each line of a reply")
	fActiveIP   = fields.Add("active.ip", field.IP, "ftp.active.ip, ftp.eprt.ip, ftp.eprt.ipv6", "Where the client awaits data, of PORT and EPRT")
	fActive     = fields.Add("active.port", field.Uint16, "ftp.active.port, ftp.eprt.port", "Port of it")
	fPassiveIP  = fields.Add("passive.ip", field.IP, "ftp.passive.ip", "Where the server awaits data, of the reply to PASV")
	fPassive    = fields.Add("passive.port", field.Uint16, "ftp.passive.port, ftp.epsv.port", "Port of it, also of EPSV")
	dataFields  = field.Group("ftp_data")
	fDataBytes  = dataFields.Add("bytes", field.Uint32, "", "Bytes of a file or listing in the packet", field.Rare)
	fDataSetup  = dataFields.Add("setup_method", field.Keyword, "ftp-data.setup-method", "Command that announced the connection: PORT, EPRT, PASV or EPSV")
	fDataFrame  = dataFields.Add("setup_frame", field.Int64, "ftp-data.setup-frame", "Number of the packet that announced the connection", field.Rare, field.Detail)
	fDataFor    = dataFields.Add("command", field.Wildcard, "ftp-data.command", "Command that the data is due to, with what follows it")
	fDataForNum = dataFields.Add("command_frame", field.Int64, "ftp-data.command-frame", "request_in under Wireshark's name", field.Rare, field.Detail)
)

// commands are those of the RFCs above, and what clients send beside them.
var commands = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range bytes.Fields([]byte("ABOR ACCT ADAT ALLO APPE AUTH CCC CDUP CLNT CONF CWD DELE ENC EPRT EPSV FEAT HELP HOST LANG LIST LPRT LPSV MDTM MFMT MIC MKD " +
		"MLSD MLST MODE NLST NOOP OPTS PASS PASV PBSZ PORT PROT PWD QUIT REIN REST RETR RMD RNFR RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCUP XCWD XMKD XPWD XRMD")) {
		m[string(c)] = true
	}
	return m
}()

// accept is asked on FTP's own port.
func accept(data []byte) bool { return common.Opens(data, commands) }

// guess takes a server's greeting that names the protocol.
func guess(data []byte) bool {
	line, _, ok := bytes.Cut(data, []byte("\r\n"))
	r, reply := common.ParseReply(line)
	return ok && reply && r.Code == 220 && (bytes.Contains(r.Text, []byte("FTP")) || bytes.Contains(r.Text, []byte("ftp")))
}

func summary(dst []byte, v dissect.View) []byte {
	if _, ok := v.Text(dst, fCommand); ok {
		dst = common.Lines(append(dst, "Request: "...), v, fCommand, fArgument)
	}
	if _, ok := v.Text(dst, fCode); ok {
		return common.Lines(append(dst, "Response: "...), v, fCode, fText)
	}
	if text, ok := v.Text(append(dst, "Response: "...), fText); ok {
		return text
	}
	return dst
}
