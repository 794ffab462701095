// SPDX-License-Identifier: Apache-2.0

// Package browser dissects the CIFS browser protocol ([MS-BRWS]), by which computers of a workgroup tell of themselves, and the logon protocol of old domains
// ([MS-ADTS] 6.3.5), both in mailslots of SMB:
//
//	0         1       2        6           22   23   24       28     30          32
//	| command | count | period | name (16) | OS version | type | versions | signature | comment \0          host, workgroup or master announcement
//
// Limits: 64 names a list. Not decoded: announcements of LAN Manager; of logons, security identifiers and what follows the names.
package browser

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Commands ([MS-BRWS] 2.2).
const (
	hostAnnouncement   = 1
	requestAnnounce    = 2
	election           = 8
	backupRequest      = 9
	backupResponse     = 10
	becomeBackup       = 11
	domainAnnouncement = 12
	masterAnnouncement = 13
	resetState         = 14
	localMaster        = 15
)

const (
	nameLen = 16
	// maxNames bounds the names of a list.
	maxNames = 64
)

// Protocol is the browser protocol.
var Protocol = &dissect.Protocol{
	Name: "browser", Title: "BROWSER", Reference: "MS-BRWS", Application: true,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect, Netlogon.Dissect = decode, decodeLogon }

var (
	fields   = field.Group("browser")
	fCommand = fields.Add("command", field.Uint8, "browser.command", "Command: 1 host announcement, 8 election, 9 and 10 list of backups, 12 workgroup announcement, 15 local master announcement, …")
	fServer  = fields.Add("server", field.Keyword, "browser.server", "Name of the computer or the workgroup that is told of")
	fMaster  = fields.Add("mb_server", field.Keyword, "browser.mb_server", "Name of the master browser of the workgroup")
	fComment = fields.Add("comment", field.Keyword, "browser.comment", "Comment of the computer")
	fType    = fields.Add("server_type", field.Uint32, "browser.server_type", "What the computer is, as bits: 1 workstation, 2 server, 8 and 0x10 domain controller, 0x200 print server, 0x40000 master browser, …", field.Rare)

	fMajor   = fields.Add("os_major", field.Uint8, "browser.os_major", "Version of the operating system", field.Rare, field.Detail)
	fMinor   = fields.Add("os_minor", field.Uint8, "browser.os_minor", "Version of the operating system, second number", field.Rare, field.Detail)
	fPeriod  = fields.Add("period", field.Uint32, "browser.period", "Time between announcements, milliseconds", field.Rare, field.Detail)
	fCrit    = fields.Add("election_criteria", field.Uint32, "browser.election.criteria", "What an election is won by", field.Rare, field.Detail)
	fUptime  = fields.Add("uptime", field.Uint32, "browser.uptime", "Time since the computer started, milliseconds", field.Rare, field.Detail)
	fBackup  = fields.Add("backup_server", field.Keyword, "browser.backup.server", "Names of backup browsers", field.Rare, field.Detail)
	fReplyTo = fields.Add("response_computer_name", field.Keyword, "browser.response_computer_name", "Name of the computer that asks for announcements", field.Rare, field.Detail)
	fPromote = fields.Add("browser_to_promote", field.Keyword, "browser.browser_to_promote", "Name of the computer that is to be a backup browser", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	switch command := c.Uint8(fCommand); command {
	case hostAnnouncement, domainAnnouncement, localMaster:
		c.Skip(1) // the count of updates
		c.LittleNumber(fPeriod, 4)
		if name := c.Bytes(nameLen); name != nil {
			host(p, fServer, name)
		}
		c.Uint8(fMajor)
		c.Uint8(fMinor)
		c.LittleNumber(fType, 4)
		c.Skip(4) // versions of the protocol, a signature
		if c.Failed {
			return
		}
		if command == domainAnnouncement {
			host(p, fMaster, text(&c))
		} else if comment := text(&c); len(comment) > 0 {
			p.Out.Text(fComment, comment)
		}
	case requestAnnounce:
		c.Skip(1)
		host(p, fReplyTo, text(&c))
	case election:
		c.Skip(1) // the version
		c.LittleNumber(fCrit, 4)
		c.LittleNumber(fUptime, 4)
		c.Skip(4)
		host(p, fServer, text(&c))
	case backupRequest, resetState:
	case backupResponse:
		n := min(int(c.U8()), maxNames)
		for c.Skip(4); n > 0 && c.More(); n-- {
			host(p, fBackup, text(&c))
		}
	case becomeBackup:
		host(p, fPromote, text(&c))
	case masterAnnouncement:
		host(p, fMaster, text(&c))
	}
}

// text reads a text up to its zero; one that has none takes what there is.
func text(c *common.Cursor) []byte {
	if c.Failed {
		return nil
	}
	n := bytes.IndexByte(c.B, 0)
	if n < 0 {
		c.P.Truncated = c.P.Truncated || len(c.B) < c.Wire
		return c.Bytes(len(c.B))
	}
	b := c.Bytes(n)
	c.Skip(1)
	return b
}

// host writes the name of a computer, which zeros may follow.
func host(p *dissect.Packet, id field.ID, name []byte) {
	if n := bytes.IndexByte(name, 0); n >= 0 {
		name = name[:n]
	}
	if len(name) > 0 {
		p.Out.Text(id, name)
		common.Host(p.Out, name)
	}
}

var names = map[uint64]string{hostAnnouncement: "Host Announcement", requestAnnounce: "Request Announcement", election: "Browser Election Request", backupRequest: "Get Backup List Request",
	backupResponse: "Get Backup List Response", becomeBackup: "Become Backup Browser", domainAnnouncement: "Domain/Workgroup Announcement", masterAnnouncement: "Master Announcement",
	resetState: "Reset Browser State Announcement", localMaster: "Local Master Announcement"}

// kinds are what Wireshark calls the bits of a server's type.
var kinds = [32]string{0: "Workstation", 1: "Server", 2: "SQL Server", 3: "Domain Controller", 4: "Backup Controller", 5: "Time Source", 6: "Apple Server", 7: "Novell Server", 8: "Domain Member Server",
	9: "Print Queue Server", 10: "Dialin Server", 11: "Xenix Server", 12: "NT Workstation", 13: "Windows for Workgroups", 15: "NT Server", 16: "Potential Browser", 17: "Backup Browser",
	18: "Master Browser", 19: "Domain Master Browser", 20: "OSF", 21: "VMS", 22: "Windows 95 or above", 23: "DFS server", 30: "Local List Only", 31: "Domain Enum"}

// summary reads "Host Announcement PC, Workstation, Server".
func summary(dst []byte, v dissect.View) []byte {
	command, _ := v.Uint(fCommand)
	if name := names[command]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Command "...), fCommand)
	}
	for _, id := range []field.ID{fServer, fReplyTo, fPromote, fMaster} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
			break
		}
	}
	bits, _ := v.Uint(fType)
	for i, kind := range kinds {
		if bits>>i&1 != 0 && kind != "" {
			dst = append(append(dst, ", "...), kind...)
		}
	}
	return dst
}
