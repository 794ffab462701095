// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import (
	"errors"
	"io"
)

// followLinks: interfaces are looked for from time to time.
func followLinks(bool, chan<- struct{}) (io.Closer, error) {
	return nil, errors.ErrUnsupported
}
