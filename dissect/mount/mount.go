// SPDX-License-Identifier: Apache-2.0

// Package mount dissects NFS's mount service, versions 1 to 3 (RFC 1094, appendix A; RFC 1813, appendix I).
//
//	MNT, UMNT: path; MNT answers status 4, file handle, kinds of credentials (version 3)
//	DUMP answers what hosts have mounted, EXPORT what may be
//
// Limits: paths of 1024 bytes, 64 entries of a list, 64 groups of each. Not decoded: what PATHCONF answers, file handles.
package mount

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rpc"
	"github.com/espbeat/espbeat/field"
)

// Protocol is the mount service.
var Protocol = &dissect.Protocol{
	Name: "mount", Title: "MOUNT", Reference: "RFC 1813", Application: true,
	Summary: summary,
}

func init() { Protocol.Dissect = decode }

var fStatus = field.Group("mount").Add("status", field.Keyword, "mount.status", "What became of a mount: OK, ERR_NOENT, ERR_ACCESS, …; a number where it has no name")

// Procedures.
const (
	procMount     = 1
	procDump      = 2
	procUnmount   = 3
	procExport    = 5
	procExportAll = 6
	procPathconf  = 7
)

const (
	maxPath    = 1024
	maxName    = 255
	maxEntries = 64
)

// statuses are those of version 3, whose numbers are the error numbers of versions 1 and 2.
var statuses = map[uint32]string{0: "OK", 1: "ERR_PERM", 2: "ERR_NOENT", 5: "ERR_IO", 13: "ERR_ACCESS", 20: "ERR_NOTDIR", 22: "ERR_INVAL", 63: "ERR_NAMETOOLONG", 10004: "ERR_NOTSUPP", 10006: "ERR_SERVERFAULT"}

func init() { field.Named(fStatus, field.Names(statuses)) }

// decode takes back its layer when the procedure has no arguments or results.
func decode(p *dissect.Packet, b []byte, wire int) {
	m := rpc.Current(p)
	if m == nil || wire == 0 {
		p.Pop()
		return
	}
	c := common.Read(p, b, wire)
	switch proc := m.Procedure; {
	case !m.Reply && (proc == procMount || proc == procUnmount || proc == procPathconf):
		common.FilePath(p.Out, c.Opaque(maxPath))
	case m.Reply && proc == procMount:
		if n := c.U32(); !c.Failed {
			status(p.Out, n)
		}
	case m.Reply && proc == procDump:
		for n := 0; n < maxEntries && c.More() && c.U32() == 1; n++ {
			common.Host(p.Out, c.Opaque(maxName))
			common.FilePath(p.Out, c.Opaque(maxPath))
		}
	case m.Reply && (proc == procExport || proc == procExportAll):
		for n := 0; n < maxEntries && c.More() && c.U32() == 1; n++ {
			common.FilePath(p.Out, c.Opaque(maxPath))
			for g := 0; g < maxEntries && c.More() && c.U32() == 1; g++ {
				c.Opaque(maxName)
			}
		}
	case m.Reply && proc == procPathconf:
	default:
		p.Pop()
		return
	}
}

func status(o *field.Buffer, n uint32) {
	if name := statuses[n]; name != "" {
		o.String(fStatus, name)
		return
	}
	var b [10]byte
	o.Text(fStatus, strconv.AppendUint(b[:0], uint64(n), 10))
}

// summary reads "V3 MNT Call /export", "V3 MNT Reply ERR_ACCESS".
func summary(dst []byte, v dissect.View) []byte {
	dst = common.AppendFile(rpc.Summary(dst, v), v)
	if text, ok := v.Text(append(dst, ' '), fStatus); ok {
		dst = text
	}
	return dst
}
