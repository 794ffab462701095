// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/smb"
	"github.com/espbeat/espbeat/field"
)

// Commands of logons ([MS-ADTS] 6.3.1.3 and before it).
const (
	logonRequest  = 0x00
	primaryQuery  = 0x07
	primaryAnswer = 0x0c
	samLogon      = 0x12
	samResponse   = 0x13
	samUnknown    = 0x15
)

// Netlogon is the logon protocol of old domains.
var Netlogon = &dissect.Protocol{
	Name: "smb_netlogon", Title: "SMB_NETLOGON", Reference: "MS-ADTS 6.3.5", Application: true,
	Summary: summaryLogon,
}

var (
	logon       = field.Group("smb_netlogon")
	fLogon      = logon.Add("command", field.Uint8, "smb_netlogon.command", "Command: 0 logon request, 7 query for the primary domain controller, 12 its answer, 18 logon request to the accounts' manager, 19 and 21 its answers")
	fComputer   = logon.Add("computer_name", field.Keyword, "smb_netlogon.computer_name, smb_netlogon.unicode_computer_name", "Name of the computer that asks")
	fController = logon.Add("server_name", field.Keyword, "smb_netlogon.server_name, smb_netlogon.pdc_name", "Name of the domain controller")
	fLogonUser  = logon.Add("user_name", field.Keyword, "smb_netlogon.user_name", "User that is asked for")
	fLogonDom   = logon.Add("domain_name", field.Keyword, "smb_netlogon.domain_name", "Domain of the controller")
)

func decodeLogon(p *dissect.Packet, b []byte, wire int) {
	p.Message(Netlogon)
	c := common.Read(p, b, wire)
	command := c.Uint8(fLogon)
	c.Skip(1)
	switch command {
	case logonRequest:
		host(p, fComputer, text(&c))
		user(p, text(&c))
	case primaryQuery:
		host(p, fComputer, text(&c))
	case primaryAnswer:
		host(p, fController, text(&c))
	case samLogon:
		c.Skip(2) // how often it was asked
		host(p, fComputer, wide(&c))
		user(p, wide(&c))
	case samResponse, samUnknown:
		host(p, fController, controller(wide(&c)))
		user(p, wide(&c))
		if domain := wide(&c); len(domain) > 0 {
			p.Out.Text(fLogonDom, domain)
		}
	}
}

// controller is a controller's name without what marks it as one.
func controller(name []byte) []byte {
	for len(name) > 0 && name[0] == '\\' {
		name = name[1:]
	}
	return name
}

func user(p *dissect.Packet, name []byte) {
	if len(name) > 0 {
		p.Out.Text(fLogonUser, name)
		common.User(p.Out, name)
	}
}

// wide reads a text in Unicode up to its zero; one that has none takes what there is.
func wide(c *common.Cursor) []byte {
	if c.Failed {
		return nil
	}
	n := 0
	for n+1 < len(c.B) && binary.LittleEndian.Uint16(c.B[n:]) != 0 {
		n += 2
	}
	b := smb.AppendUTF16(nil, c.Bytes(n))
	if c.More() {
		c.Skip(2)
	}
	return b
}

var logonNames = map[uint64]string{logonRequest: "LM1.0/2.0 LOGON Request", primaryQuery: "Query for PDC", primaryAnswer: "Response to PDC Query", samLogon: "SAM LOGON request from client",
	samResponse: "SAM Response to SAM LOGON request", samUnknown: "SAM Response - user unknown"}

// summaryLogon reads "SAM LOGON request from client, user alice".
func summaryLogon(dst []byte, v dissect.View) []byte {
	command, _ := v.Uint(fLogon)
	if name := logonNames[command]; name != "" {
		dst = append(dst, name...)
	} else {
		dst, _ = v.Text(append(dst, "Command "...), fLogon)
	}
	if name, ok := v.Text(append(dst, ", user "...), fLogonUser); ok {
		dst = name
	}
	return dst
}
