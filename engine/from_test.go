// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

func TestFromIsNotYielded(t *testing.T) {
	odd := func(p *capture.Packet) bool { return p.Data[37]%2 == 1 } // by the destination port
	for _, c := range []struct {
		name  string
		opt   engine.Options
		want  []uint64
		stats engine.Stats
	}{
		{"within a batch", engine.Options{From: 2}, []uint64{3, 4, 5, 6, 7}, engine.Stats{Seen: 7, Rebuilt: 2, Yielded: 5}},
		{"over batches", engine.Options{From: 4}, []uint64{5, 6, 7}, engine.Stats{Seen: 7, Rebuilt: 4, Yielded: 3}},
		{"the whole source", engine.Options{From: 7}, nil, engine.Stats{Seen: 7, Rebuilt: 7}},
		{"beyond the source", engine.Options{From: 9}, nil, engine.Stats{Seen: 7, Rebuilt: 7}},
		{"the count counts what is yielded", engine.Options{From: 4, Count: 2}, []uint64{5, 6}, engine.Stats{Seen: 6, Rebuilt: 4, Yielded: 2}},
		{"filtered before and after", engine.Options{From: 3, Filter: odd}, []uint64{4, 6}, engine.Stats{Seen: 7, Rebuilt: 3, Filtered: 2, Yielded: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(frames(7)...), PerBatch: 3}, all.Registry(), c.opt)
			got, err := numbers(e)
			if flat := slices.Concat(got...); !errors.Is(err, io.EOF) || !slices.Equal(flat, c.want) {
				t.Errorf("%v, %v; want %v", flat, err, c.want)
			}
			if e.Stats() != c.stats {
				t.Errorf("%+v, want %+v", e.Stats(), c.stats)
			}
		})
	}
}

func TestWhatStandsBeforeTheSourceIsCounted(t *testing.T) {
	e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(frames(7)...), PerBatch: 3}, all.Registry(), engine.Options{From: 104, Before: 100})
	got, err := numbers(e)
	if flat := slices.Concat(got...); !errors.Is(err, io.EOF) || !slices.Equal(flat, []uint64{105, 106, 107}) {
		t.Errorf("%v, %v", flat, err)
	}
	if want := (engine.Stats{Seen: 107, Rebuilt: 104, Yielded: 3}); e.Stats() != want {
		t.Errorf("%+v, want %+v", e.Stats(), want)
	}
	if n, _ := e.Last(); n != 107 {
		t.Errorf("the last packet is %d", n)
	}
}

func TestFromDoesNotCountUnknownLinks(t *testing.T) {
	packets := enginetest.Ethernet(frames(4)...)
	packets[0].LinkType, packets[3].LinkType = 189, 189
	e := engine.New(&enginetest.Source{Packets: packets}, all.Registry(), engine.Options{From: 2})
	if _, err := numbers(e); !errors.Is(err, io.EOF) || e.Stats().UnknownLink != 1 {
		t.Errorf("%v, %+v", err, e.Stats())
	}
}

// resumable is the largest capture of the corpus that is read from several packets on, bytes.
const resumable = 512 << 10

// What follows a resumption is, field for field, what an uninterrupted run has there.
func TestResumedDocumentsAreTheSame(t *testing.T) {
	var files []string
	if _, err := os.Stat(demo); err == nil {
		files = append(files, demo)
	}
	corpus := filepath.Join(cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "..", "shared", "corpus")), "dev")
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // a corpus is optional
		}
		if info, err := d.Info(); err == nil && info.Size() > 4<<10 && info.Size() <= resumable {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no capture to resume: make %s with tests/demo/make.sh", demo)
	}
	registry, resumed := all.Registry(), 0
	for i, path := range files {
		opt := engine.Options{Reveal: true, Dissect: dissect.Options{Wireshark: i%2 == 1}}
		want := documentsOf(path, registry, opt)
		if len(want) < 3 {
			continue
		}
		for _, from := range []int{1, len(want) / 2, len(want) - 1} {
			opt.From = uint64(from)
			got := documentsOf(path, registry, opt)
			resumed++
			if len(got) != len(want)-from {
				t.Errorf("%s from %d: %d documents, want %d", path, from, len(got), len(want)-from)
				continue
			}
			for k := range got {
				if got[k] != want[from+k] {
					t.Errorf("%s from %d: packet %d\n%s\nwant\n%s", path, from, from+k+1, got[k], want[from+k])
					break
				}
			}
		}
	}
	t.Logf("%d captures, %d resumptions", len(files), resumed)
}

// documentsOf is what a capture's packets become, as far as it can be read.
func documentsOf(path string, registry *dissect.Registry, opt engine.Options) (docs []string) {
	s, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		return nil
	}
	defer s.Close()
	e := engine.New(s, registry, opt)
	enc := document.NewEncoder(document.Options{Profile: field.Full, AllAddresses: opt.Dissect.Wireshark})
	var b engine.Batch
	for e.Next(&b) == nil {
		for i := range b.Records {
			docs = append(docs, string(enc.Append(nil, &b, &b.Records[i])))
		}
	}
	return docs
}
