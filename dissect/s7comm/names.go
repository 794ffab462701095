// SPDX-License-Identifier: Apache-2.0

package s7comm

import (
	"fmt"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var kinds = map[uint64]string{job: "Job", ack: "Ack", ackData: "Ack_Data", userData: "Userdata"}

var functions = map[uint64]string{0: "CPU services", readVar: "Read Var", writeVar: "Write Var", requestDownload: "Request download", downloadBlock: "Download block", downloadEnded: "Download ended",
	startUpload: "Start upload", 0x1e: "Upload", 0x1f: "End upload", service: "PI-Service", stop: "PLC Stop", setup: "Setup communication"}

var groups = map[uint64]string{0: "Mode-transition", 1: "Programmer commands", 2: "Cyclic services", 3: "Block functions", groupCPU: "CPU functions", 5: "Security", 6: "PBC BSEND/BRECV", 7: "Time functions"}

var userTypes = map[uint64]string{0: "Push", request: "Request", response: "Response"}

// name is the name of n, or n in hex.
func name(names map[uint64]string, n uint64) string {
	if s := names[n]; s != "" {
		return s
	}
	return "0x" + strconv.FormatUint(n, 16)
}

// maxNamed bounds the variables that a summary names.
const maxNamed = 4

// summary reads "Job, Write Var DB1.DBX 8.0" or "Userdata, Request, CPU functions, SZL 0x0011".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fKind)
	if !ok {
		return dst
	}
	dst = append(dst, name(kinds, kind)...)
	if f, ok := v.Uint(fFunction); ok {
		dst = append(append(dst, ", "...), name(functions, f)...)
	}
	if g, ok := v.Uint(fGroup); ok {
		t, _ := v.Uint(fUserType)
		sub, _ := v.Uint(fSub)
		dst = fmt.Appendf(dst, ", %s, %s, %d", name(userTypes, t), name(groups, g), sub)
	}
	dst = appendItems(dst, v)
	for _, id := range [...]field.ID{fFile, fService} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
		}
	}
	if list, ok := v.Uint(fList); ok {
		dst = fmt.Appendf(dst, ", SZL 0x%04x", list)
	}
	if code, ok := v.Uint(fError); ok && code != 0 {
		dst = fmt.Appendf(dst, ", error 0x%04x", code)
	}
	return dst
}

// appendItems appends what variables are read or written: " M 0.0 DB1 8.0".
func appendItems(dst []byte, v dissect.View) []byte {
	const dataBlock, counters, timers = 0x84, 0x1c, 0x1d
	areas := map[uint64]string{counters: "C", timers: "T", 0x80: "P", 0x81: "I", 0x82: "Q", 0x83: "M", 0x85: "DI", 0x86: "L"}
	var area, db, address []uint64
	for id, into := range map[field.ID]*[]uint64{fArea: &area, fDB: &db, fAddress: &address} {
		v.All(id, func(text []byte) {
			n, _ := strconv.ParseUint(string(text), 10, 32)
			*into = append(*into, n)
		})
	}
	for i := range min(len(area), len(db), len(address)) {
		if i == maxNamed {
			return append(dst, " …"...)
		}
		switch a := area[i]; a {
		case dataBlock:
			dst = fmt.Appendf(dst, " DB%d %d.%d", db[i], address[i]/8, address[i]%8)
		case counters, timers:
			dst = fmt.Appendf(dst, " %s %d", areas[a], address[i])
		default:
			dst = fmt.Appendf(dst, " %s %d.%d", name(areas, a), address[i]/8, address[i]%8)
		}
	}
	return dst
}
