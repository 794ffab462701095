// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// fake is a server with one data stream.
type fake struct {
	t *testing.T
	*httptest.Server

	mu sync.Mutex
	// has are the ids of the backing indices, in the order in which a search finds them.
	has []string
	// fresh are those that only a refresh shows.
	fresh []string
	// fail are statuses that requests get before any is answered, in order; 0 breaks the connection, 200 answers.
	fail     []int
	requests []string
	busy     func() // called with each failure
}

func serve(t *testing.T, has ...string) *fake {
	t.Helper()
	f := &fake{t: t, has: has}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	if len(f.fail) > 0 {
		status := f.fail[0]
		f.fail = f.fail[1:]
		if f.busy != nil {
			f.busy()
		}
		switch {
		case status == 0:
			panic(http.ErrAbortHandler)
		case status != http.StatusOK:
			http.Error(w, fmt.Sprintf(`{"error":{"type":"of status %d"}}`, status), status)
			return
		}
	}
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	switch r.URL.Path {
	case "/":
		fmt.Fprint(w, `{"version":{"number":"9.0.0","build_flavor":"default"}}`)
	case "/packets/_refresh":
		f.has, f.fresh = append(f.has, f.fresh...), nil
		fmt.Fprint(w, `{"_shards":{"failed":0}}`)
	case "/packets/_search":
		f.search(w, r)
	default:
		http.Error(w, `{"error":{"type":"index_not_found_exception"},"status":404}`, http.StatusNotFound)
	}
}

