// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"bytes"
	"path/filepath"
	"testing"
)

// udp is an Ethernet frame of IPv4 and UDP, 10.1.2.3 to 224.0.0.1, with both checksums right.
func udp() []byte {
	p := []byte{
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 38, 0, 1, 0, 0, 64, 17, 0, 0, 10, 1, 2, 3, 224, 0, 0, 1,
		0, 53, 0, 53, 0, 18, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	}
	set := func(at int, s uint16) { p[at], p[at+1] = byte(^s>>8), byte(^s) }
	set(24, sum(p[14:34]))
	set(40, udpSum(p))
	return p
}

func udpSum(p []byte) uint16 {
	return sum(append(append([]byte{0, 17, 0, 18}, p[26:34]...), p[34:]...))
}

func sum(b []byte) uint16 {
	var s uint32
	for ; len(b) > 1; b = b[2:] {
		s += uint32(be(b))
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

func TestMoveKeepsChecksums(t *testing.T) {
	tagged := append(append(append([]byte{}, udp()[:12]...), 0x81, 0, 0, 5), udp()[12:]...)
	for name, c := range map[string]struct {
		frame []byte
		round uint16
		at    int // of the source address
		want  []byte
	}{
		"first round":            {udp(), 0, 26, []byte{10, 1, 2, 3}},
		"low and high octet":     {udp(), 0x0304, 26, []byte{10, 1 ^ 3, 2 ^ 4, 3}},
		"vlan":                   {tagged, 0x0101, 30, []byte{10, 0, 3, 3}},
		"multicast stays":        {udp(), 0xffff, 30, []byte{224, 0, 0, 1}},
		"no IP":                  {bytes.Repeat([]byte{7}, 60), 9, 26, []byte{7, 7, 7, 7}},
		"IPv4 one byte short":    {udp()[:33], 9, 26, []byte{10, 1, 2, 3}},
		"UDP without its length": {udp()[:40], 0x0100, 26, []byte{10, 0, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			move(c.frame, c.round)
			if got := c.frame[c.at : c.at+4]; !bytes.Equal(got, c.want) {
				t.Errorf("address %v, want %v", got, c.want)
			}
			if len(c.frame) != len(udp()) || c.frame[12] != 8 {
				return
			}
			if got := sum(c.frame[14:34]); got != 0xffff {
				t.Errorf("header sums to %#x", got)
			}
			if got := udpSum(c.frame); got != 0xffff {
				t.Errorf("datagram sums to %#x", got)
			}
		})
	}
	move(nil, 1)
}

func TestMixed(t *testing.T) {
	dir := t.TempDir()
	one := []packet{{udp(), 5}}
	if err := toFile(filepath.Join(dir, "one.pcap"), func(w *writer) error { return replay(w, one, 1) }); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.pcap")
	if err := Write(out, Mixed, dir, 3); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	frames := framesOf(t, out)
	for _, f := range frames {
		seen[string(f[26:30])] = true
	}
	if len(frames) != 3 || len(seen) != 3 {
		t.Errorf("%d packets with %d source addresses, want 3 and 3", len(frames), len(seen))
	}
}

func TestMixedFails(t *testing.T) {
	for name, dir := range map[string]string{"no such folder": "no-such", "no captures": t.TempDir()} {
		if err := Write(filepath.Join(t.TempDir(), "x"), Mixed, dir, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEthernet(t *testing.T) {
	for name, c := range map[string]struct {
		link uint32
		in   []byte
		kind uint16 // EtherType; 0: not to be had
	}{
		"null, IPv4": {linkNull, []byte{2, 0, 0, 0, 0x45}, 0x0800},
		"loop, IPv6": {linkLoop, []byte{0, 0, 0, 24, 0x60}, 0x86dd},
		"cooked":     {linkCooked, append(make([]byte, 14), 8, 6, 0), 0x0806},
		"short":      {linkNull, []byte{2, 0, 0, 0}, 0},
		"other":      {127, make([]byte, 60), 0},
	} {
		got := ethernet(c.link, c.in)
		if c.kind == 0 && got != nil || c.kind != 0 && (len(got) < 14 || be(got[12:]) != c.kind) {
			t.Errorf("%s: %x", name, got)
		}
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]Count{"7": 7, "200k": 200_000, "2M": 2_000_000, "": 0, "0": 0, "-1": 0, "k": 0, "2G": 0, "1 k": 0} {
		var s Count
		err := s.Set(text)
		if s != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", text, s, err)
		}
	}
}
