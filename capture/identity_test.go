// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mustIdentify is the identity of a file with these bytes.
func mustIdentify(t *testing.T, content []byte) Identity {
	t.Helper()
	id, err := Identify(writeFile(t, "f", content))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// twoLinks is a pcapng file of n packets of 500 bytes on two interfaces, which ends
// with a block that holds none.
func twoLinks(n int) *ngWriter {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	w.iface(113, 0)
	for i := range n {
		w.enhanced(uint32(i%2), uint64(i+1)*1e6, bytes.Repeat([]byte{byte(i)}, 500), 500)
	}
	return w
}

func TestIdentityEndsWithARecord(t *testing.T) {
	pcap := standardPcap(binary.LittleEndian)
	for i := range 20 {
		pcap.record(uint32(100+i), 5, bytes.Repeat([]byte{1}, 484), 484) // 500 bytes with its header
	}
	exact := standardPcap(binary.BigEndian)
	exact.record(7, 0, make([]byte, identified-pcapFileHeader-16), 9000)
	exact.record(8, 0, []byte{1}, 1)
	ng := twoLinks(20)
	for _, c := range []struct {
		name    string
		content []byte
		end     int
		whole   bool
		links   []LinkType
		first   int64
		hasTime bool
	}{
		{"pcap", pcap.buf, pcap.ends[9], false, []LinkType{1}, 100e9 + 5000, true}, // 24 + 9*500 = 4524
		{"pcap, a record that ends at byte 4096", exact.buf, identified, false, []LinkType{1}, 7e9, true},
		{"pcap, small", pcap.buf[:pcap.ends[3]], pcap.ends[3], true, []LinkType{1}, 100e9 + 5000, true},
		{"pcap without packets", pcap.buf[:24], 24, true, []LinkType{1}, 0, false},
		{"pcapng", ng.buf, ng.ends[3+7], false, []LinkType{1, 113}, 1e9, true},
		{"pcapng, small", ng.buf[:ng.ends[5]], ng.ends[5], true, []LinkType{1, 113}, 1e9, true},
		{"pcapng without interfaces", ng.buf[:ng.ends[0]], ng.ends[0], true, nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := mustIdentify(t, c.content)
			if id.Bytes != int64(c.end) || id.Whole != c.whole || id.HasTime != c.hasTime || id.FirstTime != c.first || !slices.Equal(id.LinkTypes, c.links) {
				t.Errorf("%+v, want %+v", id, c)
			}
			if id.Fingerprint != sha256.Sum256(c.content[:c.end]) {
				t.Error("the fingerprint is not that of these bytes")
			}
			for name, packed := range map[string][]byte{"gzip": gzipped(c.content), "gzip members": gzipped(c.content[:9], c.content[9:]), "zstd": zstded(c.content)} {
				p := mustIdentify(t, packed)
				if !p.Same(id) || p.Whole != id.Whole || p.FirstTime != id.FirstTime || !p.Compressed || id.Compressed {
					t.Errorf("%s: %+v, want %+v", name, p, id)
				}
			}
		})
	}
}

// A file keeps its identity from the moment when it is not Whole.
func TestIdentityOfAGrowingFile(t *testing.T) {
	for name, content := range map[string][]byte{"pcap": samplePcap(30), "pcapng": twoLinks(20).buf} {
		final := mustIdentify(t, content)
		for n := range content {
			id, err := identify(bytes.NewReader(content[:n]), name, 0)
			if broken := new(BreakError); err != nil && !errors.Is(err, ErrNotCapture) && !errors.As(err, &broken) {
				t.Fatalf("%s cut at %d: %v", name, n, err)
			}
			if whole := int64(n) < final.Bytes; err == nil && (id.Whole != whole || id.Same(final) == whole) {
				t.Fatalf("%s cut at %d: %+v, finally %+v", name, n, id, final)
			}
		}
	}
}

func TestIdentitiesDiffer(t *testing.T) {
	other := samplePcap(30)
	other[pcapFileHeader] ^= 1
	ng := &ngWriter{}
	ng.section(binary.LittleEndian)
	ng.iface(1, 0)
	ng.enhanced(0, 0, []byte("same"), 4)
	pcap := standardPcap(binary.LittleEndian)
	pcap.record(0, 0, []byte("same"), 4)
	var seen []Identity
	for _, content := range [][]byte{samplePcap(30), other, samplePcap(1), samplePcap(2), samplePcap(0), ng.buf, pcap.buf} {
		id := mustIdentify(t, content)
		if slices.ContainsFunc(seen, id.Same) {
			t.Errorf("capture %d has the identity of one before", len(seen))
		}
		seen = append(seen, id)
	}
	if grown := mustIdentify(t, samplePcap(40)); !grown.Same(seen[0]) {
		t.Error("a capture that grew beyond its identity has another one")
	}
}

