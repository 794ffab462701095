// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBulk bounds a decompressed bulk, in bytes. Elasticsearch's own limit (http.max_content_length) is 100 MB.
const maxBulk = 100 << 20

// bulk answers one bulk request.
func (s *Sink) bulk(w http.ResponseWriter, r *http.Request) {
	wire, body, err := readBody(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "parse_exception", err.Error())
		return
	}
	s.count(func(st *Stats) { st.Received++ })
	if !s.pause(r.Context()) {
		return // the client has gone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	if len(s.statuses) > 0 {
		status := s.statuses[0]
		s.statuses = s.statuses[1:]
		if status != 0 {
			s.stats.Refused++
			fail(w, status, "es_rejected_execution_exception", "refused by the test")
			return
		}
	}
	answer, err := s.take(r, body)
	if err != nil {
		fail(w, http.StatusBadRequest, "illegal_argument_exception", err.Error())
		return
	}
	s.stats.Bulks++
	s.stats.WireBytes += wire
	s.stats.BodyBytes += len(body)
	_, _ = w.Write(answer) // the client may be gone
}

// pause waits as SinkOptions.Delay and Hang ask for, and reports whether the client is still there.
func (s *Sink) pause(ctx context.Context) bool {
	if s.o.Delay > 0 {
		select {
		case <-time.After(s.o.Delay):
		case <-ctx.Done():
			return false
		}
	}
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.hanging && ctx.Err() == nil {
		s.changed.Wait()
	}
	return ctx.Err() == nil
}

// readBody returns the length of the body as sent, and its decompressed bytes.
func readBody(r *http.Request) (int, []byte, error) {
	wire := &countingReader{r: r.Body}
	var in io.Reader = wire
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(wire)
		if err != nil {
			return 0, nil, fmt.Errorf("gzip: %w", err)
		}
		in = z
	}
	body, err := io.ReadAll(io.LimitReader(in, maxBulk+1))
	if err != nil {
		return 0, nil, fmt.Errorf("read the bulk: %w", err)
	}
	if len(body) > maxBulk {
		return 0, nil, fmt.Errorf("bulk of more than %d bytes", maxBulk)
	}
	return wire.n, body, nil
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// take stores the documents of a bulk and returns the answer. The caller holds the lock.
func (s *Sink) take(r *http.Request, body []byte) ([]byte, error) {
	if len(body) == 0 || body[len(body)-1] != '\n' {
		return nil, errors.New("the bulk request must be terminated by a newline [\\n]")
	}
	index := strings.TrimPrefix(strings.TrimSuffix(r.URL.Path, "/_bulk"), "/")
	docs, err := parseBulk(body, index, r.URL.Query().Get("pipeline"))
	if err != nil {
		return nil, err
	}
	failed := false
	items := make([]any, 0, len(docs))
	for _, d := range docs {
		item := s.store(d)
		failed = failed || item["error"] != nil
		items = append(items, map[string]any{d.Op: item})
	}
	// Clients ask for errors and status alone (filter_path), and ignore the rest.
	return json.Marshal(map[string]any{"took": 1, "errors": failed, "items": items})
}

func (s *Sink) store(d Doc) map[string]any {
	item := map[string]any{"_index": d.Index, "_id": d.ID}
	refuse := func(status int, kind, reason string) map[string]any {
		item["status"] = status
		item["error"] = map[string]any{"type": kind, "reason": reason}
		return item
	}
	if s.o.Reject != nil {
		if r := s.o.Reject(d); r.Status != 0 {
			s.stats.Rejected++
			return refuse(r.Status, r.Type, r.Reason)
		}
	}
	if d.ID == "" {
		d.ID = "auto-" + strconv.Itoa(s.stats.Docs)
		item["_id"] = d.ID
	}
	key := d.Index + "\x00" + d.ID
	if d.Op == "create" && s.seen[key] {
		s.stats.Duplicates++
		return refuse(http.StatusConflict, "version_conflict_engine_exception", "["+d.ID+"]: version conflict, document already exists (current version [1])")
	}
	if !s.o.Forget {
		s.seen[key] = true
		s.docs = append(s.docs, d)
	}
	s.stats.Docs++
	item["result"], item["status"] = "created", http.StatusCreated
	return item
}

// parseBulk splits a bulk into its documents. Only create and index are known: espbeat sends no others.
func parseBulk(body []byte, index, pipeline string) ([]Doc, error) {
	var docs []Doc
	lines := bytes.Split(body[:len(body)-1], []byte{'\n'})
	for i := 0; i < len(lines); i += 2 {
		if len(lines[i]) == 0 { // where an action could stand, Elasticsearch skips empty lines; libbeat sends them
			i--
			continue
		}
		var action map[string]struct {
			Index    string `json:"_index"`
			ID       string `json:"_id"`
			Pipeline string `json:"pipeline"`
		}
		if err := json.Unmarshal(lines[i], &action); err != nil || len(action) != 1 {
			return nil, fmt.Errorf("malformed action/metadata line [%d]: %q", i+1, lines[i])
		}
		if i+1 == len(lines) || !json.Valid(lines[i+1]) {
			return nil, fmt.Errorf("line [%d] is no JSON document", i+2)
		}
		for op, a := range action {
			if op != "create" && op != "index" {
				return nil, fmt.Errorf("malformed action/metadata line [%d]: the sink does not know %q", i+1, op)
			}
			d := Doc{Op: op, Index: a.Index, ID: a.ID, Pipeline: a.Pipeline, Source: lines[i+1]}
			if d.Index == "" {
				d.Index = index
			}
			if d.Pipeline == "" {
				d.Pipeline = pipeline
			}
			docs = append(docs, d)
		}
	}
	return docs, nil
}
