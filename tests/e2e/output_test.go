// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// everything is the ledger of a run that stored the whole demo.
func everything() ledger {
	return ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": demoPackets}
}

func TestNodeReplacesTheHostsOfAFileAsAWhole(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{Authorization: "ApiKey aWQ6a2V5"})
	wrong := []string{nowhere(t), nowhere(t), nowhere(t)}
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", "output.elasticsearch: {hosts: ['"+strings.Join(wrong, "', '")+"'], api_key: 'id:key'}\n")
	r := run(t, "-c", c, "--file", demo(), "--node", s.URL).exits(0).accounts(everything())
	eachOnce(t, s, demoPackets)
	for _, host := range wrong {
		if strings.Contains(r.err, host) {
			t.Errorf("a host of the file was tried: %s", r.err)
		}
	}
}

// TestSeveralNodesShareTheWork holds the first bulk of each node, as a quick one could take all the work.
func TestSeveralNodesShareTheWork(t *testing.T) {
	a, b := es.NewSink(t, es.SinkOptions{}), es.NewSink(t, es.SinkOptions{})
	a.Hang()
	b.Hang()
	p := cmdline{args: []string{"--file", demo(), "--node", a.URL, "--node", b.URL, "--chunk", "20"}}.start(t)
	for _, s := range []*es.Sink{a, b} {
		taken(t, s, "a bulk", func(st es.Stats) bool { return st.Received > 0 })
	}
	a.Resume()
	b.Resume()
	p.wait().exits(0).accounts(everything())
	if a.Stats().Docs+b.Stats().Docs != demoPackets || a.Stats().Docs == 0 || b.Stats().Docs == 0 {
		t.Errorf("%d and %d documents", a.Stats().Docs, b.Stats().Docs)
	}
}

func TestChunkIsTheSizeOfABulk(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	run(t, "--file", demo(), "--node", s.URL, "--chunk", "50").exits(0).accounts(everything())
	if n := s.Stats().Bulks; n < 7 {
		t.Errorf("%d bulk requests, want 7 or more of at most 50 documents", n)
	}
}

func TestIndexAloneNamesTemplateAndIndex(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	run(t, "--file", demo(), "--node", s.URL, "--index", "mine").exits(0).accounts(everything())
	for _, d := range s.Docs() {
		if d.Index != "mine" || d.Op != "create" {
			t.Fatalf("%s in %s", d.Op, d.Index)
		}
	}
	if s.Asset("/_index_template/mine") == nil {
		t.Errorf("no template of that name: %q", s.Requests())
	}
}

func TestNodeReplacesAnotherOutput(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	for name, output := range map[string]string{
		"file":  "output.file: {path: out, filename: packets}",
		"redis": "output.redis: {hosts: ['127.0.0.1:1'], key: packets}",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := write(t, dir, "mine.yml", output+"\nespbeat.inputs: [{type: live, interfaces: [nowhere0]}]\n")
			r := cmdline{args: []string{"-c", c, "--file", demo(), "--node", s.URL}, dir: dir}.run(t).exits(0)
			if l := r.ledger(); l["acknowledged"] != demoPackets {
				t.Errorf("ledger %v", l)
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
				t.Error("the file's output was used as well")
			}
		})
	}
	eachOnce(t, s, demoPackets)
}

func TestOutputFile(t *testing.T) {
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", "output.file: {path: '"+filepath.Join(dir, "out")+"', filename: packets, rotate_every_kb: 100000}\n")
	cmdline{args: []string{"-c", c, "--file", demo()}, dir: dir}.run(t).exits(0).accounts(everything())
	files, _ := filepath.Glob(filepath.Join(dir, "out", "packets*"))
	var docs []document
	for _, f := range files {
		docs = append(docs, parse(t, string(read(t, f)))...)
	}
	if len(docs) != demoPackets {
		t.Errorf("%d documents in %q", len(docs), files)
	}
}

func TestOutputRedis(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := newBuffer()
	go redis(l, got)
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", fmt.Sprintf("output.redis: {hosts: ['%s'], key: packets, worker: 1}\n", l.Addr()))
	cmdline{args: []string{"-c", c, "--file", demo()}, dir: dir}.run(t).exits(0).accounts(everything())
	docs := parse(t, got.String())
	if n := numbers(t, docs, has("packet")); len(n) != demoPackets || len(slices.Compact(n)) != demoPackets {
		t.Errorf("%d documents", len(n))
	}
}

// redis answers as much of the protocol as libbeat speaks, and writes what is pushed as lines.
func redis(l net.Listener, pushed io.Writer) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			in := bufio.NewReader(conn)
			for {
				var n int
				if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
					return
				}
				args := make([]string, n)
				for i := range args {
					var size int
					if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil {
						return
					}
					b := make([]byte, size+2)
					if _, err := io.ReadFull(in, b); err != nil {
						return
					}
					args[i] = string(b[:size])
				}
				answer := "+OK\r\n"
				switch strings.ToUpper(args[0]) {
				case "PING":
					answer = "+PONG\r\n"
				case "INFO":
					info := "# Server\r\nredis_version:7.0.0\r\n"
					answer = fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)
				case "RPUSH", "LPUSH":
					for _, d := range args[2:] {
						fmt.Fprintln(pushed, d)
					}
					answer = fmt.Sprintf(":%d\r\n", len(args)-2)
				}
				if _, err := io.WriteString(conn, answer); err != nil {
					return
				}
			}
		}()
	}
}

func TestConfigurationWritableByTheGroup(t *testing.T) {
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", "espbeat.format: ecs\n")
	if err := os.Chmod(c, 0o664); err != nil { // what umask 002 makes
		t.Fatal(err)
	}
	run(t, "-c", c, "--file", demo()).exits(2).complains("mine.yml", "writable by its owner only")
	run(t, "-c", c, "--file", demo(), "--strict.perms=false").exits(0)
	// A run by flags alone does not look at what lies around.
	clone := t.TempDir()
	around := write(t, clone, "espbeat.yml", "output.console.enabled: true\n")
	if err := os.Chmod(around, 0o664); err != nil {
		t.Fatal(err)
	}
	if r := (cmdline{args: []string{"--file", demo()}, dir: clone}).run(t).exits(0).silent(); len(r.lines()) != demoPackets {
		t.Errorf("%d lines", len(r.lines()))
	}
}

// TestSudoInAClone runs espbeat as root where the files belong to somebody else.
func TestSudoInAClone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not tested: a file of another owner needs root to make")
	}
	clone := t.TempDir()
	c := write(t, clone, "espbeat.yml", "espbeat.format: ecs\n")
	if err := os.Chown(c, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	s := es.NewSink(t, es.SinkOptions{})
	cmdline{args: []string{"--file", demo(), "--node", s.URL}, dir: clone}.run(t).exits(0).accounts(everything())
	cmdline{args: []string{"-c", c, "--file", demo()}, dir: clone}.run(t).exits(2).complains("espbeat.yml", "belong to you or root")
}

// TestNothingIsLeftBehind runs imports and looks for what they may have forgotten.
func TestNothingIsLeftBehind(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	dir, tmp := t.TempDir(), t.TempDir()
	cmdline{args: []string{"--file", demo(), "--node", s.URL}, dir: dir, env: []string{"TMPDIR=" + tmp}}.run(t).exits(0)
	cmdline{args: []string{"export", "template"}, dir: dir, env: []string{"TMPDIR=" + tmp}}.run(t).exits(0)
	for _, d := range []string{dir, tmp} {
		if left, err := os.ReadDir(d); err != nil || len(left) > 0 {
			t.Errorf("left: %v %v", left, err)
		}
	}
}
