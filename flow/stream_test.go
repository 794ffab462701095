// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// A message tells how many segments it came in, and what was taken without one counts for the next in tshark's way only.
func TestDelivered(t *testing.T) {
	for _, wireshark := range []bool{false, true} {
		b := newBench(t, Options{})
		b.p.Options = &dissect.Options{Wireshark: wireshark}
		b.take = func(_ int, data []byte) int { // a message ends with a dot; a digit skips as many bytes
			if len(data) == 0 {
				return 0
			}
			if n := int(data[0] - '0'); n < 10 {
				return 1 + n
			}
			n := 1 + strings.IndexByte(string(data), '.')
			if n > 0 {
				b.p.Push(b.p.Registry.All[0])
			}
			return n
		}
		b.send(segment{flags: flagSYN, seq: 1000})
		seq := uint32(1001)
		for _, c := range []struct {
			data                 string
			segments, length     int
			withSkip, skipLength int // in tshark's way
		}{
			{"ab.", 0, 0, 0, 0}, {"a", 0, 0, 0, 0}, {"b", 0, 0, 0, 0}, {"c.d.e", 3, 4, 3, 4}, {"f.", 2, 3, 2, 3}, {".", 0, 0, 0, 0},
			{"5xx", 0, 0, 0, 0}, {"xxx", 0, 0, 0, 0}, {"y", 0, 0, 0, 0}, {"z.", 2, 3, 4, 9}, {"2x", 0, 0, 0, 0}, {"xa.", 0, 0, 2, 5},
		} {
			b.send(segment{flags: flagACK, seq: seq, data: c.data})
			seq += uint32(len(c.data))
			want := dissect.Delivered{Segments: c.segments, Length: uint64(c.length)}
			if wireshark {
				want = dissect.Delivered{Segments: c.withSkip, Length: uint64(c.skipLength)}
			}
			if b.delivered != want {
				t.Errorf("wireshark %v, %s: %+v, want %+v", wireshark, c.data, b.delivered, want)
			}
		}
	}
}

// What the application sees does not depend on how the bytes were cut into segments, nor on their order, repetition or overlap.
func TestStreamIndependentOfSegmentation(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		message := make([]byte, 1+r.IntN(4000))
		for i := range message {
			message[i] = byte(r.Uint32())
		}
		isn := r.Uint32()
		if seed%3 == 0 {
			isn = -uint32(r.IntN(len(message) + 1)) // the numbers wrap within the message
		}
		b := newBench(t, Options{})
		b.take = func(_ int, data []byte) int { // messages of a length byte and as many bytes
			if len(data) == 0 || len(data) <= int(data[0]) {
				return 0
			}
			return 1 + int(data[0])
		}
		b.send(segment{flags: flagSYN, seq: isn - 1})
		var segments []segment
		add := func(from, to int) {
			segments = append(segments, segment{flags: flagACK, seq: isn + uint32(from), data: string(message[from:to])})
		}
		for from := 0; from < len(message); {
			to := min(len(message), from+1+r.IntN(200))
			add(from, to)
			from = to
		}
		for range r.IntN(20) { // retransmitted, cut anew
			from := r.IntN(len(message))
			add(from, from+r.IntN(len(message)-from)+1)
		}
		r.Shuffle(len(segments), func(i, j int) { segments[i], segments[j] = segments[j], segments[i] })
		for _, g := range segments {
			b.send(g)
			if r.IntN(8) == 0 {
				b.send(segment{flags: flagSYN, seq: isn - 1}) // a repeated SYN
			}
		}
		var want []byte
		for at := 0; ; at += 1 + int(message[at]) {
			if at >= len(message) || at+1+int(message[at]) > len(message) {
				want = message[:at]
				break
			}
		}
		if !bytes.Equal(b.got[0], want) {
			t.Fatalf("seed %d: %d bytes of %d, or others", seed, len(b.got[0]), len(want))
		}
		if s := b.s.Stats(); s.StreamGaps != 0 || s.FlowsSeen != 1 || s.StreamBytes != len(message)-len(want) {
			t.Fatalf("seed %d: %+v, rest %d", seed, s, len(message)-len(want))
		}
	}
}

