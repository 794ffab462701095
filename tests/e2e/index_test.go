// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// server is the shared one without security.
func server(t *testing.T) *es.Server {
	t.Helper()
	return es.Start(t, es.Options{})
}

// unique is a name that no other test, nor a run of it before, has.
func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return "e2e-" + hex.EncodeToString(b[:])
}

// stream is a data stream of the test's own: deleted in the end, with its template.
func stream(t *testing.T, s *es.Server) string {
	t.Helper()
	name := unique()
	t.Cleanup(func() {
		s.DeleteDataStream(name)
		s.Do("DELETE", "/_index_template/"+name, nil)
	})
	return name
}

// search returns the sorted numbers of the packets that a query finds.
func search(t *testing.T, s *es.Server, index string, query any) []int {
	t.Helper()
	found := s.Search(index, map[string]any{"size": 2000, "query": es.Query(query), "_source": false, "fields": []string{"packet.number"}})
	var n []int
	for _, h := range found.Hits {
		v, ok := h.Fields["packet.number"].([]any)
		if !ok || len(v) != 1 {
			t.Fatalf("packet.number of %s: %v", h.ID, h.Fields)
		}
		n = append(n, int(v[0].(float64)))
	}
	slices.Sort(n)
	return n
}

func TestIndexedPacketsAreFound(t *testing.T) {
	s := server(t)
	index := stream(t, s)
	run(t, "--file", demo(), "--node", s.URL, "--index", index).exits(0).
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets})
	s.Refresh(index)
	if n := s.Count(index, nil); n != demoPackets {
		t.Fatalf("%d documents, want %d", n, demoPackets)
	}
	docs := printed(t, demo())
	t.Run("types", func(t *testing.T) { types(t, s, index) })
	t.Run("documents", func(t *testing.T) { sameDocuments(t, s, index, docs) })
	for query, match := range map[string]func(document) bool{
		`source.ip: "192.0.2.0/24"`:                              inNet("source.ip", "192.0.2.0/24"),
		`destination.ip: "2001:db8::/32"`:                        inNet("destination.ip", "2001:db8::/32"),
		`source.ip: [198.51.100.0 TO 198.51.100.255]`:            inNet("source.ip", "198.51.100.0/24"),
		`destination.port: 53`:                                   hasNumber("destination.port", 53),
		`source.port: 80 OR destination.port: 80`:                either(hasNumber("source.port", 80), hasNumber("destination.port", 80)),
		`tcp.flags.names: rst`:                                   hasText("tcp.flags.names", "rst"),
		`tcp.flags.names: syn AND NOT tcp.flags.names: ack`:      both(hasText("tcp.flags.names", "syn"), func(d document) bool { return !hasText("tcp.flags.names", "ack")(d) }),
		`dns.question.name: "www.example.com"`:                   hasText("dns.question.name", "www.example.com"),
		`dns.response_code: NXDOMAIN`:                            hasText("dns.response_code", "NXDOMAIN"),
		`url.domain: "www.example.com"`:                          hasText("url.domain", "www.example.com"),
		`http.response.status_code: 404`:                         hasNumber("http.response.status_code", 404),
		`http.request.method: GET`:                               hasText("http.request.method", "GET"),
		`packet.layers: arp`:                                     hasText("packet.layers", "arp"),
		`network.vlan.id: 20`:                                    hasText("network.vlan.id", "20"),
		`source.mac: "00-00-5E-00-53-0A"`:                        hasText("source.mac", "00-00-5E-00-53-0A"),
		`event.type: start`:                                      hasText("event.type", "start"),
		`network.bytes: >=1500`:                                  func(d document) bool { n := d.at("network.bytes"); return len(n) == 1 && n[0].(float64) >= 1500 },
		`related.ip: "198.51.100.80" AND network.transport: tcp`: both(hasText("related.ip", "198.51.100.80"), hasText("network.transport", "tcp")),
	} {
		t.Run(query, func(t *testing.T) {
			got, want := search(t, s, index, query), numbers(t, docs, match)
			if !slices.Equal(got, want) {
				t.Errorf("found packets %v, want %v", got, want)
			}
			if len(want) == 0 {
				t.Error("the demo has no such packet, so nothing is shown")
			}
		})
	}
	// Every value of the flow and of the community ID finds the packets that show it.
	for _, field := range []string{"flow.id", "network.community_id"} {
		value := docs[48].text(field) // of a TCP connection
		if len(value) != 1 {
			t.Fatalf("%s of packet 49: %v", field, value)
		}
		got := search(t, s, index, fmt.Sprintf(`%s: "%s"`, field, value[0]))
		if want := numbers(t, docs, hasText(field, value[0])); !slices.Equal(got, want) || len(want) < 3 {
			t.Errorf("%s: packets %v, want %v", field, got, want)
		}
	}
}

