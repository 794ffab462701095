// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"runtime"

	"github.com/elastic/beats/v7/libbeat/common/seccomp"
)

// allowProfiling lets the Go runtime's CPU profiler through libbeat's default system call policy, which knows no per-thread timers: with --cpuprofile the
// process would be aborted at its end.
func allowProfiling() error {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		return nil // libbeat has no policy there
	}
	if err := seccomp.ModifyDefaultPolicy(seccomp.AddSyscall, "timer_create", "timer_settime", "timer_delete"); err != nil {
		return fmt.Errorf("allow profiling in the system call policy: %w", err)
	}
	return nil
}
