// SPDX-License-Identifier: Apache-2.0

//go:build unix

package tshark

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// identity is whom processes run as; the zero value is whom this one runs as.
type identity struct {
	name       string
	credential *syscall.Credential
}

// identify looks a user up, a name or a number. Only root can run something as another user.
func identify(name string) (identity, error) {
	if name == "" || os.Geteuid() != 0 {
		return identity{}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.LookupId(name); err != nil {
			return identity{}, fmt.Errorf("espbeat.dissector.tshark.user: %q: there is no such user: make one, or name another", name)
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("espbeat.dissector.tshark.user: %q: its number is %q: name another", name, u.Uid)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("espbeat.dissector.tshark.user: %q: the number of its group is %q: name another", name, u.Gid)
	}
	return identity{name: u.Username, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// apply makes a command run as i. It gets a process group of its own, so that Ctrl-C on the terminal reaches it through us only.
// To end it ends the group: a script in tshark's place has children.
func (i identity) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: i.credential}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// words name i in an error's remedy.
func (i identity) words() string {
	if i.credential == nil {
		return ""
	}
	return " as user " + i.name + " (espbeat.dissector.tshark.user)"
}

// killed tells whether a process ended by SIGKILL.
func killed(ps *os.ProcessState) bool {
	status, ok := ps.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
