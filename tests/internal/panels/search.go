// SPDX-License-Identifier: Apache-2.0

// Package panels asks Elasticsearch what the panels of a dashboard ask, and draws the answers as a page.
package panels

import (
	"fmt"
	"strconv"
	"time"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// object is a JSON object of Elasticsearch's.
type object = map[string]any

// Range is the time that a dashboard shows.
type Range struct{ From, To time.Time }

// bars is about how many intervals a range is divided into, and listed how many documents a list shows.
const (
	bars   = 60
	listed = 15
)

// Interval is how long a bar of the range is.
func (r Range) Interval() time.Duration {
	least := r.To.Sub(r.From) / bars
	for _, unit := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour} {
		for _, n := range []time.Duration{1, 2, 5} {
			if n*unit >= least {
				return n * unit
			}
		}
	}
	return 24 * time.Hour
}

// Body is the search of a panel, as Lens would send it: the splits nested in order, the numbers within.
func Body(p dashboards.Panel, r Range) map[string]any {
	return object{"size": 0, "track_total_hits": true, "query": query(p.Of, p.Where, r), "aggs": level(p, 0, r)}
}

// ListBody is that of a saved search.
func ListBody(s dashboards.Search, r Range) map[string]any {
	sorted, direction := s.Sort()
	var sort []any
	for _, f := range sorted {
		sort = append(sort, object{f: direction})
	}
	fields := []any{object{"field": "@timestamp", "format": "strict_date_optional_time_nanos"}}
	for _, f := range s.Fields {
		fields = append(fields, f)
	}
	return object{"size": listed, "track_total_hits": true, "_source": false, "fields": fields, "sort": sort, "query": query(s.Of, s.Where, r)}
}

func query(kind dashboards.Kind, where dashboards.Filter, r Range) object {
	return object{"bool": object{"filter": []any{
		dashboards.Is("event.dataset", kind.Dataset()).Query(), where.Query(),
		object{"range": object{"@timestamp": object{"gte": r.From.Format(time.RFC3339Nano), "lte": r.To.Format(time.RFC3339Nano)}}},
	}}}
}

func id(i int) string { return "c" + strconv.Itoa(i) }

// level are the aggregations from column i on.
func level(p dashboards.Panel, i int, r Range) object {
	aggs := object{}
	for n, c := range p.Columns {
		if !c.Splits() && c.Operation != dashboards.CountOf || len(c.Where) > 0 {
			aggs[id(n)] = number(c)
		}
	}
	if i >= p.FirstNumber() {
		return aggs
	}
	c := p.Columns[i]
	split := object{"aggs": level(p, i+1, r)}
	if c.Operation == dashboards.DateHistogram {
		split["date_histogram"] = object{"field": c.Field, "fixed_interval": fmt.Sprintf("%dms", r.Interval().Milliseconds()), "min_doc_count": 0}
	} else {
		split["terms"] = object{"field": c.Field, "size": c.Size, "order": order(p, c)}
	}
	aggs[id(i)] = split
	return aggs
}

// order of the values that split documents.
func order(p dashboards.Panel, c dashboards.Column) object {
	if c.Alphabetical {
		return object{"_key": "asc"}
	}
	n := p.Ranks()
	switch first := p.Columns[n]; {
	case first.Operation == dashboards.CountOf:
		return object{"_count": "desc"}
	case first.Operation == dashboards.PercentileP:
		return object{fmt.Sprintf("%s.%d", id(n), first.Percentile): "desc"}
	default:
		return object{id(n): "desc"}
	}
}

// number is the aggregation of a column that makes a number of documents.
func number(c dashboards.Column) object {
	of := object{"field": c.Field}
	var agg object
	switch c.Operation {
	case dashboards.SumOf:
		agg = object{"sum": of}
	case dashboards.MaxOf:
		agg = object{"max": of}
	case dashboards.UniqueOf:
		agg = object{"cardinality": of}
	case dashboards.PercentileP:
		agg = object{"percentiles": object{"field": c.Field, "percents": []int{c.Percentile}}}
	case dashboards.LastOf: // where Lens takes top_metrics, which gives the same and is not in every server of the tests
		agg = object{"top_hits": object{"size": 1, "_source": false, "sort": []any{object{"@timestamp": "desc"}}, "docvalue_fields": []string{c.Field}}}
	}
	if len(c.Where) == 0 {
		return agg
	}
	filtered := object{"filter": c.Where.Query()}
	if agg != nil {
		filtered["aggs"] = object{"of": agg}
	}
	return filtered
}
