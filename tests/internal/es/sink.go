// SPDX-License-Identifier: Apache-2.0

package es

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Doc is one document that a sink was sent.
type Doc struct {
	Op       string // create or index
	Index    string
	ID       string
	Pipeline string
	Source   json.RawMessage
}

// Rejection is what a sink answers for a document that it does not take. The zero value takes it.
type Rejection struct {
	Status int // such as 400
	Type   string
	Reason string
}

// SinkOptions says how a sink behaves. The zero value takes every document and keeps it.
type SinkOptions struct {
	Version       string // of GET /; empty: 9.4.3
	Flavor        string // build_flavor of GET /; empty: default
	NoLicense     bool   // /_license is not found
	License       string // type of the licence of /_license; empty: basic
	Authorization string // header that every request must carry, else 401
	TLS           bool   // HTTPS with a certificate of its own (Sink.CAFile)

	// Statuses are the answers to the first bulks, in order; 0 serves the bulk. 429 and 503 make a client try again.
	Statuses []int
	// Reject refuses single documents. It runs under the sink's lock.
	Reject func(Doc) Rejection
	// Forget keeps no document, for a sink that takes them for hours.
	Forget bool
	// Delay passes before each bulk is answered, as a slow server would.
	Delay time.Duration
}

// Stats counts what a sink saw.
type Stats struct {
	Received   int // bulk requests read, whatever became of them
	Bulks      int // bulk requests served, refused ones not included
	Refused    int // bulk requests answered by SinkOptions.Statuses or by 401
	Docs       int // documents taken
	Duplicates int // documents whose index and id were there already (409)
	Rejected   int // documents refused by SinkOptions.Reject
	WireBytes  int // bodies of served bulks as sent, in bytes
	BodyBytes  int // the same, decompressed
}

// Sink imitates the part of Elasticsearch that a Beat's output talks to: GET /, /_license, the bulk interface, and
// templates, policies, pipelines and data streams that are kept as they are sent. Safe for concurrent use.
type Sink struct {
	URL    string
	CAFile string // PEM of the certificate; empty without TLS

	o      SinkOptions
	server *httptest.Server

	mu       sync.Mutex
	changed  *sync.Cond // stats or hang changed
	hanging  bool
	statuses []int
	stats    Stats
	docs     []Doc
	seen     map[string]bool   // index and id of documents taken
	assets   map[string][]byte // path to body of what was PUT
	requests []string          // method and path of all requests but bulks
}

// NewSink starts a sink on a free loopback port. It ends with the test.
func NewSink(t testing.TB, o SinkOptions) *Sink {
	t.Helper()
	s := &Sink{o: o, statuses: slices.Clone(o.Statuses), seen: map[string]bool{}, assets: map[string][]byte{}}
	s.changed = sync.NewCond(&s.mu)
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = nil
	if o.TLS {
		s.server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		s.server.StartTLS()
		s.CAFile = filepath.Join(t.TempDir(), "ca.crt")
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
		if err := os.WriteFile(s.CAFile, block, 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		s.server.Start()
	}
	s.URL = s.server.URL
	t.Cleanup(s.Close)
	return s
}

// Close ends the sink: held requests are answered, later connections refused.
func (s *Sink) Close() {
	s.Resume()
	s.server.CloseClientConnections()
	s.server.Close()
}

// Hang leaves the bulks from now on unanswered, until Resume or until the client gives up.
func (s *Sink) Hang() { s.setHanging(true) }

// Resume answers the bulks that Hang held, and serves the next ones.
func (s *Sink) Resume() { s.setHanging(false) }

func (s *Sink) setHanging(v bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hanging = v
	s.changed.Broadcast()
}

// Stats returns the counters.
func (s *Sink) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Docs returns the documents taken, in order of arrival.
func (s *Sink) Docs() []Doc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.docs)
}

// Requests returns method and path of all requests but bulks, in order: "GET /_license".
func (s *Sink) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Asset returns the body of what was PUT under path ("/_index_template/espbeat-9"), nil when nothing was.
func (s *Sink) Asset(path string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.assets[path])
}

// Wait blocks until ok says yes of the counters, or until ctx ends; it then returns ctx's error.
func (s *Sink) Wait(ctx context.Context, ok func(Stats) bool) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok(s.stats) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.changed.Wait()
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Elastic-Product", "Elasticsearch")
	h.Set("Content-Type", "application/json")
	bulk := r.URL.Path == "/_bulk" || strings.HasSuffix(r.URL.Path, "/_bulk")
	if s.o.Authorization != "" && r.Header.Get("Authorization") != s.o.Authorization {
		if bulk {
			s.count(func(st *Stats) { st.Refused++ })
		}
		h.Set("WWW-Authenticate", `Basic realm="security", charset="UTF-8"`)
		fail(w, http.StatusUnauthorized, "security_exception", "unable to authenticate for REST request ["+r.URL.Path+"]")
		return
	}
	if bulk {
		s.bulk(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	s.asset(w, r)
}

func (s *Sink) count(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.stats)
	s.changed.Broadcast()
}
