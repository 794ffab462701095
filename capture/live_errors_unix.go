// SPDX-License-Identifier: Apache-2.0

//go:build unix

package capture

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Errors of the system that have a remedy.
var (
	errPermission = []error{unix.EPERM, unix.EACCES}
	errNoDevice   = []error{unix.ENODEV, unix.ENXIO}
	errDown       = []error{unix.ENETDOWN}
	errNoMemory   = []error{unix.ENOMEM, unix.ENOBUFS}
)

func isErr(err error, any []error) bool {
	for _, e := range any {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
