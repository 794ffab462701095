// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain makes the test binary espbeat itself, so that whole runs are tested with
// their exit status.
func TestMain(m *testing.M) {
	if os.Getenv("ESPBEAT_TEST_RUN") != "" {
		os.Exit(Execute())
	}
	os.Exit(m.Run())
}

type result struct {
	code        int
	out, stderr string
}

// espbeat runs espbeat in a folder.
func espbeat(t *testing.T, dir string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, self, args...)
	c.Dir = dir
	tmp := t.TempDir()
	c.Env = append(os.Environ(), "ESPBEAT_TEST_RUN=1", "TMPDIR="+tmp)
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	err = c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("espbeat %v left %v behind", args, left)
	}
	return result{c.ProcessState.ExitCode(), out.String(), stderr.String()}
}

func (r result) want(t *testing.T, code int, in ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("status %d, want %d", r.code, code)
	}
	for _, s := range in {
		if !strings.Contains(r.out+r.stderr, s) {
			t.Errorf("no %q in what it prints", s)
		}
	}
	if t.Failed() {
		t.Logf("stdout:\n%.2000s\nstderr:\n%.4000s", r.out, r.stderr)
	}
}

// packets writes a capture of n TCP packets between documentation addresses.
func packets(t *testing.T, dir string, n int) string {
	t.Helper()
	b := binary.LittleEndian
	file := b.AppendUint32(nil, 0xa1b2c3d4)
	file = b.AppendUint16(b.AppendUint16(file, 2), 4)
	file = b.AppendUint32(b.AppendUint32(b.AppendUint32(b.AppendUint32(file, 0), 0), 65535), 1)
	for i := range n {
		p := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, // Ethernet
			0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2, // IPv4
			0x9c, 0x40, 0, 80, 0, 0, 0, byte(i), 0, 0, 0, 0, 0x50, 0x10, 0x10, 0, 0, 0, 0, 0} // TCP
		file = b.AppendUint32(b.AppendUint32(file, 1_700_000_000), uint32(i))
		file = b.AppendUint32(b.AppendUint32(file, uint32(len(p))), uint32(len(p)))
		file = append(file, p...)
	}
	path := filepath.Join(dir, fmt.Sprintf("%d.pcap", n))
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPrint(t *testing.T) {
	dir := t.TempDir()
	f := packets(t, dir, 3)
	if r := espbeat(t, dir, "--file", f); r.code != 0 || strings.Count(r.out, "\n") != 3 || strings.Contains(r.out, "\x1b") {
		r.want(t, 0, "three plain lines")
	}
	espbeat(t, dir, "--file", f, "--color", "always").want(t, 0, "\x1b[")
	if r := espbeat(t, dir, "--file", f, "--format", "ecs", "--count", "2"); strings.Count(r.out, `"@timestamp":`) != 2 {
		r.want(t, 0, "two documents")
	}
	espbeat(t, dir, "--file", f, "--format", "lite").want(t, 0, "Packet 3\nSource IP        - 192.0.2.1\nSource port      - 40000\nDestination IP   - 198.51.100.2\nDestination port - 80\n")
	espbeat(t, dir, "--dir", dir).want(t, 0, "198.51.100.2")
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
}

func TestBrokenCaptures(t *testing.T) {
	dir := t.TempDir()
	f := packets(t, dir, 3)
	raw, err := os.ReadFile(f)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.pcap")
	if err := os.WriteFile(cut, raw[:len(raw)-5], 0o644); err != nil {
		t.Fatal(err)
	}
	r := espbeat(t, dir, "--file", cut, "--file", f)
	r.want(t, 1, "espbeat: read capture", "cut.pcap")
	if strings.Count(r.out, "\n") != 5 {
		t.Errorf("two packets before the break and three after, printed:\n%s", r.out)
	}
	espbeat(t, dir, "--file", "nosuch").want(t, 1, "espbeat: find captures: nosuch: no such file")
	s := serve(t)
	espbeat(t, dir, "--file", cut, "--node", s.URL).want(t, 1, "cut.pcap", "packets seen                     2")
	if n := len(s.in("espbeat-9")); n != 2 {
		t.Errorf("%d documents", n)
	}
}

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	f := packets(t, dir, 1)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":       {nil, "nothing to read: give --file FILE"},
		"unknown flag":  {[]string{"--files", "x"}, "unknown flag: --files"},
		"unknown word":  {[]string{"capture"}, `unknown command "capture"`},
		"run with word": {[]string{"run", "x"}, "unknown command"},
		"not a number":  {[]string{"--file", f, "--count", "many"}, "--count"},
		"index alone":   {[]string{"--file", f, "--index", "x"}, "give --node"},
		"bad format":    {[]string{"--file", f, "--format", "xml"}, "use ecs, lite or ek"},
		"missing -c":    {[]string{"--file", f, "-c", "nosuch.yml"}, "nosuch.yml"},
		"bad setting":   {[]string{"--file", f, "-E", "espbeat.format=xml"}, "espbeat.format"},
	} {
		t.Run(name, func(t *testing.T) { espbeat(t, dir, c.args...).want(t, 2, "espbeat: ", c.want) })
	}
	espbeat(t, dir, "--help").want(t, 0, "--nic", "--node", "setup")
	espbeat(t, dir, "version").want(t, 0, "espbeat version ", "libbeat 9.")
	espbeat(t, dir, "--list", "--file", "nosuch", "--node", "ftp://x", "--format", "xml").want(t, 0, "127.0.0.1")
}

