// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"runtime"

	"github.com/elastic/beats/v7/libbeat/common/seccomp"
)

// allowSyscalls adds what espbeat does to libbeat's default system call policy: per-thread timers of the Go runtime's CPU profiler, without which --cpuprofile
// would abort the process at its end, and the link that moves a file (after: move) without replacing another, and the way into network namespaces (netns).
func allowSyscalls() error {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		return nil // libbeat has no policy there
	}
	if err := seccomp.ModifyDefaultPolicy(seccomp.AddSyscall, "timer_create", "timer_settime", "timer_delete", "linkat", "setns"); err != nil {
		return fmt.Errorf("extend the system call policy: %w", err)
	}
	return nil
}
