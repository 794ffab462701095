// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSpread(t *testing.T) {
	for name, c := range map[string]struct {
		in   []float64
		want spread
	}{
		"none": {nil, spread{}},
		"one":  {[]float64{2}, spread{2, 2, 2}},
		"even": {[]float64{4, 1, 2, 3}, spread{2.5, 1, 4}},
		"odd":  {[]float64{9, 1, 2}, spread{2, 1, 9}},
	} {
		if got := spreadOf(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		ratio, target  float64
		atMost, missed bool
	}{
		"reached exactly": {25, 25, false, false},
		"too little":      {24.9, 25, false, true},
		"within":          {1.1, 1.1, true, false},
		"too much":        {1.2, 1.1, true, true},
	} {
		r := report{out: io.Discard}
		if text := r.verdict(c.ratio, c.target, c.atMost); r.missed != c.missed || strings.Contains(text, "missed") != c.missed {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// bulk is as libbeat writes it: an empty line after each document.
const bulk = `{"create":{"_index":"` + recordedIndex + `","_id":"a"}}` + "\n" + `{"n":"\n"}` + "\n\n" +
	`{"create":{"_index":"` + recordedIndex + `","_id":"b"}}` + "\n{}\n\n"

func TestRecordedBulksAreLoaded(t *testing.T) {
	dir := t.TempDir()
	s := &sink{record: dir}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, bulk); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/_bulk", &zipped)
	req.Header.Set("Content-Encoding", "gzip")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, req)
	if got := answer.Body.String(); s.counts.Documents != 2 || strings.Count(got, "201") != 2 {
		t.Fatalf("%d documents, answer %s", s.counts.Documents, got)
	}
	bodies, err := prepare(dir, "other")
	if err != nil || len(bodies) != 1 {
		t.Fatalf("%d bodies, %v", len(bodies), err)
	}
	var packed bytes.Buffer
	if err := compress(&packed, bodies[0]); err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != strings.ReplaceAll(bulk, recordedIndex, "other") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestPrepareRefuses(t *testing.T) {
	if _, err := prepare(t.TempDir(), "x"); err == nil {
		t.Error("an empty folder is taken for bulks")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "1.ndjson"), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := prepare(dir, "x"); err == nil || !strings.Contains(err.Error(), "does not begin with") {
		t.Errorf("another index: %v", err)
	}
}
