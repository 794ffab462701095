// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// reloading is a configuration with a folder of more inputs.
func reloading(t *testing.T, dir string, s *es.Sink, more string) cmdline {
	t.Helper()
	c := write(t, dir, "espbeat.yml", fmt.Sprintf(`
espbeat.config.inputs: {path: inputs.d/*.yml%s}
output.elasticsearch: {hosts: [%q], index: packets}
setup: {template.enabled: false, ilm.enabled: false}
queue.mem: {events: 1600, flush.min_events: 200, flush.timeout: 100ms}
logging.to_stderr: true
`, more, s.URL))
	if err := os.MkdirAll(filepath.Join(dir, "inputs.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	return cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}
}

// tags counts the documents of a sink by their tag.
func tags(t *testing.T, s *es.Sink) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, d := range s.Docs() {
		var doc struct{ Tags []string }
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		n[strings.Join(doc.Tags, "")]++
	}
	return n
}

// input is one file of inputs, that reads a capture.
func input(tag, path string) string {
	return fmt.Sprintf("- {id: %[1]s, type: file, tags: [%[1]s], paths: [%[2]q]}\n", tag, path)
}

// TestInputsComeAndGo adds, changes, breaks and removes files of inputs while the Beat runs.
func TestInputsComeAndGo(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	line := reloading(t, dir, s, ", reload: {enabled: true, period: 1s}")
	files := filepath.Join(dir, "inputs.d")
	for i, name := range []string{"a", "b", "c", "d"} {
		write(t, dir, name+".pcap", string(pcap(uint32(1000*(i+1)), 100))) //nolint:gosec // small
	}
	growing := filepath.Join(dir, "in", "g.pcap")
	if err := os.MkdirAll(filepath.Dir(growing), 0o755); err != nil {
		t.Fatal(err)
	}
	g := pcap(9000, 200)
	write(t, filepath.Dir(growing), "g.pcap", string(g[:24+100*48]))
	watched := fmt.Sprintf("- {id: g, type: file, tags: [g], watch: true, scan_interval: 100ms, paths: [%q]}\n", filepath.Dir(growing))

	write(t, files, "one.yml", input("a", "a.pcap")+watched)
	p := line.start(t)
	taken(t, s, "the inputs of the first file", func(st es.Stats) bool { return st.Docs >= 200 })

	// The first input is broken, its file's other one goes on; a new file is read meanwhile.
	write(t, files, "one.yml", "- {id: a, type: file, paths: [a.pcap], after: burn}\n"+watched)
	write(t, files, "two.yml", input("b", "b.pcap"))
	p.says(`one.yml: 0.after: \"burn\": no such action, use keep, move or delete`)
	taken(t, s, "the input of the second file", func(st es.Stats) bool { return st.Docs >= 300 })
	write(t, filepath.Dir(growing), "g.pcap", string(g))
	taken(t, s, "what was added to the watched capture", func(st es.Stats) bool { return st.Docs >= 400 })

	write(t, files, "one.yml", "- {id: a\n")
	p.says("inputs.d/one.yml: ")
	write(t, files, "three.yml", input("b", "c.pcap"))
	p.says(`three.yml: 0.id: \"b\": already the id of `)
	write(t, files, "three.yml", input("c", "c.pcap"))
	taken(t, s, "the input whose id was taken", func(st es.Stats) bool { return st.Docs >= 500 })

	// Without its file, an input that is watched ends; nothing else does.
	if err := os.Remove(filepath.Join(files, "one.yml")); err != nil {
		t.Fatal(err)
	}
	p.says("input g has ended")
	write(t, files, "two.yml", input("d", "d.pcap"))
	taken(t, s, "the input that was changed", func(st es.Stats) bool { return st.Docs >= 600 })
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
	want := map[string]int{"a": 100, "b": 100, "c": 100, "d": 100, "g": 200}
	if got := tags(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("documents %v, want %v", got, want)
	}
	if n := strings.Count(p.err.String(), "no such action"); n != 1 {
		t.Errorf("the same is said %d times:\n%s", n, tail(p.err.String(), 3000))
	}
}

// TestStoppedInputGoesOnWhereItWas removes an input in the middle of a capture and puts it back.
func TestStoppedInputGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	line := reloading(t, dir, s, ", reload: {enabled: true, period: 1s}")
	file := filepath.Join(dir, "inputs.d", "one.yml")
	const packets = 40_000
	write(t, dir, "a.pcap", string(pcap(1000, packets)))
	s.Hang()
	write(t, filepath.Dir(file), "one.yml", input("a", "a.pcap"))
	p := line.start(t)
	p.says("input a starts")
	taken(t, s, "a first bulk", func(st es.Stats) bool { return st.Received > 0 })
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.Resume()
	p.says("input a has ended")
	write(t, filepath.Dir(file), "one.yml", input("a", "a.pcap"))
	taken(t, s, "all packets", func(st es.Stats) bool { return st.Docs >= packets })
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
	eachOnce(t, s, packets)
	if st := s.Stats(); st.Duplicates > 0 {
		t.Errorf("%d packets were sent twice", st.Duplicates)
	}
}

func TestFilesOfInputsAreReadOnce(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	line := reloading(t, dir, s, "")
	write(t, dir, "a.pcap", string(pcap(1000, 100)))
	write(t, dir, "b.pcap", string(pcap(2000, 100)))
	write(t, filepath.Join(dir, "inputs.d"), "a.yml", input("a", "a.pcap"))
	write(t, filepath.Join(dir, "inputs.d"), "b.yml", fmt.Sprintf("- {type: file, tags: [b], paths: [%q]}\n", filepath.Join(dir, "b.pcap")))
	line.run(t).exits(0) // by itself, as with inputs of espbeat.inputs
	if got := tags(t, s); got["a"] != 100 || got["b"] != 100 {
		t.Errorf("documents %v", got)
	}
	write(t, filepath.Join(dir, "inputs.d"), "b.yml", "- {type: file, path: b.pcap}\n")
	line.run(t).exits(1).complains("b.yml: 0.path: set: no such setting, did you mean paths?")
}
