// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// ek are the documents of `tshark -T ek`, as Espcap stores them: where a name occurs twice in an object, the last is kept.
func ek(t *testing.T, capture string) []any {
	t.Helper()
	out, err := exec.Command("tshark", "-T", "ek", "-r", capture).Output()
	if err != nil {
		t.Skip("documents of Espcap are not converted: tshark is missing (`apt-get install tshark`)")
	}
	var docs []any
	for line := range strings.Lines(string(out)) {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if _, ok := d["layers"]; ok {
			docs = append(docs, d)
		}
	}
	return docs
}

// sameAsEspbeats are fields that a converted document must have exactly as espbeat's own of the same packet, where either has them.
// Not among them: what espbeat knows of a connection (flow, client, server), what tshark's JSON lost, and what the two dissect
// differently (an HTTP response belongs to the packet that ends its body, or its head).
var sameAsEspbeats = []string{
	"@timestamp", "source.ip", "source.port", "source.mac", "source.bytes", "destination.ip", "destination.port", "destination.mac",
	"network.type", "network.bytes", "network.packets", "network.vlan.id", "event.sequence", "event.kind", "event.type", "packet.number",
	"packet.length", "packet.captured_length", "packet.link_type", "eth.type", "ip.version", "ip.ttl", "ip.id", "ip.len", "ip.flags.df",
	"ip.proto", "ip.checksum.value", "ipv6.plen", "ipv6.hlim", "tcp.seq", "tcp.ack", "tcp.seq_raw", "tcp.flags.value", "tcp.flags.names",
	"tcp.window.value", "tcp.window.size", "tcp.window.scale_factor", "tcp.options.mss_val", "tcp.options.timestamp.tsval", "tcp.len",
	"tcp.stream", "arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "icmp.type", "icmp.code", "icmpv6.type", "http.request.method",
	"http.host", "user_agent.original", "url.original", "url.full", "url.path", "url.query", "url.scheme", "url.domain",
}

// sameInMessages are the same of DNS, but for messages that an ICMP error quotes, where tshark dissects on.
var sameInMessages = []string{
	"dns.id", "dns.type", "dns.op_code", "dns.response_code", "dns.header_flags", "dns.question.name", "dns.question.type", "dns.question.class",
	"dns.answers_count", "dns.resolved_ip", "dns.a", "dns.aaaa", "related.hosts", "udp.length", "network.transport", "network.iana_number",
}

func TestEspcapIsReindexed(t *testing.T) {
	s := server(t)
	docs := ek(t, demo())
	if len(docs) != demoPackets {
		t.Fatalf("%d documents of tshark", len(docs))
	}
	old := unique() + "-espcap"
	t.Cleanup(func() { s.DeleteIndex(old) })
	if status, m := s.Do("PUT", "/"+old, `{"settings": {"number_of_replicas": 0}, "mappings": {"dynamic": false}}`); status != 200 {
		t.Fatal(m)
	}
	s.Bulk(old, docs...)
	compared := reindexed(t, s, old, demo())
	for _, f := range slices.Concat(sameAsEspbeats, sameInMessages) {
		if compared[f] == 0 && f != "packet.captured_length" && f != "url.query" {
			t.Errorf("the demo has no %s, so nothing is shown", f)
		}
	}
}

