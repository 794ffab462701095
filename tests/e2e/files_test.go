// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// stays are the flags of a run that comes back to what an earlier one left.
func stays(dir string, s *es.Sink, args ...string) cmdline {
	return cmdline{args: append([]string{"--node", s.URL, "-E", "path.data=" + filepath.Join(dir, "data")}, args...)}
}

// ids are the documents that a sink has, by id.
func ids(t *testing.T, s *es.Sink) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, d := range s.Docs() {
		n[d.ID]++
	}
	return n
}

func TestFilesAreReadOnce(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	whole := pcap(1000, 300)
	first := write(t, dir, "one.pcap", string(whole[:24+200*48]))
	stays(dir, s, "--file", first).run(t).exits(0).accounts(ledger{"packets seen": 200, "acknowledged": 200, "documents stored": 200})

	renamed := filepath.Join(dir, "two.pcap")
	if err := os.Rename(first, renamed); err != nil {
		t.Fatal(err)
	}
	stays(dir, s, "--file", renamed).run(t).exits(0).complains("two.pcap: not read again, its 200 packets were stored by espbeat", "--reimport TAG").
		accounts(ledger{"packets seen": 200, "acknowledged": 0, "acknowledged before": 200, "documents stored": 0})

	if err := os.WriteFile(renamed, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	stays(dir, s, "--file", renamed).run(t).exits(0).
		accounts(ledger{"packets seen": 300, "acknowledged": 100, "acknowledged before": 200, "documents stored": 100})
	eachOnce(t, s, 300)

	stays(dir, s, "--file", renamed, "--reimport", "again").run(t).exits(0).accounts(ledger{"packets seen": 300, "acknowledged": 300, "documents stored": 300})
	if n := len(ids(t, s)); n != 600 {
		t.Errorf("%d documents after the file was read once more, want 600", n)
	}
}

// TestStopInAnOutage: a run that is stopped while the output takes nothing ends in time, and the next one goes on.
func TestStopInAnOutage(t *testing.T) {
	t.Parallel()
	const packets = 60_000
	dir := t.TempDir()
	path := write(t, dir, "long.pcap", string(pcap(1000, packets)))
	s := es.NewSink(t, es.SinkOptions{})
	line := stays(dir, s, "--file", path, "--chunk", "100", "-E", "espbeat.shutdown_timeout=1s")
	p := line.start(t)
	taken(t, s, "some bulks", func(st es.Stats) bool { return st.Bulks >= 3 })
	s.Hang()
	had := s.Stats().Received
	taken(t, s, "a bulk in the outage", func(st es.Stats) bool { return st.Received > had })
	p.signal(syscall.SIGTERM)
	p.wait().exits(1).complains("stopped before the output had acknowledged", "shutdown_timeout")
	s.Resume()
	l := line.run(t).exits(0).ledger()
	if l["packets seen"] != packets || l["acknowledged before"] == 0 {
		t.Errorf("the second run: ledger %v", l)
	}
	eachOnce(t, s, packets)
}

// watching is a configuration that watches a folder.
func watching(t *testing.T, dir string, s *es.Sink, more string) cmdline {
	t.Helper()
	c := write(t, dir, "watch.yml", fmt.Sprintf(`
espbeat.inputs: [{type: file, watch: true, paths: ["%s/in/**/*.pcap*"], exclude: ["*.part"], scan_interval: 100ms, close.inactive: 2s%s}]
output.elasticsearch: {hosts: [%q], index: watched}
setup: {template.enabled: false, ilm.enabled: false}
queue.mem: {events: 1600, flush.min_events: 200, flush.timeout: 100ms}
logging.to_stderr: true
`, dir, more, s.URL))
	if err := os.MkdirAll(filepath.Join(dir, "in", "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	return cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}
}

// TestWatchedDirectoryIsKilled lets a sensor write and rotate captures in a folder, with some compressed ones put beside them, while the
// Beat that watches is killed again and again. Every packet of every file is stored once.
func TestWatchedDirectoryIsKilled(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	line := watching(t, dir, s, "")
	write(t, filepath.Join(dir, "in"), "left-out.pcap.part", string(pcap(1, 200)))
	const files, packets = 6, 400
	written := make(chan error, 1)
	go func() { written <- sensor(filepath.Join(dir, "in", "sub"), files, packets, r) }()
	p := line.start(t)
	for done := false; !done; {
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		case <-time.After(time.Duration(900+time.Now().Nanosecond()%700) * time.Millisecond):
			p.signal(syscall.SIGKILL)
			<-p.done
			p = line.start(t)
		}
	}
	taken(t, s, "all packets", func(st es.Stats) bool { return st.Docs >= files*packets })
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
	n := ids(t, s)
	if len(n) != files*packets {
		t.Errorf("%d documents, want %d", len(n), files*packets)
	}
	for id, times := range n {
		if times != 1 {
			t.Errorf("document %s is stored %d times", id, times)
		}
	}
}

// sensor writes captures as dumpcap does: pieces that end anywhere, and a new name when a file is full.
func sensor(dir string, files, packets int, r *rand.Rand) error {
	current := filepath.Join(dir, "current.pcap")
	for i := range files {
		content := pcap(uint32(1000*(i+1)), packets) //nolint:gosec // small
		f, err := os.Create(current)
		if err != nil {
			return err
		}
		for len(content) > 0 {
			n := min(len(content), 1+r.IntN(len(content)/3+200))
			if _, err := f.Write(content[:n]); err != nil {
				return err
			}
			content = content[n:]
			time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
		}
		if err := f.Close(); err != nil {
			return err
		}
		if err := os.Rename(current, filepath.Join(dir, fmt.Sprintf("rotated-%d.pcap", i))); err != nil {
			return err
		}
	}
	return nil
}

func TestFilesAreMovedWhenAcknowledged(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "read"), 0o755); err != nil {
		t.Fatal(err)
	}
	line := watching(t, dir, s, fmt.Sprintf(", after: move, move_to: %q", filepath.Join(dir, "read")))
	s.Hang()
	p := line.start(t)
	from := write(t, filepath.Join(dir, "in"), "a.pcap", string(pcap(1, 200)))
	waitUntil(t, "the file is read", func() bool { return slices.Contains(s.Requests(), "POST /watched/_search") })
	if _, err := os.Stat(from); err != nil {
		t.Errorf("moved before it was acknowledged: %v", err)
	}
	s.Resume()
	waitUntil(t, "the file is moved", func() bool { _, err := os.Stat(filepath.Join(dir, "read", "a.pcap")); return err == nil })
	waitUntil(t, "the file is gone", func() bool { _, err := os.Stat(from); return os.IsNotExist(err) })
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
	eachOnce(t, s, 200)
}

// waitUntil waits for what no event tells.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// TestProgressThatCannotBeKept: a path.data that is no folder is named.
func TestProgressThatCannotBeKept(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	write(t, dir, "data", "a file where a folder has to be")
	r := stays(dir, s, "--file", demo()).run(t)
	if r.code == 0 || !strings.Contains(r.err, filepath.Join(dir, "data")) {
		t.Errorf("status %d:\n%s", r.code, tail(r.err, 2000))
	}
}
