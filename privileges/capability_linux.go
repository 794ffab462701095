// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// Missing are those of the capabilities that the process cannot use now.
func Missing(needed []Capability) []Capability { return lacking(needed, cap.Effective) }

// lacking are those of needed that the process does not have in a set.
func lacking(needed []Capability, in cap.Flag) []Capability {
	var without []Capability
	is := cap.GetProc()
	for _, c := range needed {
		if on, err := is.GetFlag(in, value(c)); err != nil || !on {
			without = append(without, c)
		}
	}
	return without
}

// value is the kernel's number of a capability. A name that libcap does not know is beyond all numbers, so that nobody has it.
func value(c Capability) cap.Value {
	v, err := cap.FromName(strings.ToLower(string(c)))
	if err != nil {
		return cap.MaxBits()
	}
	return v
}

var dropped atomic.Bool

// Dropped tells whether the process has given its capabilities up.
func Dropped() bool { return dropped.Load() }

// DropAll gives up every capability, in all threads and for good: no program that is executed later gets one, either. It
// looks at what the kernel says of each thread, since a thread that kept some could give them back to attackers.
func DropAll() error {
	const op = "give up all capabilities (espbeat.privileges.drop: all): "
	if _, err := cap.Prctlw(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf(op+"no_new_privs: %w", err)
	}
	if err := cap.NewSet().SetProc(); err != nil {
		return fmt.Errorf(op+"capset: %w: a system call policy of your own (seccomp) has to allow capset", err)
	}
	dropped.Store(true)
	threads, err := filepath.Glob("/proc/self/task/*/status")
	if err == nil && len(threads) == 0 {
		err = os.ErrNotExist
	}
	if err != nil {
		return fmt.Errorf(op+"look at the threads in /proc/self/task: %w: /proc has to be mounted", err)
	}
	for _, status := range threads {
		left, err := threadCapabilities(status)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH): // the thread has ended
		case err != nil:
			return fmt.Errorf(op+"look at the threads: %w", err)
		case left != "":
			return fmt.Errorf(op+"a thread still has some (%s): leave espbeat.privileges.drop out, and report this", left)
		}
	}
	return nil
}

// KeepFromChildren leaves the capabilities of this process to it alone: a program that it starts gets none of them. Those that a start as another
// user, or a service manager, made ambient would go along otherwise; see capabilities(7).
func KeepFromChildren() error {
	if err := cap.ResetAmbient(); err != nil {
		return fmt.Errorf("keep capabilities from programs that are started: %w", err)
	}
	return nil
}

// threadCapabilities returns the line of a thread's status that has a capability, or "".
func threadCapabilities(status string) (string, error) {
	f, err := os.Open(status)
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, set, _ := strings.Cut(lines.Text(), ":")
		switch name {
		case "CapInh", "CapPrm", "CapEff", "CapAmb":
			if strings.Trim(set, "\t 0") != "" {
				return lines.Text(), nil
			}
		}
	}
	return "", lines.Err()
}
