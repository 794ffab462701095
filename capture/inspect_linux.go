// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"net"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// InspectInterface finds out about an interface, by its own name or AnyInterface, in a network namespace as LiveOptions.NetNS names it. It needs
// no privileges in the process's own.
func InspectInterface(name, netns string) (s InterfaceState, err error) {
	if name == AnyInterface {
		return InterfaceState{Name: name, Up: true, Running: true, LinkType: linkSLL2}, nil
	}
	err = inNetNS(netns, func(uint64) error {
		hatype, err := interfaceType(name)
		if err != nil {
			return systemError("find", name, os.NewSyscallError("ioctl", err))
		}
		i, err := net.InterfaceByName(name)
		if err != nil {
			return systemError("find", name, err)
		}
		s = InterfaceState{Name: name, Up: i.Flags&net.FlagUp != 0, Running: i.Flags&net.FlagRunning != 0, Features: features(name)}
		s.LinkType, _ = linkOfARPHRD(hatype)
		return nil
	})
	return s, err
}

// CheckFilter tells whether a capture from an interface can have this filter.
func CheckFilter(s InterfaceState, expr string, snapLen int) error {
	_, _, err := kernelFilter(expr, s.LinkType, max(snapLen, lookLen))
	return err
}

// Commands of the ioctl SIOCETHTOOL that read one value (linux/ethtool.h).
const (
	ethtoolGTXCSUM = 0x16
	ethtoolGTSO    = 0x1e
	ethtoolGGSO    = 0x23
	ethtoolGFlags  = 0x25
	ethtoolGGRO    = 0x2b

	ethtoolFlagLRO = 1 << 15
)

func features(name string) []string {
	on := []string{}
	for _, f := range []struct {
		name string
		read uint32
		mask uint32
	}{
		{FeatureGRO, ethtoolGGRO, 1}, {FeatureLRO, ethtoolGFlags, ethtoolFlagLRO},
		{FeatureTSO, ethtoolGTSO, 1}, {FeatureGSO, ethtoolGGSO, 1}, {FeatureChecksum, ethtoolGTXCSUM, 1},
	} {
		if v, err := ethtoolValue(name, f.read); err == nil && v&f.mask != 0 {
			on = append(on, f.name)
		}
	}
	return on
}

// ethtoolValue is a command's struct ethtool_value.data.
func ethtoolValue(name string, command uint32) (uint32, error) {
	value := struct{ cmd, data uint32 }{cmd: command}
	// struct ifreq, of which the kernel reads and writes 40 bytes at most.
	ifr := struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(&value)}
	copy(ifr.name[:unix.IFNAMSIZ-1], name)
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&ifr))); errno != 0 {
		return 0, errno
	}
	return value.data, nil
}
