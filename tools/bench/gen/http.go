// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"fmt"
	"math/rand/v2"
)

// connections at a time of the HTTP workload.
const connections = 16

// transfers writes n packets of downloads over HTTP, a run of packets of one connection after one of another.
func transfers(w *writer, n int) error {
	r := random()
	body := make([]byte, 1<<19) // of any response, a part of it
	for i := range body {
		body[i] = byte(r.Uint32())
	}
	var open [connections][][]byte
	for n > 0 {
		c := &open[r.IntN(connections)]
		if len(*c) == 0 {
			*c = download(r, body)
		}
		run := min(1+r.IntN(8), len(*c), n)
		for _, frame := range (*c)[:run] {
			if err := w.put(frame, 12_000); err != nil { // about a gigabit a second
				return err
			}
		}
		*c, n = (*c)[run:], n-run
	}
	return nil
}

// connection makes the frames of one, with the right numbers.
type connection struct {
	ends   [2]end // client, server
	next   [2]uint32
	ids    [2]uint16
	frames [][]byte
}

// send adds a segment of the side.
func (c *connection) send(side int, flags byte, payload []byte) {
	peer := 1 - side
	acked := c.next[peer]
	if flags&ack == 0 {
		acked = 0
	}
	c.frames = append(c.frames, tcpFrame(nil, c.ends[side], c.ends[peer], c.ids[side], c.next[side], acked, flags, payload))
	c.ids[side]++
	c.next[side] += uint32(len(payload))
	if flags&(syn|fin) != 0 {
		c.next[side]++
	}
}

// download makes the packets of a connection with one to four requests.
func download(r *rand.Rand, body []byte) [][]byte {
	const browser, server = 0, 1
	c := &connection{
		ends: [2]end{client(r), {[4]byte{10, 2, 0, byte(1 + r.IntN(20))}, 80}},
		next: [2]uint32{r.Uint32(), r.Uint32()}, ids: [2]uint16{uint16(r.Uint32()), uint16(r.Uint32())},
	}
	c.send(browser, syn, nil)
	c.send(server, syn|ack, nil)
	c.send(browser, ack, nil)
	for range 1 + r.IntN(4) {
		c.send(browser, psh|ack, fmt.Appendf(nil, "GET /files/%d/part-%d.bin?session=%08x HTTP/1.1\r\nHost: files%d.example.com\r\n"+
			"User-Agent: curl/8.5.0\r\nAccept: */*\r\nCookie: id=%016x\r\n\r\n", r.IntN(100), r.IntN(10_000), r.Uint32(), c.ends[server].address[3], r.Uint64()))
		size := 2_000 + r.IntN(300_000)
		response := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 06 Jan 2025 10:00:00 GMT\r\nContent-Type: application/octet-stream\r\n"+
			"Content-Length: %d\r\nETag: \"%08x\"\r\n\r\n", size, r.Uint32())
		response = append(response, body[:size]...)
		for i := 0; len(response) > 0; i++ {
			part, flags := response[:min(mss, len(response))], byte(ack)
			if response = response[len(part):]; len(response) == 0 {
				flags |= psh
			}
			c.send(server, flags, part)
			if i%2 == 1 || len(response) == 0 { // delayed acknowledgements
				c.send(browser, ack, nil)
			}
		}
	}
	c.send(browser, fin|ack, nil)
	c.send(server, fin|ack, nil)
	c.send(browser, ack, nil)
	return c.frames
}
