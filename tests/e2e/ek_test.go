// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
	tsharkek "github.com/espbeat/espbeat/tshark/ek"
)

// tshark runs it over a capture. A broken one is an error to it, behind the packets that it has.
func tshark(t *testing.T, file string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("documents of tshark are not indexed: tshark is missing (`apt-get install tshark`)")
	}
	out, err := exec.Command(path, append([]string{"-n", "-r", file}, args...)...).Output()
	if broken := new(exec.ExitError); err != nil && !errors.As(err, &broken) {
		t.Fatalf("tshark of %s: %v", file, err)
	}
	return out
}

// ekIndex sets up the index of format ek under a name that no other test has. indices is a pattern of what documents go to.
func ekIndex(t *testing.T, s *es.Server, profile string) (name, indices string) {
	t.Helper()
	name = unique()
	t.Cleanup(func() {
		s.DeleteIndex(name + "-*")
		s.Do("DELETE", "/_index_template/"+name, nil)
	})
	run(t, setup([]string{
		"-E", "output.elasticsearch.hosts=[" + s.URL + "]", "-E", "output.elasticsearch.index=" + name + strings.TrimPrefix(tsharkek.Index, "packets"),
		"-E", "espbeat.format=ek", "-E", "espbeat.index.profile=" + profile,
	})...).exits(0).prints("index template " + name + ": created\n")
	return name, name + "-*"
}

// feed indexes the packets of a capture as libbeat does, under each of the names, and returns their number. day is "" for that of each packet.
func feed(t *testing.T, s *es.Server, file, day string, names ...string) int {
	t.Helper()
	n := 0
	var bulk bytes.Buffer
	send := func() {
		status, m := s.Do("POST", "/_bulk", bulk.Bytes())
		if status != 200 || m["errors"] != false {
			t.Fatalf("%s: status %d: %.2000v", file, status, m)
		}
		bulk.Reset()
	}
	for line := range bytes.Lines(tshark(t, file, "-T", "ek")) {
		if !tsharkek.IsPacket(line) {
			continue
		}
		doc, info, err := tsharkek.Document(nil, line, tsharkek.DefaultLimit)
		if err != nil {
			t.Fatalf("%s: packet %d: %v", file, n+1, err)
		}
		n++
		for _, name := range names {
			fmt.Fprintf(&bulk, "{\"create\":{\"_index\":\"%s-%s\"}}\n{\"@timestamp\":%q,%s\n", name, cmp.Or(day, info.Day()), info.Time.Format(time.RFC3339Nano), doc[1:])
		}
		if bulk.Len() > 8<<20 {
			send()
		}
	}
	if bulk.Len() > 0 {
		send()
	}
	return n
}

