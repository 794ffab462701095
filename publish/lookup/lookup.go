// SPDX-License-Identifier: Apache-2.0

// Package lookup finds out which documents a data stream has already. An _id is unique in each backing index only, so after a
// rollover Elasticsearch creates the same document again without a word.
package lookup

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// chunk is how many ids a search asks for: below index.max_terms_count and index.max_result_window by far.
const chunk = 1000

// Lookup asks the servers of an Elasticsearch output. Several goroutines may use it; they wait for one another.
type Lookup struct {
	mu     sync.Mutex
	conns  []*eslegclient.Connection
	active int // of conns: the one that answered last
	// first and most bound the time between two tries; libbeat's backoff panics on less than two nanoseconds.
	first, most time.Duration
	log         *logp.Logger
}

// New makes the lookup of an output.elasticsearch section, which connects when it is used. beat is what it calls itself.
func New(output *config.C, beat string, log *logp.Logger) (*Lookup, error) {
	var o struct {
		Backoff struct {
			Init time.Duration `config:"init" validate:"nonzero,positive"`
			Max  time.Duration `config:"max" validate:"nonzero,positive"`
		} `config:"backoff"`
	}
	o.Backoff.Init, o.Backoff.Max = time.Second, time.Minute // the output's own defaults
	if err := output.Unpack(&o); err != nil {
		return nil, fmt.Errorf("output.elasticsearch: %w", err)
	}
	conns, err := eslegclient.NewClients(output, beat, log)
	if err != nil {
		return nil, fmt.Errorf("output.elasticsearch: %w", err)
	}
	l := &Lookup{first: o.Backoff.Init, most: max(o.Backoff.Max, time.Millisecond), log: log.Named("lookup")}
	for i := range conns {
		l.conns = append(l.conns, &conns[i])
	}
	return l, nil
}

// Close gives the connections back.
func (l *Lookup) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_ = c.Close() // of idle ones, which does not fail
	}
	return nil
}

// Stored tells which of the ids a target has, in any of its backing indices. The target is a data stream, an index or an alias; one
// that does not exist has none. What was acknowledged before is seen. While servers are not to be reached or are busy it tries
// again, until ctx ends.
func (l *Lookup) Stored(ctx context.Context, target string, ids []string) (map[string]bool, error) {
	found := make(map[string]bool)
	if len(ids) == 0 {
		return found, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &try{Lookup: l, ctx: ctx, target: target}
	answer, err := t.ask("_refresh", nil, nil)
	if err != nil || answer == nil {
		return found, err
	}
	for part := range slices.Chunk(ids, chunk) {
		if err := t.search(part, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// search adds those of the ids that the target has to found.
func (t *try) search(ids []string, found map[string]bool) error {
	for len(ids) > 0 {
		answer, err := t.ask("_search",
			map[string]string{"allow_partial_search_results": "false", "filter_path": "hits.hits._id"},
			map[string]any{"size": len(ids), "_source": false, "query": map[string]any{"ids": map[string]any{"values": ids}}})
		if err != nil || answer == nil {
			return err
		}
		var a struct {
			Hits struct {
				Hits []struct {
					ID string `json:"_id"`
				} `json:"hits"`
			} `json:"hits"`
		}
		if err := json.Unmarshal(answer, &a); err != nil {
			return fmt.Errorf("look for stored packets in %s: the answer is not that of a search: %w", t.target, err)
		}
		for _, h := range a.Hits.Hits {
			found[h.ID] = true
		}
		// A full answer may hold one document of two backing indices and lack another.
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] })
		if len(a.Hits.Hits) < len(ids) || len(left) == len(ids) {
			return nil
		}
		ids = left
	}
	return nil
}

// missing tells that the target does not exist from a server that does not know the request.
func missing(status int, answer []byte) bool {
	return status == http.StatusNotFound && strings.Contains(string(answer), "index_not_found_exception")
}

// path is that of a request on a target.
func path(target, request string) string { return "/" + url.PathEscape(target) + "/" + request }
