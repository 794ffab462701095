// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import (
	"fmt"
	"runtime"
)

// inNetNS runs f where it is: only Linux has network namespaces.
func inNetNS(name string, f func(id uint64) error) error {
	if name != "" {
		return fmt.Errorf("enter network namespace %s: not supported on %s; leave netns out", name, runtime.GOOS)
	}
	return f(0)
}
