// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	stdbinary "encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/filter/filtertest"
	"github.com/espbeat/espbeat/tests/internal/es"
)

// captureID begins the ids of a capture's documents.
type captureID [10]byte

// TestDisplayFilters asks a real Elasticsearch for the packets that each display filter finds in captures that were indexed, and compares them with tshark's.
func TestDisplayFilters(t *testing.T) {
	dir := t.TempDir()
	captures := map[captureID]filtertest.Capture{}
	absent := 0
	for i, c := range filtertest.Captures(t, root()) {
		if c.Path == "" {
			absent++
			continue
		}
		if os.Getenv("ESPBEAT_CORPUS") == "" && i%filterShare != 0 {
			continue
		}
		id := idOf(t, c.Path)
		if _, twice := captures[id]; twice { // one begins as the other does, and so is the same to espbeat
			continue
		}
		captures[id] = c
		data, err := os.ReadFile(c.Path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, fmt.Sprintf("%04d%s", i, filepath.Ext(c.Path)), string(data))
	}
	s := server(t)
	index := stream(t, s)
	r := run(t, "--dir", dir, "--node", s.URL, "--index", index, "-E", "espbeat.dissect.compat=wireshark")
	if l := r.ledger(); r.code > 1 || l["documents stored"] == 0 || l["documents stored"] != l["packets seen"] { // 1: some captures are broken, on purpose
		t.Fatalf("exit status %d, ledger %v:\n%s", r.code, l, tail(r.err, 3000))
	}
	if code, said := s.Do("PUT", "/"+index+"/_settings", map[string]any{"index.max_result_window": mostHits}); code != http.StatusOK {
		t.Fatalf("status %d: %v", code, said)
	}
	s.Refresh(index)
	var layers []string
	for _, p := range all.Registry().All {
		layers = append(layers, p.Name)
	}
	exceptions := filtertest.ReadExceptions(t, root())
	quoting := packets(t, s, index, `{"exists": {"field": "icmp.original.source.ip"}}`)
	compared := 0
	for _, text := range filtertest.Filters(t, root()) {
		f, err := filter.Compile(text, filter.Options{Layers: layers, Profile: field.Full})
		if err != nil {
			t.Error(err)
			continue
		}
		found := packets(t, s, index, string(f.DSL()))
		for id, c := range captures {
			unjudged := func(n uint64) bool {
				return n > uint64(len(c.Find[filtertest.Anything])) || !filtertest.InQuotes(text) && slices.Contains(quoting[id], n)
			}
			got, want := slices.DeleteFunc(found[id], unjudged), slices.DeleteFunc(slices.Clone(c.Find[text]), unjudged)
			if slices.Equal(got, want) {
				compared++
			} else if exceptions.Reason(c.Name, "full", text) == "" {
				t.Errorf("%s finds %s in %s, tshark %s", text, filtertest.Ranges(got), filepath.Base(c.Path), filtertest.Ranges(want))
			}
		}
	}
	t.Logf("%d answers of %d captures agree", compared, len(captures))
	if absent > 0 {
		t.Skipf("filters were compared on %d captures, %d others are missing: no corpus of real captures beside the project (set ESPBEAT_CORPUS)", len(captures), absent)
	}
}

// idOf is how the ids of a file's documents begin: a hash of what it begins with and of its link types.
func idOf(t *testing.T, path string) (id captureID) {
	t.Helper()
	is, err := capture.Identify(path)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	h.Write(is.Fingerprint[:])
	for _, link := range is.LinkTypes {
		_ = stdbinary.Write(h, stdbinary.BigEndian, uint32(link))
	}
	copy(id[:], h.Sum(nil))
	return id
}

// filterShare of the captures is indexed when ESPBEAT_CORPUS does not name the corpus: the package filter compares them all, without a server.
const filterShare = 4

// mostHits is how many hits a search of this test may have.
const mostHits = 100000

// packets are the numbers of the packets that a query finds, by capture.
func packets(t *testing.T, s *es.Server, index, query string) map[captureID][]uint64 {
	t.Helper()
	page := s.Search(index, fmt.Sprintf(`{"size": %d, "_source": false, "sort": "packet.number", "query": %s}`, mostHits, query))
	if len(page.Hits) == mostHits {
		t.Fatalf("%s finds more than can be asked for", query)
	}
	found := map[captureID][]uint64{}
	for _, h := range page.Hits {
		b, err := base64.RawURLEncoding.DecodeString(h.ID)
		if err != nil || len(b) != len(captureID{})+5 {
			t.Fatalf("%q is no id of a packet", h.ID)
		}
		id := captureID(b[:len(captureID{})])
		found[id] = append(found[id], stdbinary.BigEndian.Uint64(append(make([]byte, 3, 8), b[len(id):]...)))
	}
	return found
}
