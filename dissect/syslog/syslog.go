// SPDX-License-Identifier: Apache-2.0

// Package syslog dissects the syslog protocol (RFC 5424) and the BSD one before it (RFC 3164), over UDP (RFC 5426) and TCP (RFC 6587).
//
//	<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG
//	<PRI>Mmm dd hh:mm:ss HOSTNAME TAG[PID]: CONTENT
//
// syslog.msg is all behind the priority, in one piece. Over TCP a message follows its length in digits and a space, or ends with a line feed. Limits: 8191 bytes of a
// message, 64 KiB of one over TCP. Not decoded: structured data, which stays part of the message; the missing year of a BSD timestamp.
package syslog

import (
	"bytes"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is syslog.
var Protocol = &dissect.Protocol{
	Name: "syslog", Title: "Syslog", Reference: "RFC 5424", Application: true,
	UDPPorts: []uint16{514}, TCPPorts: []uint16{601, 1468},
	GuessUDP: guess, AcceptUDP: func([]byte) bool { return true },
	GuessTCP: guessStream, AcceptTCP: acceptStream,
	Summary: summary,
}

// The messages and the stream name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect, Protocol.Stream = decode, stream }

var (
	ecs           = field.Group("log.syslog")
	fFacility     = ecs.Add("facility.code", field.Uint8, "syslog.facility", "Facility: 0 kernel, 1 user, 2 mail, 3 daemons, 4 security, …", field.ECS)
	fFacilityName = ecs.Add("facility.name", field.Keyword, "", "Name of the facility", field.ECS)
	fSeverity     = ecs.Add("severity.code", field.Uint8, "syslog.level", "Severity: 0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notice, 6 informational, 7 debug", field.ECS)
	fSeverityName = ecs.Add("severity.name", field.Keyword, "", "Name of the severity", field.ECS)
	fHost         = ecs.Add("hostname", field.Keyword, "syslog.hostname", "Host that the message is from", field.ECS)
	fApp          = ecs.Add("appname", field.Keyword, "syslog.appname", "Program that the message is from", field.ECS)
	fProcess      = ecs.Add("procid", field.Keyword, "syslog.procid", "Process that the message is from", field.ECS)
	fMsgID        = ecs.Add("msgid", field.Keyword, "syslog.msgid", "Kind of message", field.ECS)

	fields = field.Group("syslog")
	fTime  = fields.Add("timestamp", field.Date, "syslog.timestamp", "When the message was made", field.Rare)
	fMsg   = fields.Add("msg", field.Text, "syslog.msg", "What stands behind the priority")
)

// facilities and severities are RFC 5424's (6.2.1), under their usual short names.
var (
	facilities = intern("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")
	severities = intern("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
)

func intern(names ...string) []field.Str {
	s := make([]field.Str, len(names))
	for i, name := range names {
		s[i] = field.Intern(name)
	}
	return s
}

// priority is the number at the front of b and what follows it; false when there is none.
func priority(b []byte) (n int, rest []byte, ok bool) {
	if len(b) < 3 || b[0] != '<' {
		return 0, b, false
	}
	for i, c := range b[1:min(len(b), 5)] {
		switch {
		case c == '>' && i > 0:
			return n, b[i+2:], true
		case c < '0' || c > '9':
			return 0, b, false
		}
		n = 10*n + int(c-'0')
	}
	return 0, b, false
}

// guess recognises a message by its priority and what a timestamp of either protocol looks like.
func guess(b []byte) bool {
	const highest = 191
	n, rest, ok := priority(b)
	if !ok || n > highest {
		return false
	}
	if v, found := bytes.CutPrefix(rest, []byte("1 ")); found {
		stamp, _, _ := bytes.Cut(v, []byte(" "))
		_, ok := iso(stamp)
		return ok || string(stamp) == "-"
	}
	return bsd(rest)
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	if len(b) < wire {
		p.Truncated = true
	}
	o := p.Out
	n, rest, ok := priority(b)
	if ok {
		facility, severity := n>>3, n&7
		o.Uint(fFacility, uint64(facility))
		if facility < len(facilities) {
			o.Const(fFacilityName, facilities[facility])
		}
		o.Uint(fSeverity, uint64(severity))
		o.Const(fSeverityName, severities[severity])
	}
	rest = bytes.TrimRight(rest, "\x00")
	if len(rest) > 0 {
		o.Text(fMsg, rest)
	}
	if ok {
		header(o, rest)
	}
}

// header reads what precedes the text of a message, as far as it has the form of either protocol.
func header(o *field.Buffer, b []byte) {
	if v, found := bytes.CutPrefix(b, []byte("1 ")); found {
		var stamp []byte
		stamp, b, _ = bytes.Cut(v, []byte(" "))
		if t, ok := iso(stamp); ok {
			o.Int(fTime, t)
		}
		for _, id := range [...]field.ID{fHost, fApp, fProcess, fMsgID} {
			var word []byte
			if word, b, found = bytes.Cut(b, []byte(" ")); !found {
				return
			}
			if string(word) != "-" {
				o.Text(id, word)
			}
			if id == fHost {
				common.Host(o, word)
			}
		}
		return
	}
	stamp, after, _ := bytes.Cut(b, []byte(" "))
	if t, ok := iso(stamp); ok { // as relays write it into the older form
		o.Int(fTime, t)
	} else if bsd(b) {
		after = bytes.TrimPrefix(b[bsdLen:], []byte(" "))
	} else {
		return
	}
	host, after, found := bytes.Cut(after, []byte(" "))
	if !found || len(host) == 0 || host[len(host)-1] == ':' { // without a host, the tag comes first
		return
	}
	o.Text(fHost, host)
	common.Host(o, host)
	tag(o, after)
}

// tag writes the program and the process of a tag (RFC 3164, 4.1.3): letters, digits and some more up to a colon, or the process in brackets.
func tag(o *field.Buffer, b []byte) {
	const longest = 48
	end := bytes.IndexAny(b[:min(len(b), longest)], "[: ")
	if end <= 0 || b[end] == ' ' {
		return
	}
	o.Text(fApp, b[:end])
	if b[end] != '[' {
		return
	}
	if process, _, found := bytes.Cut(b[end+1:min(len(b), 2*longest)], []byte("]")); found {
		o.Text(fProcess, process)
	}
}

// bsdLen is the length of a BSD timestamp.
const bsdLen = len(time.Stamp)

// bsd reports whether b starts with a BSD timestamp (RFC 3164, 4.1.2).
func bsd(b []byte) bool {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(b) < bsdLen || b[3] != ' ' || b[6] != ' ' || b[9] != ':' || b[12] != ':' {
		return false
	}
	for _, at := range [...]int{5, 7, 8, 10, 11, 13, 14} {
		if b[at] < '0' || b[at] > '9' {
			return false
		}
	}
	i := bytes.Index([]byte(months), b[:3])
	return i >= 0 && i%3 == 0 && (b[4] == ' ' || b[4] >= '0' && b[4] <= '3')
}

// iso is the time that a timestamp of RFC 3339 says, nanoseconds since the epoch.
func iso(b []byte) (t int64, ok bool) {
	const shortest, longest = len("2006-01-02T15:04:05Z"), len("2006-01-02T15:04:05.999999999+07:00")
	if len(b) < shortest || len(b) > longest || b[10] != 'T' {
		return 0, false
	}
	at, err := time.Parse(time.RFC3339, string(b))
	if year := at.Year(); err != nil || year < 1970 || year > 2261 {
		return 0, false
	}
	return at.UnixNano(), true
}

// summary reads "LOCAL4.INFO: text".
func summary(dst []byte, v dissect.View) []byte {
	if text, ok := v.Text(dst, fFacilityName); ok {
		text, _ = v.Text(append(text, '.'), fSeverityName)
		dst = append(bytes.ToUpper(text), ": "...)
	}
	dst, _ = v.Text(dst, fMsg)
	return dst
}
