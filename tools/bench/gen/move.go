// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"encoding/binary"
	"io/fs"
	"path/filepath"
	"strings"
)

// captures are the capture files below dir, in order of their names.
func captures(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".pcap") || strings.HasSuffix(path, ".pcapng") {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// move turns both unicast addresses of an IPv4 frame to other ones, another pair a round, and keeps its checksums as right or wrong as
// they were (RFC 1624). Inner packets of tunnels and ICMP errors stay; so do IPv6 addresses.
func move(frame []byte, round uint16) {
	at := 12
	for at+4 <= len(frame) && (be(frame[at:]) == 0x8100 || be(frame[at:]) == 0x88a8) {
		at += 4
	}
	if at+2+20 > len(frame) || be(frame[at:]) != 0x0800 {
		return
	}
	ip := frame[at+2:]
	sums := [][]byte{ip[10:12]}
	if sum := transportSum(ip); sum != nil {
		sums = append(sums, sum)
	}
	for _, address := range [][]byte{ip[12:16], ip[16:20]} {
		if address[0] == 0 || address[0] >= 224 {
			continue // this host, multicast, broadcast
		}
		// Octets 2 and 3 lie in two of the words that are summed.
		change(address[0:2], be(address[0:])^round>>8, sums)
		change(address[2:4], be(address[2:])^round<<8, sums)
	}
}

// transportSum is where the checksum of TCP or UDP lies, whose pseudo header has the addresses; nil where there is none.
func transportSum(ip []byte) []byte {
	size := int(ip[0]&15) * 4
	if be(ip[6:])&0x1fff != 0 || size < 20 || size+18 > len(ip) { // a later fragment
		return nil
	}
	switch l4 := ip[size:]; {
	case ip[9] == 6:
		return l4[16:18]
	case ip[9] == 17 && be(l4[6:]) != 0: // 0: UDP without a checksum
		return l4[6:8]
	}
	return nil
}

// change sets a word and corrects the checksums that cover it.
func change(word []byte, to uint16, sums [][]byte) {
	from := be(word)
	binary.BigEndian.PutUint16(word, to)
	for _, sum := range sums {
		s := uint32(^be(sum)) + uint32(^from) + uint32(to)
		for s>>16 != 0 {
			s = s&0xffff + s>>16
		}
		binary.BigEndian.PutUint16(sum, ^uint16(s))
	}
}

func be(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
