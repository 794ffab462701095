// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// liteFields are the fields of format lite.
var liteFields = []string{"srcip", "srcport", "dstip", "dstport"}

// segments are the documents of a capture's TCP packets, as --format ecs prints them.
func segments(t *testing.T, path string) []document {
	t.Helper()
	return slices.DeleteFunc(printed(t, path), func(d document) bool { return !both(hasText("network.transport", "tcp"), has("source.port"))(d) })
}

// endpoints are source and destination of a packet's document.
func endpoints(d document) []any {
	return []any{d.at("source.ip")[0], d.at("source.port")[0], d.at("destination.ip")[0], d.at("destination.port")[0]}
}

// lite imports a capture by packetbeat-lite.yml and returns the documents; setUp is what makes the index ready before.
func lite(t *testing.T, s *es.Server, path string, packets int, setUp func(config string)) []es.Hit {
	t.Helper()
	c := shipped(t, t.TempDir(), "packetbeat-lite.yml")
	clear := func() {
		s.DeleteIndex("packets_lite")
		for _, path := range []string{"/_index_template/packets_lite", "/_ingest/pipeline/espbeat-lite"} {
			s.Do("DELETE", path, nil)
		}
	}
	clear()
	t.Cleanup(clear)
	if setUp != nil {
		setUp(c)
	}
	run(t, "-c", c, "--file", path, "--node", s.URL).exits(0)
	s.Refresh("packets_lite")
	if n := s.Count("packets_lite", nil); n != packets {
		t.Fatalf("%d documents, want %d", n, packets)
	}
	return s.Search("packets_lite", map[string]any{"size": 10_000}).Hits
}

// haveFour fails the test unless the documents are the four fields of the packets, and nothing else.
func haveFour(t *testing.T, hits []es.Hit, packets []document) {
	t.Helper()
	var got, want []string
	for _, h := range hits {
		var values []any
		for _, f := range liteFields {
			values = append(values, h.Source[f])
		}
		if len(h.Source) != len(liteFields) {
			t.Fatalf("document %v has other fields than the four", h.Source)
		}
		got = append(got, fmt.Sprint(values...))
	}
	for _, d := range packets {
		want = append(want, fmt.Sprint(endpoints(d)...))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Error("the documents are not those of the TCP packets")
	}
}

func TestPrintsArticlesText(t *testing.T) {
	var want strings.Builder
	for _, d := range segments(t, demo()) {
		fmt.Fprintf(&want, "Packet %d\nSource IP        - %v\nSource port      - %v\nDestination IP   - %v\nDestination port - %v\n\n",
			append([]any{d.number(t)}, endpoints(d)...)...)
	}
	if r := run(t, "--file", demo(), "--format", "lite").exits(0).silent(); r.out != want.String() || r.out == "" {
		t.Errorf("printed\n%.600s\nwant\n%.600s", r.out, want.String())
	}
}

// TestLiteIndex: a run makes what is missing, and the index is as the format promises.
func TestLiteIndex(t *testing.T) {
	s := server(t)
	packets := segments(t, demo())
	haveFour(t, lite(t, s, demo(), len(packets), nil), packets)
	_, m := s.Do("GET", "/packets_lite/_mapping", nil)
	for field, kind := range map[string]string{"srcip": "ip", "dstip": "ip", "srcport": "integer", "dstport": "integer"} {
		if got := document(m).at("packets_lite.mappings.properties." + field + ".type"); len(got) != 1 || got[0] != kind {
			t.Errorf("%s is mapped as %v", field, got)
		}
	}
	if n := s.Count("packets_lite", `srcip: "192.0.2.0/24" AND dstport: 80`); n == 0 {
		t.Error("a search by range and port finds nothing")
	}
}

// TestLiteSetup: setup makes template and pipeline, of a plain index.
func TestLiteSetup(t *testing.T) {
	s := server(t)
	packets := segments(t, demo())
	hits := lite(t, s, demo(), len(packets), func(config string) {
		args := []string{"setup", "--index-management", "--pipelines", "-c", config, "-E", "output.elasticsearch.hosts=[" + s.URL + "]"}
		run(t, args...).exits(0).prints("index template packets_lite: created", "ingest pipeline espbeat-lite: created")
		r := run(t, args...).exits(0).prints("index template packets_lite: up to date", "ingest pipeline espbeat-lite: up to date")
		if strings.Contains(r.out, "espbeat-espcap") {
			t.Errorf("setup touches pipelines of other formats:\n%s", r.out)
		}
		if d := document(must(t, s, "GET", "/_index_template/packets_lite")["index_templates"].([]any)[0].(map[string]any)); has("index_template.data_stream")(d) {
			t.Errorf("the template is of a data stream: %v", d)
		}
	})
	haveFour(t, hits, packets)
	if _, m := s.Do("GET", "/_resolve/index/packets_lite", nil); len(document(m).at("indices")) != 1 || len(document(m).at("data_streams")) != 0 {
		t.Errorf("packets_lite is %v", m)
	}
}

// TestLiteIndexThatWasThere: an index of the article's own script has no template of ours.
func TestLiteIndexThatWasThere(t *testing.T) {
	s := server(t)
	packets := segments(t, demo())
	hits := lite(t, s, demo(), len(packets)+1, func(string) {
		s.Bulk("packets_lite", map[string]any{"srcip": "10.0.0.4", "srcport": "59803", "dstip": "184.51.102.81", "dstport": "80"})
	})
	haveFour(t, slices.DeleteFunc(hits, func(h es.Hit) bool { return h.Source["srcport"] == "59803" }), packets)
}

func TestLiteIndexOfTheArticle(t *testing.T) {
	found, _ := filepath.Glob(filepath.Join(root(), "..", "shared", "corpus", "dev", "vichargrave_espcap", "test_http.pcap"))
	if dir := os.Getenv("ESPBEAT_CORPUS"); dir != "" {
		found, _ = filepath.Glob(filepath.Join(dir, "dev", "vichargrave_espcap", "test_http.pcap"))
	}
	if len(found) == 0 {
		t.Skip("not tested: the article's test_http.pcap is missing; ESPBEAT_CORPUS names the folder of the corpus")
	}
	haveFour(t, lite(t, server(t), found[0], 1268, nil), segments(t, found[0]))
}
