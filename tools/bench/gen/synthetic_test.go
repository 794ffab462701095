// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
)

func TestSynthetic(t *testing.T) {
	for kind, mark := range map[string]string{DNS: "site-", Flood: "", HTTP: "GET /files/"} {
		t.Run(kind, func(t *testing.T) {
			const n = 2001 // odd: a query without its answer
			path, again := filepath.Join(t.TempDir(), "1.pcap"), filepath.Join(t.TempDir(), "2.pcap")
			if err := errors.Join(Write(path, kind, "", n), Write(again, kind, "", n)); err != nil {
				t.Fatal(err)
			}
			one, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			two, err := os.ReadFile(again)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(one, two) {
				t.Error("two runs make two captures")
			}
			if !bytes.Contains(one, []byte(mark)) {
				t.Errorf("no %q in it", mark)
			}
			frames := framesOf(t, path)
			if len(frames) != n {
				t.Errorf("%d packets, want %d", len(frames), n)
			}
			for i, f := range frames {
				if why := wrong(f); why != "" {
					t.Fatalf("packet %d: %s: %x", i+1, why, f)
				}
			}
		})
	}
}

// wrong tells what is wrong with a frame of IPv4.
func wrong(f []byte) string {
	if len(f) < minFrame || be(f[12:]) != 0x0800 {
		return "no frame of IPv4"
	}
	ip := f[14:]
	ip = ip[:be(ip[2:])]
	if sum(ip[:20]) != 0xffff {
		return "checksum of IP"
	}
	l4 := ip[20:]
	head := append(append([]byte{}, ip[12:20]...), 0, ip[9], byte(len(l4)>>8), byte(len(l4)))
	if len(l4)%2 == 1 {
		l4 = append(append([]byte{}, l4...), 0)
	}
	if sum(append(head, l4...)) != 0xffff {
		return "checksum of the segment"
	}
	return ""
}

func TestUnknownKind(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "x"), "smtp", "", 1)
	if err == nil || !strings.Contains(err.Error(), "there are mixed, dns, flood, http") {
		t.Errorf("%v", err)
	}
}

// framesOf are copies of all frames of a capture.
func framesOf(t *testing.T, path string) [][]byte {
	t.Helper()
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var frames [][]byte
	for {
		var b capture.Batch
		err := src.Next(&b)
		for _, p := range b.Packets {
			frames = append(frames, bytes.Clone(p.Data))
		}
		b.Release()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
