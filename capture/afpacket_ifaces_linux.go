// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"math"

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

// isUp reports whether the captured interface is up; an error says that there is none
// with its index any more, whatever has its name. The capture's own socket asks,
// because it is of the right network namespace.
func (e *ringEngine) isUp() (bool, error) {
	ifr, _ := unix.NewIfreq("")
	ifr.SetUint32(uint32(e.ifaces[0].ID))
	if err := unix.IoctlIfreq(e.fd, unix.SIOCGIFNAME, ifr); err != nil {
		return false, err
	}
	name, err := unix.NewIfreq(ifr.Name())
	if err != nil {
		return false, err
	}
	if err := unix.IoctlIfreq(e.fd, unix.SIOCGIFFLAGS, name); err != nil {
		return false, err
	}
	return name.Uint16()&unix.IFF_UP != 0, nil
}

// mtuSlack is how much longer than the MTU a frame from the wire may be: cards take tags
// and tunnels' headers beyond it, as long as the frame fits into their 2 KiB buffers.
const mtuSlack = 512

// longestOf is the longest frame of an interface as the ring shows them; without a
// limit where it is not known.
func (e *ringEngine) longestOf(name string) int {
	head := 0
	switch e.link {
	case linkEthernet:
		head = 14
	case linkRaw, linkSLL2:
	default:
		return math.MaxInt
	}
	ifr, err := unix.NewIfreq(name)
	if err != nil || unix.IoctlIfreq(e.fd, unix.SIOCGIFMTU, ifr) != nil {
		return math.MaxInt
	}
	return head + int(ifr.Uint32()) + mtuSlack
}

// exceedsMTU reports whether a frame is longer than what passes the wire: what the
// kernel segments is told by the ring for TCP only, and not before Linux 6.0.
func (e *ringEngine) exceedsMTU(length, at int) bool {
	if length <= e.longest[at] {
		return false
	}
	e.ifmu.Lock()
	name := e.ifaces[at].Name
	e.ifmu.Unlock()
	e.longest[at] = e.longestOf(name) // the MTU may have been changed
	return length > e.longest[at]
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
		in := e.ifaces[0]
		in.ID, in.Name, in.Description = index, ifr.Name(), ""
		_ = inNetNS(in.NetNS, func(uint64) error {
			in.Description = describe(in.Name)
			return nil
		})
		e.ifmu.Lock()
		at = len(e.ifaces)
		e.ifaces = append(e.ifaces, in)
		e.ifmu.Unlock()
		e.longest = append(e.longest, e.longestOf(in.Name))
	}
	e.index[index] = at
	return at
}
