// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/espbeat/espbeat/capture"
)

// pcapFile is a pcap file of packets, nanoseconds.
func pcapFile(all []capture.Packet) []byte {
	b := le.AppendUint32(nil, 0xa1b23c4d)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint64(b, 0), 262144), ethernet)
	for i := range all {
		p := &all[i]
		b = le.AppendUint32(le.AppendUint32(b, uint32(p.Time/1e9)), uint32(p.Time%1e9))
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(p.Data))), uint32(p.Length))
		b = append(b, p.Data...)
	}
	return b
}

// pcapngFile is a pcapng file that describes an interface, or begins a section, every so many packets.
func pcapngFile(all []capture.Packet, interfaceEvery, sectionEvery int) []byte {
	var b []byte
	interfaces := 0
	for i, p := range all {
		if i%sectionEvery == 0 {
			b = appendSection(b, "a test")
			interfaces = 0
		}
		if i%interfaceEvery == 0 || interfaces == 0 {
			b = appendInterface(b, &capture.Interface{Name: fmt.Sprintf("eth%d", i), LinkType: ethernet, SnapLen: i})
			interfaces++
		}
		p.Interface = interfaces - 1
		b = appendPacket(b, &p)
	}
	return b
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

func zstandarded(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(b, nil)
}

// importedFile writes a capture and returns its packets as an input reads them, with their places.
func importedFile(t *testing.T, dir, name string, content []byte) (all []Found, places []Place) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := capture.Identify(path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var b capture.Batch
		if err := src.Next(&b); errors.Is(err, io.EOF) {
			return all, places
		} else if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			all = append(all, Found{p, src.Interfaces()[p.Interface]})
			place := Place{File: name, Offset: p.Offset, Fingerprint: id.Mark(), Time: p.Time, Length: p.Length}
			if !p.TimeValid {
				place.Time, place.Invalid = int64(p.TimeRaw), true
			}
			places = append(places, place)
		}
	}
}

// Packets of imported captures are found in whatever order they are asked for.
func TestImportedCaptures(t *testing.T) {
	plain := packets(3000, 1500)
	mixed := packets(600, 600)
	future := packets(20, 500)
	for i := range future {
		future[i].Time = int64(uint64(1<<63-1) / 1e9 * 1e9) // the last second that is valid
	}
	for name, content := range map[string][]byte{
		"pcap":                                 pcapFile(plain),
		"pcap.gz":                              gzipped(pcapFile(packets(900, 1500))),
		"pcap.zst":                             zstandarded(t, pcapFile(packets(900, 1500))),
		"deep/in/folders.pcapng":               pcapngFile(plain, len(plain), len(plain)),
		"interfaces between packets.pcapng":    pcapngFile(mixed, 100, len(mixed)),
		"sections.pcapng":                      pcapngFile(mixed, 100, 150),
		"sections.pcapng.gz":                   gzipped(pcapngFile(mixed, 100, 150)),
		"the end of time.pcapng":               pcapngFile(future, 5, 10),
		"20231114T221320Z-00000001.pcapng.zst": zstandarded(t, pcapngFile(mixed, 100, 150)), // not the store's own
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			want, places := importedFile(t, dir, name, content)
			order := make([]int, len(want))
			for i := range order {
				order[i] = i
			}
			backwards := slices.Clone(order[:min(len(order), 100)])
			slices.Reverse(backwards)
			random := rand.New(rand.NewPCG(1, 2)).Perm(len(order))[:min(len(order), 60)]
			ends := []int{len(order) - 1, 0, len(order) - 1, 1}
			r := reader(t, dir)
			for _, order := range [][]int{order, backwards, random, ends} {
				for _, i := range order {
					got, err := r.Packet(t.Context(), places[i])
					if err != nil {
						t.Fatalf("packet %d: %v", i, err)
					}
					same(t, fmt.Sprintf("packet %d", i), &got.Packet, &want[i].Packet)
					if got.Captured != want[i].Captured {
						t.Fatalf("packet %d is of interface %+v, want %+v", i, got.Captured, want[i].Captured)
					}
				}
			}
		})
	}
}

