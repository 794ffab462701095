// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/spf13/pflag"
)

// given parses a command line of capture flags.
func given(t *testing.T, args ...string) *flags {
	t.Helper()
	var f flags
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.register(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return &f
}

func yml(t *testing.T, s string) *conf.C {
	t.Helper()
	c, err := conf.NewConfigWithYAML([]byte(s), "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads a value by its path out of the plan's configuration.
func at(t *testing.T, p *plan, path string) any {
	t.Helper()
	var m map[string]any
	if err := p.libbeat.Unpack(&m); err != nil {
		t.Fatal(err)
	}
	var v any = m
	for _, k := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	b, _ := json.Marshal(v) // numbers of one kind
	_ = json.Unmarshal(b, &v)
	return v
}

func TestConfigure(t *testing.T) {
	list := func(s ...any) any { return s }
	for name, c := range map[string]struct {
		args        []string
		file, over  string
		print       bool
		private     bool
		interactive bool
		format      string
		want        map[string]any
	}{
		"file to standard output": {
			args: []string{"--file", "a.pcap"}, print: true, private: true, interactive: true, format: "summary",
			want: map[string]any{"espbeat.inputs": list(map[string]any{"type": "file", "id": "file", "paths": list("a.pcap")})},
		},
		"documents to standard output": {args: []string{"--file", "a", "--format", "ecs"}, print: true, private: true, interactive: true, format: "ecs"},
		"article's text":               {args: []string{"--file", "a", "--format", "lite"}, print: true, private: true, interactive: true, format: "lite"},
		"files, directory, interfaces": {
			args: []string{"--file", "a", "--file", "-", "--dir", "d", "--nic", "lo", "--nic", "eth0", "--bpf", "port 53", "--count", "7", "--node", "h:1"},
			want: map[string]any{
				"espbeat.inputs": list(
					map[string]any{"type": "file", "id": "file", "paths": list("a", "-", "d"), "filter": "port 53", "count": 7.0},
					map[string]any{"type": "live", "id": "live", "interfaces": list("lo", "eth0"), "filter": "port 53", "count": 7.0}),
			}, private: true, interactive: true, format: "ecs",
		},
		"defaults of a node": {
			args: []string{"--file", "a", "--node", "localhost"}, private: true, interactive: true, format: "ecs",
			want: map[string]any{
				"output.elasticsearch.hosts":             list("http://localhost:9200"),
				"output.elasticsearch.bulk_max_size":     1600.0,
				"output.elasticsearch.worker":            2.0,
				"output.elasticsearch.compression_level": 1.0,
				"queue.mem.events":                       12800.0,
				"queue.mem.flush.min_events":             1600.0,
				"queue.mem.flush.timeout":                "100ms",
				"timestamp.precision":                    "nanosecond",
				"logging.level":                          "warning",
				"output.elasticsearch.non_indexable_policy.dead_letter_index.index": "espbeat-dead-letter",
			},
		},
		"live packets wait longer for others": {
			args: []string{"--nic", "lo", "--file", "a", "--node", "localhost"}, private: true, interactive: true, format: "ecs",
			want: map[string]any{"queue.mem.flush.timeout": "1s"},
		},
		"nodes replace a list of hosts and keep credentials": {
			args: []string{"--file", "a", "--node", "n:9201"},
			file: `{cloud.id: x, output.elasticsearch: {hosts: [a, b, c], protocol: https, path: /es, username: u, password: p, ssl.verification_mode: none, worker: 5}}`,
			want: map[string]any{
				"output.elasticsearch.hosts":                 list("http://n:9201"),
				"output.elasticsearch.username":              "u",
				"output.elasticsearch.password":              "p",
				"output.elasticsearch.ssl.verification_mode": "none",
				"output.elasticsearch.protocol":              nil,
				"output.elasticsearch.path":                  nil,
				"output.elasticsearch.worker":                5.0,
				"cloud.id":                                   nil,
			}, private: true, interactive: true, format: "ecs",
		},
		"nodes replace another output": {
			args: []string{"--file", "a", "--node", "https://n"},
			file: `{output.kafka: {hosts: [k], topic: t}, espbeat.format: lite}`,
			want: map[string]any{
				"output":                     map[string]any{"elasticsearch": nil},
				"output.kafka":               nil,
				"output.elasticsearch.hosts": list("https://n:9200"),
			}, private: true, interactive: true, format: "lite",
		},
		"files of inputs are something to read": {
			file: `{espbeat.config.inputs.reload.enabled: true, output.console.pretty: true}`,
			want: map[string]any{"espbeat.config.inputs": map[string]any{"reload": map[string]any{"enabled": true}}}, format: "ecs",
		},
		"flags replace files of inputs": {
			args:    []string{"--file", "x"},
			file:    `{espbeat.config.inputs.path: "a/*.yml", output.console.pretty: true}`,
			want:    map[string]any{"espbeat.inputs": list(map[string]any{"type": "file", "id": "file", "paths": list("x")}), "espbeat.config": nil},
			private: true, interactive: true, format: "ecs",
		},
		"flags replace the inputs as a whole": {
			args:    []string{"--file", "x"},
			file:    `{espbeat.inputs: [{type: live, interfaces: [lo], filter: udp}, {type: file, paths: [b]}], output.console.pretty: true}`,
			want:    map[string]any{"espbeat.inputs": list(map[string]any{"type": "file", "id": "file", "paths": list("x")})},
			private: true, interactive: true, format: "ecs",
		},
		"filters": {
			args: []string{"--file", "x", "--bpf", "tcp", "-Y", "tls"}, file: `{output.console.pretty: true}`,
			want:    map[string]any{"espbeat.inputs": list(map[string]any{"type": "file", "id": "file", "paths": list("x"), "filter": "tcp", "display_filter": "tls"})},
			private: true, interactive: true, format: "ecs",
		},
		"index alone sets the index, the template follows": {
			args: []string{"--file", "a", "--node", "n", "--index", "mine"},
			file: `{output.elasticsearch: {hosts: [a], indices: [{index: b}]}, setup.template: {name: old, pattern: old-*}}`,
			want: map[string]any{
				"output.elasticsearch.index":   "mine",
				"output.elasticsearch.indices": nil,
				"setup.template.name":          nil,
			}, private: true, interactive: true, format: "ecs",
		},
		"chunk sets queue and bulk alike": {
			args: []string{"--file", "a", "--node", "n", "--chunk", "100"},
			file: `{queue.disk.max_size: 1GB, output.elasticsearch: {preset: throughput, bulk_max_size: 9}}`,
			want: map[string]any{
				"queue.disk":                         nil,
				"queue.mem.events":                   800.0,
				"queue.mem.flush.min_events":         100.0,
				"output.elasticsearch.bulk_max_size": 100.0,
				"output.elasticsearch.preset":        nil,
			}, private: true, interactive: true, format: "ecs",
		},
		"chunk of one": {
			args: []string{"--file", "a", "--node", "n", "--chunk", "1"},
			want: map[string]any{"queue.mem.events": 32.0, "queue.mem.flush.min_events": 1.0}, private: true, interactive: true, format: "ecs",
		},
		"preset is left alone": {
			args: []string{"--file", "a", "--node", "n"}, over: `output.elasticsearch.preset: latency`,
			want: map[string]any{"queue": nil, "output.elasticsearch.bulk_max_size": nil}, private: true, interactive: true, format: "ecs",
		},
		"disk queue is left alone": {
			args: []string{"--file", "a", "--node", "n"}, over: `queue.disk.max_size: 1GB`,
			want: map[string]any{"queue": nil}, private: true, interactive: true, format: "ecs",
		},
		"output from -E": {
			args: []string{"--file", "a"}, over: `output.file.path: /tmp/x`,
			want: map[string]any{"queue.mem.events": 12800.0}, private: true, interactive: true, format: "ecs",
		},
		"path.data from -E is kept": {args: []string{"--file", "a"}, over: `path.data: /var/x`, print: true, interactive: true, format: "summary"},
		"the Beat": {
			file: `{espbeat.inputs: [{type: live, interfaces: [lo]}], output.elasticsearch.hosts: [a, b]}`, format: "ecs",
			want: map[string]any{"output.elasticsearch.hosts": list("a", "b"), "logging": nil},
		},
		"node over the Beat's configuration": {
			args: []string{"--node", "n"}, file: `{espbeat.inputs: [{type: live, interfaces: [lo]}], output.elasticsearch.hosts: [a, b]}`, format: "ecs",
			want: map[string]any{"output.elasticsearch.hosts": list("http://n:9200")},
		},
		"lite from a file, to standard output": {args: []string{"--file", "a"}, file: `espbeat.format: lite`, print: true, private: true, interactive: true, format: "lite"},
		"timeout":                              {args: []string{"--file", "a", "--timeout", "90s"}, print: true, private: true, interactive: true, format: "summary", want: map[string]any{"espbeat.publish.timeout": "1m30s"}},
		"managed by Elastic Agent":             {over: `management.enabled: true`, file: `{}`, format: "ecs"},
	} {
		t.Run(name, func(t *testing.T) {
			var file *conf.C
			if c.file != "" {
				file = yml(t, c.file)
			}
			p, err := configure(given(t, c.args...), file, yml(t, c.over))
			if err != nil {
				t.Fatal(err)
			}
			if p.print != c.print || p.privateData != c.private || p.interactive != c.interactive || p.format != c.format {
				t.Errorf("print %v, private %v, interactive %v, format %q", p.print, p.privateData, p.interactive, p.format)
			}
			for path, want := range c.want {
				got := at(t, p, path)
				if m, ok := want.(map[string]any); ok && path == "output" { // only the names
					for k := range got.(map[string]any) {
						if _, ok := m[k]; !ok {
							t.Errorf("output.%s is left", k)
						}
					}
					continue
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s = %v, want %v", path, got, want)
				}
			}
		})
	}
}

func TestConfigureRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args       []string
		file, over string
		want       string
	}{
		"nothing":                {nil, ``, ``, "nothing to read: give --file"},
		"only a node":            {[]string{"--node", "n"}, ``, ``, "nothing to read"},
		"inputs all off":         {nil, `espbeat.inputs: [{type: file, enabled: false, paths: [a]}]`, ``, "nothing to read"},
		"files of inputs off":    {nil, `espbeat.config.inputs.enabled: false`, ``, "nothing to read"},
		"bad format":             {[]string{"--file", "a", "--format", "xml"}, ``, ``, `--format "xml"`},
		"summary to a node":      {[]string{"--file", "a", "--node", "n", "--format", "summary"}, ``, ``, "--format summary is for standard output"},
		"bad color":              {[]string{"--file", "a", "--color", "red"}, ``, ``, `--color "red"`},
		"bad chunk":              {[]string{"--file", "a", "--chunk", "-1"}, ``, ``, "--chunk -1"},
		"bad timeout":            {[]string{"--file", "a", "--timeout", "-1s"}, ``, ``, "--timeout -1s"},
		"bad index":              {[]string{"--file", "a", "--node", "n", "--index", "Upper"}, ``, ``, `--index "Upper"`},
		"index without a node":   {[]string{"--file", "a", "--index", "x"}, ``, ``, "--index and --chunk say how to index: give --node"},
		"index of another kind":  {[]string{"--file", "a", "--index", "x"}, `output.kafka.hosts: [k]`, ``, "the configured output is kafka"},
		"bad node":               {[]string{"--file", "a", "--node", "ftp://x"}, ``, ``, `--node "ftp://x"`},
		"secret in a bad node":   {[]string{"--file", "a", "--node", "ftp://u:secret@x"}, ``, ``, `--node "…@x"`},
		"node and -E hosts":      {[]string{"--file", "a", "--node", "n"}, ``, `output.elasticsearch.hosts: [x]`, "both name the servers"},
		"node and -E output":     {[]string{"--file", "a", "--node", "n"}, ``, `output.file.path: x`, "two outputs"},
		"two outputs":            {[]string{"--file", "a"}, `output.kafka.hosts: [k]`, `output.file.path: x`, "output.kafka and output.file are both set"},
		"empty file":             {[]string{"--file", ""}, ``, ``, "--file: the name is empty"},
		"empty nic":              {[]string{"--nic", ""}, ``, ``, "--nic: the name is empty"},
		"bpf without a capture":  {[]string{"--bpf", "tcp"}, `espbeat.inputs: [{type: file, paths: [a]}]`, ``, "--bpf, --display-filter and --count belong to"},
		"display filter alone":   {[]string{"-Y", "tcp"}, `espbeat.inputs: [{type: file, paths: [a]}]`, ``, "--bpf, --display-filter and --count belong to"},
		"a setting of espbeat's": {[]string{"--file", "a"}, `espbeat.format: json`, ``, `espbeat.format: "json"`},
	} {
		t.Run(name, func(t *testing.T) {
			var file *conf.C
			if c.file != "" {
				file = yml(t, c.file)
			}
			_, err := configure(given(t, c.args...), file, yml(t, c.over))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	f := flags{nodes: []string{"a", "b:1", "[::1]:9200", "http://c", "https://u:p@d:2/es"}}
	got, err := f.hosts()
	want := []string{"http://a:9200", "http://b:1", "http://[::1]:9200", "http://c:9200", "https://u:p@d:2/es"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if time.Duration(0) != f.timeout {
		t.Error("no timeout unless asked for")
	}
}
