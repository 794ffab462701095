// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package tshark

import "os"

// pipe makes one. Its size is not known.
func pipe() (r, w *os.File, wide bool, err error) {
	r, w, err = os.Pipe()
	return r, w, false, err
}
