// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"golang.org/x/sys/unix"
)

// maxNamed bounds the interfaces that a capture of `any` tells apart: containers
// come and go for years. Packets of later ones belong to `any` itself.
const maxNamed = 4096

// linkOfARPHRD is the link type that a device type (linux/if_arp.h) is captured
// as. Cooked means that the kernel hands packets over without their link header:
// for raw IP because there is none, else because this knows no link type for it.
func linkOfARPHRD(hatype uint16) (link LinkType, cooked bool) {
	switch hatype {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return linkEthernet, false
	case unix.ARPHRD_PPP, unix.ARPHRD_RAWIP, unix.ARPHRD_NONE, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6,
		unix.ARPHRD_SIT, unix.ARPHRD_IPGRE, unix.ARPHRD_IP6GRE, unix.ARPHRD_6LOWPAN:
		return linkRaw, true
	case unix.ARPHRD_IEEE80211:
		return 105, false
	case unix.ARPHRD_IEEE80211_PRISM:
		return 119, false
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return linkRadiotap, false
	case unix.ARPHRD_IEEE802154, unix.ARPHRD_IEEE802154_MONITOR:
		return 230, false // without the checksum
	}
	return linkSLL2, true
}

// withInterface runs an ioctl on a socket of this thread's network namespace.
func withInterface(ifr *unix.Ifreq, op uint) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.IoctlIfreq(fd, op, ifr)
}

func interfaceIndex(name string) (int, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, unix.ENODEV // no interface has a name that long
	}
	if err := withInterface(ifr, unix.SIOCGIFINDEX); err != nil {
		return 0, err
	}
	return int(ifr.Uint32()), nil
}

func interfaceType(name string) (uint16, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, unix.ENODEV
	}
	if err := withInterface(ifr, unix.SIOCGIFHWADDR); err != nil {
		return 0, err
	}
	return ifr.Uint16(), nil
}

func (e *ringEngine) interfaces() []Interface {
	e.ifmu.Lock()
	defer e.ifmu.Unlock()
	return append([]Interface(nil), e.ifaces...)
}

// place is where an interface index stands in the list; only the capturing
// goroutine calls it, so that the map needs no lock.
func (e *ringEngine) place(index int) int {
	if e.index == nil {
		return 0
	}
	at, ok := e.index[index]
	if ok {
		return at
	}
	if len(e.index) >= maxNamed {
		return 0
	}
	ifr, _ := unix.NewIfreq("")
	ifr.SetUint32(uint32(index))
	// The capture's own socket asks, because it is of the right network namespace.
	if err := unix.IoctlIfreq(e.fd, unix.SIOCGIFNAME, ifr); err == nil {
		e.ifmu.Lock()
		at = len(e.ifaces)
		e.ifaces = append(e.ifaces, Interface{
			ID: index, Name: ifr.Name(), Description: describe(ifr.Name()), LinkType: e.link, SnapLen: e.ifaces[0].SnapLen,
		})
		e.ifmu.Unlock()
	}
	e.index[index] = at
	return at
}
