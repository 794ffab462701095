// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// instance is one running server.
type instance struct {
	url, user, password, caFile string
	dir                         string   // data directory; empty for a server that we did not start
	args                        []string // what start.sh was given
	release                     func()
}

// Server is a test's handle on an Elasticsearch. Its methods fail the test when the server cannot be reached.
type Server struct {
	URL      string // scheme, host and port
	User     string // empty without security
	Password string
	CAFile   string // PEM of the CA; empty without TLS

	t      testing.TB
	in     *instance
	client *http.Client
}

func newServer(t testing.TB, in *instance) *Server {
	t.Helper()
	tr := &http.Transport{}
	if in.caFile != "" {
		pem, err := os.ReadFile(in.caFile)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		tr.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &Server{URL: in.url, User: in.user, Password: in.password, CAFile: in.caFile,
		t: t, in: in, client: &http.Client{Transport: tr, Timeout: 2 * time.Minute}}
}

// Do sends a request and returns status and body. body may be nil, a string or []byte as they are, or a value to
// encode as JSON. An answer that is no JSON object comes back under the key "body" ("items" for an array).
func (s *Server) Do(method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	raw, err := encode(body)
	if err != nil {
		s.t.Fatalf("%s %s: encode the body: %v", method, path, err)
	}
	req, err := http.NewRequest(method, s.URL+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.User != "" {
		req.SetBasicAuth(s.User, s.Password)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s %s: read the answer: %v", method, path, err)
	}
	return resp.StatusCode, decode(data)
}

func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(b), nil
	case []byte:
		return b, nil
	}
	return json.Marshal(body)
}

func decode(data []byte) map[string]any {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return map[string]any{"body": string(data)}
	}
	switch v := v.(type) {
	case map[string]any:
		return v
	case []any:
		return map[string]any{"items": v}
	}
	return map[string]any{"body": v}
}

// must is Do that fails the test unless the status is one of the 200s.
func (s *Server) must(method, path string, body any) map[string]any {
	s.t.Helper()
	status, m := s.Do(method, path, body)
	if status/100 != 2 {
		s.t.Fatalf("%s %s: status %d: %v", method, path, status, m)
	}
	return m
}

// Query turns what tests write into a query clause: nil is everything, a string is Lucene's query syntax
// ("source.ip:192.0.2.0/24 AND destination.port:53"), anything else is a clause of the query DSL.
func Query(q any) any {
	switch q := q.(type) {
	case nil:
		return map[string]any{"match_all": map[string]any{}}
	case string:
		return map[string]any{"query_string": map[string]any{"query": q}}
	}
	return q
}

// Count returns how many documents of index match the query (see Query). What was not refreshed is not counted.
func (s *Server) Count(index string, query any) int {
	s.t.Helper()
	m := s.must("POST", "/"+url.PathEscape(index)+"/_count", map[string]any{"query": Query(query)})
	n, ok := m["count"].(float64)
	if !ok {
		s.t.Fatalf("count of %s: no count in %v", index, m)
	}
	return int(n)
}

// Hit is one document that a search found.
type Hit struct {
	Index  string         `json:"_index"`
	ID     string         `json:"_id"`
	Source map[string]any `json:"_source"`
	Fields map[string]any `json:"fields"`
	Sort   []any          `json:"sort"`
}

// Found is what a search found.
type Found struct {
	Total        int // exact
	Hits         []Hit
	Aggregations map[string]any
}

// Search runs a search; body is that of _search, as a value or as JSON text.
func (s *Server) Search(index string, body any) Found {
	s.t.Helper()
	m := s.must("POST", "/"+url.PathEscape(index)+"/_search?track_total_hits=true", body)
	var r struct {
		Hits struct {
			Total struct{ Value int }
			Hits  []Hit
		}
		Aggregations map[string]any
	}
	raw, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		s.t.Fatalf("search of %s: decode the answer: %v", index, err)
	}
	return Found{Total: r.Hits.Total.Value, Hits: r.Hits.Hits, Aggregations: r.Aggregations}
}

// Refresh makes what was indexed so far visible to Count and Search.
func (s *Server) Refresh(index string) {
	s.t.Helper()
	s.must("POST", "/"+url.PathEscape(index)+"/_refresh", nil)
}

// DeleteDataStream deletes a data stream with its documents. One that is not there is no error.
func (s *Server) DeleteDataStream(name string) {
	s.t.Helper()
	s.delete("/_data_stream/" + url.PathEscape(name))
}

// DeleteIndex deletes an index with its documents. One that is not there is no error.
func (s *Server) DeleteIndex(name string) { s.t.Helper(); s.delete("/" + url.PathEscape(name)) }

func (s *Server) delete(path string) {
	s.t.Helper()
	if status, m := s.Do("DELETE", path, nil); status/100 != 2 && status != http.StatusNotFound {
		s.t.Fatalf("DELETE %s: status %d: %v", path, status, m)
	}
}

// Bulk creates the documents in index, refreshes it, and fails the test when one is refused.
func (s *Server) Bulk(index string, docs ...any) {
	s.t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, d := range docs {
		b.WriteString("{\"create\":{}}\n")
		if err := enc.Encode(d); err != nil {
			s.t.Fatalf("bulk to %s: %v", index, err)
		}
	}
	m := s.must("POST", "/"+url.PathEscape(index)+"/_bulk?refresh=true", b.Bytes())
	if m["errors"] != false {
		s.t.Fatalf("bulk to %s: %v", index, m)
	}
}

// Stop ends a server of Options.Own in order. Restart brings it back with its data.
func (s *Server) Stop() { s.t.Helper(); s.script("stop.sh", s.in.dir) }

// Kill ends a server of Options.Own as a crash would.
func (s *Server) Kill() { s.t.Helper(); s.script("stop.sh", "-9", s.in.dir) }

// Restart starts a server of Options.Own again after Stop or Kill: same port, same data.
func (s *Server) Restart() {
	s.t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.client.CloseIdleConnections()
	s.script("start.sh", append(append([]string{}, s.in.args...), "-p", u.Port(), s.in.dir)...)
}

func (s *Server) script(name string, args ...string) {
	s.t.Helper()
	if s.in.dir == "" {
		s.t.Fatalf("%s: the server at %s was not started by this test: use Options.Own", name, s.URL)
	}
	out, err := exec.Command(filepath.Join(kitDir(), name), args...).CombinedOutput()
	if err != nil {
		s.t.Fatal(fmt.Errorf("%s %v: %w\n%s", name, args, err, out))
	}
}
