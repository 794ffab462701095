// SPDX-License-Identifier: Apache-2.0

package rpc

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// The programs of which the layer is told, and nothing more.
var (
	BootParams = layerOnly("bootparams", "BOOTPARAMS", "")
	GlusterFS  = layerOnly("glusterfs", "GlusterFS", "")
	KLM        = layerOnly("klm", "KLM", "")
	NFSACL     = layerOnly("nfsacl", "NFSACL", "")
	NISPlus    = layerOnly("nisplus", "NIS+", "")
	NLM        = layerOnly("nlm", "NLM", "X/Open C702")
	PCNFSD     = layerOnly("pcnfsd", "PCNFSD", "X/Open C702")
	RQuota     = layerOnly("rquota", "RQUOTA", "")
	RStat      = layerOnly("rstat", "RSTAT", "")
	RWall      = layerOnly("rwall", "RWALL", "")
	Spray      = layerOnly("spray", "SPRAY", "")
	Stat       = layerOnly("stat", "STAT", "X/Open C702")
	StatNotify = layerOnly("statnotify", "STAT-CB", "X/Open C702")
	YPBind     = layerOnly("ypbind", "YPBIND", "")
	YPPasswd   = layerOnly("yppasswd", "YPPASSWD", "")
	YPServ     = layerOnly("ypserv", "YPSERV", "")
)

// layerOnly makes a program's protocol that has no fields of its own. Its layer is there where the procedure has arguments or results, as in Wireshark.
func layerOnly(name, title, reference string) *dissect.Protocol {
	return &dissect.Protocol{Name: name, Title: title, Reference: reference, Application: true,
		Dissect: func(p *dissect.Packet, b []byte, _ int) {
			if m := Current(p); m == nil || m.Procedure == 0 || len(b) == 0 {
				p.Pop()
			}
		},
		Summary: Summary}
}

// program is what is known of a program: its name, as Wireshark has it, the layer of its arguments and results, "" where none is told, and the names of
// its procedures from 0 on, by version; those of version 0 are any other's.
type program struct {
	name, layer string
	procedures  map[uint32][]string
}

