// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server imitates as much of Elasticsearch as libbeat asks for.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	docs     map[string]map[string]any // by index and id
	puts     map[string]map[string]any // by path
	status   int                       // of every answer, 0 for a server that works
	bulk     int                       // of every bulk
	rejected string                    // reason to reject every document
}

func serve(t *testing.T) *server {
	s := &server{docs: map[string]map[string]any{}, puts: map[string]map[string]any{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	return s
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	body, err := content(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case s.status != 0:
		w.WriteHeader(s.status)
		fmt.Fprint(w, `{"error":{"type":"security_exception","reason":"no"}}`)
	case r.URL.Path == "/":
		fmt.Fprint(w, `{"name":"n","cluster_name":"c","cluster_uuid":"u","version":{"number":"9.3.0","build_flavor":"default"}}`)
	case r.URL.Path == "/_license":
		fmt.Fprint(w, `{"license":{"status":"active","uid":"a","type":"basic","mode":"basic"}}`)
	case r.URL.Path == "/_bulk" && s.bulk != 0:
		w.WriteHeader(s.bulk)
		fmt.Fprint(w, `{}`)
	case r.URL.Path == "/_bulk":
		s.take(w, body)
	case strings.HasSuffix(r.URL.Path, "/_refresh"), strings.HasSuffix(r.URL.Path, "/_search"): // it has nothing yet
		fmt.Fprint(w, `{}`)
	case r.Method == http.MethodPut:
		var v map[string]any
		_ = json.Unmarshal(body, &v)
		s.puts[r.URL.Path] = v
		fmt.Fprint(w, `{"acknowledged":true}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{}`)
	}
}

func content(r *http.Request) ([]byte, error) {
	in := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = z
	}
	return io.ReadAll(in)
}

func (s *server) take(w io.Writer, body []byte) {
	var items []string
	errors := false
	lines := bytes.FieldsFunc(body, func(r rune) bool { return r == '\n' }) // libbeat leaves lines empty
	for i := 0; i+1 < len(lines); i += 2 {
		var action struct {
			Create struct {
				Index string `json:"_index"`
				ID    string `json:"_id"`
			} `json:"create"`
		}
		var doc map[string]any
		if json.Unmarshal(lines[i], &action) != nil || json.Unmarshal(lines[i+1], &doc) != nil {
			items, errors = append(items, `{"create":{"status":400,"error":{"type":"t","reason":"not JSON"}}}`), true
			continue
		}
		key := action.Create.Index + "/" + action.Create.ID
		switch {
		case s.rejected != "" && !strings.Contains(key, "dead-letter"):
			items, errors = append(items, fmt.Sprintf(`{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":%q}}}`, s.rejected)), true
		case s.docs[key] != nil:
			items, errors = append(items, `{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"exists"}}}`), true
		default:
			s.docs[key] = doc
			items = append(items, `{"create":{"status":201}}`)
		}
	}
	fmt.Fprintf(w, `{"errors":%v,"items":[%s]}`, errors, strings.Join(items, ","))
}

// in are the documents of an index.
func (s *server) in(index string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var docs []map[string]any
	for k, d := range s.docs {
		if strings.HasPrefix(k, index+"/") {
			docs = append(docs, d)
		}
	}
	return docs
}

func (s *server) put(path string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.puts[path]
}
