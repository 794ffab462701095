// SPDX-License-Identifier: Apache-2.0

// Package smb2 dissects the Server Message Block protocol, versions 2 and 3 ([MS-SMB2]), in sessions of NetBIOS or over TCP directly:
//
//	0           4      6        8        12        14        16      20     24           32        36        40        48
//	| 0xfe, SMB | size | credit | status | command | credits | flags | next | message id | process | tree id | session | signature (16) | command's own …
//	| 0xfd, SMB | signature (16) | nonce (16) | size (4) | reserved (2) | flags (2) | session (8) | encrypted …
//	| 0xfc, SMB | size (4) | algorithm (2) | flags (2) | offset (4) | compressed …
//
// The messages of a compound are one layer, as in Wireshark. A response is tied to its request by the message id. What a request said (the share, the file's
// name) is known in later messages by the ids of tree and file; security tokens are handed to GSS-API, what is written to and read from pipes to DCE/RPC. Limits: 64
// messages a compound, 1024 names a message; of a connection the newest 64 trees, 256 files and 128 requests are remembered. Not decoded: what is encrypted
// or compressed, data of files, security descriptors, most of what files and file systems are asked about.
package smb2

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Commands ([MS-SMB2] 2.2.1.2).
const (
	cmdNegotiate      = 0
	cmdSessionSetup   = 1
	cmdLogoff         = 2
	cmdTreeConnect    = 3
	cmdTreeDisconnect = 4
	cmdCreate         = 5
	cmdClose          = 6
	cmdFlush          = 7
	cmdRead           = 8
	cmdWrite          = 9
	cmdLock           = 10
	cmdIoctl          = 11
	cmdCancel         = 12
	cmdEcho           = 13
	cmdFind           = 14
	cmdNotify         = 15
	cmdGetInfo        = 16
	cmdSetInfo        = 17
	cmdBreak          = 18
)

var commands = [...]string{"Negotiate Protocol", "Session Setup", "Session Logoff", "Tree Connect", "Tree Disconnect", "Create", "Close", "Flush", "Read", "Write", "Lock", "Ioctl", "Cancel",
	"KeepAlive", "Find", "Notify", "GetInfo", "SetInfo", "Break"}

// Protocol is SMB 2 and 3.
var Protocol = &dissect.Protocol{
	Name: "smb2", Title: "SMB2", Reference: "MS-SMB2", Application: true,
	Summary: summary,
}

