// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import (
	"fmt"
	"runtime"

	"github.com/espbeat/espbeat/capture/libpcap"
)

const haveAny = false

func describe(string) string { return "" }

func linkSpeed(string) int { return 0 }

// descriptions are those that libpcap has.
func descriptions() map[string]string {
	found := map[string]string{}
	devices, err := libpcap.Devices()
	if err != nil {
		return found
	}
	for _, d := range devices {
		found[d.Name] = d.Description
	}
	return found
}

func defaultRoute() (string, error) {
	return "", fmt.Errorf("open interface %s: finding it is not supported on %s; give the interface's own name, see `espbeat --list`", DefaultRoute, runtime.GOOS)
}
