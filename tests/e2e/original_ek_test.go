// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// ofFormatEK are the documents of an index by frame.number, as text.
func ofFormatEK(t *testing.T, s *es.Server, index string) map[string]map[string]any {
	t.Helper()
	docs := map[string]map[string]any{}
	for _, h := range s.Search(index, map[string]any{"size": 5000}).Hits {
		n := document(h.Source).text("layers.frame.frame_frame_number")
		if len(n) != 1 || docs[n[0]] != nil {
			t.Fatalf("%s: packet %q, once more: %v", index, n, docs[n[0]] != nil)
		}
		docs[n[0]] = h.Source
	}
	return docs
}

// TestOriginalsDocuments: what --format ek stores by Espcap's own commands is what the original stores, document by document, and its searches find the same.
// Its largest document has a megabyte, more than espbeat keeps unless it is told to.
func TestOriginalsDocuments(t *testing.T) {
	o, s := espcap(t), server(t)
	node := "--node=" + strings.TrimPrefix(s.URL, "http://")
	o.fresh(t, s)
	o.setUp(t, s)
	want, found := map[string]map[string]map[string]any{}, map[string][]string{}
	for name, c := range captures {
		o.indexes(t, s, name)
		want[name] = ofFormatEK(t, s, c.index)
		for query, numbers := range documentedSearches(t, s, c.index) {
			found[name+query] = numbers
		}
	}
	whole := []string{"-E", "espbeat.dissector.tshark.max_document=4MiB"}
	for command, c := range map[string]struct{ args, more []string }{
		"files, by a run alone":   {[]string{"--file=" + o.capture("test_http.pcap"), "--file=" + o.capture("test_dns.pcap")}, nil},
		"a folder, after a setup": {[]string{"--dir=" + filepath.Join(o.dir, "test_pcaps")}, whole},
	} {
		t.Run(command, func(t *testing.T) {
			o.fresh(t, s)
			if c.more != nil {
				run(t, "setup", "--index-management", "-E", "espbeat.format=ek", "-E", "output.elasticsearch.hosts=["+s.URL+"]").exits(0).prints("index template packets: created")
			}
			run(t, slices.Concat(c.args, []string{node, "--format=ek"}, c.more)...).exits(0)
			for name, of := range captures {
				s.Refresh(of.index)
				got := ofFormatEK(t, s, of.index)
				if len(got) != len(want[name]) || len(got) != of.packets {
					t.Fatalf("%s: %d documents, the original has %d", name, len(got), len(want[name]))
				}
				kept, more, cut := 0, 0, 0
				for n, d := range want[name] {
					x := comparison{t: t, what: name + ", packet " + n, left: document(got[n]).text("truncated.fields")}
					delete(got[n], "truncated")
					x.compare("", d, got[n])
					kept, more, cut = kept+x.kept, more+x.more, cut+len(x.left)
				}
				t.Logf("%s: %d values as the original has them, %d that it lost, %d of documents that are too large", name, kept, more, cut)
				if (cut == 0) != (c.more != nil || name == "test_dns.pcap") {
					t.Errorf("%s: %d values were cut", name, cut)
				}
				if more == 0 {
					t.Errorf("%s: no key is repeated, so nothing is shown", name)
				}
				for query, numbers := range documentedSearches(t, s, of.index) {
					if !slices.Equal(numbers, found[name+query]) {
						t.Errorf("%s: %s finds %d packets, %d of the original's", name, query, len(numbers), len(found[name+query]))
					}
				}
			}
		})
	}
}

// documentedSearches are those of Espcap's README and packet_query.sh, and one for each kind of field that its template maps: the packets found, in order.
func documentedSearches(t *testing.T, s *es.Server, index string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for query, body := range map[string]map[string]any{
		"packet_query.sh": {"match_all": map[string]any{}},
		"UDP port 53":     {"match": map[string]any{"layers.udp.udp_udp_dstport": 53}},
		"dns":             {"match": map[string]any{"layers.frame.frame_frame_protocols": "dns"}},
		"tcp":             {"match": map[string]any{"layers.frame.frame_frame_protocols": "tcp"}},
		"a network":       {"term": map[string]any{"layers.ip.ip_ip_src": "10.0.0.0/8"}},
		"ports":           {"range": map[string]any{"layers.tcp.tcp_tcp_dstport": map[string]any{"lt": 1024}}},
	} {
		numbers := []string{}
		for _, h := range s.Search(index, map[string]any{"size": 5000, "query": body, "sort": []any{map[string]any{"timestamp": "asc"}}}).Hits {
			numbers = append(numbers, document(h.Source).text("layers.frame.frame_frame_number")...)
		}
		slices.Sort(numbers) // packets of one millisecond come in any order
		out[query] = numbers
	}
	return out
}

// comparison is of one document.
type comparison struct {
	t    *testing.T
	what string
	left []string // fields that the document says it lacks, as it was too large
	kept int      // values that are the same
	more int      // values of repeated keys before the one that the original kept
}

// compare expects of espbeat what the original has: where tshark writes a key several times into an object, the original keeps the last value, and
// espbeat all of them.
func (x *comparison) compare(path string, original, espbeat any) {
	want, isMap := original.(map[string]any)
	got, areMaps := espbeat.(map[string]any)
	switch list, isList := espbeat.([]any); {
	case isMap && areMaps:
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if _, ok := got[key]; !ok {
				x.t.Errorf("%s: %s.%s is missing", x.what, path, key)
				continue
			}
			if !resolved(key) {
				x.compare(path+"."+key, want[key], got[key])
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				x.t.Errorf("%s: %s.%s is not the original's", x.what, path, key)
			}
		}
	case equal(original, espbeat):
		x.kept++
	case espbeat == nil && slices.Contains(x.left, strings.TrimPrefix(path, ".")):
	case isList && len(list) > 0:
		last, ok := original.([]any)
		if !ok {
			last = []any{original}
		}
		if len(last) > len(list) {
			x.t.Errorf("%s: %s is %v, the original has %v", x.what, path, espbeat, original)
			return
		}
		before := len(list) - len(last)
		x.more += before
		for i, v := range last {
			x.compare(fmt.Sprintf("%s[%d]", path, before+i), v, list[before+i])
		}
	default:
		x.t.Errorf("%s: %s is %v, the original has %v", x.what, path, espbeat, original)
	}
}

// resolved tells the fields that hold names: espbeat's tshark looks none up, since that may ask the network about each address.
func resolved(key string) bool { return strings.HasSuffix(key, "_resolved") }
