// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// itself is the running program, whatever has become of its name, and where the user may not look into its folder.
const itself = "/proc/self/exe"

// Do executes the program again as the user, when it runs as root, and otherwise does nothing: who it runs as is asked of the kernel, so
// that nothing else can pretend that it has happened. It returns when it was not done, and why; after an error, rights may be
// gone, and the process has to end.
func (c Change) Do() error {
	if os.Geteuid() != 0 {
		nameProcess()
		return nil
	}
	who, err := lookUp(c.User, c.Group)
	if err != nil {
		return err
	}
	if without := lacking(append([]Capability{"CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_CHOWN"}, c.Keep...), cap.Permitted); len(without) > 0 {
		return fmt.Errorf("go on as user %s: this root has no %s: give the container these capabilities, or leave espbeat.privileges.user out and start it as %[1]s",
			c.User, Names(without))
	}
	if err := c.handOver(who); err != nil {
		return err
	}
	runtime.LockOSThread() // whose credentials are those of the program that it executes
	if err := who.become(c.Keep); err != nil {
		return fmt.Errorf("go on as user %s: %w", c.User, err)
	}
	if err := c.checkAccess(); err != nil {
		return err
	}
	err = syscall.Exec(itself, c.Args, os.Environ())
	if errors.Is(err, unix.EACCES) {
		return fmt.Errorf("go on as user %s: execute the program again: %w: let everybody execute it (chmod 0755)", c.User, err)
	}
	return fmt.Errorf("go on as user %s: execute the program again: %w", c.User, err)
}

// nameProcess gives a program that was executed as /proc/self/exe, and is thus called exe in lists of processes, its name back.
func nameProcess() {
	const name = "/proc/self/comm"
	if is, err := os.ReadFile(name); err == nil && string(is) == "exe\n" {
		_ = os.WriteFile(name, []byte(filepath.Base(os.Args[0])), 0)
	}
}

// identity is a user with its groups.
type identity struct {
	uid, gid int
	groups   []int // supplementary
}

func lookUp(name, group string) (identity, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.LookupId(name); err != nil {
			return identity{}, fmt.Errorf("espbeat.privileges.user: %q: there is no such user: make one, for example with `useradd --system --no-create-home --shell /usr/sbin/nologin espbeat`", name)
		}
	}
	gid := u.Gid
	if group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			if g, err = user.LookupGroupId(group); err != nil {
				return identity{}, fmt.Errorf("espbeat.privileges.group: %q: there is no such group: make one with `groupadd --system`, or leave it out", group)
			}
		}
		gid = g.Gid
	}
	all, err := u.GroupIds()
	if err != nil {
		return identity{}, fmt.Errorf("espbeat.privileges.user: %q: find its groups: %w", name, err)
	}
	ids := make([]int, 0, 2+len(all))
	for _, s := range append([]string{u.Uid, gid}, all...) {
		id, err := strconv.Atoi(s)
		if err != nil {
			return identity{}, fmt.Errorf("espbeat.privileges.user: %q: its id %s is not a number", name, s)
		}
		ids = append(ids, id)
	}
	if ids[0] == 0 {
		return identity{}, fmt.Errorf("espbeat.privileges.user: %q: that is root by another name: use a user without rights of its own", name)
	}
	return identity{uid: ids[0], gid: ids[1], groups: ids[2:]}, nil
}

// become makes the process the user's. What it executes has the capabilities to keep and cannot gain others.
func (id identity) become(keep []Capability) error {
	values := make([]cap.Value, len(keep))
	for i, c := range keep {
		values[i] = value(c)
	}
	if err := cap.SetGroups(id.gid, id.groups...); err != nil {
		return fmt.Errorf("setgroups: %w", err)
	}
	if err := cap.SetUID(id.uid); err != nil { // keeps the permitted capabilities
		return fmt.Errorf("setuid: %w", err)
	}
	sets := cap.NewIAB()
	for v := range cap.MaxBits() {
		if err := sets.SetVector(cap.Bound, true, v); err != nil { // to leave it out of the bounding set
			return err
		}
	}
	if err := sets.SetVector(cap.Bound, false, values...); err != nil {
		return err
	}
	if err := sets.SetVector(cap.Amb, true, values...); err != nil { // inheritable, too
		return err
	}
	if err := sets.SetProc(); err != nil {
		return fmt.Errorf("set the ambient capabilities and the bounding set: %w", err)
	}
	only := cap.NewSet()
	for _, f := range []cap.Flag{cap.Permitted, cap.Effective, cap.Inheritable} {
		if err := only.SetFlag(f, true, values...); err != nil {
			return err
		}
	}
	if err := only.SetProc(); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	return nil
}

// checkAccess finds out as the user what it could not read or write.
func (c Change) checkAccess() error {
	for _, f := range c.Readable {
		if err := unix.Access(f, unix.R_OK); err != nil {
			return fmt.Errorf("%s: user %s may not read it (%w): for example `chgrp GROUP %[1]s && chmod 0640 %[1]s`, with a group of that user, and let it pass through the folders above", f, c.User, err)
		}
	}
	for _, f := range c.Folders {
		if err := unix.Access(f, unix.R_OK|unix.W_OK|unix.X_OK); err != nil {
			return fmt.Errorf("%s: user %s may not write there (%w): let it pass through the folders above, or set another path", f, c.User, err)
		}
	}
	return nil
}