// reindexed converts an index of Espcap's by the pipeline that setup loads, compares the documents with espbeat's own of the capture, and
// returns how many have each of the fields that are compared. A second time nothing is stored.
func reindexed(t *testing.T, s *es.Server, old, capture string) map[string]int {
	t.Helper()
	name, args := own(t, s, s.URL)
	const full = "espbeat.index.profile=full"
	run(t, setup(args, "-E", full)...).exits(0).prints("ingest pipeline espbeat-espcap: ")
	own := parse(t, run(t, "--file", capture, "--format", "ecs", "-E", full).exits(0).out)
	for _, created := range []int{len(own), 0} {
		status, m := s.Do("POST", "/_reindex?refresh=true", map[string]any{
			"conflicts": "proceed", "source": map[string]any{"index": old},
			"dest": map[string]any{"index": name, "pipeline": "espbeat-espcap", "op_type": "create"},
		})
		if status != 200 || m["created"] != float64(created) || m["version_conflicts"] != float64(len(own)-created) {
			t.Fatalf("status %d, want %d created: %.2000v", status, created, m)
		}
	}
	converted := map[int]document{}
	for _, h := range s.Search(name, map[string]any{"size": 2000}).Hits {
		d := document(h.Source)
		converted[d.number(t)] = d
	}
	compared := map[string]int{}
	for _, want := range own {
		got := converted[want.number(t)]
		fields := sameAsEspbeats
		if !hasText("network.transport", "icmp")(want) && !hasText("network.transport", "ipv6-icmp")(want) {
			fields = slices.Concat(fields, sameInMessages)
		}
		for _, f := range fields {
			a, b := got.at(f), want.at(f)
			if fmt.Sprint(a) != fmt.Sprint(b) && !(f == "@timestamp" && sameTime(a[0], b[0])) {
				t.Errorf("packet %d: %s is %v, espbeat has %v", want.number(t), f, a, b)
			}
			if len(b) > 0 {
				compared[f]++
			}
		}
		if d := got.at("event.dataset"); len(d) != 1 || d[0] != "espcap.packet" || has("layers")(got) || has("timestamp")(got) {
			t.Errorf("packet %d: dataset %v, keys %v", want.number(t), d, got)
		}
	}
	return compared
}

// convert sends one document through the pipeline.
func convert(t *testing.T, s *es.Server, source map[string]any) map[string]any {
	t.Helper()
	_, m := s.Do("POST", "/_ingest/pipeline/espbeat-espcap/_simulate", map[string]any{"docs": []any{map[string]any{"_source": source}}})
	docs, _ := m["docs"].([]any)
	if len(docs) != 1 {
		t.Fatalf("%v", m)
	}
	return docs[0].(map[string]any)
}

