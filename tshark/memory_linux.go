// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// resident is the resident memory of a process, bytes; 0 when it is gone. See proc_pid_statm(5).
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
