// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// query is a DNS query for the name a.
const query = "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01"

// questions sends DNS queries, each from a port of its own, to a server that does not answer, until ok says so.
func questions(t *testing.T, p *process, server net.Addr, ok func() bool) (sent int) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for !ok() {
		if ended(p) {
			t.Fatalf("espbeat has ended; stderr:\n%s", tail(p.err.String(), 3000))
		}
		for range 100 {
			c, err := net.DialUDP("udp4", nil, server.(*net.UDPAddr))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Write([]byte(query)); err != nil {
				t.Fatal(err)
			}
			c.Close()
			sent++
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("what was waited for did not come; stderr:\n%s", tail(p.err.String(), 3000))
		}
	}
	return sent
}

// While the output hangs, documents are reduced instead of lost, and are full again some time after; the ledger has all packets.
func TestShedding(t *testing.T) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := cmdline{args: []string{
		"--nic", "lo", "--bpf", "udp and dst port 53", "--node", s.URL,
		"-E", "espbeat.inputs.0.shedding.enabled=true", "-E", "espbeat.publish.max_bytes=4MiB", "-E", "queue.mem.events=100000",
	}}.start(t)
	said := func(text string) func() bool {
		return func() bool { return strings.Contains(p.err.String(), text) }
	}
	questions(t, p, server.LocalAddr(), func() bool { return s.Stats().Docs > 0 })
	s.Hang()
	questions(t, p, server.LocalAddr(), said("documents have headers only"))
	questions(t, p, server.LocalAddr(), said("documents are of some flows only"))
	s.Resume()
	questions(t, p, server.LocalAddr(), said("documents are full again"))
	full := 0
	questions(t, p, server.LocalAddr(), func() bool { full++; return full > 5 })
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	l := r.ledger()
	docs := s.Docs()
	if l["left out, sampling"] == 0 || l["acknowledged"] != len(docs) || l["documents stored"] != len(docs) {
		t.Errorf("%d documents arrived; ledger %v", len(docs), l)
	}
	levels := map[string]int{}
	var last document
	for _, d := range docs {
		var doc document
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		level, question := doc.at("packet.shedding.level"), len(doc.at("dns.question.name"))
		name := "full"
		if len(level) == 1 {
			name = level[0].(string)
		}
		levels[name]++
		if want := map[string]int{"full": 1}[name]; question != want {
			t.Fatalf("a document of level %s has %d questions: %s", name, question, d.Source)
		}
		if rate := doc.at("packet.shedding.rate"); (len(rate) == 1 && rate[0].(float64) >= 2) != (name == "sampled") {
			t.Fatalf("a document of level %s has the rate %v", name, rate)
		}
		if last == nil || doc.number(t) > last.number(t) {
			last = doc
		}
	}
	if levels["full"] == 0 || levels["headers"] == 0 || levels["sampled"] == 0 || len(last.at("packet.shedding.level")) != 0 {
		t.Errorf("documents by level %v; the last one %v", levels, last.at("packet.shedding"))
	}
}
