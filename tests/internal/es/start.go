// SPDX-License-Identifier: Apache-2.0

package es

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Environment variables that say which server the tests use.
const (
	envServer   = "ESPBEAT_TEST_ES"
	envRequired = "ESPBEAT_TEST_REQUIRE_ES"
)

// exitMissing is the status of the kit's scripts when something must be installed first.
const exitMissing = 3

// The user of a server with Security.
const (
	kitUser     = "espbeat"
	kitPassword = "espbeat-test"
)

// Security says how a server that the kit starts is protected.
type Security int

const (
	Open  Security = iota // no users, HTTP
	Basic                 // users, HTTP
	TLS                   // users, HTTPS with a CA of its own (Server.CAFile)
)

// Options says what a test needs of its server. The zero value is the shared, open server.
type Options struct {
	Security Security
	Heap     string   // such as "1g"; empty: the kit's default
	Settings []string // lines for elasticsearch.yml, "key: value"
	// Own asks for a server that no other test uses, so that this one may Stop, Kill and Restart it. It ends with the test.
	Own bool
}

// plain reports whether any server will do, ESPBEAT_TEST_ES included.
func (o Options) plain() bool {
	return o.Security == Open && o.Heap == "" && len(o.Settings) == 0 && !o.Own
}

func (o Options) args() []string {
	var a []string
	switch o.Security {
	case Basic:
		a = append(a, "-s")
	case TLS:
		a = append(a, "-t")
	}
	if o.Heap != "" {
		a = append(a, "-H", o.Heap)
	}
	for _, s := range o.Settings {
		a = append(a, "-o", s)
	}
	return a
}

// shared holds the servers of this process by their arguments. An attempt that failed is kept too: it would fail again.
var shared = struct {
	sync.Mutex
	m map[string]*attempt
}{m: map[string]*attempt{}}

type attempt struct {
	s   *instance
	err error
}

// Start returns a server that is up. The handle reports to t; the server behind it outlives t unless Options.Own is set.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if u := os.Getenv(envServer); u != "" && o.plain() {
		in, err := existing(u)
		if err != nil {
			t.Fatalf("%s: %v", envServer, err)
		}
		return newServer(t, in)
	}
	if o.Own {
		in, err := startKit(t, o)
		check(t, err)
		t.Cleanup(in.release)
		return newServer(t, in)
	}
	key := strings.Join(o.args(), "\x00")
	shared.Lock()
	defer shared.Unlock()
	a := shared.m[key]
	if a == nil {
		a = &attempt{}
		a.s, a.err = startKit(t, o)
		shared.m[key] = a
	}
	check(t, a.err)
	return newServer(t, a.s)
}

// check ends the test when err is set: skipped when something is not installed and may be missing, failed otherwise.
func check(t testing.TB, err error) {
	t.Helper()
	var m missingError
	switch {
	case err == nil:
	case errors.As(err, &m) && !required():
		t.Skip(m)
	default:
		t.Fatalf("start Elasticsearch: %v", err)
	}
}

func required() bool {
	return os.Getenv("CI") == "true" || os.Getenv(envRequired) == "1"
}

// missingError says what must be installed before the kit can run.
type missingError string

func (m missingError) Error() string { return string(m) }

// existing describes a server that somebody else runs.
func existing(raw string) (*instance, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not a URL such as http://127.0.0.1:9200", raw)
	}
	in := &instance{}
	if u.User != nil {
		in.user = u.User.Username()
		in.password, _ = u.User.Password()
	}
	u.User = nil
	in.url = strings.TrimSuffix(u.String(), "/")
	return in, nil
}

// kitDir is the folder of the kit's scripts.
func kitDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "elasticsearch")
}

// startKit runs the kit's start.sh, which stays and ends the server when this process closes its end of the pipe: by
// release, or by dying in whatever way.
func startKit(t testing.TB, o Options) (*instance, error) {
	dir, err := os.MkdirTemp("", "espbeat-es-")
	if err != nil {
		return nil, err
	}
	// Started by root, the server runs as another user.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	ctx, cancel := startContext(t)
	defer cancel()
	in := &instance{dir: dir, args: o.args()}
	if o.Security != Open {
		in.user, in.password = kitUser, kitPassword
	}
	if o.Security == TLS {
		in.caFile = filepath.Join(dir, "config", "certs", "http_ca.crt")
	}

	cmd := exec.Command(filepath.Join(kitDir(), "start.sh"), append(o.args(), "-w", dir)...)
	cmd.SysProcAttr = ownSession()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, missingError(fmt.Sprintf("the Elasticsearch of the tests needs Linux with bash: %v; or name a server by %s", err, envServer))
	}
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(out).ReadString('\n')
		line <- strings.TrimSpace(s)
	}()
	select {
	case in.url = <-line:
	case <-ctx.Done():
		hold.Close()
		return nil, fmt.Errorf("%s did not answer in the time that the test has left: raise -timeout for the first run", cmd.Path)
	}
	if in.url == "" {
		err := cmd.Wait()
		os.RemoveAll(dir)
		var x *exec.ExitError
		if errors.As(err, &x) && x.ExitCode() == exitMissing {
			return nil, missingError(lastLine(stderr.String()) + "; or name a server by " + envServer)
		}
		return nil, fmt.Errorf("%s: %v\n%s", cmd.Path, err, stderr.String())
	}
	in.release = func() {
		hold.Close()
		_ = cmd.Wait() // its status says nothing that the test could act on
	}
	return in, nil
}

// startContext ends shortly before t's own deadline, so that the reason is printed and not a dump of goroutines.
func startContext(t testing.TB) (context.Context, context.CancelFunc) {
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := d.Deadline(); ok {
			return context.WithDeadline(context.Background(), end.Add(-5*time.Second))
		}
	}
	return context.WithCancel(context.Background())
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
