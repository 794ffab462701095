// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
)

func TestPlacesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	placed := store(t, options(dir, Zstd), packets(300, 1500))
	file, at := placed[150].File, placed[150].Offset
	r := reader(t, dir)
	for _, c := range []struct {
		name, file string
		offset     int64
		want       string
	}{
		{"within a record", file, at + 4, "no block begins there"},
		{"the beginning", file, 0, "no packet begins there"},
		{"before it", file, -1, "not negative"},
		{"beyond the end", file, 1 << 40, "the file ends before"},
		{"a removed file", "20231114T221320Z-99999999.pcapng.zst", at, "the file is not there; it was removed"},
		{"no name", "", at, "no name of a file beneath it"},
		{"a path", "../" + file, at, "no name of a file beneath it"},
		{"another file", "id", at, "no fingerprint tells which capture this has to be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p, err := r.Packet(t.Context(), Place{File: c.file, Offset: c.offset, Time: placed[150].Time, Length: placed[150].Length}); err == nil || !strings.Contains(err.Error(), c.want) || p.Data != nil {
				t.Errorf("%d bytes, error %v, want one with %q", len(p.Data), err, c.want)
			}
		})
	}
	for _, path := range []string{filepath.Join(dir, "none"), filepath.Join(dir, file)} {
		if _, err := OpenRoot(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A packet is found without decompressing what lies before its piece.
func TestOnlyThePieceIsRead(t *testing.T) {
	for c, piece := range map[Compression]func(io.ReaderAt, int64) (int64, int64){Gzip: gzipPiece, Zstd: zstdPiece} {
		t.Run(string(c), func(t *testing.T) {
			dir := t.TempDir()
			placed := store(t, options(dir, c), packets(50, 1500))
			path := filepath.Join(dir, placed[0].File)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var pieces []int64 // where they are
			for _, p := range placed {
				at, begins := piece(bytes.NewReader(b), p.Offset)
				if begins > p.Offset {
					t.Fatalf("the piece of the packet at %d begins at %d", p.Offset, begins)
				}
				if !slices.Contains(pieces, at) {
					pieces = append(pieces, at)
				}
			}
			if len(pieces) < 3 {
				t.Fatalf("pieces at %d", pieces)
			}
			for i := pieces[1] + 100; i < pieces[2]-100; i++ {
				b[i] ^= 0x55
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, _, err := read(path); err == nil || len(got) >= len(placed) {
				t.Fatalf("%d packets, %v: nothing is destroyed", len(got), err)
			}
			found(t, dir, placed[len(placed)-1:])
		})
	}
}

// unpacked decompresses a file as far as it goes.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := from(f, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	content, _ := io.ReadAll(in)
	to := filepath.Join(t.TempDir(), "unpacked.pcapng")
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// tshark returns what it says of each packet of a file, with what it complains of.
func tshark(t *testing.T, path string) (lines []string, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("tshark", "-r", path, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len")
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // its status is not 0 where a file was cut
	return strings.Split(strings.TrimRight(out.String(), "\n"), "\n"), errs.String()
}

// Other programs read the files, also those that were cut. Of zstd, Wireshark 4.0 reads the first frame of a file only.
func TestTsharkReadsThem(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("other programs' reading is not tested: tshark is missing (`apt-get install tshark`)")
	}
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir, c)
			o.FileSize = 1 << 20
			r := newRing(t, o)
			all := packets(400, 1500)
			tap := r.Tap(&source{batches: [][]capture.Packet{all}, interfaces: eth0, stats: capture.Stats{Received: 500, KernelDropped: 70, PoolDropped: 30}})
			run(t, tap)
			tap.Finish()
			path := files(t, dir)[0]
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			part := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.WriteFile(part, b[:len(b)*3/5], 0o600); err != nil {
				t.Fatal(err)
			}
			ours, _, _ := read(part)
			if c == Zstd {
				path, part = unpacked(t, path), unpacked(t, part)
			}
			got, said := tshark(t, path)
			if len(got) != len(all) {
				t.Fatalf("tshark sees %d of %d packets: %s", len(got), len(all), said)
			}
			if want := "eth0\t1700000000.124456790\t"; !strings.HasPrefix(got[1], want) {
				t.Errorf("%q, want %q…", got[1], want)
			}
			if got, said := tshark(t, part); len(got) < len(all)/3 || len(got) < len(ours)-1 {
				t.Errorf("tshark sees %d of %d packets of the first part, we see %d: %s", len(got), len(all), len(ours), said)
			}
			if capinfos, err := exec.LookPath("capinfos"); err == nil && c == None {
				out, err := exec.Command(capinfos, path).CombinedOutput()
				for _, want := range []string{"Number of stat entries = 1", "espbeat", "Name = eth0", "Time precision = nanoseconds (9)"} {
					if err != nil || !strings.Contains(string(out), want) {
						t.Errorf("capinfos lacks %q (%v):\n%s", want, err, out)
					}
				}
			}
		})
	}
}

// Whatever is in a file, a packet or an error comes out of it.
func FuzzPacket(f *testing.F) {
	for _, c := range compressions {
		dir := f.TempDir()
		o := options(dir, c)
		o.piece = 200
		r, err := New(o)
		if err != nil {
			f.Fatal(err)
		}
		tap := r.Tap(&source{batches: [][]capture.Packet{packets(8, 60)}, interfaces: eth0})
		var b capture.Batch
		if err := tap.Next(&b); err != nil {
			f.Fatal(err)
		}
		if err := r.Close(); err != nil {
			f.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, b.Packets[7].File))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content, b.Packets[0].Offset)
		f.Add(content, b.Packets[7].Offset)
	}
	dir := f.TempDir()
	r := reader(f, dir)
	f.Fuzz(func(t *testing.T, content []byte, offset int64) {
		const name = "20000101T000000Z-00000001.pcapng"
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := r.Packet(t.Context(), Place{File: name, Offset: offset, Time: start, Length: 60})
		if err != nil && p.Data != nil || err == nil && (p.Time != start || p.Length != 60 || p.File != name || p.Offset != offset || len(p.Data) > 256<<10) {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
