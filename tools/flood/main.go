// SPDX-License-Identifier: Apache-2.0

// Command flood sends spoofed packets through the engine and says what they cost: SYNs of as many connections, or first fragments of as many
// datagrams, each from an address of its own. Memory must stay within the caps.
//
//	go run ./tools/flood [-n packets] [-flows max] syn|fragments
package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/flow"
)

const (
	perBatch = 256
	step     = 1000 // nanoseconds from packet to packet: a million a second
)

// source makes n packets; frame is what they are copies of, but for the source address and what else change does.
type source struct {
	n, left uint64
	frame   []byte
	change  func(b []byte, n uint64)
	slab    []byte
}

func (s *source) Next(b *capture.Batch) error {
	b.Packets = b.Packets[:0]
	s.slab = s.slab[:0]
	for ; s.left > 0 && len(b.Packets) < perBatch; s.left-- {
		i := s.n - s.left
		from := len(s.slab)
		s.slab = append(s.slab, s.frame...)
		p := s.slab[from:len(s.slab):len(s.slab)]
		binary.BigEndian.PutUint32(p[26:], 0x0a000000+uint32(i)) //nolint:gosec // wraps after 2^32 packets
		s.change(p, i)
		b.Packets = append(b.Packets, capture.Packet{Data: p, Length: len(p), Time: 1_700_000_000e9 + int64(i)*step, TimeValid: true, LinkType: 1}) //nolint:gosec // counts packets
	}
	if len(b.Packets) == 0 {
		return io.EOF
	}
	return nil
}

func (s *source) Interfaces() []capture.Interface { return nil }
func (s *source) Stats() capture.Stats            { return capture.Stats{} }
func (s *source) Close() error                    { return nil }

// header is an Ethernet and an IPv4 header for payload bytes of protocol proto.
func header(proto byte, frag uint16, payload int) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, 10, 0, 0, 0, 192, 0, 2, 1}
	binary.BigEndian.PutUint16(b[16:], uint16(20+payload)) //nolint:gosec // short
	binary.BigEndian.PutUint16(b[20:], frag)
	return b
}

func syn() ([]byte, func([]byte, uint64)) {
	b := append(header(6, 0, 24), 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x60, 2, 0xff, 0xff, 0, 0, 0, 0, 2, 4, 5, 0xb4)
	return b, func(p []byte, n uint64) {
		binary.BigEndian.PutUint16(p[34:], uint16(n))            //nolint:gosec // any port will do
		binary.BigEndian.PutUint32(p[38:], uint32(n)*2654435761) //nolint:gosec // any number will do
	}
}

func fragments() ([]byte, func([]byte, uint64)) {
	return append(header(17, 0x2000, 1480), make([]byte, 1480)...), func([]byte, uint64) {}
}

// resident is the memory that the process holds and that it has held at most, where the system says it.
func resident() string {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	var out []string
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(l, "VmRSS") || strings.HasPrefix(l, "VmHWM") {
			out = append(out, strings.Join(strings.Fields(l), " "))
		}
	}
	return strings.Join(out, ", ")
}

func main() {
	n := flag.Uint64("n", 10_000_000, "packets")
	flows := flag.Int("flows", 0, "the most flows; 0 for the default")
	flag.Parse()
	kinds := map[string]func() ([]byte, func([]byte, uint64)){"syn": syn, "fragments": fragments}
	kind := kinds[flag.Arg(0)]
	if kind == nil {
		fmt.Fprintf(os.Stderr, "flood: no such kind of packets %q: use syn or fragments\n", flag.Arg(0))
		os.Exit(2)
	}
	s := &source{n: *n, left: *n}
	s.frame, s.change = kind()
	e := engine.New(s, all.Registry(), engine.Options{Flow: flow.Options{Flows: *flows}})
	fmt.Println("before:", resident())
	begin := time.Now()
	var b engine.Batch
	for {
		if err := e.Next(&b); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "flood:", err)
			os.Exit(1)
		}
	}
	took := time.Since(begin)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("after %d packets: %s, heap in use %d KiB\n", *n, resident(), m.HeapInuse>>10)
	fmt.Printf("%d ns a packet; %+v\n", took.Nanoseconds()/int64(max(1, *n)), e.FlowStats()) //nolint:gosec // counts packets
}
