// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/flow"
)

const (
	syn  = 2
	push = 0x18
	demo = "../tests/demo/demo.pcapng"
)

func frames(n int) [][]byte {
	var f [][]byte
	for i := range n {
		f = append(f, enginetest.UDP(1, 2, 5000, uint16(6000+i), "payload"))
	}
	return f
}

// numbers runs e to its end and returns the numbers of the records of each batch.
func numbers(e *engine.Engine) (all [][]uint64, err error) {
	var b engine.Batch
	for {
		if err = e.Next(&b); err != nil {
			return all, err
		}
		var batch []uint64
		for i := range b.Records {
			batch = append(batch, b.Records[i].Number)
		}
		all = append(all, batch)
	}
}

func TestCountAndFilter(t *testing.T) {
	odd := func(p *capture.Packet) bool { return p.Data[37]%2 == 1 } // by the destination port
	for _, c := range []struct {
		name  string
		opt   engine.Options
		want  [][]uint64
		stats engine.Stats
	}{
		{"all", engine.Options{}, [][]uint64{{1, 2, 3}, {4, 5, 6}, {7}}, engine.Stats{Seen: 7, Yielded: 7}},
		{"a count within a batch", engine.Options{Count: 2}, [][]uint64{{1, 2}}, engine.Stats{Seen: 2, Yielded: 2}},
		{"a count at the end of a batch", engine.Options{Count: 3}, [][]uint64{{1, 2, 3}}, engine.Stats{Seen: 3, Yielded: 3}},
		{"a count beyond the end", engine.Options{Count: 9}, [][]uint64{{1, 2, 3}, {4, 5, 6}, {7}}, engine.Stats{Seen: 7, Yielded: 7}},
		{"filtered packets keep their numbers", engine.Options{Filter: odd}, [][]uint64{{2}, {4, 6}, nil}, engine.Stats{Seen: 7, Filtered: 4, Yielded: 3}},
		{"the count counts records", engine.Options{Filter: odd, Count: 2}, [][]uint64{{2}, {4}}, engine.Stats{Seen: 4, Filtered: 2, Yielded: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(frames(7)...), PerBatch: 3}, all.Registry(), c.opt)
			got, err := numbers(e)
			if !errors.Is(err, io.EOF) || !slices.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
			if e.Stats() != c.stats {
				t.Errorf("%+v, want %+v", e.Stats(), c.stats)
			}
			if err := e.Next(&engine.Batch{}); !errors.Is(err, io.EOF) {
				t.Errorf("after the end: %v", err)
			}
		})
	}
}

func TestSourceBreaks(t *testing.T) {
	broken := errors.New("read: the file broke")
	e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(frames(4)...), PerBatch: 3, Err: broken}, all.Registry(), engine.Options{})
	got, err := numbers(e)
	if !errors.Is(err, broken) || len(got) != 2 || e.Stats().Yielded != 4 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRecord(t *testing.T) {
	packets := enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 40001, syn, 100, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 500, 101, ""), []byte{1, 2, 3}, nil)
	packets[0].Offset, packets[0].Interface, packets[0].Comments = 24, 3, []string{"first"}
	packets[1].TimeValid, packets[1].TimeRaw, packets[1].Length = false, 1<<40, 2000
	packets[3].Length = 60
	var b engine.Batch
	e := engine.New(&enginetest.Source{Packets: packets}, all.Registry(), engine.Options{})
	if err := e.Next(&b); err != nil || len(b.Records) != 4 {
		t.Fatalf("%d records, %v", len(b.Records), err)
	}
	r := b.Records
	if r[0].FlowID == "" || r[0].FlowID != r[1].FlowID || r[0].CommunityID != r[1].CommunityID || !r[0].InitiatorKnown || r[0].Direction != 0 || r[1].Direction != 1 {
		t.Errorf("flow of %+v and %+v", r[0], r[1])
	}
	if r[0].Offset != 24 || r[0].Interface != 3 || r[0].Comments[0] != "first" || r[0].Captured != 54 || r[1].Length != 2000 || r[1].TimeRaw != 1<<40 || r[1].TimeValid {
		t.Errorf("%+v, %+v", r[0], r[1])
	}
	if r[2].Malformed == nil || len(b.Layers(&r[2])) != 1 || r[2].FlowID != "" {
		t.Errorf("three bytes: %+v", r[2])
	}
	if !r[3].Truncated || len(b.Layers(&r[3])) != 0 {
		t.Errorf("no bytes of sixty: %+v", r[3])
	}
	if n := len(b.Layers(&r[0])); n < 3 || len(b.Fields(&r[0])) < 20 || b.Bytes() <= 0 {
		t.Errorf("%d layers, %d fields, %d bytes", n, len(b.Fields(&r[0])), b.Bytes())
	}
}

