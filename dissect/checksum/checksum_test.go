// SPDX-License-Identifier: Apache-2.0

package checksum

import (
	"encoding/binary"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

func TestTransport(t *testing.T) {
	const udp = 17
	b := []byte{0, 1, 0, 2, 0, 10, 0, 0, 'h', 'i'}
	var p dissect.Packet
	p.SetIP(4, []byte{192, 0, 2, 1}, []byte{192, 0, 2, 2}, udp)
	binary.BigEndian.PutUint16(b[6:], ^Fold(Sum(Pseudo(&p, udp, len(b)), b)))
	wrong := append([]byte{}, b...)
	wrong[6] ^= 1
	for _, c := range []struct {
		name    string
		b       []byte
		length  int
		offload bool
		want    Status
	}{
		{"good", b, 10, false, Good},
		{"good_all_the_same", b, 10, true, Good},
		{"bad", wrong, 10, false, Bad},
		{"left_to_the_card", wrong, 10, true, Unverified},
		{"cut", b, 11, false, Unverified},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.ChecksumOffload = c.offload
			if got := Transport(&p, udp, c.b, c.length); got != c.want {
				t.Errorf("status %d, want %d", got, c.want)
			}
		})
	}
}
