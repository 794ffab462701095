// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
	tsharkek "github.com/espbeat/espbeat/tshark/ek"
)

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("format ek is not tested: tshark is missing (`apt-get install tshark`)")
	}
}

// ekOf are the documents that tshark itself makes of a file, made storable.
func ekOf(t *testing.T, path string) []string {
	t.Helper()
	cmd := exec.Command("tshark", "-n", "-T", "ek", "-r", path)
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var docs []string
	for line := range strings.Lines(string(out)) {
		if strings.TrimSpace(line) == "" || !tsharkek.IsPacket([]byte(line)) {
			continue
		}
		doc, _, err := tsharkek.Document(nil, []byte(line), tsharkek.DefaultLimit)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(doc))
	}
	return docs
}

// TestEKIsPrinted: on standard output, the documents are tshark's.
func TestEKIsPrinted(t *testing.T) {
	t.Parallel()
	needTshark(t)
	r := run(t, "--file", demo(), "--format", "ek").exits(0).complains("is not redacted")
	want := ekOf(t, demo())
	got := r.lines()
	if len(got) != len(want) {
		t.Fatalf("%d documents, tshark has %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("packet %d:\n%s\ntshark:\n%s", i+1, got[i], want[i])
		}
	}
	run(t, "--file", demo(), "--format", "ek", "-E", "espbeat.dissector.tshark.path=/nowhere/tshark").exits(1).complains("/nowhere/tshark", "install it", "espbeat.dissector.tshark.path")
}

// TestEKIsIndexed: a real Elasticsearch takes every document, in the index of its day, and gives back what tshark wrote.
func TestEKIsIndexed(t *testing.T) {
	needTshark(t)
	s := server(t)
	const index = "packets-2026-11-23" // when the demo was captured
	s.DeleteIndex(index)
	t.Cleanup(func() { s.DeleteIndex(index) })
	want := ekOf(t, demo())
	run(t, "--file", demo(), "--format", "ek", "--node", s.URL).exits(0).complains("is not redacted").
		accounts(ledger{"packets seen": len(want), "acknowledged": len(want), "documents stored": len(want)})
	s.Refresh(index)
	found := s.Search(index, map[string]any{"size": 1000})
	if found.Total != len(want) {
		t.Fatalf("%d documents of %d packets", found.Total, len(want))
	}
	for _, h := range found.Hits {
		layers, _ := h.Source["layers"].(map[string]any)
		frame, _ := layers["frame"].(map[string]any)
		n, err := strconv.Atoi(fmt.Sprint(frame["frame_frame_number"]))
		if err != nil || n < 1 || n > len(want) {
			t.Fatalf("a document of packet %v", frame["frame_frame_number"])
		}
		var tshark map[string]any
		if err := json.Unmarshal([]byte(want[n-1]), &tshark); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(h.Source, tshark) {
			t.Fatalf("packet %d: %v\ntshark: %s", n, h.Source, want[n-1])
		}
	}
}

// TestTsharkLayersAreFound: documents of format ecs have what tshark says, by which a real Elasticsearch finds them.
func TestTsharkLayersAreFound(t *testing.T) {
	needTshark(t)
	s := server(t)
	index := stream(t, s)
	n := len(ekOf(t, demo()))
	run(t, "--file", demo(), "--node", s.URL, "--index", index, "-E", "espbeat.dissector.tshark.when=always").exits(0).
		accounts(ledger{"packets seen": n, "acknowledged": n, "documents stored": n})
	s.Refresh(index)
	if got := s.Count(index, map[string]any{"exists": map[string]any{"field": "layers"}}); got != n {
		t.Errorf("%d of %d documents have layers", got, n)
	}
	if got := search(t, s, index, "layers.frame.frame_frame_number: 7"); !slices.Equal(got, []int{7}) {
		t.Errorf("by tshark's number of the packet: %v", got)
	}
	if got := s.Count(index, map[string]any{"exists": map[string]any{"field": "layers.dns.dns_dns_id"}}); got == 0 {
		t.Error("no packet has layers.dns")
	}
}

// TestTsharkIsKilled: kill -9 of tshark under a run loses nothing, and the run says so; an import that was interrupted itself goes on.
func TestTsharkIsKilled(t *testing.T) {
	t.Parallel()
	needTshark(t)
	const packets = 3000
	dir := t.TempDir()
	path := write(t, dir, "long.pcap", string(pcap(1000, packets)))
	s := es.NewSink(t, es.SinkOptions{})
	line := stays(dir, s, "--file", path, "--format", "ek", "--chunk", "50", "-E", "espbeat.dissector.tshark.processes=2")
	p := line.start(t)
	taken(t, s, "some documents", func(st es.Stats) bool { return st.Docs >= 100 })
	for _, pid := range tsharksOf(t, p.cmd.Process.Pid) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	taken(t, s, "more of them", func(st es.Stats) bool { return st.Docs >= 1000 })
	p.signal(syscall.SIGKILL)
	p.wait()
	line.run(t).exits(0)
	count := map[string]int{}
	for _, d := range s.Docs() {
		var doc struct {
			Layers struct {
				Frame struct {
					Number string `json:"frame_frame_number"`
				}
			}
		}
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		if d.ID != "" && d.Index != "packets-1970-01-01" {
			t.Fatalf("a document is in index %s", d.Index)
		}
		count[doc.Layers.Frame.Number]++
	}
	for i := range packets {
		if n := count[strconv.Itoa(i+1)]; n != 1 {
			t.Errorf("packet %d is stored %d times", i+1, n)
		}
	}
}

// tsharksOf are the processes of tshark that another one has.
func tsharksOf(t *testing.T, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// pid (comm) state ppid, see proc_pid_stat(5)
		_, rest, _ := strings.Cut(string(text), "(tshark) ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}
