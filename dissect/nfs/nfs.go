// SPDX-License-Identifier: Apache-2.0

// Package nfs dissects the Network File System, versions 2 (RFC 1094), 3 (RFC 1813) and 4 (RFC 7530, RFC 8881, RFC 7862), over ONC RPC.
//
//	version 2: file handle 32, …; version 3: file handle of 0 to 64, …; replies: status 4, …
//	version 4: tag, minor version 4, operations: code 4, …; replies: status 4, tag, operations: code 4, status 4, …
//
// Limits: handles of 128 bytes, names and paths of 1024, 64 entries of a directory, 128 operations of a compound. Not decoded: what is read and
// written (counted), attributes, locks, layouts of pNFS; a compound is followed up to an operation of these.
package nfs

import (
	"hash/crc32"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rpc"
	"github.com/espbeat/espbeat/field"
)

// Protocol is NFS.
var Protocol = &dissect.Protocol{
	Name: "nfs", Title: "NFS", Reference: "RFC 8881", Application: true,
	Summary: summary,
}

func init() { Protocol.Dissect = decode }

var (
	fields  = field.Group("nfs")
	fProcV3 = fields.Add("procedure_v3", field.Uint32, "nfs.procedure_v3", "Procedure of version 3: 1 GETATTR, 3 LOOKUP, 4 ACCESS, 6 READ, 7 WRITE, …; its name stands in rpc.procedure_name", field.Rare)
	fOpcode = fields.Add("opcode", field.Uint32, "nfs.opcode", "Operations of version 4: 3 ACCESS, 9 GETATTR, 15 LOOKUP, 18 OPEN, 25 READ, 38 WRITE, …", field.Rare)
	fOp     = fields.Add("operation", field.Keyword, "", "Names of the operations of version 4")
	fStatus = fields.Add("status", field.Keyword, "nfs.status", "What became of the request: OK, ERR_PERM, ERR_NOENT, ERR_ACCES, …; a number where it has no name")
	fHash   = fields.Add("fh_hash", field.Uint32, "nfs.fh.hash", "CRC-32 of a file handle: equal for requests of the same file")

	fHandle = fields.Add("fhandle", field.Hex, "nfs.fhandle", "File handle", field.Rare, field.Detail)
	fOffset = fields.Add("offset", field.Int64, "nfs.offset3", "Where in the file is read or written, bytes", field.Rare, field.Detail)
	fCount  = fields.Add("count", field.Uint32, "nfs.count3", "How much is read or written, bytes", field.Rare, field.Detail)
	fEntry  = fields.Add("entry", field.Keyword, "", "Names that a directory was read to hold, the first 64", field.Rare, field.Detail)
	fMinor  = fields.Add("minorversion", field.Uint32, "nfs.minorversion", "Minor version of version 4", field.Rare, field.Detail)
)

const (
	version2 = 2
	version3 = 3
	version4 = 4

	handleV2   = 32
	maxHandle  = 128
	maxName    = 1024
	maxEntries = 64
)

// decode takes back its layer when the procedure has no arguments or results.
func decode(p *dissect.Packet, b []byte, wire int) {
	m := rpc.Current(p)
	if m == nil || m.Version < version2 || m.Version > version4 {
		p.Pop()
		return
	}
	if m.Version == version3 {
		p.Out.Uint(fProcV3, uint64(m.Procedure))
	}
	if wire == 0 || m.Procedure == 0 {
		p.Pop()
		return
	}
	r := reader{Cursor: common.Read(p, b, wire), version: m.Version}
	switch {
	case m.Version == version4:
		if m.Procedure == 1 {
			r.compound(m.Reply)
		}
	case m.Reply:
		if r.status() && !r.Failed {
			r.read(results(m))
		}
	default:
		r.read(arguments(m))
	}
}

// reader reads what is written in XDR (RFC 4506).
type reader struct {
	common.Cursor
	version uint32
	entries int
	stopped bool
}

// handle reads a file handle.
func (r *reader) handle() {
	var h []byte
	if r.version == version2 {
		h = r.Bytes(handleV2)
	} else {
		h = r.Opaque(maxHandle)
	}
	if len(h) > 0 {
		r.P.Out.Uint(fHash, uint64(crc32.ChecksumIEEE(h)))
		r.P.Out.Bytes(fHandle, h)
	}
}

// name reads a file's name.
func (r *reader) name() { common.FileName(r.P.Out, r.Opaque(maxName)) }

// entry reads a name in a directory.
func (r *reader) entry() {
	if name := r.Opaque(maxName); len(name) > 0 && r.entries < maxEntries {
		r.entries++
		r.P.Out.Text(fEntry, name)
	}
}

// status reads a status, and reports whether all is well.
func (r *reader) status() bool {
	n := r.U32()
	if r.Failed {
		return false
	}
	if name := statuses[n]; name != "" {
		r.P.Out.String(fStatus, name)
	} else {
		var b [10]byte
		r.P.Out.Text(fStatus, strconv.AppendUint(b[:0], uint64(n), 10))
	}
	return n == 0
}