// What a record says of its flow is what it was then.
func TestFlowFields(t *testing.T) {
	docs := documents(t, enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 40001, 0x02, 99, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 500, 100, ""),
		enginetest.TCP(1, 2, 40000, 40001, 0x10, 100, 501, ""), enginetest.TCP(2, 1, 40001, 40000, 0x14, 501, 100, ""),
		enginetest.UDP(1, 2, 40000, 40001, "a")), 64, false)
	for i, wants := range [][]string{
		{`"sender":"initiator"`, `"state":"opening"`, `"index":1,`},
		{`"sender":"responder"`, `"state":"opening"`, `"delta":1000000`, `"index":2,`},
		{`"sender":"initiator"`, `"state":"established"`, `"delta":1000000`, `"handshake_rtt":2000000`, `"index":3,`},
		{`"sender":"responder"`, `"state":"reset"`, `"delta":1000000`, `"index":4,`},
		{`"flow":{"index":1,`},
	} {
		for _, want := range wants {
			if !strings.Contains(docs[i], want) {
				t.Errorf("document %d lacks %s: %s", i, want, docs[i])
			}
		}
	}
}

// A packet of a known flow costs no allocation, from the source to its record.
func TestHotPathDoesNotAllocate(t *testing.T) {
	seq := uint32(1)
	s := &enginetest.Source{Loop: true, Packets: enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 40001, push, 0, 77, "new bytes"), enginetest.UDP(1, 2, 40000, 40001, "datagram"),
		enginetest.TCP(2, 1, 40001, 40000, 0x10, 77, 0, ""))}
	s.Edit = func(n int, p *capture.Packet) { // the next bytes of the stream, and their acknowledgement
		switch n % 3 {
		case 0:
			binary.BigEndian.PutUint32(p.Data[38:], seq)
			seq += 9
		case 2:
			binary.BigEndian.PutUint32(p.Data[42:], seq)
		}
	}
	for _, flows := range []bool{false, true} {
		withoutAllocations(t, s, engine.Options{Flows: flows})
	}
}

func withoutAllocations(t *testing.T, s *enginetest.Source, opt engine.Options) {
	t.Helper()
	e := engine.New(s, all.Registry(), opt)
	var b engine.Batch
	next := func() {
		if err := e.Next(&b); err != nil || len(b.Records) != 64 {
			t.Fatalf("%d records, %v", len(b.Records), err)
		}
	}
	next()
	if n := testing.AllocsPerRun(50, next); n != 0 {
		t.Errorf("%v allocations for 64 packets", n)
	}
	if st := e.FlowStats(); st.FlowsSeen != 2 || st.StreamGaps != 0 || st.StreamBytes != 0 {
		t.Errorf("%+v", st)
	}
}

// documents encodes every record after the bytes that it was made of are gone.
func documents(t *testing.T, packets []capture.Packet, perBatch int, poison bool) []string {
	t.Helper()
	s := &enginetest.Source{Packets: packets, PerBatch: perBatch}
	e := engine.New(s, all.Registry(), engine.Options{})
	enc := document.NewEncoder(document.Options{Profile: field.Full})
	var b engine.Batch
	var docs []string
	for {
		err := e.Next(&b)
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			t.Fatal(err)
		}
		if poison {
			s.Poison()
		}
		for i := range b.Records {
			docs = append(docs, string(enc.Append(nil, &b, &b.Records[i])))
		}
	}
}

// Records own their bytes, and do not depend on how the source cut its batches.
func TestRecordsOwnTheirBytes(t *testing.T) {
	if _, err := os.Stat(demo); err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	packets := enginetest.Read(t, demo)
	want := documents(t, packets, 1, false)
	for _, c := range []struct {
		name     string
		perBatch int
		poison   bool
	}{{"poisoned", 1, true}, {"one batch", len(packets), false}, {"one batch, poisoned", len(packets), true}, {"seven a batch", 7, true}} {
		got := documents(t, packets, c.perBatch, c.poison)
		if len(got) != len(want) || len(want) != len(packets) {
			t.Fatalf("%s: %d documents of %d packets, want %d", c.name, len(got), len(packets), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%s: packet %d\n%s\nwant\n%s", c.name, i+1, got[i], want[i])
			}
		}
	}
}

