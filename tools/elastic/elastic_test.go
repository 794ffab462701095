// SPDX-License-Identifier: Apache-2.0

package elastic

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering is a server that gives one answer, and what it was asked last.
func answering(t *testing.T, status int, answer string) (*Server, *string) {
	t.Helper()
	var asked string
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.URL.Path + "\n" + string(body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(h.Close)
	return At(t.Context(), h.URL+"/"), &asked
}

func TestBulkCountsWhatIsRefused(t *testing.T) {
	s, asked := answering(t, 200, `{"items":[{"create":{"error":{"reason":"first"}}},{"create":{"error":{"reason":"second"}}}]}`)
	refused, reason, err := s.Bulk("i", [][]byte{[]byte(`{"a":1}`), []byte(`{}`)})
	if refused != 2 || reason != "first" || err != nil {
		t.Errorf("%d, %q, %v", refused, reason, err)
	}
	if want := "POST /i/_bulk\n{\"create\":{}}\n{\"a\":1}\n{\"create\":{}}\n{}\n"; *asked != want {
		t.Errorf("sent %q, want %q", *asked, want)
	}
	s, _ = answering(t, 200, `{}`)
	if refused, _, err := s.Bulk("i", [][]byte{[]byte(`{}`)}); refused != 0 || err != nil {
		t.Errorf("nothing refused: %d, %v", refused, err)
	}
}

func TestErrorsNameTheRequest(t *testing.T) {
	s, _ := answering(t, 404, `no such index`)
	_, _, err := s.Stored("i")
	if err == nil || !strings.Contains(err.Error(), "GET /i/_stats") || !strings.Contains(err.Error(), "no such index") {
		t.Errorf("%v", err)
	}
	s, _ = answering(t, 200, `[`)
	if _, err := s.Info(); err == nil {
		t.Error("an answer that breaks off passes")
	}
}

func TestInfo(t *testing.T) {
	const node = `{"version":"9.4.3","os":{"allocated_processors":2},"jvm":{"mem":{"heap_max_in_bytes":2147483648}}}`
	s, _ := answering(t, 200, `{"nodes":{"a":`+node+`}}`)
	i, err := s.Info()
	if got := i.String(); err != nil || got != "Elasticsearch 9.4.3, heap 2 GiB, 2 CPUs" {
		t.Errorf("%s, %v", got, err)
	}
	s, _ = answering(t, 200, `{"nodes":{"a":`+node+`,"b":`+node+`}}`)
	if _, err := s.Info(); err == nil || !strings.Contains(err.Error(), "2 nodes") {
		t.Errorf("two nodes: %v", err)
	}
}

// Whatever ended a tool, what it made is deleted.
func TestDropAfterAnInterrupt(t *testing.T) {
	s, asked := answering(t, 200, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	s.ctx = ctx
	cancel()
	if err := s.Do(http.MethodGet, "/", nil, nil); err == nil {
		t.Error("a request after the interrupt succeeds")
	}
	if err := s.Drop("i"); err != nil || !strings.HasPrefix(*asked, "DELETE /_index_template/i") {
		t.Errorf("%v after %s", err, *asked)
	}
}

func TestNamedServerIsNotStarted(t *testing.T) {
	t.Setenv("ESPBEAT_TEST_ES", "http://192.0.2.1:9200/")
	s, missing, err := Start(t.Context(), Options{})
	if err != nil || missing != "" || s.URL != "http://192.0.2.1:9200" {
		t.Errorf("%v, %q, %v", s, missing, err)
	}
	s.End()
}
