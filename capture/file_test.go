// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// samplePcap is a file of n records of 60 to 1500 bytes.
func samplePcap(n int) []byte {
	w := standardPcap(binary.LittleEndian)
	w.start()
	for i := range n {
		size := 60 + i*37%1440
		w.record(uint32(i), 7, bytes.Repeat([]byte{byte(0xf0 | i)}, size), size)
	}
	return w.buf
}

func gzipped(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		z.Write(p)
		z.Close()
	}
	return b.Bytes()
}

func zstded(parts ...[]byte) (out []byte) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	defer z.Close()
	for _, p := range parts {
		out = z.EncodeAll(p, out)
	}
	return out
}

func TestCompressed(t *testing.T) {
	plain := samplePcap(900)
	half := len(plain) / 2
	skippable := []byte{0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4}
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"plain", plain},
		{"gzip", gzipped(plain)},
		{"gzip_members", gzipped(plain[:5], nil, plain[5:half], plain[half:])},
		{"gzip_padding", append(gzipped(plain), make([]byte, 1000)...)},
		{"zstd", zstded(plain)},
		{"zstd_frames", zstded(plain[:half], plain[half:])},
		{"zstd_skippable", append(skippable, zstded(plain)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(writeFile(t, "f", tt.file), FileOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if n := len(mustReadAll(t, s)); n != 900 {
				t.Errorf("%d packets from the file", n)
			}
			r := NewReader(iotest.HalfReader(bytes.NewReader(tt.file)), "pipe", FileOptions{})
			defer r.Close()
			if n := len(mustReadAll(t, r)); n != 900 {
				t.Errorf("%d packets from a pipe", n)
			}
		})
	}
}

func TestCompressedBroken(t *testing.T) {
	plain := samplePcap(900)
	for name, whole := range map[string][]byte{"gzip": gzipped(plain), "zstd": zstded(plain)} {
		for _, cut := range []int{3, 5, len(whole) / 4, len(whole) / 2, len(whole) - 5, len(whole) - 1} {
			got, err := readAll(fromBytes(whole[:cut], FileOptions{}))
			var broken *BreakError
			if cut == 3 && name == "zstd" {
				if !errors.Is(err, ErrNotCapture) {
					t.Errorf("zstd cut at 3: %v", err)
				}
				continue
			}
			if !errors.As(err, &broken) || broken.Packets != uint64(len(got)) {
				t.Errorf("%s cut at %d: %d packets, %v", name, cut, len(got), err)
			}
		}
		damaged := bytes.Clone(whole)
		damaged[len(damaged)/2] ^= 0x55
		_, err := readAll(fromBytes(damaged, FileOptions{}))
		if broken := new(BreakError); !errors.As(err, &broken) {
			t.Errorf("%s damaged: %v", name, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, content string
		want          string
	}{
		{"empty", "", "it is empty"},
		{"text", "hello, world", "it starts with the bytes 68 65 6c 6c 6f 2c 20 77; espbeat reads pcap and pcapng"},
		{"one_byte", "x", "it starts with the bytes 78;"},
		{"bzip2", "BZh91AY", "unpack it with bunzip2"},
		{"snoop", "snoop\x00\x00\x00\x00\x00\x00\x02", "convert it with editcap"},
		{"compressed_text", string(gzipped([]byte("hello"))), "it starts with the bytes 68 65"},
		{"compressed_nothing", string(gzipped(nil)), "it is empty"},
		{"compressed_twice", string(gzipped(zstded(samplePcap(1)))), "it is compressed twice; unpack it once"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, tt.name)
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path, FileOptions{})
			if !errors.Is(err, ErrNotCapture) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open: %v", err)
			}
			var b Batch
			if err := NewReader(strings.NewReader(tt.content), "pipe", FileOptions{}).Next(&b); !errors.Is(err, ErrNotCapture) {
				t.Errorf("Next: %v", err)
			}
		})
	}
	if _, err := Open(dir, FileOptions{}); !errors.Is(err, ErrNotCapture) || !strings.Contains(err.Error(), "it is a directory") {
		t.Errorf("directory: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), FileOptions{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Open(writeFile(t, "cut", samplePcap(1)[:10]), FileOptions{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut file header: %v", err)
	}
}

