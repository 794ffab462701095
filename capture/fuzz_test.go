// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// fuzzRead reads content and checks what holds for every input: packets in order,
// none of more bytes than there are, then the end or one error; bounded memory.
func fuzzRead(t *testing.T, content []byte, opt FileOptions, plain bool) {
	f := fromBytes(content, opt)
	var b Batch
	var err error
	last, sum, n := int64(-1), 0, uint64(0)
	for err = f.Next(&b); err == nil; err = f.Next(&b) {
		if len(b.Packets) == 0 {
			t.Fatal("neither packets nor an error")
		}
		for i := range b.Packets {
			p := &b.Packets[i]
			if p.Offset <= last {
				t.Fatalf("packet at %d after one at %d", p.Offset, last)
			}
			last, sum, n = p.Offset, sum+len(p.Data), n+1
			if p.Time < timeMin || p.Length < 0 || len(p.Data) > maxPacket || p.Interface >= len(f.Interfaces()) {
				t.Fatalf("packet %+v", p)
			}
		}
	}
	if plain && (sum > len(content) || last >= int64(len(content))) {
		t.Fatalf("%d bytes of packets, the last at %d, in a file of %d", sum, last, len(content))
	}
	if len(b.Packets) > 0 {
		t.Fatalf("packets with %v", err)
	}
	var broken *BreakError
	if errors.As(err, &broken) && (broken.Packets != n || broken.Offset < last || plain && broken.Offset > int64(len(content))) {
		t.Fatalf("%d packets, the last at %d: %v", n, last, err)
	}
	if broken == nil && !errors.Is(err, io.EOF) && !errors.Is(err, ErrNotCapture) {
		t.Fatalf("end: %v", err)
	}
	if st := f.Stats(); st.Received != n || st.Bytes != uint64(sum) {
		t.Fatalf("stats %+v of %d packets, %d bytes", st, n, sum)
	}
	if cap(b.slab) > max(maxBlock, f.opt.BatchBytes) {
		t.Fatalf("%d bytes of memory", cap(b.slab))
	}
}

// withHead gives an input the first bytes of a format.
func withHead(head string, rest []byte) []byte { return append([]byte(head), rest...) }

func FuzzPcap(f *testing.F) {
	for _, o := range orders {
		w := standardPcap(o)
		w.record(1, 2, []byte("one"), 3)
		w.record(3, 4, []byte("two"), 60)
		f.Add(uint8(0), w.buf[4:])
	}
	magics := []string{"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x34\xcd\xb2\xa1",
		"\xa1\xb2\xcd\x34", "\xac\x01\x00\x1c", "\x1c\x00\x01\xab"}
	f.Fuzz(func(t *testing.T, magic uint8, rest []byte) {
		content := withHead(magics[int(magic)%len(magics)], rest)
		fuzzRead(t, content, FileOptions{}, true)
		fuzzRead(t, content, FileOptions{BatchBytes: 50, BatchPackets: 2}, true)
	})
}

func FuzzPcapng(f *testing.F) {
	f.Add(true, sampleNg().buf[4:])
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	w.enhanced(0, 1, []byte("one"), 3)
	f.Add(false, w.buf[4:])
	f.Fuzz(func(t *testing.T, mend bool, rest []byte) {
		content := withHead("\x0a\x0d\x0d\x0a", rest)
		if mend {
			mendTrailers(content)
		}
		fuzzRead(t, content, FileOptions{}, true)
		fuzzRead(t, content, FileOptions{BatchBytes: 50, BatchPackets: 2}, true)
	})
}

// mendTrailers makes the total lengths at the end of blocks those at their start,
// so that changed lengths are not found at once.
func mendTrailers(b []byte) {
	for len(b) >= minSection {
		if isPcapng(b) && binary.LittleEndian.Uint32(b[8:]) != sectionMagic {
			return // big-endian, or none
		}
		total := binary.LittleEndian.Uint32(b[4:])
		if end := (int64(total) + 3) &^ 3; end >= minBlock && end <= int64(len(b)) {
			binary.LittleEndian.PutUint32(b[end-4:], total)
			b = b[end:]
			continue
		}
		return
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte{})
	f.Add(samplePcap(2))
	f.Add(gzipped(samplePcap(2)[:200]))
	f.Add(zstded(samplePcap(2)[:200]))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzRead(t, content, FileOptions{}, !isGzip(content) && !isZstd(content))
	})
}

// FuzzIdentify: an identity reaches no further than the file, does not depend on its
// compression, and comes with no error or with that of a break.
func FuzzIdentify(f *testing.F) {
	f.Add(samplePcap(0))
	f.Add(samplePcap(9))
	f.Add(samplePcap(2)[:150])
	f.Add(sampleNg().buf)
	f.Add(twoLinks(2).buf)
	f.Add(gzipped(samplePcap(2)[:200]))
	f.Fuzz(func(t *testing.T, content []byte) {
		id, err := identify(bytes.NewReader(content), "fuzz", 0)
		broken := new(BreakError)
		if id.Bytes > 0 && err != nil && !errors.As(err, &broken) || err != nil && id.Bytes > 0 && !id.Whole {
			t.Fatalf("%+v and %v", id, err)
		}
		if isGzip(content) || isZstd(content) {
			return
		}
		if id.Bytes > int64(len(content)) || !id.Whole && err == nil && id.Bytes < identified {
			t.Fatalf("%+v of %d bytes", id, len(content))
		}
		packed, packedErr := identify(bytes.NewReader(gzipped(content)), "fuzz", 0)
		if !packed.Same(id) || packed.Whole != id.Whole || (packedErr == nil) != (err == nil) {
			t.Fatalf("%+v, %v; compressed %+v, %v", id, err, packed, packedErr)
		}
	})
}
