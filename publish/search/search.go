// SPDX-License-Identifier: Apache-2.0

// Package search reads documents out of Elasticsearch, in the order of their packets: of a point in time, so that none is missed or comes twice
// while others are written, page by page (search_after).
package search

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// keepAlive is how long a point in time is kept after each request.
const keepAlive = "5m"

// Client asks the servers of an Elasticsearch output. It is used by one goroutine.
type Client struct {
	conns  []eslegclient.Connection
	active int // of conns: the one that answered last
	bound  map[int]bool
	// first and most bound the time between two rounds of tries.
	first, most time.Duration
}

// New makes the client of an output.elasticsearch section, which connects when it is used. beat is what it calls itself.
func New(output *config.C, beat string, log *logp.Logger) (*Client, error) {
	conns, err := eslegclient.NewClients(output, beat, log)
	if err != nil {
		return nil, fmt.Errorf("output.elasticsearch: %w", err)
	}
	return &Client{conns: conns, bound: map[int]bool{}, first: firstWait, most: longestWait}, nil
}

// Close gives the connections back.
func (c *Client) Close() {
	for i := range c.conns {
		_ = c.conns[i].Close() // of idle ones, which does not fail
	}
}

// View is what indices held when it was opened.
type View struct {
	c     *Client
	index string
	pit   string
}

type object = map[string]any

// Open opens a view of a data stream, an index, an alias, or a pattern of them.
func (c *Client) Open(ctx context.Context, index string) (*View, error) {
	var a struct {
		ID string `json:"id"`
	}
	v := &View{c: c, index: index}
	err := v.ask(ctx, http.MethodPost, "/"+url.PathEscape(index)+"/_pit", map[string]string{"keep_alive": keepAlive}, nil, &a)
	if err == nil && a.ID == "" {
		err = fmt.Errorf("search %s: the server opened no point in time: Elasticsearch 7.12 or later is needed", index)
	}
	v.pit = a.ID
	return v, err
}

// Close lets the servers forget the view, which they do by themselves after some minutes.
func (v *View) Close(ctx context.Context) error {
	return v.ask(ctx, http.MethodDelete, "/_pit", nil, object{"id": v.pit}, nil)
}

// order is that of packets: by time, nanoseconds, then by number. Elasticsearch keeps the order of equals for a point in time.
var order = []object{
	{"@timestamp": object{"order": "asc", "format": "strict_date_optional_time_nanos", "numeric_type": "date_nanos", "unmapped_type": "date_nanos"}},
	{"packet.number": object{"order": "asc", "unmapped_type": "long"}},
}

// Each calls take with the ids and sources of the documents of a query, in the order of packets, up to page at a time. Of the sources come the
// named fields only. An error of take ends it.
func (v *View) Each(ctx context.Context, query any, fields []string, page int, take func(ids []string, sources []json.RawMessage) error) error {
	var after json.RawMessage
	for {
		body := object{"size": page, "query": query, "sort": order, "_source": fields, "track_total_hits": false}
		if after != nil {
			body["search_after"] = after
		}
		var a struct {
			Hits struct {
				Hits []struct {
					ID     string          `json:"_id"`
					Source json.RawMessage `json:"_source"`
					Sort   json.RawMessage `json:"sort"`
				} `json:"hits"`
			} `json:"hits"`
		}
		if err := v.search(ctx, body, &a); err != nil {
			return err
		}
		hits := a.Hits.Hits
		if len(hits) > 0 {
			ids, sources := make([]string, len(hits)), make([]json.RawMessage, len(hits))
			for i := range hits {
				ids[i], sources[i] = hits[i].ID, hits[i].Source
			}
			if err := take(ids, sources); err != nil {
				return err
			}
			after = hits[len(hits)-1].Sort
		}
		if len(hits) < page {
			return nil
		}
	}
}

// buckets is how many values a request asks for, below search.max_buckets by far.
const buckets = 5000

// Values are the values that a keyword field has in the documents of a query, each once; more than most are an error.
func (v *View) Values(ctx context.Context, query any, field string, most int) ([]string, error) {
	var all []string
	var after json.RawMessage
	for {
		composite := object{"size": buckets, "sources": []object{{"value": object{"terms": object{"field": field}}}}}
		if after != nil {
			composite["after"] = after
		}
		var a struct {
			Aggregations struct {
				All struct {
					After   json.RawMessage `json:"after_key"`
					Buckets []struct {
						Key struct {
							Value string `json:"value"`
						} `json:"key"`
					} `json:"buckets"`
				} `json:"all"`
			} `json:"aggregations"`
		}
		body := object{"size": 0, "query": query, "track_total_hits": false, "aggs": object{"all": object{"composite": composite}}}
		if err := v.search(ctx, body, &a); err != nil {
			return nil, err
		}
		found := a.Aggregations.All
		for _, b := range found.Buckets {
			all = append(all, b.Key.Value)
		}
		if len(all) > most {
			return nil, fmt.Errorf("search %s: more than %d values of %s: ask for fewer packets", v.index, most, field)
		}
		if len(found.Buckets) < buckets {
			return all, nil
		}
		after = found.After
	}
}

// search asks the view; answers that lack a part are errors.
func (v *View) search(ctx context.Context, body object, answer any) error {
	body["pit"] = object{"id": v.pit, "keep_alive": keepAlive}
	var a struct {
		PIT      string `json:"pit_id"`
		TimedOut bool   `json:"timed_out"`
	}
	var raw json.RawMessage
	if err := v.ask(ctx, http.MethodPost, "/_search", map[string]string{"allow_partial_search_results": "false"}, body, &raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return v.strange(err)
	}
	if a.TimedOut {
		return fmt.Errorf("search %s: the search took longer than the cluster allows: ask for less, or raise search.default_search_timeout", v.index)
	}
	if a.PIT != "" {
		v.pit = a.PIT
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return v.strange(err)
	}
	return nil
}

func (v *View) strange(err error) error {
	return fmt.Errorf("search %s: the answer is not that of a search: %w: is it Elasticsearch that answers there?", v.index, err)
}