// statuses are those of all versions (RFC 1813, 2.6; RFC 8881, 15.1), which agree.
var statuses = map[uint32]string{0: "OK", 1: "ERR_PERM", 2: "ERR_NOENT", 5: "ERR_IO", 6: "ERR_NXIO", 13: "ERR_ACCES", 17: "ERR_EXIST", 18: "ERR_XDEV", 19: "ERR_NODEV", 20: "ERR_NOTDIR",
	21: "ERR_ISDIR", 22: "ERR_INVAL", 27: "ERR_FBIG", 28: "ERR_NOSPC", 30: "ERR_ROFS", 31: "ERR_MLINK", 63: "ERR_NAMETOOLONG", 66: "ERR_NOTEMPTY", 69: "ERR_DQUOT", 70: "ERR_STALE",
	71: "ERR_REMOTE", 99: "ERR_WFLUSH", 10001: "ERR_BADHANDLE", 10002: "ERR_NOT_SYNC", 10003: "ERR_BAD_COOKIE", 10004: "ERR_NOTSUPP", 10005: "ERR_TOOSMALL", 10006: "ERR_SERVERFAULT",
	10007: "ERR_BADTYPE", 10008: "ERR_DELAY", 10009: "ERR_SAME", 10010: "ERR_DENIED", 10011: "ERR_EXPIRED", 10012: "ERR_LOCKED", 10013: "ERR_GRACE", 10014: "ERR_FHEXPIRED",
	10015: "ERR_SHARE_DENIED", 10016: "ERR_WRONGSEC", 10017: "ERR_CLID_INUSE", 10018: "ERR_RESOURCE", 10019: "ERR_MOVED", 10020: "ERR_NOFILEHANDLE", 10021: "ERR_MINOR_VERS_MISMATCH",
	10022: "ERR_STALE_CLIENTID", 10023: "ERR_STALE_STATEID", 10024: "ERR_OLD_STATEID", 10025: "ERR_BAD_STATEID", 10026: "ERR_BAD_SEQID", 10027: "ERR_NOT_SAME", 10028: "ERR_LOCK_RANGE",
	10029: "ERR_SYMLINK", 10030: "ERR_RESTOREFH", 10031: "ERR_LEASE_MOVED", 10032: "ERR_ATTRNOTSUPP", 10033: "ERR_NO_GRACE", 10034: "ERR_RECLAIM_BAD", 10035: "ERR_RECLAIM_CONFLICT",
	10036: "ERR_BADXDR", 10037: "ERR_LOCKS_HELD", 10038: "ERR_OPENMODE", 10039: "ERR_BADOWNER", 10040: "ERR_BADCHAR", 10041: "ERR_BADNAME", 10042: "ERR_BAD_RANGE", 10043: "ERR_LOCK_NOTSUPP",
	10044: "ERR_OP_ILLEGAL", 10045: "ERR_DEADLOCK", 10046: "ERR_FILE_OPEN", 10047: "ERR_ADMIN_REVOKED", 10048: "ERR_CB_PATH_DOWN", 10049: "ERR_BADIOMODE", 10050: "ERR_BADLAYOUT",
	10052: "ERR_BADSESSION", 10053: "ERR_BADSLOT", 10054: "ERR_COMPLETE_ALREADY", 10055: "ERR_CONN_NOT_BOUND_TO_SESSION", 10056: "ERR_DELEG_ALREADY_WANTED", 10057: "ERR_BACK_CHAN_BUSY",
	10058: "ERR_LAYOUTTRYLATER", 10059: "ERR_LAYOUTUNAVAILABLE", 10060: "ERR_NOMATCHING_LAYOUT", 10061: "ERR_RECALLCONFLICT", 10062: "ERR_UNKNOWN_LAYOUTTYPE", 10063: "ERR_SEQ_MISORDERED",
	10064: "ERR_SEQUENCE_POS", 10065: "ERR_REQ_TOO_BIG", 10066: "ERR_REP_TOO_BIG", 10068: "ERR_RETRY_UNCACHED_REP", 10071: "ERR_OP_NOT_IN_SESSION", 10072: "ERR_HASH_ALG_UNSUPP",
	10074: "ERR_CLIENTID_BUSY", 10076: "ERR_SEQ_FALSE_RETRY", 10078: "ERR_DEADSESSION", 10082: "ERR_NOT_ONLY_OP", 10083: "ERR_WRONG_CRED", 10084: "ERR_WRONG_TYPE", 10087: "ERR_DELEG_REVOKED"}

func init() { field.Named(fStatus, field.Names(statuses)) }

// summary reads "V3 LOOKUP Call 0x8fee73d3/name", "V4 COMPOUND Reply SEQUENCE PUTFH CLOSE ERR_STALE".
func summary(dst []byte, v dissect.View) []byte {
	dst = rpc.Summary(dst, v)
	v.All(fOp, func(name []byte) { dst = append(append(dst, ' '), name...) })
	if hash, ok := v.Uint(fHash); ok {
		dst = strconv.AppendUint(append(dst, " FH 0x"...), hash, 16)
	}
	dst = common.AppendFile(dst, v)
	if text, ok := v.Text(nil, fStatus); ok && string(text) != statuses[0] {
		dst = append(append(dst, ' '), text...)
	}
	return dst
}
