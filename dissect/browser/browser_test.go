// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func text16(s string) string {
	return hex.EncodeToString([]byte(strings.Join(strings.Split(s, ""), "\x00") + "\x00\x00\x00"))
}

func zero(s string) string { return hex.EncodeToString([]byte(s + "\x00")) }

// name16 is a name in the 16 bytes that it has.
func name16(s string) string {
	return hex.EncodeToString([]byte(s + strings.Repeat("\x00", nameLen-len(s))))
}

var (
	announcement = "01 00 80fc0a00" + name16("PC") + "05 01 03100100 0f01 55aa" + zero("a comment")
	workgroup    = "0c 00 80fc0a00" + name16("CORP") + "05 01 00100080 0f01 55aa" + zero("MASTER")
	elect        = "08 01 0f01 1420 10270000 00000000" + zero("PC")
	backups      = "0a 02 01000000" + zero("A") + zero("B")
	samRequest   = "1200 0000" + text16("PC") + text16("alice") + zero(`\MAILSLOT\NET\GETDC1`)
	samAnswer    = "1300" + text16(`\\DC`) + text16("alice") + text16("CORP")
)

func TestBrowser(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Netlogon)
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "host", Frame: announcement, Layers: "browser", Want: map[string]string{"browser.command": "1", "browser.server": "PC", "browser.comment": "a comment", "browser.server_type": "69635",
			"browser.os_major": "5", "browser.os_minor": "1", "browser.period": "720000", "related.hosts": "PC", "browser.mb_server": ""}},
		{Name: "workgroup", Frame: workgroup, Want: map[string]string{"browser.server": "CORP", "browser.mb_server": "MASTER", "browser.comment": "", "browser.server_type": "2147487744"}},
		{Name: "without a comment", Frame: announcement[:2*34], Malformed: "browser", Want: map[string]string{"browser.server": "PC"}},
		{Name: "a comment without its end", Frame: strings.TrimSuffix(announcement, "00"), Want: map[string]string{"browser.comment": "a comment"}},
		{Name: "election", Frame: elect, Want: map[string]string{"browser.command": "8", "browser.election_criteria": "538181903", "browser.uptime": "10000", "browser.server": "PC"}},
		{Name: "backups are asked for", Frame: "09 02 01000000", Want: map[string]string{"browser.command": "9"}},
		{Name: "backups", Frame: backups, Want: map[string]string{"browser.backup_server": "A,B"}},
		{Name: "more backups than there are", Frame: strings.Replace(backups, "02", "09", 1), Want: map[string]string{"browser.backup_server": "A,B"}},
		{Name: "announcements are asked for", Frame: "02 00" + zero("PC"), Want: map[string]string{"browser.response_computer_name": "PC"}},
		{Name: "a backup is made", Frame: "0b" + zero("PC"), Want: map[string]string{"browser.browser_to_promote": "PC"}},
		{Name: "a master", Frame: "0d" + zero("PC"), Want: map[string]string{"browser.mb_server": "PC"}},
		{Name: "a command that nobody defined", Frame: "77 00", Want: map[string]string{"browser.command": "119"}},
		{Name: "cut in the name", Frame: announcement[:30], Wire: 60, Truncated: true, Want: map[string]string{"browser.server": ""}},
	})
	for _, frame := range []string{announcement, workgroup, elect, backups} {
		b.Cut(t, Protocol, dissecttest.Unhex(t, frame))
	}
}

func TestNetlogon(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Netlogon)
	b.Cases(t, Netlogon, []dissecttest.Case{
		{Name: "who is the primary", Frame: "0700" + zero("PC") + zero(`\MAILSLOT\NET\GETDC1`), Layers: "smb_netlogon", Want: map[string]string{"smb_netlogon.command": "7", "smb_netlogon.computer_name": "PC"}},
		{Name: "its answer", Frame: "0c00" + zero("DC"), Want: map[string]string{"smb_netlogon.server_name": "DC", "related.hosts": "DC"}},
		{Name: "a logon", Frame: "0000" + zero("PC") + zero("alice"), Want: map[string]string{"smb_netlogon.user_name": "alice", "user.name": "alice"}},
		{Name: "a logon to the accounts' manager", Frame: samRequest, Want: map[string]string{"smb_netlogon.computer_name": "PC", "smb_netlogon.user_name": "alice", "user.name": "alice"}},
		{Name: "its answer", Frame: samAnswer, Want: map[string]string{"smb_netlogon.server_name": "DC", "smb_netlogon.user_name": "alice", "smb_netlogon.domain_name": "CORP"}},
		{Name: "a command that nobody defined", Frame: "77 00", Want: map[string]string{"smb_netlogon.command": "119"}},
		{Name: "1 byte", Frame: "07", Malformed: "smb_netlogon"},
	})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol, Netlogon)
	for _, tt := range []struct {
		proto       *dissect.Protocol
		frame, want string
	}{
		{Protocol, announcement, "Host Announcement PC, Workstation, Server, NT Workstation, Potential Browser"},
		{Protocol, workgroup, "Domain/Workgroup Announcement CORP, NT Workstation, Domain Enum"},
		{Protocol, "77 00", "Command 119"},
		{Netlogon, samRequest, "SAM LOGON request from client, user alice"},
		{Netlogon, "77 00", "Command 119"},
	} {
		f := dissecttest.Unhex(t, tt.frame)
		if b.Dissect(tt.proto, f, len(f)); b.Summary(tt.proto) != tt.want {
			t.Errorf("%q, want %q", b.Summary(tt.proto), tt.want)
		}
	}
}

func FuzzBrowser(f *testing.F) {
	for _, s := range []string{announcement, workgroup, elect, backups, samRequest, samAnswer} {
		f.Add(dissecttest.Unhex(f, s), 0)
	}
	b := dissecttest.New(nil, Protocol, Netlogon)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		for _, proto := range []*dissect.Protocol{Protocol, Netlogon} {
			r := b.Run(proto, data, max(wire, len(data)))
			b.Invariants(t)
			if len(r.Fields["browser.backup_server"]) > maxNames || len(r.Fields["smb_netlogon.user_name"]) > 1 {
				t.Fatalf("%v", r.Fields)
			}
		}
	})
}
