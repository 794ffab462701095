// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// maxBufferTime is what nobody needs more of: the ring is bounded anyway.
const maxBufferTime = time.Minute

// Live is what an input of type live may set about which interfaces it captures from.
type Live struct {
	// ExcludeInterfaces are globs: what they match is left out of what the globs of Interfaces find.
	ExcludeInterfaces []string `config:"exclude_interfaces"`
	// WaitForInterfaces waits also at the start for interfaces that are named and not there.
	WaitForInterfaces bool `config:"wait_for_interfaces"`
	// BufferTime makes the kernel's ring hold so much of the interface's link speed, instead of buffer_size; 0 does not.
	BufferTime time.Duration `config:"buffer_time"`
	// NetNS is the network namespace of the interfaces: a name of `ip netns`, or a path; empty is the process's own.
	NetNS string `config:"netns"`
}

func isGlob(s string) bool { return strings.ContainsAny(s, `*?[`) }

func (l *Live) check(key string, interfaces []string) error {
	for name, globs := range map[string][]string{"interfaces": interfaces, "exclude_interfaces": l.ExcludeInterfaces} {
		for i, g := range globs {
			if _, err := path.Match(g, ""); err != nil {
				return fault(fmt.Sprintf("%s.%s.%d", key, name, i), quoted(g), "no pattern, use globs such as eth* or veth[0-9]*")
			}
		}
	}
	switch {
	case slices.Contains(l.ExcludeInterfaces, ""):
		return fault(key+".exclude_interfaces", quoted(""), "an empty glob, remove it")
	case len(l.ExcludeInterfaces) > 0 && !slices.ContainsFunc(interfaces, isGlob):
		return fault(key+".exclude_interfaces", l.ExcludeInterfaces, "only interfaces that a glob finds are left out, use a glob such as * in interfaces")
	case l.BufferTime < 0 || l.BufferTime > maxBufferTime:
		return fault(key+".buffer_time", l.BufferTime, fmt.Sprintf("use a duration to %s, or 0 for buffer_size", maxBufferTime))
	case l.NetNS != "" && !path.IsAbs(l.NetNS) && (strings.Contains(l.NetNS, "/") || l.NetNS == "." || l.NetNS == ".."):
		return fault(key+".netns", quoted(l.NetNS), "no network namespace, use a name that `ip netns list` shows, or an absolute path such as /proc/PID/ns/net")
	}
	return nil
}
