// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package cmd

import "github.com/espbeat/espbeat/config"

// allowSyscalls has nothing to allow: only Linux has a system call policy.
func allowSyscalls() error { return nil }

// allowTshark has nothing to allow, either.
func allowTshark() error { return nil }

// allowDrop has nothing to allow, either.
func allowDrop(*config.Privileges) error { return nil }