func (f *fake) search(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Size   int
		Source *bool `json:"_source"`
		Query  struct {
			IDs struct{ Values []string }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Source == nil || *q.Source || len(q.Query.IDs.Values) > chunk {
		f.t.Errorf("search for %d ids: %v %v", len(q.Query.IDs.Values), q.Source, err)
	}
	if r.URL.Query().Get("allow_partial_search_results") != "false" {
		f.t.Error("a search that may leave shards out")
	}
	var hits []map[string]string
	for _, id := range f.has {
		if len(hits) < q.Size && slices.Contains(q.Query.IDs.Values, id) {
			hits = append(hits, map[string]string{"_id": id})
		}
	}
	var a map[string]any
	if hits != nil { // filter_path leaves out what is empty
		a = map[string]any{"hits": map[string]any{"hits": hits}}
	}
	_ = json.NewEncoder(w).Encode(a)
}

func lookup(t *testing.T, hosts []string, more map[string]any) *Lookup {
	t.Helper()
	o := map[string]any{"hosts": hosts, "backoff.init": "1us", "backoff.max": "1ms", "username": "u", "password": "p"}
	maps.Copy(o, more)
	l, err := New(config.MustNewConfigFrom(o), "espbeat", logp.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func number(n int) string { return fmt.Sprintf("id-%d", n) }

func TestWhatIsStoredIsFound(t *testing.T) {
	var has, ask []string
	want := map[string]bool{}
	for n := range 3500 { // more than three chunks
		ask = append(ask, number(n))
		if n%3 == 0 {
			want[number(n)] = true
			has = append(has, number(n))
		}
		if n < 1200 && n%3 == 0 { // in three backing indices
			has = append(has, number(n), number(n))
		}
	}
	f := serve(t, append(has, "another")...)
	f.fresh = []string{number(1)}
	want[number(1)] = true
	got, err := lookup(t, []string{f.URL}, nil).Stored(t.Context(), "packets", ask)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %d found, want %d", err, len(got), len(want))
	}
}

func TestCopiesCrowdNobodyOut(t *testing.T) {
	f := serve(t, "a", "a", "a", "b")
	got, err := lookup(t, []string{f.URL}, nil).Stored(t.Context(), "packets", []string{"a", "b", "c"})
	if err != nil || !maps.Equal(got, map[string]bool{"a": true, "b": true}) {
		t.Errorf("%v %v", got, err)
	}
}

func TestNothingIsFound(t *testing.T) {
	f := serve(t)
	l := lookup(t, []string{f.URL}, nil)
	for target, ids := range map[string][]string{"packets": {"a"}, "no such": {"a"}, "none": nil} {
		got, err := l.Stored(t.Context(), target, ids)
		if err != nil || len(got) != 0 || got == nil {
			t.Errorf("%s: %v %v", target, got, err)
		}
	}
	if slices.Contains(f.requests, "POST /none/_refresh") {
		t.Error("asked for no ids")
	}
}

func TestTroubleIsWaitedOut(t *testing.T) {
	f := serve(t, "a")
	f.fail = []int{503, 429, 0, 502, 200, 503, 504, 0, 429}
	down := httptest.NewServer(nil)
	down.Close()
	for _, hosts := range [][]string{{f.URL}, {down.URL, f.URL}} {
		got, err := lookup(t, hosts, nil).Stored(t.Context(), "packets", []string{"a", "b"})
		if err != nil || !maps.Equal(got, map[string]bool{"a": true}) {
			t.Errorf("%v: %v %v", hosts, got, err)
		}
	}
	if len(f.fail) > 0 {
		t.Errorf("%v did not happen", f.fail)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := serve(t)
	f.fail = slices.Repeat([]int{503}, 1000)
	f.busy = func() {
		if len(f.fail) == 990 {
			cancel()
		}
	}
	l := lookup(t, []string{f.URL}, nil)
	_, err := l.Stored(ctx, "packets", []string{"a"})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "look for stored packets in packets: ") {
		t.Errorf("error %v", err)
	}
	f.mu.Lock()
	f.fail = nil
	f.mu.Unlock()
	if _, err := l.Stored(t.Context(), "packets", []string{"a"}); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestRefusalsSayWhatHelps(t *testing.T) {
	for status, remedy := range map[int]string{
		401: "set username and password, or api_key, of output.elasticsearch",
		403: "give the user of output.elasticsearch the index privileges read and maintenance on packets",
		400: "of status 400",
		404: "of status 404", // by something else than Elasticsearch
	} {
		f := serve(t)
		f.fail = []int{status, status, status}
		_, err := lookup(t, []string{f.URL}, nil).Stored(t.Context(), "packets", []string{"a"})
		if err == nil || !strings.Contains(err.Error(), "look for stored packets in packets: ") || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%d: error %v", status, err)
		}
	}
}

func TestCertificateOfAnotherAuthorityIsRefused(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the refused handshake
	s.StartTLS()
	defer s.Close()
	_, err := lookup(t, []string{s.URL}, nil).Stored(t.Context(), "packets", []string{"a"})
	if err == nil || !strings.Contains(err.Error(), "ssl.certificate_authorities") {
		t.Errorf("error %v", err)
	}
}

func TestConfigurationErrorsNameTheOutput(t *testing.T) {
	for _, o := range []map[string]any{{}, {"hosts": []string{"a"}, "backoff.init": "0s"}, {"hosts": []string{"a"}, "api_key": "x", "username": "y"}} {
		_, err := New(config.MustNewConfigFrom(o), "espbeat", logp.NewNopLogger())
		if err == nil || !strings.HasPrefix(err.Error(), "output.elasticsearch: ") {
			t.Errorf("%v: error %v", o, err)
		}
	}
}

func TestRequestsHaveTheOutputsCredentialsAndHeaders(t *testing.T) {
	seen := make(chan *http.Request, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		fmt.Fprint(w, `{}`)
	}))
	defer s.Close()
	l := lookup(t, []string{s.URL}, map[string]any{"headers": map[string]any{"X-Site": "lab"}, "path": "/es"})
	if _, err := l.Stored(t.Context(), "packets", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	close(seen)
	for r := range seen {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" || r.Header.Get("X-Site") != "lab" || !strings.HasPrefix(r.URL.Path, "/es") {
			t.Errorf("request %s by %s with %v", r.URL, user, r.Header)
		}
	}
}
