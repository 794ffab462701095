// SPDX-License-Identifier: Apache-2.0

package searches

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/espbeat/espbeat/tools/elastic"
)

// seed of all constants: two runs on the same index ask for the same.
const seed = 4660

// Result is what one kind of search took.
type Result struct {
	Name string
	Hits int             // packets found, median of the runs
	Took []time.Duration // of each run, from request to answer, ascending
}

// Run makes every search warm times and then runs times against a merged index, one at a time. A search that finds nothing is an error: it
// would measure nothing.
func Run(s *elastic.Server, index string, warm, runs int) ([]Result, error) {
	c, err := load(s, index, seed)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(all))
	for i, kind := range all {
		r := Result{Name: kind.name}
		var hits []int
		for n := range warm + runs {
			body := kind.body(c)
			begin := time.Now()
			found, err := find(s, index, body)
			took := time.Since(begin)
			if err == nil && found == 0 {
				err = fmt.Errorf("it finds nothing: %v", body)
			}
			if err != nil {
				return nil, fmt.Errorf("search %q of %s: %w", kind.name, index, err)
			}
			if n >= warm {
				r.Took, hits = append(r.Took, took), append(hits, found)
			}
		}
		slices.Sort(r.Took)
		slices.Sort(hits)
		r.Hits = hits[len(hits)/2]
		results[i] = r
	}
	return results, nil
}

// find makes one search and returns the number of packets that match.
func find(s *elastic.Server, index string, body map[string]any) (int, error) {
	body["track_total_hits"] = true
	var r struct {
		TimedOut bool                 `json:"timed_out"`
		Shards   struct{ Failed int } `json:"_shards"`
		Hits     struct{ Total struct{ Value int } }
	}
	err := s.Do(http.MethodPost, "/"+index+"/_search?request_cache=false", body, &r)
	if err == nil && (r.TimedOut || r.Shards.Failed > 0) {
		err = fmt.Errorf("timed out: %v, shards failed: %d", r.TimedOut, r.Shards.Failed)
	}
	return r.Hits.Total.Value, err
}

// Percentile is the smallest of the runs' times that p percent of them do not exceed (nearest rank).
func (r Result) Percentile(p float64) time.Duration {
	rank := int(math.Ceil(p / 100 * float64(len(r.Took))))
	return r.Took[min(max(rank, 1), len(r.Took))-1]
}

// Milliseconds writes a time for a table.
func Milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1e3) }