func TestIndex(t *testing.T) {
	dir, s := t.TempDir(), serve(t)
	f := packets(t, dir, 20)
	// A configuration that lies about, which others may write (umask 002), is not looked at.
	if err := os.WriteFile(filepath.Join(dir, "espbeat.yml"), []byte("output.kafka.hosts: [127.0.0.1:1]\n"), 0o664); err != nil {
		t.Fatal(err)
	}
	espbeat(t, dir, "--file", f, "--node", s.URL).want(t, 0, "acknowledged                  20", "documents stored                20")
	docs := s.in("espbeat-9")
	if len(docs) != 20 {
		t.Fatalf("%d documents in %v", len(docs), s.docs)
	}
	for _, k := range []string{"@timestamp", "agent", "host", "ecs", "source", "tcp"} {
		if docs[0][k] == nil {
			t.Errorf("no %s in %v", k, docs[0])
		}
	}
	if s.put("/_index_template/espbeat-9")["data_stream"] == nil || s.puts["/_ilm/policy/espbeat"] == nil {
		t.Errorf("set up: %v", s.puts)
	}
	espbeat(t, dir, "--file", f, "--node", s.URL).want(t, 0, "already there                 20")

	espbeat(t, dir, "--file", f, "--node", s.URL, "--index", "mine", "--chunk", "7").want(t, 0)
	if len(s.in("mine")) != 20 || s.put("/_index_template/mine") == nil {
		t.Errorf("%d documents in mine", len(s.in("mine")))
	}
}

func TestTwoAtOnce(t *testing.T) {
	dir, s := t.TempDir(), serve(t)
	a, b := packets(t, dir, 30), packets(t, dir, 40)
	var wg sync.WaitGroup
	for _, f := range []string{a, b} {
		wg.Go(func() { espbeat(t, dir, "--file", f, "--node", s.URL).want(t, 0) })
	}
	wg.Wait()
	if n := len(s.in("espbeat-9")); n != 70 {
		t.Errorf("%d documents", n)
	}
}

func writeConfig(t *testing.T, dir, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, "c.yml")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func TestConfigurationFiles(t *testing.T) {
	dir, s := t.TempDir(), serve(t)
	f := packets(t, dir, 5)

	c := writeConfig(t, dir, "output.elasticsearch: {hosts: ['127.0.0.1:1', '127.0.0.1:2'], username: u, password: p}", 0o600)
	espbeat(t, dir, "-c", c, "--file", f, "--node", s.URL).want(t, 0, "documents stored                 5")

	c = writeConfig(t, dir, "{output.kafka: {hosts: ['127.0.0.1:1'], topic: t}, espbeat.format: lite}", 0o600)
	espbeat(t, dir, "-c", c, "--file", f, "--node", s.URL).want(t, 0)
	docs := s.in("packets_lite")
	if len(docs) != 5 || docs[0]["srcip"] != "192.0.2.1" || docs[0]["dstport"] != 80.0 || docs[0]["agent"] != nil || len(docs[0]) != 5 {
		t.Errorf("%d documents, %v", len(docs), docs)
	}
	if tmpl := s.put("/_index_template/packets_lite"); tmpl == nil || tmpl["data_stream"] != nil {
		t.Errorf("template %v", tmpl)
	}

	c = writeConfig(t, dir, fmt.Sprintf("{espbeat.inputs: [{type: file, paths: [%q]}], output.elasticsearch: {hosts: [%q], index: beat}, path.data: %q, logging.to_stderr: true}", f, s.URL, filepath.Join(dir, "data")), 0o600)
	espbeat(t, dir, "-c", c).want(t, 0)
	if n := len(s.in("beat")); n != 5 {
		t.Errorf("%d documents by configuration", n)
	}

	c = writeConfig(t, dir, "output.elasticsearch.hosts: [a]", 0o664)
	espbeat(t, dir, "-c", c, "--file", f).want(t, 2, "can only be writable by the owner", "--strict.perms=false")
	if os.Geteuid() == 0 {
		c = writeConfig(t, dir, "{}", 0o600)
		if err := os.Chown(c, 12345, -1); err != nil {
			t.Fatal(err)
		}
		espbeat(t, dir, "-c", c, "--file", f).want(t, 2, "must be owned by", "--strict.perms=false")
		espbeat(t, dir, "--strict.perms=false", "-c", c, "--file", f).want(t, 0, "198.51.100.2")
	}
}

