// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"syscall"
	"time"
)

// peak is the largest resident set of a process that has ended or of one of its children, bytes (wait4(2)).
func peak(s *os.ProcessState) int64 {
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		return r.Maxrss << 10
	}
	return 0
}

// ownCPU is the CPU time that this process has used so far.
func ownCPU() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
