// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Faults of a Proxy, each as it is met in the field.
const (
	FaultUnavailable = "503"          // refused
	FaultTooMany     = "429"          // refused
	FaultReset       = "reset"        // the connection ends before the server sees the bulk
	FaultLost        = "answer lost"  // the server does its work, and the connection ends before the answer
	FaultHang        = "hang"         // nothing for a while, then the connection ends
	FaultPartial     = "partial bulk" // the server takes every other document, the rest is refused with 429
)

var faults = []string{FaultUnavailable, FaultTooMany, FaultReset, FaultLost, FaultHang, FaultPartial}

// hang is how long a proxy that hangs does.
const hang = 300 * time.Millisecond

// bulkTakes is how long each bulk request takes at least: it bounds how far an import comes in a given time, on any machine.
const bulkTakes = 50 * time.Millisecond

// Proxy stands before a server and spoils a share of the bulk requests; everything else passes.
type Proxy struct {
	URL string

	t      testing.TB
	server string
	client http.Client
	share  float64

	mu    sync.Mutex
	rand  *rand.Rand
	met   map[string]int
	bulks int
}

// NewProxy starts one, which the test's end stops. share is that of bulk requests that are spoilt; seed chooses which and how.
func NewProxy(t testing.TB, server string, share float64, seed uint64) *Proxy {
	t.Helper()
	p := &Proxy{t: t, server: server, share: share, rand: rand.New(rand.NewPCG(seed, 1)), met: map[string]int{}}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.URL = s.URL
	return p
}

// Met is how often each fault was met so far.
func (p *Proxy) Met() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	met := map[string]int{}
	for k, n := range p.met {
		met[k] = n
	}
	return met
}

// Bulks is the number of bulk requests so far.
func (p *Proxy) Bulks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bulks
}

func (p *Proxy) choose() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bulks++
	if p.rand.Float64() >= p.share {
		return ""
	}
	f := faults[p.rand.IntN(len(faults))]
	p.met[f]++
	return f
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, body, err := readBody(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "proxy", err.Error())
		return
	}
	fault := ""
	if strings.HasSuffix(r.URL.Path, "/_bulk") {
		fault = p.choose()
		time.Sleep(bulkTakes)
	}
	switch fault {
	case FaultUnavailable:
		fail(w, http.StatusServiceUnavailable, "unavailable_exception", "injected")
	case FaultTooMany:
		fail(w, http.StatusTooManyRequests, "es_rejected_execution_exception", "injected")
	case FaultReset:
		cut(w)
	case FaultHang:
		time.Sleep(hang)
		cut(w)
	case FaultLost:
		_, _, _ = p.forward(r, body)
		cut(w)
	case FaultPartial:
		p.partial(w, r, body)
	default:
		resp, data, err := p.forward(r, body)
		if err != nil {
			cut(w)
			return
		}
		answer(w, resp, data)
	}
}

func answer(w http.ResponseWriter, resp *http.Response, data []byte) {
	for _, h := range []string{"Content-Type", "X-Elastic-Product", "Warning"} {
		if v := resp.Header.Get(h); v != "" {
			w.Header().Set(h, v)
		}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(data)
}

// cut ends the connection with a reset.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (p *Proxy) forward(r *http.Request, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, p.server+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for _, h := range []string{"Content-Type", "Accept", "Authorization"} {
		if v := r.Header.Get(h); v != "" {
			req.Header.Set(h, v)
		}
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp, data, err
}

// partial hands every other document on.
func (p *Proxy) partial(w http.ResponseWriter, r *http.Request, body []byte) {
	docs, err := parseBulk(body, "", "")
	if err != nil {
		p.t.Errorf("proxy: %v", err)
		cut(w)
		return
	}
	var some bytes.Buffer
	for i, d := range docs {
		if i%2 == 0 {
			fmt.Fprintf(&some, "{%q:{\"_index\":%q,\"_id\":%q}}\n%s\n", d.Op, d.Index, d.ID, d.Source)
		}
	}
	resp, data, err := p.forward(r, some.Bytes())
	if err != nil {
		cut(w)
		return
	}
	var whole struct {
		Took   int   `json:"took"`
		Errors bool  `json:"errors"`
		Items  []any `json:"items"`
	}
	if json.Unmarshal(data, &whole) != nil || len(whole.Items) != (len(docs)+1)/2 {
		answer(w, resp, data) // a refusal of the server's own
		return
	}
	items := make([]any, len(docs))
	for i, d := range docs {
		if items[i] = whole.Items[i/2]; i%2 != 0 {
			items[i] = map[string]any{d.Op: map[string]any{"_index": d.Index, "_id": d.ID, "status": http.StatusTooManyRequests,
				"error": map[string]any{"type": "es_rejected_execution_exception", "reason": "injected"}}}
		}
	}
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	reply(w, http.StatusOK, map[string]any{"took": whole.Took, "errors": true, "items": items})
}
