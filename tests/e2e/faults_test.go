// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// shippedDocs are the documents that the sink has.
func shippedDocs(t *testing.T, s *es.Sink) []document {
	t.Helper()
	var all []document
	for _, d := range s.Docs() {
		var doc document
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		all = append(all, doc)
	}
	return all
}

// stored are the packet numbers that a sink was sent, each with how often it took it.
func stored(t *testing.T, s *es.Sink) map[int]int {
	t.Helper()
	n := map[int]int{}
	for _, doc := range shippedDocs(t, s) {
		n[doc.number(t)]++
	}
	return n
}

func eachOnce(t *testing.T, s *es.Sink, packets int) {
	t.Helper()
	n := stored(t, s)
	for i := 1; i <= packets; i++ {
		if n[i] != 1 {
			t.Errorf("packet %d was stored %d times", i, n[i])
		}
	}
	if len(n) != packets {
		t.Errorf("%d packets were stored, want %d", len(n), packets)
	}
}

// taken waits until the sink's counters satisfy ok.
func taken(t *testing.T, s *es.Sink, what string, ok func(es.Stats) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Wait(ctx, ok); err != nil {
		t.Fatalf("%s: %v; the sink has %+v", what, err, s.Stats())
	}
}

func TestOutageAndRecovery(t *testing.T) {
	for name, statuses := range map[string][]int{
		"unavailable at first":      {503, 503},
		"too many requests between": {0, 429, 0, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := es.NewSink(t, es.SinkOptions{Statuses: statuses})
			run(t, "--file", demo(), "--node", s.URL, "--chunk", "50").exits(0).
				complains("the output does not accept packets").
				accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets})
			eachOnce(t, s, demoPackets)
		})
	}
}

func TestAnswerThatNeverCameIsNotStoredTwice(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	s.Hang()
	p := cmdline{args: []string{"--file", demo(), "--node", s.URL, "-E", "output.elasticsearch.timeout=2s"}}.start(t)
	p.says("the output does not accept packets")
	s.Resume()
	r := p.wait().exits(0)
	l := r.ledger()
	if l["acknowledged"] != demoPackets || l["documents stored"]+l["already there"] != demoPackets {
		t.Errorf("ledger %v", l)
	}
	eachOnce(t, s, demoPackets)
}

func TestRejectedPacket(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{Reject: func(d es.Doc) es.Rejection {
		if strings.Contains(string(d.Source), `"number":7,`) && d.Index != "espbeat-dead-letter" {
			return es.Rejection{Status: 400, Type: "document_parsing_exception", Reason: "no such number"}
		}
		return es.Rejection{}
	}})
	run(t, "--file", demo(), "--node", s.URL).exits(1).
		complains("1 packets were rejected", "status 400", "document_parsing_exception", "no such number").
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets - 1, "to the dead letters": 1})
	dead := 0
	for _, d := range s.Docs() {
		if d.Index == "espbeat-dead-letter" {
			dead++
		}
	}
	if dead != 1 {
		t.Errorf("%d documents in the dead-letter index", dead)
	}
}

func TestRejectedPacketsWithoutDeadLetters(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{Reject: func(d es.Doc) es.Rejection {
		if strings.Contains(string(d.Source), `"arp"`) {
			return es.Rejection{Status: 403, Type: "security_exception", Reason: "no ARP here"}
		}
		return es.Rejection{}
	}})
	arp := len(numbers(t, printed(t, demo()), hasText("packet.layers", "arp")))
	run(t, "--file", demo(), "--node", s.URL, "-E", "output.elasticsearch.non_indexable_policy.drop={}").exits(1).
		complains(fmt.Sprintf("%d packets were rejected", arp), "status 403", "no ARP here").
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets - arp, "rejected": arp})
}

// TestRealRejection has a real server reject a document: its index maps a field otherwise.
func TestRealRejection(t *testing.T) {
	s := server(t)
	index := unique()
	t.Cleanup(func() { s.DeleteIndex(index); s.DeleteIndex(index + "-dead") })
	if status, m := s.Do("PUT", "/"+index, `{"mappings":{"dynamic":false,"properties":{"packet":{"properties":{"layers":{"type":"long"}}}}}}`); status != 200 {
		t.Fatal(m)
	}
	run(t, "--file", demo(), "--node", s.URL, "--index", index, "--count", "5", "-E", "setup.template.enabled=false", "-E", "setup.ilm.enabled=false",
		"-E", "output.elasticsearch.non_indexable_policy.dead_letter_index.index="+index+"-dead").exits(1).
		complains("5 packets were rejected", "status 400", "packet.layers").
		accounts(ledger{"packets seen": 5, "acknowledged": 5, "documents stored": 0, "to the dead letters": 5})
	s.Refresh(index + "-dead")
	if n := s.Count(index+"-dead", nil); n != 5 {
		t.Errorf("%d dead letters, want 5", n)
	}
}

