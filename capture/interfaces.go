// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"net"
	"net/netip"
)

// InterfaceInfo is one line of the list of interfaces.
type InterfaceInfo struct {
	// Number counts from 1 in the order of the list.
	Number int
	// Name is what LiveOptions.Interface takes.
	Name string
	// Description is the alias that an administrator gave (Linux) or what libpcap
	// says (elsewhere, where it is installed); empty when there is none.
	Description string
	// Addresses are those assigned to it, in the system's order, with prefix lengths.
	Addresses []netip.Prefix
	// MAC is the hardware address; nil when there is none.
	MAC net.HardwareAddr
	// Up says that it is switched on, Running that it has a carrier too.
	Up, Running, Loopback bool
}

// ListInterfaces lists what can be captured from, in the system's order, with
// AnyInterface last where there is such a thing. It needs neither privileges nor
// libpcap.
func ListInterfaces() ([]InterfaceInfo, error) {
	ifaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	known := descriptions()
	list := make([]InterfaceInfo, 0, len(ifaces)+1)
	for _, i := range ifaces {
		info := InterfaceInfo{
			Number: len(list) + 1, Name: i.Name, Description: known[i.Name], MAC: i.HardwareAddr,
			Up: i.Flags&net.FlagUp != 0, Running: i.Flags&net.FlagRunning != 0, Loopback: i.Flags&net.FlagLoopback != 0,
		}
		if info.Description == "" && info.Loopback {
			info.Description = "loopback"
		}
		addrs, err := i.Addrs()
		if err != nil { // it went away meanwhile
			continue
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				info.Addresses = append(info.Addresses, p)
			}
		}
		list = append(list, info)
	}
	if haveAny {
		list = append(list, InterfaceInfo{Number: len(list) + 1, Name: AnyInterface, Description: anyDescription, Up: true, Running: true})
	}
	return list, nil
}

const anyDescription = "all interfaces at once"