// A document may say anything. Nothing is found but what it is about.
func TestHostilePlaces(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	_, places := importedFile(t, dir, "a.pcap", pcapFile(packets(300, 1500)))
	if err := os.WriteFile(filepath.Join(outside, "b.pcap"), pcapFile(packets(300, 1500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": filepath.Join(dir, "a.pcap"), "out": filepath.Join(outside, "b.pcap"), "folder": outside} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	good := places[150]
	with := func(change func(*Place)) Place {
		p := good
		change(&p)
		return p
	}
	file := func(name string) Place { return with(func(p *Place) { p.File = name }) }
	up := "../" + filepath.Base(outside) + "/b.pcap"
	for name, c := range map[string]struct {
		place Place
		want  string
	}{
		"up":                       {file(up), "no name of a file beneath it"},
		"up from within":           {file("x/../" + up), "no name of a file beneath it"},
		"absolute":                 {file(filepath.Join(dir, "a.pcap")), "no name of a file beneath it"},
		"empty":                    {file(""), "no name of a file beneath it"},
		"NUL":                      {file("a.pcap\x00"), "no name of a file beneath it"},
		"backslashes":              {file(`..\a.pcap`), "no name of a file beneath it"},
		"long":                     {file(strings.Repeat("a/", 4000)), "no name of a file beneath it"},
		"itself":                   {file("."), "no regular file"},
		"a link":                   {file("link"), "links are not followed"},
		"a link to outside":        {file("out"), "links are not followed"},
		"behind a link":            {file("folder/b.pcap"), "links are not followed"},
		"none":                     {file("nowhere/a.pcap"), "the file is not there"},
		"below a file":             {file("a.pcap/b"), "a directory"},
		"before the first":         {with(func(p *Place) { p.Offset = -1 }), "not negative"},
		"within a record":          {with(func(p *Place) { p.Offset += 3 }), ""},
		"the file header":          {with(func(p *Place) { p.Offset = 0 }), "no packet begins there"},
		"far beyond the end":       {with(func(p *Place) { p.Offset = 1 << 62 }), ""},
		"another packet":           {with(func(p *Place) { p.Offset = places[151].Offset }), "another packet is there: it is of 2023-11-14T22:13:20.27"},
		"another time":             {with(func(p *Place) { p.Time++ }), "another packet is there"},
		"no time":                  {with(func(p *Place) { p.Invalid = true }), "another packet is there: its time"},
		"another length":           {with(func(p *Place) { p.Length++ }), "another packet is there: it has"},
		"another fingerprint":      {with(func(p *Place) { p.Fingerprint = "AAAAAAAAAAAAAAAA" }), "not the capture that was imported"},
		"no fingerprint":           {with(func(p *Place) { p.Fingerprint = "" }), "no fingerprint tells"},
		"a store's name, no store": {with(func(p *Place) { p.File, p.Fingerprint = "20231114T221320Z-00000001.pcapng", "" }), "the file is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			r := reader(t, dir)
			k, err := r.Packet(t.Context(), c.place)
			if err == nil || !strings.Contains(err.Error(), c.want) || k.Data != nil {
				t.Errorf("%d bytes, error %v, want one with %q", len(k.Data), err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), "of the capture store "+dir) {
				t.Errorf("the error names no store: %v", err)
			}
			if _, err := r.Packet(t.Context(), good); err != nil {
				t.Errorf("after that: %v", err)
			}
		})
	}
}

func TestSearchingAFileEnds(t *testing.T) {
	dir := t.TempDir()
	_, places := importedFile(t, dir, "a.pcap.gz", gzipped(pcapFile(packets(3000, 1500))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := reader(t, dir).Packet(ctx, places[2999]); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestRoots(t *testing.T) {
	dir := t.TempDir()
	_ = store(t, options(dir, Gzip), packets(30, 100))
	for _, c := range []struct {
		dir string
		has bool
	}{{dir, true}, {t.TempDir(), false}} {
		root, err := OpenRoot(c.dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		if id, err := root.ID(); err != nil || (len(id) == 16) != c.has {
			t.Errorf("id %q, %v", id, err)
		}
	}
}