// FuzzEngine sends arbitrary frames of arbitrary link types through one engine. A packet is: link type (1 byte), 256 ms steps since the last,
// length on the wire beyond what is captured, captured length (2 bytes), bytes.
func FuzzEngine(f *testing.F) {
	f.Add(script(enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, syn, 100, 0, ""), enginetest.TCP(1, 2, 40000, 80, push, 101, 1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		enginetest.UDP(1, 2, 53, 5353, "\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04\x01\x02\x03\x04"))))
	if _, err := os.Stat(demo); err == nil {
		for p := range slices.Chunk(enginetest.Read(f, demo), 20) {
			f.Add(script(p))
		}
	}
	registry := all.Registry()
	f.Fuzz(func(t *testing.T, script []byte) {
		s := &enginetest.Source{Packets: parse(script), PerBatch: 5}
		e := engine.New(s, registry, engine.Options{Flows: true, Flow: flow.Options{Flows: 4, StreamBytes: 4096, StreamsBytes: 8192, FragmentBytes: 4096}})
		enc := document.NewEncoder(document.Options{Profile: field.Full})
		var b engine.Batch
		var doc []byte
		n := uint64(0)
		for e.Next(&b) == nil {
			s.Poison()
			for i := range b.Records {
				r := &b.Records[i]
				if n++; r.Number != n {
					t.Fatalf("record %d after %d", r.Number, n-1)
				}
				if len(b.Fields(r)) > field.MaxEntries {
					t.Fatalf("%d fields", len(b.Fields(r)))
				}
				if doc = enc.Append(doc[:0], &b, r); !json.Valid(doc) || len(doc) > document.MaxBytes {
					t.Fatalf("%d bytes of JSON: %s", len(doc), doc)
				}
			}
			for _, f := range b.Flows {
				if doc = enc.AppendFlow(doc[:0], f); !json.Valid(doc) || f.Number > n {
					t.Fatalf("flow of packet %d after %d: %s", f.Number, n, doc)
				}
			}
		}
		if st := e.FlowStats(); n != uint64(len(s.Packets)) || st.Flows > 4 || st.StreamBytes < 0 || st.StreamBytes > 8192 {
			t.Fatalf("%d records of %d packets; %+v", n, len(s.Packets), st)
		}
	})
}

func script(packets []capture.Packet) (b []byte) {
	for _, p := range packets {
		b = append(b, byte(p.LinkType), 1, byte(min(p.Length-len(p.Data), 255)))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(p.Data))), p.Data...)
	}
	return b
}

func parse(b []byte) (all []capture.Packet) {
	now := int64(1_700_000_000e9)
	for len(b) >= 5 {
		n := min(int(binary.BigEndian.Uint16(b[3:])), len(b)-5)
		now += int64(b[1]) << 28
		all = append(all, capture.Packet{LinkType: capture.LinkType(b[0]), Time: now, TimeValid: true, Length: n + int(b[2]), Data: b[5 : 5+n]})
		b = b[5+n:]
	}
	return all
}

// USB and Bluetooth captures hold no packets of networks: they are counted and named, and are no error.
func TestUnknownLinkLayers(t *testing.T) {
	packets := enginetest.Ethernet(frames(6)...)
	names := map[capture.LinkType]string{189: "USB_LINUX", 220: "USB_LINUX_MMAPPED", 187: "BLUETOOTH_HCI_H4", 201: "BLUETOOTH_HCI_H4_WITH_PHDR", 251: "BLUETOOTH_LE_LL"}
	i := 0
	for link, name := range names {
		if link.String() != name {
			t.Errorf("link type %d is called %s, want %s", link, link, name)
		}
		packets[i].LinkType = link
		i++
	}
	var b engine.Batch
	e := engine.New(&enginetest.Source{Packets: packets}, all.Registry(), engine.Options{})
	if err := e.Next(&b); err != nil || e.Stats().UnknownLink != uint64(len(names)) || e.Stats().Yielded != 6 {
		t.Fatalf("%+v, %v", e.Stats(), err)
	}
	for i := range b.Records {
		r := &b.Records[i]
		if unknown := i < len(names); r.UnknownLink != unknown || r.Malformed != nil || r.Truncated || (len(b.Layers(r)) == 0) != unknown {
			t.Errorf("packet %d of %s: %+v", i+1, r.LinkType, r)
		}
	}
}
