// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// fake is a server with documents in their order, whose point in time has another id after each search.
type fake struct {
	t *testing.T
	*httptest.Server

	mu    sync.Mutex
	total int
	// fail are statuses that requests get before any is answered, in order; 0 breaks the connection.
	fail     []int
	says     string // with a failure
	timedOut bool
	pits     int
	requests []string
}

func serve(t *testing.T, total int) *fake {
	t.Helper()
	f := &fake{t: t, total: total, says: `{"error":{"type":"x","reason":"of the server"}}`}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == "/" {
		fmt.Fprint(w, `{"version":{"number":"9.0.0","build_flavor":"default"}}`)
		return
	}
	f.requests = append(f.requests, r.Method+" "+r.URL.RequestURI())
	if len(f.fail) > 0 {
		status := f.fail[0]
		f.fail = f.fail[1:]
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, f.says)
		return
	}
	pit := func() string { return fmt.Sprintf("pit%d", f.pits) }
	switch r.Method + " " + r.URL.Path {
	case "POST /packets*/_pit":
		fmt.Fprintf(w, `{"id":%q}`, pit())
	case "DELETE /_pit":
		fmt.Fprint(w, `{"succeeded":true}`)
	case "POST /_search":
		var q struct {
			Size  int
			After []any `json:"search_after"`
			PIT   struct{ ID, KeepAlive string }
			Sort  []map[string]any
			Aggs  struct {
				All struct {
					Composite struct{ After struct{ Value string } }
				}
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.PIT.ID != pit() || r.URL.Query().Get("allow_partial_search_results") != "false" {
			f.t.Errorf("search %+v, %v", q, err)
		}
		f.pits++
		if q.Size == 0 {
			f.aggregate(w, q.Aggs.All.Composite.After.Value, pit())
			return
		}
		if len(q.Sort) != 2 || q.Sort[0]["@timestamp"] == nil || q.Sort[1]["packet.number"] == nil {
			f.t.Errorf("order %v", q.Sort)
		}
		from := 0
		if q.After != nil {
			if _, err := fmt.Sscan(fmt.Sprint(q.After[1]), &from); err != nil {
				f.t.Error(err)
			}
		}
		hits := []any{}
		for n := from + 1; n <= f.total && len(hits) < q.Size; n++ {
			hits = append(hits, object{"_id": fmt.Sprint("id", n), "_source": object{"n": n}, "sort": []any{"2024-01-01T00:00:00.123456789Z", n}})
		}
		_ = json.NewEncoder(w).Encode(object{"pit_id": pit(), "timed_out": f.timedOut, "hits": object{"hits": hits}})
	default:
		http.Error(w, `{"error":{"root_cause":[{"reason":"no such index [nothing]"}],"reason":"x"},"status":404}`, http.StatusNotFound)
	}
}

// aggregate answers with values behind one, which ascend.
func (f *fake) aggregate(w http.ResponseWriter, after, pit string) {
	from := 0
	if after != "" {
		_, _ = fmt.Sscanf(after, "v%d", &from)
		from++
	}
	found := []object{}
	for n := from; n < f.total && len(found) < buckets; n++ {
		found = append(found, object{"key": object{"value": fmt.Sprintf("v%06d", n)}})
	}
	all := object{"buckets": found}
	if len(found) > 0 {
		all["after_key"] = found[len(found)-1]["key"]
	}
	_ = json.NewEncoder(w).Encode(object{"pit_id": pit, "aggregations": object{"all": all}})
}

func client(t *testing.T, hosts ...string) *Client {
	t.Helper()
	c, err := New(config.MustNewConfigFrom(map[string]any{"hosts": hosts, "username": "u", "password": "p"}), "espbeat", logp.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	c.first, c.most = time.Microsecond, time.Millisecond
	t.Cleanup(c.Close)
	return c
}

func view(t *testing.T, hosts ...string) *View {
	t.Helper()
	v, err := client(t, hosts...).Open(t.Context(), "packets*")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numbers are those of the documents that a view has, with the sizes of pages.
func numbers(t *testing.T, v *View, page int) (all []int, pages []int, err error) {
	t.Helper()
	err = v.Each(t.Context(), object{"match_all": object{}}, []string{"n"}, page, func(ids []string, sources []json.RawMessage) error {
		pages = append(pages, len(ids))
		for i := range ids {
			var d struct{ N int }
			if err := json.Unmarshal(sources[i], &d); err != nil || ids[i] != fmt.Sprint("id", d.N) {
				t.Errorf("document %s: %s, %v", ids[i], sources[i], err)
			}
			all = append(all, d.N)
		}
		return nil
	})
	return all, pages, err
}

func TestEachDocumentOnce(t *testing.T) {
	for total, want := range map[int][]int{0: nil, 1: {1}, 99: {99}, 100: {100}, 250: {100, 100, 50}} {
		f := serve(t, total)
		v := view(t, f.URL)
		all, pages, err := numbers(t, v, 100)
		if err != nil || len(all) != total || !slices.Equal(pages, want) || !slices.IsSorted(all) {
			t.Errorf("%d documents: %d in pages of %v, %v", total, len(all), pages, err)
		}
		if err := v.Close(t.Context()); err != nil || f.requests[len(f.requests)-1] != "DELETE /_pit" {
			t.Errorf("%v, %v", err, f.requests)
		}
	}
}

func TestValues(t *testing.T) {
	f := serve(t, 2*buckets+10)
	got, err := view(t, f.URL).Values(t.Context(), object{}, "flow.id", 2*buckets+10)
	if err != nil || len(got) != f.total || got[buckets] != fmt.Sprintf("v%06d", buckets) {
		t.Errorf("%d values, %v", len(got), err)
	}
	if _, err := view(t, f.URL).Values(t.Context(), object{}, "flow.id", 2*buckets); err == nil || !strings.Contains(err.Error(), "more than 10000 values of flow.id") {
		t.Errorf("error %v", err)
	}
}

func TestTakeEndsIt(t *testing.T) {
	f := serve(t, 1000)
	enough := errors.New("enough")
	err := view(t, f.URL).Each(t.Context(), object{}, nil, 10, func([]string, []json.RawMessage) error { return enough })
	if !errors.Is(err, enough) || len(f.requests) != 2 {
		t.Errorf("%v, %v", err, f.requests)
	}
}

func TestTroubleIsWaitedOutForAWhile(t *testing.T) {
	f := serve(t, 250)
	down := httptest.NewServer(nil)
	down.Close()
	v := view(t, down.URL, f.URL)
	f.fail = []int{503, 0, 429}
	if all, _, err := numbers(t, v, 100); err != nil || len(all) != 250 {
		t.Errorf("%d documents, %v", len(all), err)
	}
	f.fail = slices.Repeat([]int{503}, 100)
	if _, _, err := numbers(t, v, 100); err == nil || !strings.Contains(err.Error(), "see to the servers of output.elasticsearch") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Each(ctx, object{}, nil, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after a stop: %v", err)
	}
}

func TestRefusalsSayWhatHelps(t *testing.T) {
	for status, remedy := range map[int]string{
		401: "set username and password, or api_key, of output.elasticsearch",
		403: "give the user of output.elasticsearch the index privilege read on packets*",
		400: "search packets*: the innermost: of all: of the server",
		404: "name the index or data stream of the packets with --index",
	} {
		f := serve(t, 1)
		f.fail = []int{status}
		f.says = `{"error":{"root_cause":[{"reason":"the innermost","caused_by":{"reason":"of all","caused_by":{"reason":"of the server"}}}],"type":"x","reason":"all shards failed"}}`
		_, err := client(t, f.URL).Open(t.Context(), "packets*")
		if err == nil || !strings.Contains(err.Error(), remedy) || strings.Contains(err.Error(), "{") {
			t.Errorf("%d: error %v", status, err)
		}
	}
	f := serve(t, 1)
	if _, err := client(t, f.URL).Open(t.Context(), "nothing"); err == nil || !strings.Contains(err.Error(), "no such index [nothing]: name the index") {
		t.Errorf("no index: %v", err)
	}
	v := view(t, f.URL)
	f.timedOut = true
	if _, _, err := numbers(t, v, 10); err == nil || !strings.Contains(err.Error(), "longer than the cluster allows") {
		t.Errorf("timed out: %v", err)
	}
	f.fail, f.says = []int{200}, `"hello"`
	if _, _, err := numbers(t, v, 10); err == nil || !strings.Contains(err.Error(), "is it Elasticsearch that answers there?") {
		t.Errorf("another server: %v", err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the refused handshake
	s.StartTLS()
	defer s.Close()
	if _, err := client(t, s.URL).Open(t.Context(), "packets*"); err == nil || !strings.Contains(err.Error(), "ssl.certificate_authorities") {
		t.Errorf("certificate: %v", err)
	}
	if _, err := New(config.NewConfig(), "espbeat", logp.NewNopLogger()); err == nil || !strings.HasPrefix(err.Error(), "output.elasticsearch: ") {
		t.Errorf("no hosts: %v", err)
	}
}