func TestStreamGaps(t *testing.T) {
	t.Run("lost by the capture: given up once the receiver has it", func(t *testing.T) {
		b := newBench(t, Options{})
		b.connect()
		b.send(segment{flags: flagACK, seq: 1001, data: "one "})
		b.send(segment{flags: flagACK, seq: 1015, data: "three "}) // "missing ten" never comes
		b.want(0, "one ")
		b.send(segment{server: true, flags: flagACK, seq: 5001, ack: 1005}) // asks for what is missing
		b.send(segment{flags: flagACK, seq: 1021, data: "four"})
		b.want(0, "one ")
		b.send(segment{server: true, flags: flagACK, seq: 5001, ack: 1025})
		b.send(segment{flags: flagACK, seq: 1025})
		b.want(0, "one three four")
		if s := b.s.Stats(); s.StreamGaps != 1 || s.StreamBytes != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("only late: not given up", func(t *testing.T) {
		b := newBench(t, Options{})
		b.connect()
		b.send(segment{flags: flagACK, seq: 1005, data: "two"})
		b.send(segment{server: true, flags: flagACK, seq: 5001, ack: 1008}) // the capture has the two in another order
		b.send(segment{flags: flagACK, seq: 1001, data: "one "})
		b.want(0, "one two")
		if s := b.s.Stats(); s.StreamGaps != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("too much waits", func(t *testing.T) {
		b := newBench(t, Options{StreamBytes: 1000})
		b.connect()
		for i := range 10 {
			b.send(segment{flags: flagACK, seq: uint32(1101 + 100*i), data: strings.Repeat("x", 100)})
		}
		b.want(0, strings.Repeat("x", 1000))
		if s := b.s.Stats(); s.StreamGaps != 1 || s.StreamBytes != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a late segment over a hole that was given up", func(t *testing.T) {
		b := newBench(t, Options{StreamBytes: 100})
		b.connect()
		b.send(segment{flags: flagACK, seq: 1011, data: strings.Repeat("x", 200)})
		b.send(segment{flags: flagACK, seq: 1001, data: "0123456789"})
		b.want(0, strings.Repeat("x", 200))
	})
}

func TestStreamSkip(t *testing.T) {
	b := newBench(t, Options{})
	calls := 0
	b.take = func(_ int, data []byte) int {
		calls++
		return len(data) + 1000 // a body of 1000 bytes follows
	}
	b.connect()
	b.send(segment{flags: flagACK, seq: 1001, data: "head"})
	for i := range 9 {
		b.send(segment{flags: flagACK, seq: uint32(1005 + 100*i), data: strings.Repeat("b", 100)})
	}
	b.send(segment{flags: flagACK, seq: 1905, data: strings.Repeat("b", 20), wire: 100}) // the capture cut it
	if calls != 1 || b.s.Stats().StreamBytes != 0 {
		t.Errorf("%d calls, %+v", calls, b.s.Stats())
	}
	b.take = nil
	b.send(segment{flags: flagACK, seq: 2005, data: "next"})
	b.want(0, "headnext")
}

func TestStreamCutSegment(t *testing.T) {
	b := newBench(t, Options{})
	b.take = func(_ int, data []byte) int {
		if data[0] == 'n' {
			return len(data)
		}
		return 0
	}
	b.connect()
	c, _ := b.send(segment{flags: flagACK, seq: 1001, data: "begun", wire: 50})
	if !b.p.Truncated || c.App != nil {
		t.Errorf("truncated %v, application %v", b.p.Truncated, c.App)
	}
	b.send(segment{flags: flagACK, seq: 1051, data: "new"})
	b.want(0, "new") // what was begun never comes back
	b.send(segment{flags: flagACK, seq: 1001, data: "begun", wire: 50})
	if b.want(0, "new"); b.s.Stats().StreamGaps != 1 {
		t.Errorf("%+v", b.s.Stats())
	}
}

func TestStreamBounds(t *testing.T) {
	b := newBench(t, Options{Flows: 8, StreamBytes: 10000, StreamsBytes: 30000})
	b.take = func(int, []byte) int { return 0 } // wants ever more
	for i := range 200 {
		port := uint16(1000 + i%8)
		if i < 8 {
			b.send(segment{port: port, flags: flagSYN, seq: 0})
		}
		b.send(segment{port: port, flags: flagACK, seq: uint32(1 + i/8*1400), data: strings.Repeat("x", 1400)})
		b.send(segment{port: port, flags: flagACK, seq: uint32(100001 + i*1400), data: strings.Repeat("x", 700)})
	}
	for i := range 8 { // new connections in place of the old
		b.send(segment{port: uint16(2000 + i), flags: flagSYN, seq: 0})
	}
	if s := b.s.Stats(); s.StreamBytes != 0 || s.Flows != 8 || s.FlowsEvicted != 8 || s.StreamGaps == 0 {
		t.Errorf("%+v", s)
	}
}

func TestStreamEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		send []segment
		ends int
	}{
		{"a FIN alone", []segment{{flags: flagACK, seq: 1001, data: "x"}, {flags: flagACK | flagFIN, seq: 1002}}, 1},
		{"a FIN with the last bytes", []segment{{flags: flagACK | flagFIN, seq: 1001, data: "x"}}, 0},
		{"repeated", []segment{{flags: flagACK, seq: 1001, data: "x"}, {flags: flagACK | flagFIN, seq: 1002}, {flags: flagACK | flagFIN, seq: 1002}}, 1},
		{"with bytes known before", []segment{{flags: flagACK, seq: 1001, data: "x"}, {flags: flagACK | flagFIN, seq: 1001, data: "x"}}, 1},
		{"before the last bytes", []segment{{flags: flagACK, seq: 1001, data: "x"}, {flags: flagACK | flagFIN, seq: 1003}}, 0},
		{"nobody speaks", []segment{{flags: flagACK | flagFIN, seq: 1001}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			b.connect()
			for _, g := range c.send {
				b.send(g)
			}
			if b.want(0, "x"[:min(len(b.got[0]), 1)]); b.ends != c.ends {
				t.Errorf("the application was told %d times of the end, want %d", b.ends, c.ends)
			}
		})
	}
}

// An answer to the SYN with another number begins the direction anew: the application must not remember bytes that are gone.
func TestStreamBeginsAnew(t *testing.T) {
	b := newBench(t, Options{})
	b.take = func(int, []byte) int { return 0 }
	c := b.connect()
	b.send(segment{server: true, flags: flagACK, seq: 5001, data: "begun"})
	c.AppState = "state"
	b.send(segment{server: true, flags: flagSYN | flagACK, seq: 9000, ack: 1001})
	if c.App != nil || c.AppState != nil || b.s.Stats().StreamBytes != 0 {
		t.Errorf("application %v with %v, %+v", c.App, c.AppState, b.s.Stats())
	}
}

func TestStreamReject(t *testing.T) {
	b := newBench(t, Options{})
	b.take = func(int, []byte) int { return dissect.Reject }
	c := b.connect()
	b.send(segment{flags: flagACK, seq: 1001, data: "other"})
	if c.App != nil || c.AppState != nil || b.s.Stats().StreamBytes != 0 {
		t.Errorf("application %v, %+v", c.App, b.s.Stats())
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x10\x05\x00\x20hello\x10\x00\x00\x10world"))
	f.Fuzz(func(t *testing.T, script []byte) {
		b := newBench(t, Options{Flows: 3, StreamBytes: 3000, StreamsBytes: 5000})
		b.take = func(_ int, data []byte) int {
			if len(data) == 0 {
				return 0
			}
			return int(int8(data[0])) // rejects, waits, consumes, skips
		}
		for len(script) >= 6 {
			g := segment{flags: script[0] & 0x1f, server: script[0]&0x80 != 0, port: uint16(script[1]%5) + 1, seq: uint32(script[2])<<24 | uint32(script[3])<<4,
				ack: uint32(script[4]) << 4}
			n := int(script[5])
			script = script[6:]
			g.wire = n * 2
			g.data = string(script[:min(n, len(script))])
			if n%2 == 0 {
				g.wire = 0
			}
			script = script[min(n/2, len(script)):]
			b.send(g) // checks the bounds
		}
	})
}
