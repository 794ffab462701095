// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import (
	"fmt"
	"runtime"
)

const haveAny = false

func describe(string) string { return "" }

func defaultRoute() (string, error) {
	return "", fmt.Errorf("open interface %s: finding it is not supported on %s; give the interface's own name, see `espbeat --list`", DefaultRoute, runtime.GOOS)
}
