// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// write puts files of the given texts into a folder; those named .gz are compressed.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if strings.HasSuffix(name, ".gz") {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			if _, err := z.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			text = b.String()
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNames(t *testing.T) {
	dir := write(t, map[string]string{
		"index.csv": "file,sha256\nx.pcap,ab\n",
		"ab.ndjson": `{"packet": {"number": 1, "layers": ["eth", "ip", "udp", "dns"]}}
			{"packet": {"number": 2, "layers": ["eth", "ip", "tcp", "http"]}}
			{"packet": {"number": 3, "layers": ["eth", "ip", "udp", "tftp"]}}
			{"packet": {"number": 4, "layers": ["eth", "ip", "udp"]}}
			{"packet": {"number": 9, "layers": ["eth", "ip", "udp", "tftp"]}}`,
		"ab.stream.1.ndjson.gz": `{"meta": {}}
			{"n": 1, "layers": ["eth", "ip", "udp", "dns"]}
			{"n": 2, "layers": ["eth", "ip", "tcp", "rsh"]}
			{"n": 3, "layers": ["eth", "ip", "udp"]}
			{"n": 4, "layers": ["eth", "ip", "udp", "sflow"]}`,
	})
	all, err := index(filepath.Join(dir, "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := countNames(all, dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := (names{packets: 4, wrong: map[string]int{"http, not rsh": 1}, alone: map[string]int{"tftp": 1}}); !reflect.DeepEqual(*n, want) {
		t.Errorf("%+v, want %+v", *n, want)
	}
	if err := n.goal(); err == nil {
		t.Error("one wrong name of four packets is no error")
	}
	if text := n.markdown(); !strings.Contains(text, "1 of 4 packets, 25.000 %") || !strings.Contains(text, "(http, not rsh 1)") || !strings.Contains(text, "names none: 1 (tftp 1)") {
		t.Error(text)
	}
	n.packets = 1001
	if err := n.goal(); err != nil {
		t.Error(err)
	}
}

func TestNamesWithoutAnAnswer(t *testing.T) {
	dir := write(t, map[string]string{"index.csv": "file,sha256\nx.pcap,ab\n", "ab.ndjson": ""})
	all, err := index(filepath.Join(dir, "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := countNames(all, dir, dir); err == nil || !strings.Contains(err.Error(), "x.pcap: no answer") {
		t.Errorf("%v", err)
	}
}

func TestIndexWithoutColumns(t *testing.T) {
	for text, want := range map[string]string{"": "is empty", "name,sum\n": "no columns file and sha256"} {
		dir := write(t, map[string]string{"index.csv": text})
		if _, err := index(filepath.Join(dir, "index.csv")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// A broken capture ends espbeat with status 1, after the documents that could be made; anything else is a failure.
func TestDissectKeepsWhatABrokenCaptureGave(t *testing.T) {
	dir := write(t, map[string]string{"ok": "#!/bin/sh\necho \"$2\"\nexit 1\n", "fails": "#!/bin/sh\nexit 2\n"})
	for _, name := range []string{"ok", "fails"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	all := []capture{{"x.pcap", "ab"}, {"y.pcap", "cd"}, {"z.pcap", "ef"}}
	if err := dissect(filepath.Join(dir, "ok"), filepath.Join(dir, "out"), all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if b, err := os.ReadFile(documentsOf(filepath.Join(dir, "out"), c)); err != nil || string(b) != c.path+"\n" {
			t.Errorf("%q, %v", b, err)
		}
	}
	if err := dissect(filepath.Join(dir, "fails"), filepath.Join(dir, "out"), all); err == nil || !strings.Contains(err.Error(), "y.pcap: exit status 2") {
		t.Errorf("%v", err)
	}
}