func TestReadError(t *testing.T) {
	plain := samplePcap(3)
	cause := errors.New("the disk is on fire")
	r := io.MultiReader(bytes.NewReader(plain[:len(plain)-1]), iotest.ErrReader(cause))
	got, err := readAll(NewReader(r, "disk", FileOptions{}))
	var broken *BreakError
	if len(got) != 2 || !errors.Is(err, cause) || !errors.As(err, &broken) || broken.Name != "disk" {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

// A packet comes out of a pipe as soon as it is there.
func TestPipeDoesNotWait(t *testing.T) {
	plain := samplePcap(2)
	r, w := io.Pipe()
	s := NewReader(r, "pipe", FileOptions{})
	go w.Write(plain[:pcapFileHeader+16+60+10])
	var b Batch
	if err := s.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("%d packets, %v", len(b.Packets), err)
	}
	ended := make(chan error)
	go func() { ended <- s.Next(&b) }()
	s.Close()
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("Next at Close: %v", err)
	}
	w.Close()
	for range s.(*file).pump.full { // closed when the goroutine ends
	}
}

// Close and Stats may be called at any moment.
func TestCloseWhileReading(t *testing.T) {
	path := writeFile(t, "f", gzipped(samplePcap(5000)))
	for range 20 {
		s, err := Open(path, FileOptions{BatchPackets: 10})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for range 100 {
				s.Stats()
				runtime.Gosched()
			}
			s.Close()
			s.Close()
		})
		var b Batch
		for err = s.Next(&b); err == nil; err = s.Next(&b) {
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("Next at Close: %v", err)
		}
		wg.Wait()
	}
}

// A batch keeps its packets while others are filled.
func TestBatchesAreApart(t *testing.T) {
	plain := samplePcap(600)
	s := fromBytes(plain, FileOptions{BatchBytes: 4000, BatchPackets: 7})
	var held []*Batch
	n := 0
	for b := new(Batch); s.Next(b) == nil; b = new(Batch) {
		held = append(held, b)
	}
	for _, b := range held {
		for _, p := range b.Packets {
			if !bytes.Equal(p.Data, bytes.Repeat([]byte{byte(0xf0 | n)}, 60+n*37%1440)) || p.Time != int64(n)*1e9+7000 {
				t.Fatalf("packet %d was overwritten", n)
			}
			n++
		}
	}
	if n != 600 {
		t.Errorf("%d packets", n)
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	for name, content := range map[string][]byte{"pcap": samplePcap(20000), "pcapng": sampleNgPackets(20000)} {
		s := fromBytes(content, FileOptions{})
		var b Batch
		for range 5 { // the batch and what is kept between batches reach their sizes
			s.Next(&b)
		}
		n := testing.AllocsPerRun(10, func() {
			if err := s.Next(&b); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a batch", name, n)
		}
	}
}

func sampleNgPackets(n int) []byte {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	data := bytes.Repeat([]byte{1}, 400)
	for i := range n {
		w.enhanced(0, uint64(i), data[:60+i%340], 400)
	}
	return w.buf
}

func BenchmarkPcapRead(b *testing.B)     { benchmarkRead(b, samplePcap(20000)) }
func BenchmarkPcapngRead(b *testing.B)   { benchmarkRead(b, sampleNgPackets(20000)) }
func BenchmarkPcapGzipRead(b *testing.B) { benchmarkRead(b, gzipped(samplePcap(20000))) }

// benchmarkRead reports the time of a packet.
func benchmarkRead(b *testing.B, content []byte) {
	path := filepath.Join(b.TempDir(), "f")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.Fatal(err)
	}
	var batch Batch
	b.ReportAllocs()
	for n := 0; n < b.N; {
		s, err := Open(path, FileOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for err = s.Next(&batch); err == nil; err = s.Next(&batch) {
			n += len(batch.Packets)
		}
		s.Close()
	}
}