// Without a valid time the first packet stands where Open would put it.
func TestIdentityWithoutTime(t *testing.T) {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	w.block(blockSimple, w.words(4), []byte("data"))
	path := writeFile(t, "f", w.buf)
	mod := time.Unix(1234, 0)
	if err := os.Chtimes(path, mod, mod); err != nil {
		t.Fatal(err)
	}
	if id, err := Identify(path); err != nil || !id.HasTime || id.FirstTime != 1234e9 {
		t.Errorf("%+v, %v", id, err)
	}
}

// What can be read of a broken file has an identity, too.
func TestIdentifyBroken(t *testing.T) {
	w := standardPcap(binary.LittleEndian)
	for i := range uint32(3) {
		w.record(1+i, 0, []byte("good"), 4)
	}
	w.recordLengths(4, 0, maxPacket+1, 9, []byte("impossible"))
	late := twoLinks(20)
	ngEnd := len(late.buf)
	late.block(blockEnhanced, late.words(99), make([]byte, 40))
	large := standardPcap(binary.LittleEndian)
	large.link = 249 // USBPcap: a record of which the end is passed over
	large.recordLengths(1, 0, maxPacket+100, maxPacket+100, make([]byte, maxPacket+50))
	for _, c := range []struct {
		name    string
		content []byte
		end     int
		cut     bool
	}{
		{"an impossible record", w.buf, w.ends[3], false},
		{"cut inside a record", samplePcap(3)[:pcapFileHeader+16+60+40], pcapFileHeader + 16 + 60, true},
		{"cut inside the file header", samplePcap(1)[:20], 0, true},
		{"cut inside a record of which the end is passed over", large.buf, len(large.buf), true},
		{"gzip cut inside its header", gzipped(samplePcap(3))[:5], 0, true},
		{"gzip cut inside a record", gzipped(samplePcap(3)[:pcapFileHeader+16+60+40]), pcapFileHeader + 16 + 60, true},
	} {
		id, err := Identify(writeFile(t, "f", c.content))
		broken := new(BreakError)
		if !errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) != c.cut || id.Bytes != int64(c.end) || !id.Whole {
			t.Errorf("%s: %+v, %v", c.name, id, err)
		}
	}
	if id, err := Identify(writeFile(t, "f", late.buf)); err != nil || id.Whole {
		t.Errorf("a break after the identity, at %d: %+v, %v", ngEnd, id, err)
	}
}

func TestIdentifyErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Identify(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Identify(dir); !errors.Is(err, ErrNotCapture) || !strings.Contains(err.Error(), "it is a directory") {
		t.Errorf("directory: %v", err)
	}
	for _, content := range []string{"", "hello, world"} {
		if id, err := Identify(writeFile(t, "f", []byte(content))); !errors.Is(err, ErrNotCapture) || id.Bytes != 0 {
			t.Errorf("%q: %+v, %v", content, id, err)
		}
	}
	path := writeFile(t, "f", samplePcap(1))
	fh, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fh.Close()
	if _, err := identify(fh, path, 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// However long a file has no packets, its identity takes no more memory.
func TestIdentifyIsBounded(t *testing.T) {
	w := twoLinks(0)
	for range 64 {
		w.block(0x0bad, make([]byte, 1<<20))
	}
	path := writeFile(t, "f", w.buf)
	took := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if id, err := Identify(path); err != nil || id.Bytes != int64(len(w.buf)) || !id.Whole {
				b.Fatalf("%+v, %v", id, err)
			}
		}
	}).AllocedBytesPerOp()
	if took > 1<<20 {
		t.Errorf("%d bytes of memory for a file of %d", took, len(w.buf))
	}
}

func TestLength(t *testing.T) {
	plain := samplePcap(900)
	for name, content := range map[string][]byte{"plain": plain, "gzip": gzipped(plain[:99], plain[99:]), "zstd": zstded(plain)} {
		path := writeFile(t, "f", content)
		if n, err := Length(t.Context(), path); err != nil || n != int64(len(plain)) {
			t.Errorf("%s: %d, %v; want %d", name, n, err, len(plain))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Length(ended, path); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, and the context has ended: %v", name, err)
		}
	}
	if _, err := Length(t.Context(), writeFile(t, "f", gzipped(plain)[:500])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %v", err)
	}
	if _, err := Length(t.Context(), writeFile(t, "f", gzipped(plain)[:5])); err == nil {
		t.Error("a cut gzip header has a length")
	}
	if _, err := Length(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}
