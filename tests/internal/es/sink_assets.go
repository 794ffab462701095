// SPDX-License-Identifier: Apache-2.0

package es

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
)

// maxAsset bounds a template or policy, in bytes; a Beat's largest is about 1 MiB.
const maxAsset = 16 << 20

// kept are the folders whose content is stored as it is sent.
var kept = []string{"/_index_template/", "/_component_template/", "/_ilm/policy/", "/_ingest/pipeline/", "/_data_stream/", "/_template/"}

// asset answers whatever is no bulk. The caller holds the lock.
func (s *Sink) asset(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case path == "/":
		reply(w, http.StatusOK, map[string]any{
			"name": "sink", "cluster_name": "sink", "cluster_uuid": "c2luay1jbHVzdGVyLXV1aWQ",
			"version": map[string]any{
				"number":       cmp.Or(s.o.Version, "9.4.3"),
				"build_flavor": cmp.Or(s.o.Flavor, "default"),
			},
			"tagline": "You Know, for Search",
		})
		return
	case path == "/_license" && !s.o.NoLicense:
		reply(w, http.StatusOK, map[string]any{"license": map[string]any{"uid": "sink", "type": cmp.Or(s.o.License, "basic"), "status": "active"}})
		return
	}
	switch index, request, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); request {
	case "_refresh":
		reply(w, http.StatusOK, map[string]any{})
		return
	case "_search":
		s.search(w, r, index)
		return
	}
	for _, k := range kept {
		if strings.HasPrefix(path, k) {
			s.keep(w, r)
			return
		}
	}
	fail(w, http.StatusNotFound, "resource_not_found_exception", "the sink does not serve "+r.Method+" "+path)
}

// search answers an ids query, the only one that espbeat asks.
func (s *Sink) search(w http.ResponseWriter, r *http.Request, index string) {
	var q struct {
		Query struct {
			IDs struct {
				Values []string `json:"values"`
			} `json:"ids"`
		} `json:"query"`
	}
	if _, body, err := readBody(r); err != nil || json.Unmarshal(body, &q) != nil || len(q.Query.IDs.Values) == 0 {
		fail(w, http.StatusBadRequest, "parsing_exception", "the sink knows ids queries only")
		return
	}
	hits := []any{}
	for _, id := range q.Query.IDs.Values {
		if s.seen[index+"\x00"+id] {
			hits = append(hits, map[string]any{"_id": id})
		}
	}
	reply(w, http.StatusOK, map[string]any{"hits": map[string]any{"hits": hits}})
}

func (s *Sink) keep(w http.ResponseWriter, r *http.Request) {
	body, there := s.assets[r.URL.Path]
	switch r.Method {
	case http.MethodPut, http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, maxAsset)
		_, b, err := readBody(r)
		if err != nil {
			fail(w, http.StatusBadRequest, "parse_exception", err.Error())
			return
		}
		s.assets[r.URL.Path] = b
		reply(w, http.StatusOK, map[string]any{"acknowledged": true})
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		if !there {
			fail(w, http.StatusNotFound, "resource_not_found_exception", "["+r.URL.Path+"] not found")
			return
		}
		if r.Method == http.MethodDelete {
			delete(s.assets, r.URL.Path)
			body = []byte(`{"acknowledged":true}`)
		} else {
			body = given(r.URL.Path, body)
		}
		_, _ = w.Write(body) // the client may be gone
	default:
		fail(w, http.StatusMethodNotAllowed, "illegal_argument_exception", r.Method+" is not allowed on "+r.URL.Path)
	}
}

// given wraps what was PUT as Elasticsearch gives it back.
func given(path string, body []byte) []byte {
	folder, name := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]
	var v any = map[string]any{name: json.RawMessage(body)}
	switch folder {
	case "/_index_template/":
		v = map[string]any{"index_templates": []any{map[string]any{"name": name, "index_template": json.RawMessage(body)}}}
	case "/_data_stream/":
		v = map[string]any{"data_streams": []any{map[string]any{"name": name}}}
	}
	if b, err := json.Marshal(v); err == nil {
		return b
	}
	return body // what was PUT is no JSON
}

func reply(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// fail answers an error as Elasticsearch writes it.
func fail(w http.ResponseWriter, status int, kind, reason string) {
	cause := map[string]any{"type": kind, "reason": reason}
	reply(w, status, map[string]any{
		"error":  map[string]any{"root_cause": []any{cause}, "type": kind, "reason": reason},
		"status": status,
	})
}
