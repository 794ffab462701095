// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds what should take a second or two, on machines that do much else.
const patience = 3 * time.Minute

var binary struct {
	once sync.Once
	path string
	err  error
}

var scratch string // of the test run

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "espbeat-e2e-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // another user runs the binary, too
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// root is the project's folder.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

func demo() string { return filepath.Join(root(), "tests", "demo", "demo.pcapng") }

// demoPackets is what tests/demo/README.md says of the demo.
const demoPackets = 348

// espbeat returns the path of the binary.
func espbeat(t testing.TB) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.path = os.Getenv("ESPBEAT_BIN"); binary.path != "" {
			_, binary.err = os.Stat(binary.path)
			return
		}
		binary.path = filepath.Join(scratch, "espbeat")
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", binary.path, ".")
		cmd.Dir = root()
		if out, err := cmd.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return binary.path
}

// cmdline is one run of espbeat. The zero value runs it in an empty folder.
type cmdline struct {
	args   []string
	dir    string    // empty: a new folder
	stdin  io.Reader // nil: /dev/null
	stdout *os.File  // nil: kept in process.out
	env    []string  // added to the environment
	user   *syscall.Credential
	binary string // empty: that of the tests
}

// process is a started espbeat.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	dir  string
	out  *buffer
	err  *buffer
	done chan struct{} // closed when it has ended
	code int           // after done; -1 when a signal ended it
}

// buffer is an io.Writer that is read while it is written.
type buffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{} // closed and replaced by each write
}

func newBuffer() *buffer { return &buffer{changed: make(chan struct{})} }

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.changed)
	b.changed = make(chan struct{})
	return b.b.Write(p)
}

func (b *buffer) String() string {
	s, _ := b.read()
	return s
}

func (b *buffer) read() (string, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String(), b.changed
}

// start starts espbeat. It is killed when the test ends before it does.
func (c cmdline) start(t testing.TB) *process {
	t.Helper()
	p := &process{t: t, dir: c.dir, out: newBuffer(), err: newBuffer(), done: make(chan struct{})}
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	if c.binary == "" {
		c.binary = espbeat(t)
	}
	p.cmd = exec.Command(c.binary, c.args...)
	p.cmd.Dir = p.dir
	p.cmd.Env = append(os.Environ(), c.env...)
	p.cmd.Stdin = c.stdin
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	if c.stdout != nil {
		p.cmd.Stdout = c.stdout
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.user}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start espbeat %q: %v", c.args, err)
	}
	go func() {
		defer close(p.done)
		err := p.cmd.Wait()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			fmt.Fprintf(p.err, "wait for espbeat: %v\n", err)
			p.code = -2
			return
		}
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
	})
	return p
}

// result is a run that has ended.
type result struct {
	t        testing.TB
	args     []string
	code     int
	out, err string
	dir      string
}

// wait waits for the end of the run.
func (p *process) wait() result {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		said := p.err.String()
		_ = p.cmd.Process.Kill()
		<-p.done
		p.t.Fatalf("espbeat %q did not end; stderr:\n%s", p.cmd.Args[1:], tail(said, 3000))
	}
	return result{t: p.t, args: p.cmd.Args[1:], code: p.code, out: p.out.String(), err: p.err.String(), dir: p.dir}
}

// says waits until stderr contains text.
func (p *process) says(text string) {
	p.t.Helper()
	waitFor(p.t, p.err, p.done, text, func(s string) bool { return strings.Contains(s, text) })
}

// waitFor waits until b satisfies ok.
func waitFor(t testing.TB, b *buffer, done <-chan struct{}, what string, ok func(string) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		s, changed := b.read()
		if ok(s) {
			return
		}
		select {
		case <-changed:
		case <-done:
			if s = b.String(); ok(s) {
				return
			}
			t.Fatalf("espbeat ended without %q:\n%s", what, tail(s, 3000))
		case <-ctx.Done():
			t.Fatalf("espbeat did not say %q:\n%s", what, tail(s, 3000))
		}
	}
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %v: %v", s, err)
	}
}

func (c cmdline) run(t testing.TB) result {
	t.Helper()
	return c.start(t).wait()
}

// run runs espbeat in an empty folder.
func run(t testing.TB, args ...string) result {
	t.Helper()
	return cmdline{args: args}.run(t)
}

// exits fails the test unless the run ended with code.
func (r result) exits(code int) result {
	r.t.Helper()
	if r.code != code {
		r.t.Fatalf("espbeat %q: exit status %d, want %d; stderr:\n%s", r.args, r.code, code, tail(r.err, 3000))
	}
	return r
}

// complains fails the test unless stderr has all the texts.
func (r result) complains(texts ...string) result {
	r.t.Helper()
	for _, s := range texts {
		if !strings.Contains(r.err, s) {
			r.t.Errorf("espbeat %q: stderr lacks %q:\n%s", r.args, s, tail(r.err, 3000))
		}
	}
	return r
}

// silent fails the test when stderr has anything.
func (r result) silent() result {
	r.t.Helper()
	if r.err != "" {
		r.t.Errorf("espbeat %q: stderr:\n%s", r.args, tail(r.err, 3000))
	}
	return r
}

func (r result) lines() []string {
	return strings.FieldsFunc(r.out, func(c rune) bool { return c == '\n' })
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// write makes a file of the test.
func write(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
