// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestExisting(t *testing.T) {
	tests := []struct{ raw, url, user, password string }{
		{"http://127.0.0.1:9200", "http://127.0.0.1:9200", "", ""},
		{"https://u:p%40@es.test:9200/", "https://es.test:9200", "u", "p@"},
		{"127.0.0.1:9200", "", "", ""},
		{"ftp://es.test", "", "", ""},
		{"http://", "", "", ""},
	}
	for _, tt := range tests {
		in, err := existing(tt.raw)
		if tt.url == "" {
			if err == nil {
				t.Errorf("%q: no error", tt.raw)
			}
			continue
		}
		if err != nil || in.url != tt.url || in.user != tt.user || in.password != tt.password {
			t.Errorf("%q: %+v, %v", tt.raw, in, err)
		}
	}
}

func TestOptionsArgs(t *testing.T) {
	o := Options{Security: TLS, Heap: "1g", Settings: []string{"a: b"}}
	if got, want := o.args(), []string{"-t", "-H", "1g", "-o", "a: b"}; !slices.Equal(got, want) || o.plain() {
		t.Errorf("args %q, want %q", got, want)
	}
	if !(Options{}).plain() || (Options{Own: true}).plain() {
		t.Error("plain is wrong")
	}
}

// A machine without Maven: the test is skipped with the kit's own line, and fails where nothing may be skipped.
func TestMissing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the kit's scripts need Linux")
	}
	tools := t.TempDir()
	for _, c := range []string{"bash", "sed", "grep", "dirname", "id", "rm", "mkdir", "flock", "setpriv", "curl", "head", "java"} {
		if p, err := exec.LookPath(c); err == nil {
			if err := os.Symlink(p, filepath.Join(tools, c)); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("PATH", tools)
	t.Setenv("ESKIT_CACHE", t.TempDir())
	_, err := startKit(t, Options{})
	var m missingError
	if !errors.As(err, &m) || !strings.Contains(err.Error(), "apt-get install") || !strings.Contains(err.Error(), envServer) {
		t.Errorf("error %v, want one line that says what to install", err)
	}
	t.Setenv("CI", "")
	t.Setenv(envRequired, "1")
	if !required() {
		t.Errorf("%s=1 does not require a server", envRequired)
	}
}

func TestServer(t *testing.T) {
	s := Start(t, Options{})
	const stream = "es-test-server"
	s.DeleteDataStream(stream) // an earlier run may have left it
	status, m := s.Do("PUT", "/_index_template/"+stream, `{"index_patterns":["`+stream+`"],"data_stream":{},"priority":500,
		"template":{"mappings":{"properties":{"ip":{"type":"ip"},"name":{"type":"wildcard"}}}}}`)
	if status != 200 {
		t.Fatalf("template: %d %v", status, m)
	}
	t.Cleanup(func() { s.DeleteDataStream(stream); s.Do("DELETE", "/_index_template/"+stream, nil) })

	s.Bulk(stream,
		map[string]any{"@timestamp": "2024-01-02T03:04:05Z", "ip": "192.0.2.7", "name": "a.example.com"},
		map[string]any{"@timestamp": "2024-01-02T03:04:06Z", "ip": "198.51.100.7", "name": "b.example.com"})
	if n := s.Count(stream, nil); n != 2 {
		t.Errorf("count %d, want 2", n)
	}
	if n := s.Count(stream, `ip:"192.0.2.0/24" AND name:*.example.com`); n != 1 {
		t.Errorf("count by query %d, want 1", n)
	}
	found := s.Search(stream, map[string]any{"query": Query("ip:198.51.100.7"),
		"aggs": map[string]any{"names": map[string]any{"terms": map[string]any{"field": "name"}}}})
	if found.Total != 1 || len(found.Hits) != 1 || found.Hits[0].Source["name"] != "b.example.com" || found.Hits[0].ID == "" || found.Aggregations["names"] == nil {
		t.Errorf("found %+v", found)
	}
	if again := Start(t, Options{}); again.URL != s.URL {
		t.Errorf("a second server was started: %s besides %s", again.URL, s.URL)
	}
	s.DeleteDataStream(stream)
	s.DeleteDataStream(stream)
	if status, _ := s.Do("GET", "/_data_stream/"+stream, nil); status != 404 {
		t.Errorf("the data stream is still there: %d", status)
	}
}

// One server over HTTPS: credentials are asked for, data outlives a crash, the port stays.
func TestOwnServer(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: starts Elasticsearch twice")
	}
	s := Start(t, Options{Own: true, Security: TLS, Heap: "300m"})
	if !strings.HasPrefix(s.URL, "https://127.0.0.1:") {
		t.Fatalf("URL %s", s.URL)
	}
	s.User = ""
	if status, _ := s.Do("GET", "/", nil); status != 401 {
		t.Errorf("without a user: status %d, want 401", status)
	}
	s.User = kitUser
	s.Bulk("es-test-own", map[string]any{"n": 1})
	s.Kill()
	if _, err := s.client.Get(s.URL); err == nil {
		t.Error("the killed server answers")
	}
	s.Restart()
	if n := s.Count("es-test-own", "n:1"); n != 1 {
		t.Errorf("after a crash: count %d, want 1", n)
	}
}

// A test process that dies takes its server and its folder with it.
func TestEndsWithProcess(t *testing.T) {
	if os.Getenv("ES_TEST_DIE") == "1" {
		s := Start(t, Options{Own: true, Heap: "300m"})
		os.Stdout.WriteString("server " + s.URL + "\n")
		select {}
	}
	if testing.Short() {
		t.Skip("-short: starts Elasticsearch")
	}
	Start(t, Options{}) // skips where the kit cannot run, and waits for its download
	cmd := exec.Command(os.Args[0], "-test.run=^TestEndsWithProcess$")
	cmd.Env = append(os.Environ(), "ES_TEST_DIE=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	for sc := bufio.NewScanner(out); url == "" && sc.Scan(); {
		if after, ok := strings.CutPrefix(sc.Text(), "server http://"); ok {
			url = after
		}
	}
	if url == "" {
		t.Fatalf("the child started no server: %v", cmd.Wait())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as meant
	// A connection ends when the server does; one that was accepted before the listener closed is followed by another.
	for {
		c, err := net.Dial("tcp", url)
		if err != nil {
			break
		}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the server sent data that nobody asked for")
		}
		c.Close()
	}
}
