// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

// A batch has the bytes of the records that are asked for, and of no others; they outlive the source's.
func TestFrames(t *testing.T) {
	packets := enginetest.Ethernet(frames(10)...)
	source := &enginetest.Source{Packets: packets, PerBatch: len(packets)}
	b := new(engine.Batch)
	even := func(_ *engine.Batch, r *engine.Record) bool { return r.Number%2 == 0 }
	want := make([][]byte, len(packets))
	for i := range packets {
		if want[i] = bytes.Clone(packets[i].Data); i%2 == 0 {
			want[i] = nil
		}
	}
	if err := engine.New(source, all.Registry(), engine.Options{Frames: even}).Next(b); err != nil {
		t.Fatal(err)
	}
	source.Poison()
	for i := range b.Records {
		if got, ok := b.Frame(&b.Records[i]); !bytes.Equal(got, want[i]) || ok != (want[i] != nil) {
			t.Errorf("packet %d: % x, want % x", i+1, got, want[i])
		}
	}
	with := b.Bytes()
	b.Records[0].Tshark = make([]byte, 1000)
	if b.Bytes() != with+1000 {
		t.Error("what tshark said is not counted")
	}
}

// Unnamed are packets of which some bytes are nobody's.
func TestUnnamed(t *testing.T) {
	arp := append(append(bytes.Repeat([]byte{2}, 12), 0x08, 0x06), make([]byte, 28)...)
	for name, c := range map[string]struct {
		frames [][]byte
		want   []bool
	}{
		"a stream that nobody knows": {[][]byte{
			enginetest.TCP(1, 2, 40000, 40001, 0x02, 99, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 199, 100, ""), enginetest.TCP(1, 2, 40000, 40001, 0x18, 100, 200, "\x01\xfe\x02\xfd and so on"),
		}, []bool{false, false, true}},
		"http":                     {conversation(20000)[:3], []bool{false, false, false}},
		"a datagram on no port":    {[][]byte{enginetest.UDP(1, 2, 40000, 40001, "\x01\xfe\x02\xfd")}, []bool{true}},
		"an empty datagram":        {[][]byte{enginetest.UDP(1, 2, 40000, 40001, "")}, []bool{false}},
		"a protocol without name":  {[][]byte{enginetest.IPv4(1, 2, 253, []byte("payload"))}, []bool{true}},
		"an EtherType without one": {[][]byte{append(bytes.Repeat([]byte{2}, 12), 0xff, 0xf0, 1, 2, 3)}, []bool{true}},
		"arp":                      {[][]byte{arp}, []bool{false}},
	} {
		packets := enginetest.Ethernet(c.frames...)
		if got := unnamed(t, packets); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	strange := enginetest.Ethernet([]byte("of a link layer that nobody knows"))
	strange[0].LinkType = 9999
	if got := unnamed(t, strange); !slices.Equal(got, []bool{true}) {
		t.Errorf("a link type: %v", got)
	}
}

func unnamed(t *testing.T, packets []capture.Packet) []bool {
	t.Helper()
	b := new(engine.Batch)
	if err := engine.New(&enginetest.Source{Packets: packets, PerBatch: len(packets)}, all.Registry(), engine.Options{}).Next(b); err != nil {
		t.Fatal(err)
	}
	var is []bool
	for i := range b.Records {
		is = append(is, b.Records[i].Unnamed)
	}
	return is
}
