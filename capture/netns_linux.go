// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// netnsDir is where `ip netns` names network namespaces.
const netnsDir = "/run/netns"

// inNetNS runs f in a network namespace, with the namespace's identity, which no
// other has while a socket of it is open; an empty name is the process's own, with
// the identity 0. What f opens stays in the namespace; f must start no goroutine
// that asks for anything of it later.
func inNetNS(name string, f func(id uint64) error) error {
	if name == "" {
		return f(0)
	}
	done := make(chan error)
	go func() { done <- visitNetNS(name, f) }()
	return <-done
}

// visitNetNS keeps its goroutine's thread for good unless that is back where it was:
// the thread ends with the goroutine then.
func visitNetNS(name string, f func(id uint64) error) error {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(netnsDir, name)
	}
	there, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return netnsError(name, "open", &fs.PathError{Op: "open", Path: path, Err: err})
	}
	defer unix.Close(there)
	var st unix.Stat_t
	if err := unix.Fstat(there, &st); err != nil {
		return netnsError(name, "open", err)
	}
	runtime.LockOSThread()
	home, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return netnsError(name, "leave the own one for", err)
	}
	defer unix.Close(home)
	if err := unix.Setns(there, unix.CLONE_NEWNET); err != nil {
		return netnsError(name, "enter", fmt.Errorf("setns: %w", err))
	}
	err = f(st.Ino)
	if unix.Setns(home, unix.CLONE_NEWNET) == nil {
		runtime.UnlockOSThread()
	}
	return err
}

func netnsError(name, op string, err error) error {
	remedy := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		remedy = "; `ip netns list` shows the names, and a path such as /proc/PID/ns/net is that of a process"
	case isErr(err, errPermission):
		remedy = "; CAP_SYS_ADMIN is missing: run as root (sudo), or `sudo setcap cap_net_raw,cap_sys_admin=ep espbeat` once"
	case errors.Is(err, unix.EINVAL):
		remedy = "; that file is no network namespace"
	}
	return fmt.Errorf("%s network namespace %s: %w%s", op, name, err, remedy)
}
