// SPDX-License-Identifier: Apache-2.0

package pcap

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestQueries(t *testing.T) {
	const packets = `{"term":{"event.dataset":"espbeat.packet"}}`
	for name, c := range map[string]struct {
		q    Query
		want string // of the filters behind the dataset
	}{
		"all":    {Query{}, ""},
		"text":   {Query{Text: `a:b AND "x and y"`}, `{"query_string":{"analyze_wildcard":true,"default_operator":"AND","query":"a:b AND \"x and y\""}}`},
		"dsl":    {Query{DSL: `{"term": {"a": 1}}`}, `{"term":{"a":1}}`},
		"filter": {Query{Filter: json.RawMessage(`{"exists":{"field":"dns.id"}}`)}, `{"exists":{"field":"dns.id"}}`},
		"from":   {Query{From: "now-1h"}, `{"range":{"@timestamp":{"gte":"now-1h"}}}`},
		"both":   {Query{From: "a", To: "b", DSL: "{}"}, `{},{"range":{"@timestamp":{"gte":"a","lt":"b"}}}`},
	} {
		got, err := c.q.Build()
		b, _ := json.Marshal(got)
		if want := `{"bool":{"filter":[` + strings.TrimSuffix(packets+","+c.want, ",") + `]}}`; err != nil || string(b) != want {
			t.Errorf("%s: %s, %v; want %s", name, b, err, want)
		}
	}
}

// What Lucene would understand otherwise than it is meant is refused.
func TestTextThatIsNoLucene(t *testing.T) {
	for text, want := range map[string]string{
		"tcp and udp":                   "write AND in capitals",
		"a:1 Or b:2":                    "write OR in capitals",
		"(not a:1)":                     "write NOT in capitals",
		"network.bytes > 5":             "write field:>5",
		"network.bytes >= 5":            "write field:>5",
		"a: { b: 1":                     "nested fields",
		"a:and":                         "",
		`"salt and pepper"`:             "",
		`name:/this or that/`:           "",
		`a:"x \" and y"`:                "",
		`a:this\ and\ that`:             "",
		"network.bytes:>5 AND NOT a:1":  "",
		"network.bytes:[1 TO 5}":        "",
		"packet.number:{1 TO 5} OR a:b": "",
	} {
		err := (&Query{Text: text}).Check()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	for _, dsl := range []string{"tcp", "[1]", "1", `{"a":`} {
		if err := (&Query{DSL: dsl}).Check(); err == nil || !strings.Contains(err.Error(), `give what stands behind "query" in a search`) {
			t.Errorf("%s: error %v", dsl, err)
		}
	}
}

// Flows are asked for in clauses that Elasticsearch takes.
func TestFlows(t *testing.T) {
	x := &index{}
	for n := range flowsAtOnce + 5 {
		x.flows = append(x.flows, fmt.Sprintf("flow%d", n))
	}
	if _, _, _, _, err := written(t, x, Options{Flows: true, Query: Query{Text: "a:1"}}); err != nil {
		t.Fatal(err)
	}
	q := x.queries[0]
	if strings.Count(q, `{"terms":`) != 2 || strings.Count(q, `"flow`) != len(x.flows)+2 || strings.Count(q, "a:1") != 1 || !strings.Contains(q, `"minimum_should_match":1`) {
		t.Errorf("%.300s … %s", q, q[len(q)-300:])
	}
}