// programs are IANA's (Remote Procedure Call Program Numbers) that are seen most.
var programs = map[uint32]program{
	100000: {"Portmap", "portmap", map[uint32][]string{
		2: {"NULL", "SET", "UNSET", "GETPORT", "DUMP", "CALLIT"},
		0: {"NULL", "SET", "UNSET", "GETADDR", "DUMP", "CALLIT", "GETTIME", "UADDR2TADDR", "TADDR2UADDR", "GETVERSADDR", "INDIRECT", "GETADDRLIST", "GETSTAT"}}},
	100001: {"RSTAT", "rstat", map[uint32][]string{0: {"NULL", "STATS", "HAVEDISK"}}},
	100002: {"RUSERS", "", nil},
	100003: {"NFS", "nfs", map[uint32][]string{
		2: {"NULL", "GETATTR", "SETATTR", "ROOT", "LOOKUP", "READLINK", "READ", "WRITECACHE", "WRITE", "CREATE", "REMOVE", "RENAME", "LINK", "SYMLINK", "MKDIR", "RMDIR", "READDIR", "STATFS"},
		3: {"NULL", "GETATTR", "SETATTR", "LOOKUP", "ACCESS", "READLINK", "READ", "WRITE", "CREATE", "MKDIR", "SYMLINK", "MKNOD", "REMOVE", "RMDIR", "RENAME", "LINK", "READDIR", "READDIRPLUS",
			"FSSTAT", "FSINFO", "PATHCONF", "COMMIT"},
		4: {"NULL", "COMPOUND"}}},
	100004: {"YPSERV", "ypserv", map[uint32][]string{0: {"NULL", "DOMAIN", "DOMAIN_NONACK", "MATCH", "FIRST", "NEXT", "XFR", "CLEAR", "ALL", "MASTER", "ORDER", "MAPLIST"}}},
	100005: {"MOUNT", "mount", map[uint32][]string{0: {"NULL", "MNT", "DUMP", "UMNT", "UMNTALL", "EXPORT", "EXPORTALL", "PATHCONF"}}},
	100007: {"YPBIND", "ypbind", map[uint32][]string{0: {"NULL", "DOMAIN", "SETDOMAIN"}}},
	100008: {"RWALL", "rwall", map[uint32][]string{0: {"NULL", "RWALL"}}},
	100009: {"YPPASSWD", "yppasswd", map[uint32][]string{0: {"NULL", "UPDATE"}}},
	100011: {"RQUOTA", "rquota", map[uint32][]string{0: {"NULL", "GETQUOTA", "GETACTIVEQUOTA", "SETQUOTA", "SETACTIVEQUOTA"}}},
	100012: {"SPRAY", "spray", map[uint32][]string{0: {"NULL", "SPRAY", "GET", "CLEAR"}}},
	100020: {"KLM", "klm", map[uint32][]string{0: {"NULL", "TEST", "LOCK", "CANCEL", "UNLOCK"}}},
	100021: {"NLM", "nlm", map[uint32][]string{0: {"NULL", "TEST", "LOCK", "CANCEL", "UNLOCK", "GRANTED", "TEST_MSG", "LOCK_MSG", "CANCEL_MSG", "UNLOCK_MSG", "GRANTED_MSG", "TEST_RES", "LOCK_RES",
		"CANCEL_RES", "UNLOCK_RES", "GRANTED_RES", "", "", "", "", "SHARE", "UNSHARE", "NM_LOCK", "FREE_ALL"}}},
	100024: {"STAT", "stat", map[uint32][]string{0: {"NULL", "STAT", "MON", "UNMON", "UNMON_ALL", "SIMU_CRASH", "NOTIFY"}}},
	100026: {"BOOTPARAMS", "bootparams", map[uint32][]string{0: {"NULL", "WHOAMI", "GETFILE"}}},
	100083: {"TTDB", "", nil},
	100227: {"NFSACL", "nfsacl", map[uint32][]string{0: {"NULL", "GETACL", "SETACL", "GETATTR", "ACCESS", "GETXATTRDIR"}}},
	100232: {"SADMIND", "", nil},
	100300: {"NIS+", "nisplus", map[uint32][]string{0: {"NULL", "LOOKUP", "ADD", "MODIFY", "REMOVE", "IBLIST", "IBADD", "IBMODIFY", "IBREMOVE", "IBFIRST", "IBNEXT", "", "FINDDIRECTORY", "",
		"STATUS", "DUMPLOG", "DUMP", "CALLBACK", "CPTIME", "CHECKPOINT", "PING", "SERVSTATE", "MKDIR", "RMDIR", "UPDKEYS"}}},
	150001:     {"PCNFSD", "pcnfsd", nil},
	200048:     {"STAT-CB", "statnotify", nil},
	395183:     {"VXI-11 Core", "", nil},
	1238463:    {"GlusterFS Handshake", "", nil},
	1298437:    {"GlusterFS", "glusterfs", nil},
	34123456:   {"Gluster Portmap", "", nil},
	0x40000000: {"NFS CB", "", map[uint32][]string{0: {"NULL", "CB_COMPOUND"}}},
}

// headlines are the programs' names, which Wireshark's Protocol column has for RPC.
var headlines = func() map[uint32]field.Str {
	h := make(map[uint32]field.Str, len(programs))
	for number, p := range programs {
		h[number] = field.Intern(p.name)
	}
	return h
}()

// procedure is the name of what is called, "" where none is known.
func procedure(m *Call) string {
	byVersion := programs[m.Program].procedures
	names, ok := byVersion[m.Version]
	if !ok {
		names = byVersion[0]
	}
	if int64(m.Procedure) < int64(len(names)) {
		return names[m.Procedure]
	}
	return ""
}
