// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// send sends one request and returns status and body.
func send(t *testing.T, c *http.Client, method, url, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func zip(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const twoDocs = `{"create":{"_index":"a","_id":"1","pipeline":"p"}}
{"n":1}
{"index":{}}
{"n":2}
`

func TestSinkBulk(t *testing.T) {
	tests := []struct {
		name, path, body string
		status           int
		docs             []string // op index id pipeline source
	}{
		{"two", "/b/_bulk", twoDocs, 200, []string{`create a 1 p {"n":1}`, `index b auto-1  {"n":2}`}},
		{"empty lines before actions", "/b/_bulk", "\n" + strings.Replace(twoDocs, `{"index"`, "\n\n"+`{"index"`, 1), 200, []string{`create a 1 p {"n":1}`, `index b auto-1  {"n":2}`}},
		{"pipeline by query", "/b/_bulk?pipeline=q", "{\"create\":{\"_id\":\"7\"}}\n{}\n", 200, []string{`create b 7 q {}`}},
		{"empty", "/_bulk", "", 400, nil},
		{"no newline at the end", "/_bulk", "{\"create\":{}}\n{}", 400, nil},
		{"action without document", "/_bulk", "{\"create\":{}}\n", 400, nil},
		{"document is no JSON", "/_bulk", "{\"create\":{}}\n{\n", 400, nil},
		{"unknown action", "/_bulk", "{\"delete\":{}}\n{}\n", 400, nil},
		{"two actions in a line", "/_bulk", "{\"create\":{},\"index\":{}}\n{}\n", 400, nil},
	}
	for _, tt := range tests {
		for _, encoding := range []string{"", "gzip"} {
			t.Run(tt.name+encoding, func(t *testing.T) {
				s := NewSink(t, SinkOptions{})
				body := tt.body
				if encoding != "" {
					body = zip(t, body)
				}
				status, answer := send(t, http.DefaultClient, "POST", s.URL+tt.path, body, "Content-Encoding", encoding)
				if status != tt.status {
					t.Fatalf("status %d, want %d: %s", status, tt.status, answer)
				}
				var got []string
				for _, d := range s.Docs() {
					got = append(got, fmt.Sprintf("%s %s %s %s %s", d.Op, d.Index, d.ID, d.Pipeline, d.Source))
				}
				if !slices.Equal(got, tt.docs) {
					t.Errorf("documents %q, want %q", got, tt.docs)
				}
				want := Stats{Received: 1}
				if status == 200 {
					want = Stats{Received: 1, Bulks: 1, Docs: len(tt.docs), WireBytes: len(body), BodyBytes: len(tt.body)}
				}
				if got := s.Stats(); got != want {
					t.Errorf("stats %+v, want %+v", got, want)
				}
			})
		}
	}
}

func TestSinkDuplicateAndReject(t *testing.T) {
	s := NewSink(t, SinkOptions{Reject: func(d Doc) Rejection {
		if d.ID == "bad" {
			return Rejection{400, "document_parsing_exception", "no number"}
		}
		return Rejection{}
	}})
	body := `{"create":{"_index":"a","_id":"1"}}
{}
{"create":{"_index":"a","_id":"bad"}}
{}
{"create":{"_index":"a","_id":"1"}}
{}
{"create":{"_index":"b","_id":"1"}}
{}
`
	_, answer := send(t, http.DefaultClient, "POST", s.URL+"/_bulk", body)
	var r struct {
		Errors bool
		Items  []map[string]struct {
			Status int
			Error  struct{ Type string }
		}
	}
	if err := json.Unmarshal([]byte(answer), &r); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range r.Items {
		got = append(got, fmt.Sprint(i["create"].Status, " ", i["create"].Error.Type))
	}
	want := []string{"201 ", "400 document_parsing_exception", "409 version_conflict_engine_exception", "201 "}
	if !r.Errors || !slices.Equal(got, want) {
		t.Errorf("errors %v, items %q, want %q", r.Errors, got, want)
	}
	if st := s.Stats(); st.Docs != 2 || st.Duplicates != 1 || st.Rejected != 1 {
		t.Errorf("stats %+v", st)
	}
}

func TestSinkStatuses(t *testing.T) {
	s := NewSink(t, SinkOptions{Statuses: []int{429, 0, 503}})
	var got []int
	for range 4 {
		status, _ := send(t, http.DefaultClient, "POST", s.URL+"/_bulk", twoDocs)
		got = append(got, status)
	}
	if want := []int{429, 200, 503, 200}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	if st := s.Stats(); st.Bulks != 2 || st.Refused != 2 {
		t.Errorf("stats %+v", st)
	}
}

func TestSinkHang(t *testing.T) {
	s := NewSink(t, SinkOptions{Delay: time.Millisecond})
	s.Hang()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/_bulk", strings.NewReader(twoDocs))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a hanging sink answered: %v %v", resp, err)
	}
	answered := make(chan int)
	go func() {
		resp, err := http.Post(s.URL+"/_bulk", "", strings.NewReader(twoDocs))
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		resp.Body.Close()
		answered <- resp.StatusCode
	}()
	s.Resume()
	if status := <-answered; status != 200 {
		t.Errorf("status %d after Resume", status)
	}
	if err := s.Wait(t.Context(), func(st Stats) bool { return st.Docs >= 2 }); err != nil {
		t.Error(err)
	}
}

