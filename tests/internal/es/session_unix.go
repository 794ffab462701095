// SPDX-License-Identifier: Apache-2.0

//go:build unix

package es

import "syscall"

// ownSession keeps Ctrl-C on the tests' terminal from the script that cleans up after them.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
