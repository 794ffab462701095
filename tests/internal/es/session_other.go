// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package es

import "syscall"

func ownSession() *syscall.SysProcAttr { return nil }
