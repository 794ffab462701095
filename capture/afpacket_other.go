// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import (
	"fmt"
	"runtime"
)

const haveAFPacket = false

func openAFPacket(o LiveOptions) (engine, *Filter, error) {
	return nil, nil, fmt.Errorf("open interface %s: the engine afpacket is not supported on %s; use the engine pcap", o.Interface, runtime.GOOS)
}

func noRing(error) bool { return true }
