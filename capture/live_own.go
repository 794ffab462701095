// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
)

// ownFilter tells the packets of this machine's own TCP connections to some
// remote addresses and ports. The set may be replaced while packets are matched.
type ownFilter struct {
	set atomic.Pointer[ownSet]
}

type ownSet struct {
	remotes map[netip.AddrPort]bool
	ports   [1 << 13]byte // one bit a port, so that most packets cost one look
	locals  map[netip.Addr]bool
}

// replace sets the remotes, and reads this machine's addresses anew. None is everything captured.
func (o *ownFilter) replace(remotes []netip.AddrPort) error {
	if len(remotes) == 0 {
		o.set.Store(nil)
		return nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	s := &ownSet{remotes: map[netip.AddrPort]bool{}, locals: map[netip.Addr]bool{}}
	for _, r := range remotes {
		r = netip.AddrPortFrom(r.Addr().Unmap().WithZone(""), r.Port())
		s.remotes[r] = true
		s.ports[r.Port()>>3] |= 1 << (r.Port() & 7)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok {
				s.locals[ip.Unmap()] = true
			}
		}
	}
	o.set.Store(s)
	return nil
}

// match reports whether a frame belongs to one of those connections.
func (o *ownFilter) match(p []byte, link LinkType) bool {
	s := o.set.Load()
	if s == nil {
		return false
	}
	proto, p := networkOf(p, link)
	var src, dst netip.Addr
	switch {
	case proto == 0x0800 && len(p) >= 20 && p[0]>>4 == 4:
		ihl := int(p[0]&0x0f) * 4
		if p[9] != 6 || ihl < 20 || binary.BigEndian.Uint16(p[6:])&0x1fff != 0 || len(p) < ihl+4 {
			return false
		}
		if !s.hasPort(p[ihl:]) {
			return false
		}
		src, dst = netip.AddrFrom4([4]byte(p[12:16])), netip.AddrFrom4([4]byte(p[16:20]))
		p = p[ihl:]
	case proto == 0x86dd && len(p) >= 44 && p[0]>>4 == 6:
		if p[6] != 6 || !s.hasPort(p[40:]) {
			return false
		}
		src, dst = netip.AddrFrom16([16]byte(p[8:24])), netip.AddrFrom16([16]byte(p[24:40]))
		p = p[40:]
	default:
		return false
	}
	sport, dport := binary.BigEndian.Uint16(p), binary.BigEndian.Uint16(p[2:])
	return s.remotes[netip.AddrPortFrom(dst, dport)] && s.local(src) ||
		s.remotes[netip.AddrPortFrom(src, sport)] && s.local(dst)
}

// hasPort reports whether one of the ports of a TCP header is a remote's.
func (s *ownSet) hasPort(tcp []byte) bool {
	a, b := binary.BigEndian.Uint16(tcp), binary.BigEndian.Uint16(tcp[2:])
	return s.ports[a>>3]&(1<<(a&7)) != 0 || s.ports[b>>3]&(1<<(b&7)) != 0
}

func (s *ownSet) local(a netip.Addr) bool { return a.IsLoopback() || s.locals[a] }

// networkOf finds the EtherType and the network header of a frame behind up to
// four VLAN tags; 0 when there is none that this knows.
func networkOf(p []byte, link LinkType) (uint16, []byte) {
	var proto uint16
	switch link {
	case linkEthernet:
		if len(p) < 14 {
			return 0, nil
		}
		proto, p = binary.BigEndian.Uint16(p[12:]), p[14:]
	case linkSLL2:
		if len(p) < sll2Len {
			return 0, nil
		}
		proto, p = binary.BigEndian.Uint16(p), p[sll2Len:]
	case linkSLL:
		if len(p) < 16 {
			return 0, nil
		}
		proto, p = binary.BigEndian.Uint16(p[14:]), p[16:]
	case linkNull, linkLoop:
		if len(p) < 5 {
			return 0, nil
		}
		return ipEtherType(p[4:])
	case linkRaw:
		return ipEtherType(p)
	}
	for range 4 {
		if proto != 0x8100 && proto != 0x88a8 && proto != 0x9100 || len(p) < 4 {
			break
		}
		proto, p = binary.BigEndian.Uint16(p[2:]), p[4:]
	}
	return proto, p
}

func ipEtherType(p []byte) (uint16, []byte) {
	if len(p) == 0 {
		return 0, nil
	}
	switch p[0] >> 4 {
	case 4:
		return 0x0800, p
	case 6:
		return 0x86dd, p
	}
	return 0, nil
}