func TestSinkWaitEnds(t *testing.T) {
	s := NewSink(t, SinkOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Wait(ctx, func(Stats) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestSinkAssets(t *testing.T) {
	s := NewSink(t, SinkOptions{Version: "8.0.0", Flavor: "serverless", NoLicense: true})
	steps := []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/", "", 200, `"build_flavor":"serverless","number":"8.0.0"`},
		{"GET", "/_license", "", 404, "resource_not_found_exception"},
		{"GET", "/_index_template/x", "", 404, ""},
		{"PUT", "/_index_template/x", `{"priority":1}`, 200, "acknowledged"},
		{"GET", "/_index_template/x", "", 200, `{"priority":1}`},
		{"DELETE", "/_index_template/x", "", 200, "acknowledged"},
		{"HEAD", "/_index_template/x", "", 404, ""},
		{"PATCH", "/_index_template/x", "", 405, ""},
		{"PUT", "/_data_stream/d", "", 200, "acknowledged"},
		{"GET", "/elsewhere", "", 404, "does not serve"},
	}
	var requests []string
	for _, st := range steps {
		status, body := send(t, http.DefaultClient, st.method, s.URL+st.path, st.body)
		if status != st.status || !strings.Contains(body, st.contains) {
			t.Errorf("%s %s: %d %s, want %d with %q", st.method, st.path, status, body, st.status, st.contains)
		}
		requests = append(requests, st.method+" "+st.path)
	}
	if got := s.Requests(); !slices.Equal(got, requests) {
		t.Errorf("requests %q, want %q", got, requests)
	}
	if s.Asset("/_index_template/x") != nil || s.Asset("/_data_stream/d") == nil {
		t.Error("Asset does not follow PUT and DELETE")
	}
}

func TestSinkTLSAndAuthorization(t *testing.T) {
	s := NewSink(t, SinkOptions{TLS: true, Authorization: "ApiKey eA=="})
	ca, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer c.CloseIdleConnections()
	if status, body := send(t, c, "POST", s.URL+"/_bulk", twoDocs); status != 401 || !strings.Contains(body, "security_exception") {
		t.Errorf("without a key: %d %s", status, body)
	}
	if status, _ := send(t, c, "POST", s.URL+"/_bulk", twoDocs, "Authorization", "ApiKey eA=="); status != 200 {
		t.Errorf("with the key: %d", status)
	}
	if st := s.Stats(); st.Refused != 1 || st.Bulks != 1 {
		t.Errorf("stats %+v", st)
	}
}
