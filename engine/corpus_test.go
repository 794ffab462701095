// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// Bounds on what one capture of the corpus may take. They are far over what its real packets need, and far under what a length taken on trust costs.
const (
	heldBytes      = 48 << 20 // of the heap when its last packet was dissected
	bytesPerPacket = 64 << 10 // allocated, on average
	bytesAtStart   = 8 << 20  // allocated whatever the capture holds: the batches grow to their size
)

// changes are what happens to real packets before they are dissected.
func changes() map[string]func(p *capture.Packet) {
	all := map[string]func(p *capture.Packet){
		"as they are": func(*capture.Packet) {},
		"1 % of bytes flipped": func(p *capture.Packet) {
			r := rand.New(rand.NewPCG(uint64(len(p.Data)), uint64(p.Time))) //nolint:gosec // the same bytes in every run
			for range (len(p.Data) + 99) / 100 {
				if len(p.Data) > 0 {
					p.Data[r.IntN(len(p.Data))] ^= byte(1 + r.IntN(255))
				}
			}
		},
	}
	for _, n := range []int{9, 21, 38, 61, 140} { // within the headers of link, network, transport and application
		sender := false
		all[fmt.Sprintf("cut at %d", n)] = func(p *capture.Packet) {
			p.Data = p.Data[:min(n, len(p.Data))]
			if sender = !sender; sender { // else by the capture, which notes the length
				p.Length = len(p.Data)
			}
		}
	}
	return all
}

// changed is a source whose packets are changed.
type changed struct {
	capture.Source
	change func(*capture.Packet)
}

func (c changed) Next(b *capture.Batch) error {
	err := c.Source.Next(b)
	for i := range b.Packets {
		p := &b.Packets[i]
		p.Data = bytes.Clone(p.Data)
		c.change(p)
	}
	return err
}

// TestCorpusDoesNoHarm runs real captures, hostile ones among them, through engine and encoder, whole, cut and broken: nothing panics, memory stays within bounds,
// and every document is JSON of its packet.
func TestCorpusDoesNoHarm(t *testing.T) {
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "..", "shared", "corpus"))
	if _, err := os.Stat(filepath.Join(corpus, "dev")); err != nil {
		t.Skipf("no corpus of real captures in %s: set ESPBEAT_CORPUS to a folder with captures below dev", corpus)
	}
	var files []string
	err := filepath.WalkDir(filepath.Join(corpus, "dev"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		for i := range files { // one of ten
			if i%10 == 0 {
				files[i/10] = files[i]
			}
		}
		files = files[:(len(files)+9)/10]
	}
	registry := all.Registry()
	for name, change := range changes() {
		t.Run(name, func(t *testing.T) {
			packets := uint64(0)
			for i, path := range files {
				// Both modes see half of the captures under each change.
				packets += unharmed(t, path, registry, dissect.Options{Wireshark: i%2 == 0, Checksums: true}, change)
			}
			t.Logf("%d packets", packets)
		})
	}
}

// unharmed dissects one capture and returns how many packets it has.
func unharmed(t *testing.T, path string, registry *dissect.Registry, opt dissect.Options, change func(*capture.Packet)) uint64 {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%s: panic: %v", path, r)
		}
	}()
	s, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		return 0 // no capture
	}
	defer s.Close()
	before := heap()
	e := engine.New(changed{s, change}, registry, engine.Options{Dissect: opt})
	enc := document.NewEncoder(document.Options{Profile: field.Full, AllAddresses: opt.Wireshark})
	var b engine.Batch
	var doc []byte
	for {
		if err = e.Next(&b); err != nil {
			break
		}
		for i := range b.Records {
			doc = enc.Append(doc[:0], &b, &b.Records[i])
			if len(doc) > document.MaxBytes || !json.Valid(doc) {
				t.Fatalf("%s: packet %d: a document of %d bytes, valid: %v", path, b.Records[i].Number, len(doc), json.Valid(doc))
			}
		}
	}
	n := e.Stats().Seen
	if !errors.Is(err, io.EOF) && n == 0 {
		return 0
	}
	after := heap()
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > heldBytes {
		t.Errorf("%s: %d packets hold %d bytes", path, n, held)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > bytesAtStart+n*bytesPerPacket {
		t.Errorf("%s: %d packets took %d bytes", path, n, took)
	}
	runtime.KeepAlive(e)
	runtime.KeepAlive(&b)
	return n
}

func heap() runtime.MemStats {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m
}
