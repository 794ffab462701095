// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// TestCaptureTunnel: a tun device has no link header.
func TestCaptureTunnel(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newNamespace(t)
		tun, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Skipf("capture of a tunnel is not tested: /dev/net/tun cannot be opened (%v); load the kernel module tun", err)
		}
		defer unix.Close(tun)
		ifr, err := unix.NewIfreq("tun0")
		if err != nil {
			t.Fatal(err)
		}
		ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(tun, unix.TUNSETIFF, ifr); err != nil {
			t.Skipf("capture of a tunnel is not tested: a tun device cannot be made (%v)", err)
		}
		ip(t, "link set tun0 addrgenmode none")
		ip(t, "link set tun0 up")
		filter := ""
		if libpcap.Load() == nil {
			filter = "udp port 2000"
		}
		l := mustOpenLive(t, LiveOptions{Interface: "tun0", Engine: engine, Filter: filter})
		other := ipv4(17, 1000, 2001, false, 10)
		wanted := append(ipv4(17, 1000, 2000, false, 10), "tunnel"...)
		for _, p := range [][]byte{other, wanted} {
			if _, err := unix.Write(tun, p); err != nil {
				t.Fatal(err)
			}
		}
		all := collect(t, l, "tunnel")
		last := all[len(all)-1]
		if last.LinkType != linkRaw || !bytes.Equal(last.Data, wanted) || last.Length != len(wanted) {
			t.Errorf("the packet is %+v", last)
		}
		if filter != "" && len(all) != 1 {
			t.Errorf("%d packets passed the filter", len(all))
		}
	})
}
