// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import "fmt"

// permissionError says what helps a process that may not capture.
func permissionError(name string, err error) error {
	return fmt.Errorf("may not capture on %s: %w; run with sudo", name, err)
}
