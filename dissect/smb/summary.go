// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/ntlmssp"
	"github.com/espbeat/espbeat/field"
)

var commands = map[uint64]string{0x00: "Create Directory", 0x01: "Delete Directory", 0x02: "Open", 0x03: "Create", 0x04: "Close", 0x05: "Flush", 0x06: "Delete", 0x07: "Rename", 0x08: "Query Information",
	0x09: "Set Information", 0x0a: "Read", 0x0b: "Write", 0x0c: "Lock Byte Range", 0x0d: "Unlock Byte Range", 0x0e: "Create Temp", 0x0f: "Create New", 0x10: "Check Directory", 0x11: "Process Exit",
	0x12: "Seek", 0x13: "Lock And Read", 0x14: "Write And Unlock", 0x1a: "Read Raw", 0x1b: "Read MPX", 0x1d: "Write Raw", 0x1e: "Write MPX", 0x20: "Write Complete", 0x22: "Set Information2",
	0x23: "Query Information2", 0x24: "Locking AndX", 0x25: "Trans", 0x26: "Trans Secondary", 0x27: "IOCTL", 0x29: "Copy", 0x2a: "Move", 0x2b: "Echo", 0x2c: "Write And Close", 0x2d: "Open AndX",
	0x2e: "Read AndX", 0x2f: "Write AndX", 0x31: "Close And Tree Disconnect", 0x32: "Trans2", 0x33: "Trans2 Secondary", 0x34: "Find Close2", 0x35: "Find Notify Close", 0x70: "Tree Connect",
	0x71: "Tree Disconnect", 0x72: "Negotiate Protocol", 0x73: "Session Setup AndX", 0x74: "Logoff AndX", 0x75: "Tree Connect AndX", 0x80: "Query Information Disk", 0x81: "Search", 0x82: "Find",
	0x83: "Find Unique", 0x84: "Find Close", 0xa0: "NT Trans", 0xa1: "NT Trans Secondary", 0xa2: "NT Create AndX", 0xa4: "NT Cancel", 0xa5: "NT Rename", 0xc0: "Open Print File", 0xc1: "Write Print File",
	0xc2: "Close Print File", 0xc3: "Get Print Queue", 0xd0: "Send Single Block Message"}

var trans2Names = [...]string{"OPEN2", "FIND_FIRST2", "FIND_NEXT2", "QUERY_FS_INFO", "SET_FS_INFO", "QUERY_PATH_INFO", "SET_PATH_INFO", "QUERY_FILE_INFO", "SET_FILE_INFO", "FSCTL", "IOCTL2",
	"FIND_NOTIFY_FIRST", "FIND_NOTIFY_NEXT", "CREATE_DIRECTORY", "SESSION_SETUP", "", "GET_DFS_REFERRAL", "REPORT_DFS_INCONSISTENCY"}

// maxNamed bounds the commands that a summary names.
const maxNamed = 8

// summary reads "Trans2 Request, QUERY_PATH_INFO, Path: \a.txt" or "Session Setup AndX Request; Tree Connect AndX, Path: \\server\share".
func summary(dst []byte, v dissect.View) []byte {
	n := 0
	v.All(fCmd, func(text []byte) {
		command, err := strconv.ParseUint(string(text), 10, 8)
		if n++; err != nil || n > maxNamed || command == noFurther && n > 1 {
			return
		}
		if n > 1 {
			dst = append(dst, "; "...)
		}
		if name := commands[command]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Command "...), text...)
		}
		if n > 1 {
			return
		}
		dst = append(dst, which(v)...)
	})
	if function, ok := v.Uint(fTrans2); ok && function < uint64(len(trans2Names)) {
		dst = append(append(dst, ", "...), trans2Names[function]...)
	}
	dst = appendPath(dst, v)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", Pattern: ", fPattern}, {", ", fTrans}, {", FID: ", fFID}, {", Error: ", fStatus}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return ntlmssp.AppendInfo(dst, v)
}

// appendPath appends the file, else the share that is connected.
func appendPath(dst []byte, v dissect.View) []byte {
	if file, ok := v.Text(append(dst, ", Path: "...), fFile); ok {
		return file
	}
	switch command, err := strconv.ParseUint(common.First(v, fCmd), 10, 8); {
	case err != nil || command != cmdTreeConnect && command != cmdTreeConnectAndX && command != cmdSessionSetupAndX:
		return dst
	}
	if share, ok := v.Text(append(dst, ", Path: "...), fPath); ok {
		return share
	}
	return dst
}

func which(v dissect.View) string {
	switch response, ok := v.Uint(fResponse); {
	case !ok:
		return ""
	case response != 0:
		return " Response"
	}
	return " Request"
}
