// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestListInterfaces(t *testing.T) {
	newVethPair(t, "addr add 192.0.2.5/24 dev veth1", "link set veth0 alias uplink", "link set veth1 down")
	list, err := ListInterfaces()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]InterfaceInfo{}
	for i, info := range list {
		if info.Number != i+1 {
			t.Errorf("%s has the number %d in place %d", info.Name, info.Number, i+1)
		}
		byName[info.Name] = info
	}
	if lo := byName["lo"]; !lo.Up || !lo.Loopback || !slices.Contains(lo.Addresses, netip.MustParsePrefix("127.0.0.1/8")) {
		t.Errorf("lo is %+v", lo)
	}
	if v := byName["veth0"]; !v.Up || v.Loopback || v.Description != "uplink" || len(v.MAC) != 6 {
		t.Errorf("veth0 is %+v", v)
	}
	if v := byName["veth1"]; v.Up || v.Running || !slices.Equal(v.Addresses, []netip.Prefix{netip.MustParsePrefix("192.0.2.5/24")}) {
		t.Errorf("veth1 is %+v", v)
	}
	if last := list[len(list)-1]; last.Name != AnyInterface || last.Description == "" {
		t.Errorf("the last one is %+v, want %s", last, AnyInterface)
	}
}

func TestCaptureDefaultRoute(t *testing.T) {
	newVethPair(t, "addr add 192.0.2.5/24 dev veth1", "route add default via 192.0.2.1 dev veth1")
	l := mustOpenLive(t, LiveOptions{Interface: DefaultRoute})
	if got := l.Interfaces()[0]; got.Name != "veth1" || got.LinkType != linkEthernet || got.SnapLen != maxPacket {
		t.Errorf("the interface is %+v", got)
	}
}

func TestDefaultRouteTables(t *testing.T) {
	const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
	const zero = "00000000000000000000000000000000"
	for _, c := range []struct {
		name, text, want string
		parse            func(string) (string, bool)
	}{
		{"empty", "", "", defaultRoute4},
		{"head_only", head, "", defaultRoute4},
		{"lowest_metric", head + "wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\neth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", "eth0", defaultRoute4},
		{"no_default", head + "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", "", defaultRoute4},
		{"half_the_internet", head + "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n", "", defaultRoute4},
		{"rejecting", head + "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n", "", defaultRoute4},
		{"broken_line", head + "eth0\t00000000\tx\ty\t0\t0\tz\t00000000\n", "", defaultRoute4},
		{"ipv6", zero + " 00 " + zero + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n", "eth0", defaultRoute6},
		{"ipv6_unreachable", zero + " 00 " + zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200       lo\n", "", defaultRoute6},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := c.parse(c.text); got != c.want || ok != (c.want != "") {
				t.Errorf("%q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func TestLinkOfARPHRD(t *testing.T) {
	for _, c := range []struct {
		hatype uint16
		link   LinkType
		cooked bool
	}{
		{unix.ARPHRD_ETHER, linkEthernet, false},
		{unix.ARPHRD_LOOPBACK, linkEthernet, false},
		{unix.ARPHRD_PPP, linkRaw, true},
		{unix.ARPHRD_NONE, linkRaw, true},
		{unix.ARPHRD_IEEE80211_RADIOTAP, linkRadiotap, false},
		{unix.ARPHRD_INFINIBAND, linkSLL2, true},
	} {
		if link, cooked := linkOfARPHRD(c.hatype); link != c.link || cooked != c.cooked {
			t.Errorf("device type %d is %d, %v; want %d, %v", c.hatype, link, cooked, c.link, c.cooked)
		}
	}
}
