// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const haveAny = true

// describe is the alias that an administrator gave (`ip link set … alias …`).
func describe(name string) string {
	if name == AnyInterface {
		return anyDescription
	}
	return descriptions()[name]
}

// descriptions are all interfaces' aliases, in the network namespace of the calling
// thread; empty when the kernel does not tell.
func descriptions() map[string]string {
	found := map[string]string{}
	table, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return found
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return found
	}
	for i := range messages {
		if messages[i].Header.Type != unix.RTM_NEWLINK {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&messages[i])
		if err != nil {
			continue
		}
		var name, alias string
		for _, a := range attrs {
			switch a.Attr.Type {
			case unix.IFLA_IFNAME:
				name = unix.ByteSliceToString(a.Value)
			case unix.IFLA_IFALIAS:
				alias = unix.ByteSliceToString(a.Value)
			}
		}
		if alias != "" {
			found[name] = alias
		}
	}
	return found
}

// defaultRoute is the interface of the default route with the lowest metric, of
// IPv4 before IPv6, in the network namespace of the calling thread.
func defaultRoute() (string, error) {
	const dir = "/proc/thread-self/net/"
	for _, table := range []struct {
		file  string
		parse func(string) (string, bool)
	}{{"route", defaultRoute4}, {"ipv6_route", defaultRoute6}} {
		text, err := os.ReadFile(dir + table.file)
		if errors.Is(err, fs.ErrNotExist) { // a kernel without that protocol
			continue
		}
		if err != nil {
			return "", fmt.Errorf("open interface %s: %w", DefaultRoute, err)
		}
		if name, ok := table.parse(string(text)); ok {
			return name, nil
		}
	}
	return "", fmt.Errorf("open interface %s: this machine has no default route; give the interface's own name, see `espbeat --list`", DefaultRoute)
}

const (
	routeUp     = 0x0001
	routeReject = 0x0200
)

// defaultRoute4 reads /proc/net/route: a head line, then interface, destination,
// gateway, flags, reference count, use, metric (decimal), mask and more; the other
// numbers are hexadecimal.
func defaultRoute4(text string) (string, bool) {
	best, found := uint64(0), ""
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		flags, err1 := strconv.ParseUint(f[3], 16, 32)
		metric, err2 := strconv.ParseUint(f[6], 10, 32)
		if err1 != nil || err2 != nil || flags&routeUp == 0 || flags&routeReject != 0 {
			continue
		}
		if found == "" || metric < best {
			best, found = metric, f[0]
		}
	}
	return found, found != ""
}

// defaultRoute6 reads /proc/net/ipv6_route: destination, prefix length, source,
// its prefix length, next hop, metric, reference count, use, flags and interface,
// all numbers hexadecimal. Every machine has a default route to lo that rejects.
func defaultRoute6(text string) (string, bool) {
	best, found := uint64(0), ""
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 10 || strings.Trim(f[0], "0") != "" || f[1] != "00" {
			continue
		}
		metric, err1 := strconv.ParseUint(f[5], 16, 32)
		flags, err2 := strconv.ParseUint(f[8], 16, 32)
		if err1 != nil || err2 != nil || flags&routeUp == 0 || flags&routeReject != 0 || f[9] == "lo" {
			continue
		}
		if found == "" || metric < best {
			best, found = metric, f[9]
		}
	}
	return found, found != ""
}