// TestDocumentsOfTsharkAreTaken: Elasticsearch refuses no document of any packet, whatever is mapped, and gives it back as tshark wrote it.
func TestDocumentsOfTsharkAreTaken(t *testing.T) {
	const share = 80 // of the corpus: tshark takes a third of a second to start, for each of a thousand files
	files := []string{demo()}
	captures := 0
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join(root(), "..", "shared", "corpus"))
	err := filepath.WalkDir(filepath.Join(corpus, "dev"), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.Contains(filepath.Ext(path), "cap") {
			if captures++; captures%share == 0 {
				files = append(files, path)
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	s := server(t)
	few, standard := ekIndex(t, s, "standard")
	all, full := ekIndex(t, s, "full")
	n := 0
	for _, file := range files {
		n += feed(t, s, file, "one", few, all) // in one index, so that what one packet has mapped is there for the others
	}
	t.Logf("%d packets of %d captures", n, len(files))
	for _, indices := range []string{standard, full} {
		s.Refresh(indices)
		if got := s.Count(indices, nil); got != n || n < demoPackets {
			t.Errorf("%s: %d documents of %d packets", indices, got, n)
		}
		for _, h := range s.Search(indices, map[string]any{"size": 1}).Hits {
			if len(h.Source) != 2 || h.Source["timestamp"] == nil || h.Source["layers"] == nil {
				t.Errorf("a document has not exactly timestamp and layers: %v", h.Source)
			}
		}
	}
}

// TestEspcapQueriesFind what tshark's display filters find, with the names of Espcap's template and those of tshark today.
func TestEspcapQueriesFind(t *testing.T) {
	s := server(t)
	few, indices := ekIndex(t, s, "standard")
	all, everything := ekIndex(t, s, "full")
	if n := feed(t, s, demo(), "", few, all); n != demoPackets {
		t.Fatalf("%d packets", n)
	}
	s.Refresh(indices + "," + everything)

	type object = map[string]any
	// What an ICMP error quotes stands below the layer icmp, where these names are not.
	match := func(field string, value any) object { return object{"match": object{"layers." + field: value}} }
	for _, c := range []struct {
		name   string
		query  object
		filter string
		full   bool // by fields that Espcap's template has not
	}{
		{"UDP port, of the README", match("udp.udp_udp_dstport", 53), "udp.dstport == 53 && !icmp", false},
		{"DNS, of the README", match("frame.frame_frame_protocols", "dns"), "dns", false},
		{"TCP, of the README", match("frame.frame_frame_protocols", "tcp"), "tcp", false},
		{"address", match("ip.ip_ip_src", "192.0.2.0/24"), "ip.src#1 == 192.0.2.0/24", false},
		{"version", match("ip.ip_ip_version", 4), "ip", false},
		{"TCP ports", object{"bool": object{"should": []object{match("tcp.tcp_tcp_srcport", 80), match("tcp.tcp_tcp_dstport", 80)}}}, "tcp.port == 80", false},
		{"flag by its old name", match("tcp.tcp_flags_tcp_flags_syn", 1), "tcp.flags.syn == 1", false},
		{"flag that is not set", object{"bool": object{"filter": []object{match("tcp.tcp_flags_tcp_flags_syn", 1), match("tcp.tcp_flags_tcp_flags_ack", 0)}}}, "tcp.flags.syn == 1 && tcp.flags.ack == 0", false},
		{"flag", match("tcp.tcp_tcp_flags_reset", true), "tcp.flags.reset == 1", false},
		{"flags by their old name", match("tcp.tcp_flags_tcp_flags_str", "··········S·"), "tcp.flags == 0x002", false},
		{"interface by its old name", object{"exists": object{"field": "layers.frame.frame_interface_id_frame_interface_name"}}, "frame.interface_name", false},
		{"sequence", object{"range": object{"layers.tcp.tcp_tcp_seq": object{"gte": 1000}}}, "tcp.seq >= 1000", false},
		{"window", object{"range": object{"layers.tcp.tcp_tcp_window_size": object{"lt": 60000}}}, "tcp.window_size < 60000", false},
		{"name", match("dns.dns_dns_qry_name", "www.example.com"), `dns.qry.name == "www.example.com"`, true},
		{"layer", object{"exists": object{"field": "layers.arp"}}, "arp", true},
		{"TTL", match("ip.ip_ip_ttl", "64"), "ip.ttl == 64", true},
		{"other flag", match("tcp.tcp_tcp_flags_cwr", "false"), "tcp.flags.cwr == 0", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.Fields(string(tshark(t, demo(), "-Y", c.filter, "-T", "fields", "-e", "frame.number")))
			if len(want) == 0 {
				t.Fatal("the demo has no such packet, so nothing is shown")
			}
			slices.Sort(want)
			for i, index := range []string{indices, everything} {
				if i == 0 && c.full {
					continue
				}
				got := newestFirst(t, s, index, c.query)
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("%s: packets %v, want %v", index, got, want)
				}
			}
		})
	}
}

// newestFirst returns the numbers of the packets that a query finds, sorted by time as the README of Espcap does.
func newestFirst(t *testing.T, s *es.Server, index string, query any) (numbers []string) {
	t.Helper()
	before := 0.0
	for _, h := range s.Search(index, map[string]any{"size": 1000, "query": query, "sort": []any{map[string]any{"timestamp": map[string]any{"order": "desc"}}}}).Hits {
		at, _ := h.Sort[0].(float64)
		if before != 0 && at > before {
			t.Errorf("packet at %v behind %v", at, before)
		}
		before = at
		n := document(h.Source).text("layers.frame.frame_frame_number")
		if len(n) != 1 || h.Index != strings.TrimSuffix(index, "*")+time.UnixMilli(int64(at)).UTC().Format(time.DateOnly) {
			t.Fatalf("packet %v at %v in %s", n, at, h.Index)
		}
		numbers = append(numbers, n...)
	}
	return numbers
}
