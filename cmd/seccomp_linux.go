// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"runtime"

	"github.com/elastic/beats/v7/libbeat/common/seccomp"

	"github.com/espbeat/espbeat/config"
)

// allowSyscalls adds what espbeat does to libbeat's default system call policy: per-thread timers of the Go runtime's CPU profiler, without which --cpuprofile
// would abort the process at its end, the link that moves a file (after: move) without replacing another, and the way into network namespaces (netns).
func allowSyscalls() error {
	return allow("timer_create", "timer_settime", "timer_delete", "linkat", "setns")
}

// allowTshark adds what starting tshark needs (a folder and a process group of its own, another user where this one is root), and what tshark does, which
// inherits the policy: its first act is to give up the rights of another user.
func allowTshark() error {
	return allow("chdir", "setpgid", "setgroups", "setgid", "setuid",
		"getegid", "getresgid", "getresuid", "mremap", "prlimit64", "set_tid_address", "setresgid", "setresuid")
}

// allowDrop adds what a run needs that gives its capabilities up.
func allowDrop(p *config.Privileges) error {
	if p.Drop != config.DropAll {
		return nil
	}
	return allow("capset")
}

func allow(calls ...string) error {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		return nil // libbeat's policy lists what is forbidden there
	}
	if err := seccomp.ModifyDefaultPolicy(seccomp.AddSyscall, calls...); err != nil {
		return fmt.Errorf("extend the system call policy: %w", err)
	}
	return nil
}
