// SPDX-License-Identifier: Apache-2.0

// Package smb dissects the Server Message Block protocol, version 1 ([MS-CIFS], [MS-SMB]), in sessions and datagrams of NetBIOS or over TCP directly:
//
//	0           4         5        9       10       12         14         22   24    26    28    30    32
//	| 0xff, SMB | command | status | flags | flags2 | pid high | security |    | tid | pid | uid | mid | number of words, words, number of bytes, bytes
//
// Chains of AndX commands are one layer, whose smb.cmd tells the command of each AndX as well, 255 at the end, as Wireshark does. A response is tied to its request by
// process and multiplex ids. Shares and files are known in later messages by their ids. Security tokens are handed to GSS-API, what goes through pipes to
// DCE/RPC, mailslots to the browser and logon protocols. Limits: 16 commands a chain; of a connection the newest 64 trees, 256 files and 128 requests are
// remembered. Not decoded: passwords, data of files, listings, transactions in several messages, calls of LAN Manager.
package smb

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Protocol is SMB 1.
var Protocol = &dissect.Protocol{
	Name: "smb", Title: "SMB", Reference: "MS-CIFS", Application: true,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("smb")
	fCmd      = fields.Add("cmd", field.Uint8, "smb.cmd", "Command of the message and of each AndX: 4 close, 37 transaction, 46 read, 47 write, 50 transaction 2, 114 negotiate, 115 session setup, 117 tree connect, 162 NT create, 255 no further")
	fResponse = fields.Add("response", field.Bool, "smb.flags.response", "Whether each message is a response")
	fNTStatus = fields.Add("nt_status", field.Uint32, "smb.nt_status", "Status of each message, 0 for success, where it is of Windows NT")
	fStatus   = fields.Add("status", field.Keyword, "", "Names of statuses that are no success, such as STATUS_ACCESS_DENIED", field.Unique)
	fPath     = fields.Add("path", field.Keyword, "smb.path", `Share of each message, such as \\server\share, where its connection was seen`)
	fFile     = fields.Add("file", field.Keyword, "smb.file", "Names of the files that messages are about, as they were opened, and of those that are renamed, deleted, asked about")
	fPattern  = fields.Add("search_pattern", field.Keyword, "smb.search_pattern", "Pattern by which files are listed")
	fTrans    = fields.Add("trans_name", field.Keyword, "smb.trans_name", `Named pipe or mailslot of a transaction, such as \MAILSLOT\BROWSE`)
	fDialect  = fields.Add("dialect", field.Keyword, "smb.dialect.name", "Dialects that are offered, such as NT LM 0.12", field.Rare)
	fOS       = fields.Add("native_os", field.Keyword, "smb.native_os", "Operating system that the sender says it has")

	fClass    = fields.Add("error_class", field.Uint8, "smb.error_class", "Class of an error of DOS: 0 success, 1 of the operating system, 2 of the server, 3 of hardware", field.Rare, field.Detail)
	fCode     = fields.Add("error_code", field.Uint16, "smb.error_code", "Error of DOS in its class", field.Rare, field.Detail)
	fFlags    = fields.Add("flags", field.Uint8, "smb.flags", "Flags of each message", field.Rare, field.Detail)
	fFlags2   = fields.Add("flags2", field.Uint16, "smb.flags2", "Further flags of each message: 4 signed, 0x0800 extended security, 0x4000 statuses of Windows NT, 0x8000 Unicode", field.Rare, field.Detail)
	fTID      = fields.Add("tid", field.Uint16, "smb.tid", "Tree of each message", field.Rare, field.Detail)
	fPID      = fields.Add("pid", field.Uint16, "smb.pid", "Process of each message", field.Rare, field.Detail)
	fUID      = fields.Add("uid", field.Uint16, "smb.uid", "User of each message", field.Rare, field.Detail)
	fMID      = fields.Add("mid", field.Uint16, "smb.mid", "Multiplex id of each message", field.Rare, field.Detail)
	fFID      = fields.Add("fid", field.Uint16, "smb.fid", "File of each message", field.Rare, field.Detail)
	fTrans2   = fields.Add("trans2_cmd", field.Uint16, "smb.trans2.cmd", "What a transaction 2 does: 1 and 2 find, 3 query file system, 5 and 6 query and set path, 7 and 8 query and set file, 16 DFS referral, …", field.Rare, field.Detail)
	fFunction = fields.Add("nt_function", field.Uint16, "smb.nt.function", "What an NT transaction does: 1 create, 2 ioctl, 3 and 6 set and query security, 4 notify, 5 rename", field.Rare, field.Detail)
	fPipe     = fields.Add("pipe_function", field.Uint16, "smb_pipe.function", "What is done with a pipe: 0x26 transact, 0x53 wait, …", field.Rare, field.Detail)
	fLANMan   = fields.Add("native_lanman", field.Keyword, "smb.native_lanman", "LAN Manager that the sender says it has", field.Rare, field.Detail)
	fDomain   = fields.Add("primary_domain", field.Keyword, "smb.primary_domain", "Domain or workgroup of the sender, or of the account that logs in", field.Rare, field.Detail)
	fServer   = fields.Add("server", field.Keyword, "smb.server", "Name of the server", field.Rare, field.Detail)
	fIndex    = fields.Add("dialect_index", field.Uint16, "smb.dialect.index", "Index of the dialect that is chosen, 65535 for none", field.Rare, field.Detail)
	fCaps     = fields.Add("server_cap", field.Uint32, "smb.server_cap", "Capabilities", field.Rare, field.Detail)
	answered  = common.NewAnswered(fields, "smb", "response_to")
)

// Commands ([MS-CIFS] 2.2.2.1).
const (
	cmdCreateDirectory  = 0x00
	cmdDeleteDirectory  = 0x01
	cmdOpen             = 0x02
	cmdCreate           = 0x03
	cmdClose            = 0x04
	cmdFlush            = 0x05
	cmdDelete           = 0x06
	cmdRename           = 0x07
	cmdQueryInfo        = 0x08
	cmdSetInfo          = 0x09
	cmdRead             = 0x0a
	cmdWrite            = 0x0b
	cmdLock             = 0x0c
	cmdUnlock           = 0x0d
	cmdCreateNew        = 0x0f
	cmdCheckDirectory   = 0x10
	cmdSeek             = 0x12
	cmdSetInfo2         = 0x22
	cmdQueryInfo2       = 0x23
	cmdLockingAndX      = 0x24
	cmdTrans            = 0x25
	cmdTransSecondary   = 0x26
	cmdWriteAndClose    = 0x2c
	cmdOpenAndX         = 0x2d
	cmdReadAndX         = 0x2e
	cmdWriteAndX        = 0x2f
	cmdTrans2           = 0x32
	cmdTrans2Secondary  = 0x33
	cmdTreeConnect      = 0x70
	cmdNegotiate        = 0x72
	cmdSessionSetupAndX = 0x73
	cmdLogoffAndX       = 0x74
	cmdTreeConnectAndX  = 0x75
	cmdSearch           = 0x81
	cmdNTTrans          = 0xa0
	cmdNTTransSecondary = 0xa1
	cmdNTCreateAndX     = 0xa2
	cmdNTCancel         = 0xa4
	cmdNTRename         = 0xa5
	noFurther           = 0xff
)
