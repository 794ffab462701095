// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
	"github.com/espbeat/espbeat/tools/bench/gen"
)

// setting is a number of a test that runs longer on demand.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestKilledImport kills an import at random moments, with faults of all kinds between it and the server, with rollovers and
// changes of espbeat's version before it goes on, and crashes of the server, until one of its runs ends by itself. What is stored equals
// what an undisturbed import stores. ESPBEAT_KILLS and ESPBEAT_KILL_PACKETS make it longer.
func TestKilledImport(t *testing.T) {
	kills, packets := setting(t, "ESPBEAT_KILLS", 8), setting(t, "ESPBEAT_KILL_PACKETS", 80_000)
	s := es.Start(t, es.Options{Own: true})
	dir := t.TempDir()
	file := filepath.Join(dir, "import.pcap")
	if err := gen.Write(file, gen.Mixed, gen.DefaultSource(), packets); err != nil {
		t.Fatal(err)
	}
	const whole, killed = "whole", "killed"
	run(t, "--file", file, "--node", s.URL, "--index", whole).exits(0)

	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	proxy := es.NewProxy(t, s.URL, 0.3, seed)
	line := cmdline{args: []string{"--file", file, "--node", proxy.URL, "--index", killed, "--chunk", "400", "-E", "path.data=" + filepath.Join(dir, "data"),
		"-E", "output.elasticsearch.backoff.init=50ms", "-E", "output.elasticsearch.backoff.max=200ms"}}
	versions := []string{espbeat(t), release(t, "0.0.1-other")}
	var rollovers, changes, crashes int
	for i := range kills {
		before := proxy.Bulks()
		p := line.start(t)
		waitUntil(t, "the import begins", func() bool { return proxy.Bulks() > before })
		if i%8 == 4 {
			s.Kill()
			s.Restart()
			crashes++
		}
		select {
		case <-p.done:
			t.Fatalf("the import ended before it was killed %d times: give more packets; stderr:\n%s", kills, tail(p.err.String(), 2000))
		case <-time.After(time.Duration(r.IntN(400)) * time.Millisecond):
		}
		p.signal(syscall.SIGKILL)
		<-p.done
		if i%3 == 1 { // with what was sent and not acknowledged in the old index
			if status, m := s.Do("POST", "/"+killed+"/_rollover", nil); status != 200 {
				t.Fatalf("rollover: status %d: %v", status, m)
			}
			rollovers++
		}
		if i%6 == 2 {
			changes++
			line.binary = versions[changes%2]
		}
	}
	line.run(t).exits(0)
	t.Logf("%d kills, %d rollovers, %d changes of version, %d crashes of the server; faults met: %v", kills, rollovers, changes, crashes, proxy.Met())
	again := line.run(t).exits(0)
	if l := again.ledger(); l["packets seen"] != packets || l["acknowledged before"] != packets {
		t.Errorf("a run after the end: ledger %v", l)
	}
	same(t, sources(t, s, whole), sources(t, s, killed))
}

// release builds espbeat under another version.
func release(t *testing.T, version string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "espbeat")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X github.com/espbeat/espbeat/cmd.version="+version, "-o", path, ".")
	cmd.Dir = root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// sources are the documents of a data stream by packet number, without what tells the runs apart.
func sources(t *testing.T, s *es.Server, index string) map[int]string {
	t.Helper()
	s.Refresh(index)
	docs, indices := map[int]string{}, map[int]string{}
	var after []any
	for {
		body := map[string]any{"size": 5000, "sort": []any{map[string]any{"packet.number": "asc"}, map[string]any{"_doc": "asc"}}}
		if after != nil {
			body["search_after"] = after
		}
		found := s.Search(index, body)
		if len(found.Hits) == 0 {
			return docs
		}
		for _, h := range found.Hits {
			n := document(h.Source).number(t)
			agent := h.Source["agent"].(map[string]any)
			delete(agent, "ephemeral_id")
			delete(agent, "id")
			delete(agent, "build") // espbeat's version
			b, err := json.Marshal(h.Source)
			if err != nil {
				t.Fatal(err)
			}
			if docs[n] != "" {
				t.Fatalf("%s: packet %d is stored twice, in %s and %s", index, n, indices[n], h.Index)
			}
			docs[n], indices[n] = string(b), h.Index
			after = h.Sort
		}
	}
}

func same(t *testing.T, want, got map[int]string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d packets are stored, want %d", len(got), len(want))
	}
	wrong := 0
	for n, doc := range want {
		if got[n] != doc {
			if wrong++; wrong <= 3 {
				t.Errorf("packet %d:\n%s\nwant\n%s", n, got[n], doc)
			}
		}
	}
	if wrong > 3 {
		t.Errorf("and %d more", wrong-3)
	}
}
