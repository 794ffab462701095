// SPDX-License-Identifier: Apache-2.0

package gen

import "encoding/binary"

// flood writes n packets of 60 bytes to one host: SYNs to a port and datagrams to any, each from another source, a microsecond apart.
func flood(w *writer, n int) error {
	r := random()
	victim := end{address: [4]byte{192, 0, 2, 10}}
	payload := make([]byte, 18)
	var frame []byte
	for range n {
		from := end{port: uint16(1024 + r.IntN(64512))}
		binary.BigEndian.PutUint32(from.address[:], r.Uint32())
		from.address[0] = 11 + from.address[0]%100 // unicast, and none of this network
		id := uint16(r.Uint32())
		if r.IntN(2) == 0 {
			victim.port = 443
			frame = tcpFrame(frame[:0], from, victim, id, r.Uint32(), 0, syn, nil)
		} else {
			victim.port = uint16(1 + r.IntN(65535))
			binary.BigEndian.PutUint64(payload, r.Uint64())
			frame = udpFrame(frame[:0], from, victim, id, payload)
		}
		if err := w.put(frame, 1_000); err != nil {
			return err
		}
	}
	return nil
}
