// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package capture

import (
	"errors"
	"io/fs"
)

// Errors of the system that have a remedy; only permission is told apart here.
var (
	errPermission                     = []error{fs.ErrPermission}
	errNoDevice, errDown, errNoMemory []error
)

func isErr(err error, any []error) bool {
	for _, e := range any {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
