// SPDX-License-Identifier: Apache-2.0

//go:build unix

package discover

import (
	"io/fs"
	"syscall"
)

// names is how many names an open file still has.
func names(info fs.FileInfo) (n uint64, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(st.Nlink), true //nolint:unconvert // its type differs between systems
}