// types checks that fields are mapped as what they are.
func types(t *testing.T, s *es.Server, index string) {
	status, m := s.Do("GET", "/"+index+"/_mapping", nil)
	if status != 200 || len(m) != 1 {
		t.Fatalf("status %d: %v", status, m)
	}
	var mapping document
	for _, v := range m {
		mapping = v.(map[string]any)["mappings"].(map[string]any)
	}
	if mapping["dynamic"] != "false" && mapping["dynamic"] != false {
		t.Errorf("dynamic: %v", mapping["dynamic"])
	}
	for field, want := range map[string]string{
		"@timestamp": "date_nanos", "source.ip": "ip", "destination.ip": "ip", "related.ip": "ip", "ip.src": "ip",
		"source.mac": "keyword", "network.transport": "keyword", "network.community_id": "keyword", "flow.id": "keyword",
		"packet.layers": "keyword", "tcp.flags.names": "keyword", "dns.question.name": "keyword", "url.domain": "keyword",
		"tcp.seq": "long", "network.bytes": "long", "packet.number": "long",
	} {
		got := mapping.at("properties." + strings.ReplaceAll(field, ".", ".properties.") + ".type")
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is mapped as %v, want %s", field, got, want)
		}
	}
	for _, field := range []string{"source.port", "destination.port", "http.response.status_code"} { // ECS says long, integer holds them too
		got := mapping.at("properties." + strings.ReplaceAll(field, ".", ".properties.") + ".type")
		if len(got) != 1 || (got[0] != "long" && got[0] != "integer") {
			t.Errorf("%s is mapped as %v", field, got)
		}
	}
}

// sameDocuments checks that what is stored is what --format ecs prints, but for what libbeat adds.
func sameDocuments(t *testing.T, s *es.Server, index string, docs []document) {
	found := s.Search(index, map[string]any{"size": 2000})
	if len(found.Hits) != len(docs) {
		t.Fatalf("%d documents, want %d", len(found.Hits), len(docs))
	}
	for _, h := range found.Hits {
		stored := document(h.Source)
		want := docs[stored.number(t)-1]
		for key, v := range want {
			if !equal(stored[key], v) && !sameTimes(stored[key], v) {
				t.Errorf("packet %d: %s is %v, printed %v", stored.number(t), key, stored[key], v)
			}
		}
		for key := range stored {
			if _, ok := want[key]; !ok && key != "agent" && key != "host" {
				t.Errorf("packet %d: %s is stored and not printed", stored.number(t), key)
			}
		}
	}
}

// sameTime compares instants: a source that was rebuilt has no zeros at the end of its fractions.
// sameTimes is equal but for how dates are written: a synthetic source writes those without a fraction in another way.
func sameTimes(a, b any) bool {
	switch b := b.(type) {
	case map[string]any:
		x, _ := a.(map[string]any)
		return len(x) == len(b) && !slices.ContainsFunc(slices.Collect(maps.Keys(b)), func(k string) bool { return !sameTimes(x[k], b[k]) })
	case []any:
		x, _ := a.([]any)
		return slices.EqualFunc(x, b, sameTimes)
	}
	return equal(a, b) || sameTime(a, b)
}

func sameTime(a, b any) bool {
	parsed := func(v any) time.Time {
		s, _ := v.(string)
		t, _ := time.Parse(time.RFC3339Nano, s)
		return t
	}
	return !parsed(a).IsZero() && parsed(a).Equal(parsed(b))
}

func TestIndexingTwiceStoresOnce(t *testing.T) {
	s := server(t)
	index := stream(t, s)
	args := []string{"--file", demo(), "--node", strings.TrimPrefix(s.URL, "http://"), "--index", index}
	run(t, args...).exits(0).accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets})
	run(t, args...).exits(0).complains("already there").
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": 0, "already there": demoPackets})
	s.Refresh(index)
	if n := s.Count(index, nil); n != demoPackets {
		t.Errorf("%d documents, want %d", n, demoPackets)
	}
}

func TestTwoImportsAtOnce(t *testing.T) {
	s := server(t)
	index := stream(t, s)
	other := write(t, t.TempDir(), "other.pcap", string(pcap(1000, 100)))
	dir := t.TempDir() // the same folder for both
	a := cmdline{args: []string{"--file", demo(), "--node", s.URL, "--index", index, "--chunk", "50"}, dir: dir}.start(t)
	b := cmdline{args: []string{"--file", other, "--node", s.URL, "--index", index}, dir: dir}.start(t)
	a.wait().exits(0).accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets})
	b.wait().exits(0).accounts(ledger{"packets seen": 100, "acknowledged": 100, "documents stored": 100})
	s.Refresh(index)
	if n := s.Count(index, nil); n != demoPackets+100 {
		t.Errorf("%d documents, want %d", n, demoPackets+100)
	}
}

func TestFilteredPacketsAreAccountedFor(t *testing.T) {
	s := server(t)
	for _, flag := range []string{"--bpf", "--display-filter"} {
		index := stream(t, s)
		udp := len(parse(t, run(t, "--file", demo(), flag, "udp", "--format", "ecs").exits(0).out))
		run(t, "--file", demo(), flag, "udp", "--node", s.URL, "--index", index).exits(0).
			accounts(ledger{"packets seen": demoPackets, "filtered": demoPackets - udp, "acknowledged": udp, "documents stored": udp})
	}
}
