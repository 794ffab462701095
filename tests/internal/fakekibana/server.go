// SPDX-License-Identifier: Apache-2.0

// Package fakekibana imitates as much of Kibana as setup --dashboards asks for. What it takes it checks: headers, types, that parts which Kibana keeps as
// texts are texts, and that every reference leads to an object that is there.
package fakekibana

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Server is one Kibana, empty at first.
type Server struct {
	URL string

	mu      sync.Mutex
	objects map[string]string // JSON by type and id
	imports int
	answer  string // given instead of an import's, when not empty
}

// Reference of a saved object.
type Reference struct{ Type, ID, Name string }

// object is what is checked of a saved object.
type object struct {
	Type, ID   string
	References []Reference
	Attributes map[string]json.RawMessage
}

// New starts one, which the test's end stops.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{objects: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/status", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"version": {"number": "9.3.0", "build_snapshot": false, "build_flavor": "traditional"}}`)
	})
	mux.HandleFunc("POST /api/saved_objects/_import", s.take)
	h := httptest.NewServer(mux)
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// Objects are what was imported so far, as JSON by type and id: "dashboard:x".
func (s *Server) Objects() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.objects)
}

// Imports is how many requests to import there were.
func (s *Server) Imports() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.imports
}

// Answer makes every import from now on end with status 200 and this body.
func (s *Server) Answer(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = body
}

// take imports the objects of one file.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.imports++
	if s.answer != "" {
		fmt.Fprint(w, s.answer)
		return
	}
	list, err := read(r)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": http.StatusBadRequest, "message": err.Error()})
		return
	}
	coming := maps.Clone(s.objects)
	for _, o := range list {
		coming[o.Type+":"+o.ID] = o.text
	}
	var errs []any
	for _, o := range list {
		var missing []Reference
		for _, ref := range o.References {
			if _, ok := coming[ref.Type+":"+ref.ID]; !ok {
				missing = append(missing, ref)
			}
		}
		if len(missing) > 0 {
			errs = append(errs, map[string]any{"id": o.ID, "type": o.Type, "error": map[string]any{"type": "missing_references", "references": missing}})
		} else {
			s.objects[o.Type+":"+o.ID] = o.text
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"success": len(errs) == 0, "successCount": len(list) - len(errs), "errors": errs})
}

// line is one object with its JSON, the keys sorted.
type line struct {
	object
	text string
}

// read returns the objects of a request, or what is wrong with it.
func read(r *http.Request) ([]line, error) {
	if r.Header.Get("kbn-xsrf") == "" || r.URL.Query().Get("overwrite") != "true" {
		return nil, fmt.Errorf("header kbn-xsrf %q, query %q", r.Header.Get("kbn-xsrf"), r.URL.RawQuery)
	}
	f, head, err := r.FormFile("file")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(head.Filename, ".ndjson") {
		return nil, fmt.Errorf("file %q is no NDJSON", head.Filename)
	}
	var list []line
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l line
		var sorted any
		if err := json.Unmarshal(lines.Bytes(), &sorted); err != nil {
			return nil, err
		}
		text, err := json.Marshal(sorted)
		if err == nil {
			err = json.Unmarshal(text, &l.object)
		}
		if err == nil {
			err = l.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", l.Type, l.ID, err)
		}
		l.text = string(text)
		list = append(list, l)
	}
	return list, lines.Err()
}

// check tells what Kibana's schema of an object's type would refuse.
func (o *object) check() error {
	texts := map[string][]string{
		"dashboard":     {"title", "panelsJSON", "optionsJSON"},
		"search":        {"title"},
		"index-pattern": {"title", "fields", "fieldFormatMap"},
	}[o.Type]
	if texts == nil || o.ID == "" {
		return fmt.Errorf("no such type, or no id")
	}
	for _, name := range texts {
		var s string
		if err := json.Unmarshal(o.Attributes[name], &s); err != nil {
			return fmt.Errorf("attributes.%s is no text: %w", name, err)
		}
	}
	if o.Type == "index-pattern" {
		return nil
	}
	var meta struct{ SearchSourceJSON string }
	return json.Unmarshal(o.Attributes["kibanaSavedObjectMeta"], &meta)
}
