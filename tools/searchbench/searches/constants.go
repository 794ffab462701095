// SPDX-License-Identifier: Apache-2.0

package searches

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/espbeat/espbeat/tools/elastic"
)

// samples is how many packets the constants of one field are taken from.
const samples = 300

// sampled are the fields whose values searches ask for.
var sampled = []string{
	"source.ip", "destination.ip", "destination.port", "dns.question.name", "tcp.flags.names", "flow.id", "network.community_id", "network.transport",
	"network.vlan.id", "tcp.len",
}

// constants are values that occur in an index: a search with them finds something.
type constants struct {
	rand        *rand.Rand
	values      map[string][]any // by field, a value as often as packets have it
	first, last time.Time
}

// load takes constants from random packets of an index.
func load(s *elastic.Server, index string, seed uint64) (*constants, error) {
	c := &constants{rand: rand.New(rand.NewPCG(seed, 0)), values: map[string][]any{}}
	for _, field := range sampled {
		var r struct {
			Hits struct {
				Hits []struct{ Fields map[string][]any }
			}
		}
		err := s.Do(http.MethodPost, "/"+index+"/_search", map[string]any{
			"size": samples, "_source": false, "fields": []string{field},
			"query": map[string]any{"function_score": map[string]any{
				"query": exists(field), "boost_mode": "replace",
				"random_score": map[string]any{"seed": seed, "field": "_seq_no"},
			}},
		}, &r)
		if err != nil {
			return nil, fmt.Errorf("values of %s to search for: %w", field, err)
		}
		for _, h := range r.Hits.Hits {
			c.values[field] = append(c.values[field], h.Fields[field]...)
		}
		if len(c.values[field]) == 0 {
			return nil, fmt.Errorf("no packet in %s has the field %s: the workload has none, or the profile lacks the field", index, field)
		}
	}
	return c, c.times(s, index)
}

// times asks for the times of the first and the last packet.
func (c *constants) times(s *elastic.Server, index string) error {
	var r struct {
		Aggregations map[string]struct{ Value float64 } // ms
	}
	err := s.Do(http.MethodPost, "/"+index+"/_search", map[string]any{"size": 0, "aggs": map[string]any{
		"first": map[string]any{"min": map[string]any{"field": "@timestamp"}},
		"last":  map[string]any{"max": map[string]any{"field": "@timestamp"}},
	}}, &r)
	c.first = time.UnixMilli(int64(r.Aggregations["first"].Value)).UTC()
	c.last = time.UnixMilli(int64(r.Aggregations["last"].Value) + 1).UTC()
	return err
}

// one is a value of a field.
func (c *constants) one(field string) any {
	v := c.values[field]
	return v[c.rand.IntN(len(v))]
}

// text is a value of a field of text.
func (c *constants) text(field string) string { return fmt.Sprint(c.one(field)) }

// window is nearly all of the time: another one in each search, so that none is answered from a cache.
func (c *constants) window() map[string]any {
	part := c.last.Sub(c.first) / 50
	from, to := c.first.Add(c.some(part)), c.last.Add(-c.some(part))
	return map[string]any{"range": map[string]any{"@timestamp": map[string]any{"gte": from, "lte": to}}}
}

func (c *constants) some(d time.Duration) time.Duration {
	return time.Duration(c.rand.Int64N(int64(d) + 1))
}
