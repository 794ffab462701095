// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ethtoolGSet is ETHTOOL_GSET (linux/ethtool.h).
const ethtoolGSet = 1

// ethtoolCmd is struct ethtool_cmd (linux/ethtool.h).
type ethtoolCmd struct {
	cmd, supported, advertising uint32
	speed                       uint16 // Mbit/s, low half
	_                           [6]uint8
	_                           [2]uint32
	speedHigh                   uint16
	_                           [2]uint8
	_                           [3]uint32
}

// linkSpeed is the speed of an interface in the network namespace of the calling
// thread, Mbit/s; 0 when it is not known.
func linkSpeed(name string) int {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	answer := &ethtoolCmd{cmd: ethtoolGSet}
	request := struct { // struct ifreq with ifr_data
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(answer)}
	if copy(request.name[:unix.IFNAMSIZ-1], name) < len(name) {
		return 0 // no interface has a name that long
	}
	var pinned runtime.Pinner // the kernel follows the pointer in the request
	pinned.Pin(answer)
	defer pinned.Unpin()
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return 0
	}
	if answer.speed == 0xffff && answer.speedHigh == 0xffff { // SPEED_UNKNOWN
		return 0
	}
	return int(answer.speedHigh)<<16 | int(answer.speed)
}
