// SPDX-License-Identifier: Apache-2.0

package nfs

import (
	"strconv"
)

// maxOperations bounds the operations of a compound.
const maxOperations = 128

// operation is one of version 4: its name, and what its arguments and results have.
type operation struct{ name, arguments, results string }

// operations are by code (RFC 7530, 16; RFC 8881, 18; RFC 7862, 15).
var operations = [...]operation{
	3: {"ACCESS", "1", "11"}, 4: {"CLOSE", "14", "4"}, 5: {"COMMIT", "Oc", "2"}, 6: {"CREATE", "Cna", "5b"}, 7: {"DELEGPURGE", "2", ""}, 8: {"DELEGRETURN", "4", ""}, 9: {"GETATTR", "b", "a"},
	10: {"GETFH", "", "h"}, 11: {"LINK", "n", "5"}, 12: {"LOCK", "1122L", "4"}, 13: {"LOCKT", "1222x", ""}, 14: {"LOCKU", "11422", "4"}, 15: {"LOOKUP", "n", ""}, 16: {"LOOKUPP", "", ""},
	17: {"NVERIFY", "a", ""}, 18: {"OPEN", "P", "451bG"}, 19: {"OPENATTR", "1", ""}, 20: {"OPEN_CONFIRM", "41", "4"}, 21: {"OPEN_DOWNGRADE", "4111", "4"}, 22: {"PUTFH", "h", ""},
	23: {"PUTPUBFH", "", ""}, 24: {"PUTROOTFH", "", ""}, 25: {"READ", "4Oc", "1d"}, 26: {"READDIR", "2211b", "2V"}, 27: {"READLINK", "", "p"}, 28: {"REMOVE", "n", "5"}, 29: {"RENAME", "nn", "55"},
	30: {"RENEW", "2", ""}, 31: {"RESTOREFH", "", ""}, 32: {"SAVEFH", "", ""}, 33: {"SECINFO", "n", "!"}, 34: {"SETATTR", "4a", "b"}, 35: {"SETCLIENTID", "2x1xx1", "22"},
	36: {"SETCLIENTID_CONFIRM", "22", ""}, 37: {"VERIFY", "a", ""}, 38: {"WRITE", "4O1d", "c12"}, 39: {"RELEASE_LOCKOWNER", "2x", ""}, 40: {"BACKCHANNEL_CTL", "!", ""},
	41: {"BIND_CONN_TO_SESSION", "411", "411"}, 42: {"EXCHANGE_ID", "!", "!"}, 43: {"CREATE_SESSION", "!", "!"}, 44: {"DESTROY_SESSION", "4", ""}, 45: {"FREE_STATEID", "4", ""},
	46: {"GET_DIR_DELEGATION", "!", "!"}, 47: {"GETDEVICEINFO", "411b", "!"}, 48: {"GETDEVICELIST", "!", "!"}, 49: {"LAYOUTCOMMIT", "!", "!"}, 50: {"LAYOUTGET", "11122241", "!"},
	51: {"LAYOUTRETURN", "!", "!"}, 52: {"SECINFO_NO_NAME", "1", "!"}, 53: {"SEQUENCE", "41111", "411111"}, 54: {"SET_SSV", "xx", "x"}, 55: {"TEST_STATEID", "T", "U"}, 56: {"WANT_DELEGATION", "!", "!"},
	57: {"DESTROY_CLIENTID", "2", ""}, 58: {"RECLAIM_COMPLETE", "1", ""}, 59: {"ALLOCATE", "422", ""}, 60: {"COPY", "!", "!"}, 61: {"COPY_NOTIFY", "!", "!"}, 62: {"DEALLOCATE", "422", ""},
	63: {"IO_ADVISE", "422b", "b"}, 64: {"LAYOUTERROR", "!", "!"}, 65: {"LAYOUTSTATS", "!", "!"}, 66: {"OFFLOAD_CANCEL", "4", ""}, 67: {"OFFLOAD_STATUS", "4", "!"}, 68: {"READ_PLUS", "4Oc", "!"},
	69: {"SEEK", "421", "12"}, 70: {"WRITE_SAME", "!", "!"}, 71: {"CLONE", "44222", ""}, 72: {"GETXATTR", "x", "x"}, 73: {"SETXATTR", "1xx", "5"}, 74: {"LISTXATTRS", "21", "!"}, 75: {"REMOVEXATTR", "x", "5"},
}

// compound reads the operations of a call or reply. They are followed as far as their lengths are known; a reply ends with the one that failed.
func (r *reader) compound(reply bool) {
	if reply {
		r.status()
	}
	r.OpaqueLength() // a tag of the client's choice
	if !reply {
		r.Uint32(fMinor)
	}
	for n := min(r.U32(), maxOperations); n > 0 && !r.Failed && !r.stopped; n-- {
		code := r.Uint32(fOpcode)
		var op operation
		if int64(code) < int64(len(operations)) {
			op = operations[code]
		}
		if r.Failed {
			return
		}
		if op.name == "" {
			var b [10]byte
			r.P.Out.Text(fOp, strconv.AppendUint(b[:0], uint64(code), 10))
			return
		}
		r.P.Out.String(fOp, op.name)
		switch {
		case !reply:
			r.read(op.arguments)
		case r.U32() == 0:
			r.read(op.results)
		default:
			return
		}
	}
}

// open reads the arguments of OPEN (RFC 8881, 18.16.1).
func (r *reader) open() {
	const create, exclusive, exclusive41 = 1, 2, 3
	r.read("1112x") // sequence, access, denied, owner
	if r.U32() == create {
		switch r.U32() {
		case exclusive:
			r.read("2")
		case exclusive41:
			r.read("2a")
		default:
			r.read("a")
		}
	}
	const byName, previous, delegated, delegatedBefore, byHandleDelegated = 0, 1, 2, 3, 5
	switch r.U32() {
	case byName, delegatedBefore:
		r.name()
	case previous:
		r.Skip(4)
	case delegated:
		r.read("4n")
	case byHandleDelegated:
		r.Skip(16)
	}
}

// delegation reads what OPEN delegates to the client (RFC 8881, 18.16.2).
func (r *reader) delegation() {
	const none, reading, writing, noneBecause = 0, 1, 2, 3
	switch r.U32() {
	case none:
	case reading:
		r.read("41111x") // state, recalled, who may: type, flag, mask, name
	case writing:
		r.read("4112111x") // with a limit of space behind recalled: how it is counted, 8 bytes
	case noneBecause:
		const contention, resource = 1, 2
		if why := r.U32(); why == contention || why == resource {
			r.Skip(4)
		}
	default:
		r.stopped = true
	}
}
