// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
)

func TestWriterWritesWhatReadersRead(t *testing.T) {
	sources := []capture.Interface{
		{Name: "eth0", Description: "to the lab", LinkType: ethernet, SnapLen: 262144},
		{Name: "any", LinkType: sll2},
		{Numbered: true, ID: 0, LinkType: ethernet},
		{Numbered: true, ID: 1, LinkType: ethernet},
	}
	all := packets(500, 1500)
	var out bytes.Buffer
	w, err := NewWriter(&out, "espbeat test")
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		from := i % len(sources)
		all[i].Interface, all[i].LinkType = from, sources[from].LinkType
		if i%7 == 0 {
			all[i].Comments = []string{fmt.Sprintf("packet %d", i), strings.Repeat("ä", 30_000), ""}
		}
		if err := w.Write(&Found{all[i], sources[from]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out.pcapng")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, interfaces, err := read(path)
	if err != nil || len(got) != len(all) || len(interfaces) != len(sources) {
		t.Fatalf("%d packets, %d interfaces, %v", len(got), len(interfaces), err)
	}
	for i := range got {
		same(t, fmt.Sprintf("packet %d", i), &got[i], &all[i])
		if in := interfaces[got[i].Interface]; in.Name != sources[i%len(sources)].Name || in.LinkType != all[i].LinkType || in.SnapLen != sources[i%len(sources)].SnapLen {
			t.Fatalf("packet %d is of %+v", i, in)
		}
		if !reflect.DeepEqual(got[i].Comments, all[i].Comments) {
			t.Fatalf("packet %d has comments %.80q", i, got[i].Comments)
		}
	}
}

func TestWriterRefusals(t *testing.T) {
	w, err := NewWriter(&bytes.Buffer{}, "")
	if err != nil {
		t.Fatal(err)
	}
	k := Found{Packet: packets(1, 10)[0]}
	k.LinkType = 1 << 16
	if err := w.Write(&k); err == nil || !strings.Contains(err.Error(), "no link type 65536") {
		t.Errorf("link type: %v", err)
	}
	k.LinkType = ethernet
	for i := range maxInterfaces + 1 {
		k.Captured.ID = i
		err = w.Write(&k)
	}
	if err == nil || !strings.Contains(err.Error(), "search for fewer") {
		t.Errorf("interfaces: %v", err)
	}
	full, err := NewWriter(broken{}, "")
	if err == nil {
		err = errors.Join(full.Write(&k), full.Flush())
	}
	if err == nil || !strings.Contains(err.Error(), "write the capture: no room") {
		t.Errorf("a full disk: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }
