// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// shipped copies a configuration file of the project into a folder, with the mode that libbeat asks for.
func shipped(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(), name))
	if err != nil {
		t.Fatalf("the configuration that the README names: %v", err)
	}
	return write(t, dir, name, string(b))
}

// TestConfiguredRun runs the Beat by a configuration alone, into the default data stream, which other tests may
// fill too: a tag tells this one's documents.
func TestConfiguredRun(t *testing.T) {
	s := server(t)
	tag := unique()
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", fmt.Sprintf(`
espbeat.inputs:
  - {type: file, paths: [one.pcap], tags: [%s], fields: {site: lab}}
  - {type: file, paths: [two.pcap], tags: [%s], filter: udp, count: 3}
  - {type: live, interfaces: [nowhere0], enabled: false}
output.elasticsearch.hosts: [%q]
logging.to_stderr: true
`, tag, tag, s.URL))
	// Captures that no run before has stored.
	start := uint32(os.Getpid()) + 1_000_000
	write(t, dir, "one.pcap", string(pcap(start, 20)))
	write(t, dir, "two.pcap", string(pcap(start, 10)))
	r := cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}.run(t).exits(0)
	s.Refresh("espbeat-9")
	defer s.Do("POST", "/espbeat-9/_delete_by_query?conflicts=proceed", map[string]any{"query": es.Query("tags:" + tag)})
	found := s.Search("espbeat-9", map[string]any{"size": 100, "query": es.Query("tags: " + tag)})
	site := 0
	for _, h := range found.Hits {
		if f, ok := h.Source["fields"].(map[string]any); ok && f["site"] == "lab" {
			site++
		}
	}
	if found.Total != 23 || site != 20 {
		t.Errorf("%d documents, %d of the first input; want 23 and 20; stderr:\n%s", found.Total, site, tail(r.err, 3000))
	}
	for _, path := range []string{"/_index_template/espbeat-9", "/_ilm/policy/espbeat", "/_data_stream/espbeat-9"} {
		if status, _ := s.Do("GET", path, nil); status != 200 {
			t.Errorf("GET %s: status %d", path, status)
		}
	}
}

// TestSetup loads template, policy and data stream under a name of its own, and under the default one.
func TestSetup(t *testing.T) {
	s := server(t)
	hosts := "output.elasticsearch.hosts=[" + s.URL + "]"
	own := stream(t, s)
	for name, args := range map[string][]string{
		"espbeat-9": {"setup", "--index-management", "-E", hosts},
		own:         {"setup", "--index-management", "-E", hosts, "-E", "output.elasticsearch.index=" + own},
	} {
		run(t, args...).exits(0)
		status, m := s.Do("GET", "/_index_template/"+name, nil)
		if status != 200 {
			t.Fatalf("index template %s: status %d", name, status)
		}
		if p := document(m).at("index_templates"); len(p) != 1 || !hasText("index_template.index_patterns", name)(p[0].(map[string]any)) {
			t.Errorf("index template %s: %.500v", name, m)
		}
		for _, path := range []string{"/_ilm/policy/espbeat", "/_data_stream/" + name} {
			if status, m := s.Do("GET", path, nil); status != 200 {
				t.Errorf("GET %s: status %d: %v", path, status, m)
			}
		}
	}
	if n := s.Count(own, nil); n != 0 {
		t.Errorf("%d documents after setup", n)
	}
}

func TestExport(t *testing.T) {
	tmpl := parse(t, strings.ReplaceAll(run(t, "export", "template").exits(0).out, "\n", ""))[0]
	if !hasText("index_patterns", "espbeat-9")(tmpl) || !has("data_stream")(tmpl) ||
		!hasText("template.mappings.properties.source.properties.ip.type", "ip")(tmpl) {
		t.Errorf("template: %.800v", tmpl)
	}
	if r := run(t, "export", "ilm-policy").exits(0); !has("policy.phases.hot")(parse(t, strings.ReplaceAll(r.out, "\n", ""))[0]) {
		t.Errorf("policy: %s", r.out)
	}
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", "espbeat.inputs: [{type: file, paths: [a.pcap]}]\noutput.console.enabled: true\n")
	r := run(t, "export", "config", "-c", c).exits(0)
	for _, s := range []string{"a.pcap", "console", "min_events"} {
		if !strings.Contains(r.out, s) {
			t.Errorf("config lacks %s:\n%s", s, r.out)
		}
	}
}

func TestTestCommand(t *testing.T) {
	s := server(t)
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", "espbeat.inputs: [{type: file, paths: [a.pcap]}]\noutput.elasticsearch.hosts: ['"+s.URL+"']\n")
	if r := run(t, "test", "config", "-c", c).exits(0); !strings.Contains(r.out, "Config OK") {
		t.Errorf("stdout %q", r.out)
	}
	if r := run(t, "test", "output", "-c", c).exits(0); !strings.Contains(r.out, "talk to server... OK") {
		t.Errorf("stdout %q", r.out)
	}
	bad := write(t, dir, "bad.yml", "espbeat.inputs: [{type: file}]\noutput.console.enabled: true\n")
	if r := run(t, "test", "config", "-c", bad).exits(1); !strings.Contains(r.err+r.out, "espbeat.inputs.0.paths") {
		t.Errorf("stdout %q, stderr %q", r.out, r.err)
	}
}

func TestKeystore(t *testing.T) {
	home := t.TempDir()
	keys := func(stdin string, args ...string) result {
		return cmdline{args: append(append([]string{"keystore"}, args...), "--path.home", home), dir: home, stdin: strings.NewReader(stdin)}.run(t)
	}
	// A configuration may refer to what is not there yet.
	write(t, home, "espbeat.yml", "espbeat.inputs: [{type: file, paths: [a.pcap]}]\noutput.elasticsearch: {hosts: [localhost], password: '${ES_PWD}'}\n")
	keys("", "create").exits(0)
	keys("secret-word\n", "add", "ES_PWD", "--stdin").exits(0)
	if r := keys("", "list").exits(0); strings.TrimSpace(r.out) != "ES_PWD" {
		t.Errorf("list: %q", r.out)
	}
	// A run by flags takes it, although its own data lies elsewhere.
	sink := es.NewSink(t, es.SinkOptions{Authorization: "Basic " + base64.StdEncoding.EncodeToString([]byte("espbeat:secret-word"))})
	run(t, "--file", demo(), "--node", sink.URL, "--path.home", home,
		"-E", "output.elasticsearch.username=espbeat", "-E", "output.elasticsearch.password=${ES_PWD}").exits(0).
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets})
	keys("", "remove", "ES_PWD").exits(0)
	if r := keys("", "list").exits(0); strings.TrimSpace(r.out) != "" {
		t.Errorf("list: %q", r.out)
	}
}

func TestVersion(t *testing.T) {
	r := run(t, "version").exits(0).silent()
	if !strings.HasPrefix(r.out, "espbeat version ") || !strings.Contains(r.lines()[0], "libbeat 9.3.0") || len(r.lines()) != 2 ||
		!strings.Contains(r.lines()[1], "Apache-2.0") || !strings.Contains(r.lines()[1], "Elastic License") {
		t.Errorf("%q", r.out)
	}
}

// A build with the tag oss does all but run under Elastic Agent, and says so.
func TestOSSBuild(t *testing.T) {
	path := filepath.Join(t.TempDir(), "espbeat")
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "oss", "-o", path, ".")
	build.Dir = root()
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if r := (cmdline{args: []string{"--file", demo()}, binary: path}).run(t).exits(0); len(r.lines()) != demoPackets {
		t.Errorf("%d lines", len(r.lines()))
	}
	r := cmdline{args: []string{"-E", "management.enabled=true"}, binary: path}.run(t).exits(2)
	if !strings.Contains(r.err, "no manager of Elastic Agent") {
		t.Errorf("stderr %q", r.err)
	}
}