func TestEspcapConversion(t *testing.T) {
	s := server(t)
	run(t, "setup", "--pipelines", "-E", "output.elasticsearch.hosts=["+s.URL+"]").exits(0)
	one := func(layers map[string]any) document {
		d := convert(t, s, map[string]any{"timestamp": "1438233730483", "layers": layers})
		doc, ok := d["doc"].(map[string]any)
		if !ok {
			t.Fatalf("%v", d)
		}
		return document(doc["_source"].(map[string]any))
	}
	check := func(d document, field string, want ...any) {
		t.Helper()
		if got := d.at(field); fmt.Sprint(got) != fmt.Sprint([]any(want)) {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	d := one(map[string]any{"tcp": map[string]any{"tcp_tcp_payload": "73:65:63:72:65:74"}, "http": map[string]any{
		"http_http_authorization":    "Basic secret",
		"http_http_cookie":           []any{"a=secret", "b=secret"},
		"http_http_request_uri":      "/a?access_token=secret&x=1#p",
		"http_http_request_full_uri": "http://user:secret@example.com:8080/a?access_token=secret&x=1",
		"http_http_location":         "/b;PHPSESSID=secret",
		"http_http_referer":          "https://example.com/?q=1&X-Amz-Signature=secret",
	}})
	if b, _ := json.Marshal(d); strings.Contains(string(b), "secret") || strings.Contains(string(b), "73:65:63") {
		t.Errorf("a secret is kept: %s", b)
	}
	check(d, "http.authorization", "[redacted]")
	check(d, "url.original", "/a?access_token=[redacted]&x=1#p")
	check(d, "url.full", "http://user:[redacted]@example.com:8080/a?access_token=[redacted]&x=1")
	check(d, "url.domain", "example.com")
	check(d, "url.port", 8080.0)
	check(d, "@timestamp", time.UnixMilli(1438233730483).UTC().Format(time.RFC3339Nano))

	// A tunnel: the innermost packet is source and destination, the protocol's own fields have both headers.
	d = one(map[string]any{
		"frame": map[string]any{"frame_frame_protocols": "eth:ethertype:ip:gre:ip:udp:dns", "frame_frame_time_epoch": "1438233730.000000005", "frame_frame_encap_type": "1"},
		"ip": []any{
			map[string]any{"ip_ip_src": "192.0.2.1", "ip_ip_dst": "192.0.2.2", "ip_ip_ttl": "64", "ip_ip_id": "0x00ff"},
			map[string]any{"ip_ip_src": "10.0.0.1", "ip_ip_dst": "10.0.0.2", "ip_ip_ttl": "63", "ip_ip_id": "nonsense"},
		},
		"udp": map[string]any{"udp_udp_srcport": "1000", "udp_udp_dstport": "53"},
	})
	for field, want := range map[string][]any{
		"@timestamp": {"2015-07-30T05:22:10.000000005Z"}, "source.ip": {"10.0.0.1"}, "destination.port": {53.0}, "ip.ttl": {64.0, 63.0}, "ip.id": {255.0},
		"ip.src": {"192.0.2.1", "10.0.0.1"}, "network.protocol": {"dns"}, "network.direction": {"internal"},
		"network.packets": {}, "packet.link_type": {}, // of profile full
		"related.ip": {"10.0.0.1", "10.0.0.2", "192.0.2.1", "192.0.2.2"}, "packet.layers": {"eth", "ip", "gre", "ip", "udp", "dns"},
	} {
		check(d, field, want...)
	}
	d = one(map[string]any{
		"tcp": map[string]any{"tcp_tcp_seq": 5, "tcp_tcp_window_size": nil, "nested": map[string]any{"tcp_options_sack_perm": nil}},
		"eth": map[string]any{"eth_eth_src": "00:00:5e:00:53:0a", "eth_eth_dst": []any{"00:00:5e:00:53:01"}},
	})
	check(d, "tcp.seq", 5.0)
	check(d, "tcp.options.sack_perm", true)
	check(d, "source.mac", "00-00-5E-00-53-0A")
	check(d, "destination.mac", "00-00-5E-00-53-01")

	// tshark 3, with which Espcap was used at first, writes the name of the enclosing node before that of a field, and pads numbers.
	d = one(map[string]any{
		"frame": map[string]any{"frame_frame_protocols": "eth:ethertype:ip:udp:dns", "frame_interface_id_frame_interface_name": "en0"},
		"ip": map[string]any{"ip_ip_src": "192.0.2.1", "ip_ip_dst": "192.0.2.2", "ip_ip_id": "0x0000a7f9", "ip_flags_ip_flags_mf": "1",
			"ip_dsfield_ip_dsfield_ecn": "0"},
		"udp": map[string]any{"udp_udp_srcport": "1000", "udp_udp_dstport": "53"},
		"dns": map[string]any{"dns_dns_id": "0x0000cfe4", "dns_dns_flags": "0x00000100", "dns_flags_dns_flags_response": "0", "dns_flags_dns_flags_recdesired": "1", "dns_text": "Queries",
			"text_dns_qry_name": "www.example.com", "text_dns_qry_type": "1", "text_dns_qry_class": "0x00000001"},
	})
	for field, want := range map[string][]any{
		"ip.id": {43001.0}, "ip.flags.mf": {true}, "ip.dsfield.ecn": {0.0}, "observer.ingress.interface.name": {"en0"}, "source.port": {1000.0},
		"dns.id": {"53220"}, "dns.type": {"query"}, "dns.header_flags": {"RD"}, "dns.question.name": {"www.example.com"},
		"dns.question.type": {"A"}, "dns.question.class": {"IN"}, "related.hosts": {"www.example.com"},
	} {
		check(d, field, want...)
	}

	// A name of tshark 4 stays one where it looks like one of tshark 3.
	d = one(map[string]any{"gsm_a_dtap": map[string]any{"gsm_a_gm_gsm_a_dtap_msg_gmm_type": "0x01"}})
	check(d, "gsm_a.dtap.msg_gmm_type", 1.0)

	if d := convert(t, s, map[string]any{"message": "x"}); !strings.Contains(fmt.Sprint(d["error"]), "not a document of Espcap") {
		t.Errorf("%v", d)
	}
}
