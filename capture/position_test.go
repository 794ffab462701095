// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// A compressed file's position counts what lies on disk, and ends at its size.
func TestPosition(t *testing.T) {
	raw, err := os.ReadFile("../tests/demo/demo.pcapng")
	if err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(raw)
	_ = z.Close()
	for name, content := range map[string][]byte{"plain": raw, "gzip": packed.Bytes()} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, FileOptions{BatchPackets: 10, BatchBytes: 4096})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		at, total := s.(Positioner).Position()
		if at == 0 || at > total || total != int64(len(content)) {
			t.Errorf("%s: opened at %d of %d, the file has %d", name, at, total, len(content))
		}
		var b Batch
		for err = s.Next(&b); err == nil; err = s.Next(&b) {
			now, all := s.(Positioner).Position()
			if now < at || all != total {
				t.Fatalf("%s: %d of %d after %d of %d", name, now, all, at, total)
			}
			at = now
		}
		if at != total || !errors.Is(err, io.EOF) {
			t.Errorf("%s: ended at %d of %d, %v", name, at, total, err)
		}
	}
}

func TestPositionOfAStream(t *testing.T) {
	s := NewReader(bytes.NewReader(make([]byte, 100)), "zeros", FileOptions{})
	defer s.Close()
	_ = s.Next(&Batch{}) // which says that this is no capture
	if read, total := s.(Positioner).Position(); read != 100 || total != 0 {
		t.Errorf("%d of %d", read, total)
	}
}

func TestNetwork(t *testing.T) {
	ethernet := func(rest ...byte) []byte { return append(make([]byte, 12), rest...) }
	for _, c := range []struct {
		name      string
		link      LinkType
		data      []byte
		etherType uint16
		rest      int
	}{
		{"IPv4", linkEthernet, ethernet(8, 0, 0x45, 1, 2), 0x0800, 3},
		{"behind tags", linkEthernet, ethernet(0x91, 0, 0, 1, 0x88, 0xa8, 0, 2, 0x81, 0, 0, 3, 0x86, 0xdd, 0x60), 0x86dd, 1},
		{"LLC", linkEthernet, ethernet(0, 3, 0x42, 0x42, 3), 3, 3},
		{"a short frame", linkEthernet, make([]byte, 13), 0, 0},
		{"IPv4 without a link layer", linkIPv4, []byte{0x45, 0}, 0x0800, 2},
		{"IPv6 without a link layer", linkIPv6, []byte{0x60}, 0x86dd, 1},
		{"neither", linkIPv6, []byte{0x10}, 0, 0},
		{"USB", 189, []byte{1, 2, 3}, 0, 3},
	} {
		p := Packet{Data: c.data, LinkType: c.link}
		if et, b := p.Network(); et != c.etherType || len(b) != c.rest {
			t.Errorf("%s: %#04x and %d bytes, want %#04x and %d", c.name, et, len(b), c.etherType, c.rest)
		}
	}
}
