// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package privileges

import (
	"fmt"
	"runtime"
)

// Missing are none: only Linux has capabilities.
func Missing([]Capability) []Capability { return nil }

// Dropped is never so.
func Dropped() bool { return false }

// DropAll has nothing to give up.
func DropAll() error {
	return fmt.Errorf("espbeat.privileges.drop: all: there are no capabilities on %s: remove it", runtime.GOOS)
}

// KeepFromChildren has nothing to keep.
func KeepFromChildren() error { return nil }

// Do cannot be done.
func (c Change) Do() error {
	return fmt.Errorf("espbeat.privileges.user: %q: not supported on %s: remove it, and start espbeat as that user", c.User, runtime.GOOS)
}