func TestTroubleOfTheOutput(t *testing.T) {
	dir := t.TempDir()
	f := packets(t, dir, 4)
	t.Run("wrong node", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		espbeat(t, dir, "--file", f, "--node", addr, "--timeout", "3s").want(t, 1, "the output does not accept packets: http://"+addr, "connection refused",
			"has accepted nothing for 3s", "not acknowledged               4")
	})
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			s := serve(t)
			s.status = status
			espbeat(t, dir, "--file", f, "--node", s.URL).want(t, 1, s.URL+": ", http.StatusText(status))
		})
	}
	t.Run("https to http", func(t *testing.T) {
		s := serve(t)
		espbeat(t, dir, "--file", f, "--node", strings.Replace(s.URL, "http:", "https:", 1)).want(t, 1, "check https or http in --node")
	})
	t.Run("rejected", func(t *testing.T) {
		s := serve(t)
		s.rejected = "field [x] is bad"
		espbeat(t, dir, "--file", f, "--node", s.URL).want(t, 1, "4 packets were rejected by the output: status 400, document_parsing_exception: field [x] is bad", "to the dead letters            4")
		if n := len(s.in("espbeat-dead-letter")); n != 4 {
			t.Errorf("%d dead letters", n)
		}
	})
	t.Run("rejected, by configuration", func(t *testing.T) {
		s := serve(t)
		s.rejected = "no"
		c := writeConfig(t, dir, fmt.Sprintf("{espbeat.inputs: [{type: file, paths: [%q]}], output.elasticsearch.hosts: [%q], path: {data: %q, logs: %q}}", f, s.URL, filepath.Join(dir, "data"), filepath.Join(dir, "logs")), 0o600)
		espbeat(t, dir, "-c", c).want(t, 1, "espbeat: 4 packets were rejected by the output")
	})
	t.Run("busy", func(t *testing.T) {
		s := serve(t)
		s.bulk = http.StatusServiceUnavailable
		espbeat(t, dir, "--file", f, "--node", s.URL, "--timeout", "3s").want(t, 1, "the output does not accept packets", "has accepted nothing for 3s")
	})
}

func TestLibbeatsCommands(t *testing.T) {
	dir, s := t.TempDir(), serve(t)
	at := []string{"--path.data", filepath.Join(dir, "data"), "--path.logs", filepath.Join(dir, "logs")}
	espbeat(t, dir, append(at, "export", "template")...).want(t, 0, `"espbeat-9"`, `"data_stream"`, `"dynamic": false`)
	espbeat(t, dir, append(at, "export", "ilm-policy")...).want(t, 0, `"rollover"`)
	espbeat(t, dir, append(at, "export", "config")...).want(t, 0)
	set := append(at, "-E", "output.elasticsearch.hosts=["+s.URL+"]")
	espbeat(t, dir, append(set, "setup", "--index-management")...).want(t, 0, "Index setup finished")
	if _, there := s.puts["/_data_stream/espbeat-9"]; s.put("/_index_template/espbeat-9") == nil || !there {
		t.Errorf("set up %v", s.puts)
	}
	espbeat(t, dir, append(set, "test", "config")...).want(t, 0, "Config OK")
	espbeat(t, dir, append(set, "test", "output")...).want(t, 0, "talk to server... OK")
	espbeat(t, dir, append(at, "keystore", "create", "--force")...).want(t, 0, "Created espbeat keystore")
}