// nowhere is the address of a port that nothing listens on.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

func TestWrongNodeIsSaidAtOnceAndTimeoutEnds(t *testing.T) {
	at := nowhere(t)
	p := cmdline{args: []string{"--file", demo(), "--node", at, "--timeout", "4s"}}.start(t)
	p.says("connection refused")
	r := p.wait().exits(1).complains("the output does not accept packets", at, "connection refused",
		"the output has accepted nothing for 4s", "--timeout")
	r.accounts(ledger{"packets seen": demoPackets, "acknowledged": 0, "not acknowledged": demoPackets, "documents stored": 0})
}

func TestStopDuringAnOutage(t *testing.T) {
	at := nowhere(t)
	p := cmdline{args: []string{"--file", demo(), "--node", at, "-E", "espbeat.shutdown_timeout=1s"}}.start(t)
	p.says("connection refused")
	p.signal(os.Interrupt)
	p.wait().exits(1).complains("stopped before the output had acknowledged", "shutdown_timeout").
		accounts(ledger{"packets seen": demoPackets, "acknowledged": 0, "not acknowledged": demoPackets, "documents stored": 0})
}

// TestStopInTheMiddleOfAFile stops while the output takes nothing and reading waits for it.
func TestStopInTheMiddleOfAFile(t *testing.T) {
	const packets = 60_000
	path := write(t, t.TempDir(), "long.pcap", string(pcap(1000, packets)))
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--file", path, "--node", s.URL, "--chunk", "100", "-E", "espbeat.shutdown_timeout=2s"}}.start(t)
	taken(t, s, "some bulks", func(st es.Stats) bool { return st.Bulks >= 3 })
	s.Hang()
	p.signal(os.Interrupt)
	r := p.wait()
	l := r.ledger()
	if l["packets seen"] < l["acknowledged"] || l["acknowledged"] > l.outcomes() {
		t.Errorf("ledger %v", l)
	}
	if missing := l["not acknowledged"] + l["dropped at stop"]; missing > 0 {
		r.exits(1).complains("stopped before the output had acknowledged")
	}
	if n := len(stored(t, s)); n < l["acknowledged"] {
		t.Errorf("%d packets acknowledged, %d stored", l["acknowledged"], n)
	}
}

// TestStopPublishesWhatWasRead stops a run that reads from a pipe which stays open.
func TestStopPublishesWhatWasRead(t *testing.T) {
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--file", "-", "--node", s.URL}, stdin: in}.start(t)
	in.Close()
	if _, err := feed.Write(pcap(1000, 25)); err != nil {
		t.Fatal(err)
	}
	taken(t, s, "the packets", func(st es.Stats) bool { return st.Docs == 25 })
	p.signal(os.Interrupt)
	p.wait().exits(0).accounts(ledger{"packets seen": 25, "acknowledged": 25, "documents stored": 25})
}

func TestSecondInterruptEndsAtOnce(t *testing.T) {
	p := cmdline{args: []string{"--file", demo(), "--node", nowhere(t), "-E", "espbeat.shutdown_timeout=1h"}}.start(t)
	p.says("connection refused")
	p.signal(os.Interrupt)
	p.says("once more ends at once")
	p.signal(os.Interrupt)
	p.wait().exits(130).complains("ended at once")
}

func TestTerminateIsAsInterrupt(t *testing.T) {
	p := cmdline{args: []string{"--file", demo(), "--node", nowhere(t), "-E", "espbeat.shutdown_timeout=1s"}}.start(t)
	p.says("connection refused")
	p.signal(syscall.SIGTERM)
	p.wait().exits(1).accounts(ledger{"packets seen": demoPackets, "acknowledged": 0, "not acknowledged": demoPackets, "documents stored": 0})
}

func TestBrokenCaptureIsIndexedUpToTheBreak(t *testing.T) {
	whole := read(t, demo())
	path := write(t, t.TempDir(), "cut.pcapng", string(whole[:len(whole)/2]))
	n := len(run(t, "--file", path).exits(1).lines())
	s := es.NewSink(t, es.SinkOptions{})
	run(t, "--file", path, "--node", s.URL).exits(1).complains("broken at byte").
		accounts(ledger{"packets seen": n, "acknowledged": n, "documents stored": n})
	eachOnce(t, s, n)
	run(t, "--file", filepath.Join(t.TempDir(), "nowhere.pcap"), "--node", s.URL).exits(1).complains("nowhere.pcap", "no such file").
		accounts(ledger{"packets seen": 0, "acknowledged": 0, "documents stored": 0})
}