// The messages name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("smb2")
	fCmd      = fields.Add("cmd", field.Uint16, "smb2.cmd", "Command of each message: 0 negotiate, 1 session setup, 3 tree connect, 5 create, 6 close, 8 read, 9 write, 11 ioctl, 14 find, 16 get info, 17 set info, …")
	fResponse = fields.Add("response", field.Bool, "smb2.flags.response", "Whether each message is a response")
	fNTStatus = fields.Add("nt_status", field.Uint32, "smb2.nt_status", "Status of each response, 0 for success")
	fStatus   = fields.Add("status", field.Keyword, "", "Names of statuses that are no success, such as STATUS_ACCESS_DENIED", field.Unique)
	fSession  = fields.Add("sesid", field.Keyword, "smb2.sesid", "Session of each message, in hex")
	fTID      = fields.Add("tid", field.Uint32, "smb2.tid", "Tree of each message", field.Rare, field.Detail)
	fTree     = fields.Add("tree", field.Keyword, "smb2.tree", `Share of each message, such as \\server\share, where its connection was seen`)
	fFilename = fields.Add("filename", field.Keyword, "smb2.filename", "Names of files in the messages: opened, renamed, listed, changed")
	fPattern  = fields.Add("find_pattern", field.Keyword, "smb2.find.pattern", "Pattern by which files are listed")
	fDialect  = fields.Add("dialect", field.Uint16, "smb2.dialect", "Dialects that are offered, and the one that is chosen: 0x0202, 0x0210, 0x0300, 0x0302, 0x0311; 0x02ff stands for any", field.Rare)
	fFunction = fields.Add("ioctl_function", field.Uint32, "smb2.ioctl.function", "Function of each ioctl: 0x11c017 pipe transceive, 0x140204 validate negotiation, …", field.Rare)
	fSealed   = fields.Add("encrypted", field.Bool, "", "The message is encrypted", field.Rare, field.Sparse)

	fID       = fields.Add("msg_id", field.Int64, "smb2.msg_id", "Identifier of each message, of request and response", field.Rare, field.Detail)
	fAsync    = fields.Add("aid", field.Int64, "smb2.aid", "Identifier of each request that is answered later", field.Rare, field.Detail)
	fFlags    = fields.Add("flags", field.Uint32, "smb2.flags", "Flags of each message: 1 response, 2 asynchronous, 4 related to the one before, 8 signed, 0x10000000 for DFS, 0x20000000 replayed", field.Rare, field.Detail)
	fSigned   = fields.Add("signed", field.Bool, "smb2.flags.signature", "Whether each message is signed", field.Rare, field.Detail)
	fMode     = fields.Add("sec_mode", field.Uint8, "smb2.sec_mode", "Security mode: 1 signing enabled, 2 required", field.Rare, field.Detail)
	fCaps     = fields.Add("capabilities", field.Uint32, "smb2.capabilities", "Capabilities: 1 DFS, 2 leasing, 4 large requests, 8 several channels, 0x10 persistent handles, 0x20 leases of directories, 0x40 encryption", field.Rare, field.Detail)
	fClient   = fields.Add("client_guid", field.Hex, "smb2.client_guid", "GUID of the client, as it is sent", field.Rare, field.Detail)
	fServer   = fields.Add("server_guid", field.Hex, "smb2.server_guid", "GUID of the server, as it is sent", field.Rare, field.Detail)
	fContext  = fields.Add("negotiate_context", field.Uint16, "smb2.negotiate_context.type", "Types of contexts of a negotiation: 1 integrity, 2 encryption, 3 compression, 5 name of the server, 8 signing", field.Rare, field.Detail)
	fSesFlags = fields.Add("session_flags", field.Uint16, "smb2.session_flags", "Flags of a session: 1 guest, 2 anonymous, 4 encrypted", field.Rare, field.Detail)
	fShare    = fields.Add("share_type", field.Uint8, "smb2.share_type", "Type of a share: 1 disk, 2 pipe, 3 printer", field.Rare, field.Detail)
	fFID      = fields.Add("fid", field.Hex, "smb2.fid", "File id of each message, as it is sent", field.Rare, field.Detail)
	fWanted   = fields.Add("create_disposition", field.Uint32, "smb2.create.disposition", "What a create does: 0 supersede, 1 open, 2 create, 3 open or create, 4 overwrite, 5 overwrite or create", field.Rare, field.Detail)
	fDone     = fields.Add("create_action", field.Uint32, "smb2.create.action", "What a create did: 0 superseded, 1 opened, 2 created, 3 overwritten", field.Rare, field.Detail)
	fAccess   = fields.Add("access_mask", field.Uint32, "smb.access_mask", "Access that a create asks for", field.Rare, field.Detail)
	fOplock   = fields.Add("oplock", field.Uint8, "smb2.create.oplock", "Opportunistic lock that is asked for, granted or broken: 0 none, 1 level II, 8 exclusive, 9 batch, 255 lease", field.Rare, field.Detail)
	fTag      = fields.Add("create_context", field.Keyword, "smb2.tag", "Tags of what comes with a create, such as RqLs for a lease", field.Rare, field.Detail)
	fLeaseKey = fields.Add("lease_key", field.Hex, "smb2.lease.lease_key", "Key of a lease, as it is sent", field.Rare, field.Detail)
	fLease    = fields.Add("lease_state", field.Uint32, "smb2.lease.lease_state", "State of a lease: 1 reading, 2 handle, 4 writing", field.Rare, field.Detail)
	fRead     = fields.Add("read_length", field.Uint32, "smb2.read_length", "How much is read, bytes", field.Rare, field.Detail)
	fWrite    = fields.Add("write_length", field.Uint32, "smb2.write_length", "How much is written, bytes", field.Rare, field.Detail)
	fOffset   = fields.Add("file_offset", field.Int64, "smb2.file_offset", "Where a file is read or written", field.Rare, field.Detail)
	fClass    = fields.Add("class", field.Uint8, "smb2.class", "What information is about: 1 a file, 2 a file system, 3 security, 4 quota", field.Rare, field.Detail)
	fLevel    = fields.Add("infolevel", field.Uint8, "smb2.infolevel", "Level of information ([MS-FSCC] 2.4, 2.5), and of what is told of files that are listed", field.Rare, field.Detail)
	fDelete   = fields.Add("delete_on_close", field.Bool, "smb2.disposition.delete_on_close", "Whether a file is to be deleted when it is closed", field.Rare, field.Detail)
	fAction   = fields.Add("notify_action", field.Uint32, "smb2.notify.action", "What became of each file: 1 added, 2 removed, 3 modified, 4 and 5 renamed from and to", field.Rare, field.Detail)
	answered  = common.NewAnswered(fields, "smb2", "response_to")
)
