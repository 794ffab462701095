// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt: Ctrl-C ends a live capture in order, with the ledger; a second one
// ends it at once.
func TestInterrupt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("live capture needs root: run the tests as root")
	}
	dir, s := t.TempDir(), serve(t)
	run := func(args ...string) (*exec.Cmd, *bufio.Scanner) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		t.Cleanup(cancel)
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(ctx, self, args...)
		c.Dir, c.Env = dir, append(os.Environ(), "ESPBEAT_TEST_RUN=1", "TMPDIR="+dir)
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, bufio.NewScanner(stderr)
	}
	// traffic until ctx ends: what is sent before the capture stands is not seen.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	conn, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for ctx.Err() == nil {
			fmt.Fprint(conn, "hello")
			time.Sleep(10 * time.Millisecond)
		}
	}()
	rest := func(sc *bufio.Scanner) string {
		var all []string
		for sc.Scan() {
			all = append(all, sc.Text())
		}
		return strings.Join(all, "\n")
	}

	c, sc := run("--nic", "lo", "--bpf", "udp port 9", "--node", s.URL)
	eventually(t, func() bool { return len(s.in("espbeat-9")) > 0 })
	_ = c.Process.Signal(syscall.SIGINT)
	out := rest(sc)
	if err := c.Wait(); err != nil || !strings.Contains(out, "packets seen") || !strings.Contains(out, "stopping: publishing what was read") {
		t.Errorf("%v\n%s", err, out)
	}

	s.mu.Lock()
	s.bulk = 503
	s.mu.Unlock()
	c, sc = run("--nic", "lo", "--bpf", "udp port 9", "--node", s.URL, "-E", "espbeat.shutdown_timeout=100ms")
	for sc.Scan() && !strings.Contains(sc.Text(), "does not accept packets") {
	}
	_ = c.Process.Signal(syscall.SIGTERM)
	out = rest(sc)
	if _ = c.Wait(); c.ProcessState.ExitCode() != exitFailed || !strings.Contains(out, "stopped before the output had acknowledged") || !strings.Contains(out, "not acknowledged") {
		t.Errorf("status %d\n%s", c.ProcessState.ExitCode(), out)
	}

	c, sc = run("--nic", "lo", "--bpf", "udp port 9", "--node", s.URL, "-E", "espbeat.shutdown_timeout=1h")
	for sc.Scan() && !strings.Contains(sc.Text(), "does not accept packets") {
	}
	_ = c.Process.Signal(syscall.SIGINT)
	for sc.Scan() && !strings.Contains(sc.Text(), "stopping") {
	}
	_ = c.Process.Signal(syscall.SIGINT)
	out = rest(sc)
	if _ = c.Wait(); c.ProcessState.ExitCode() != exitStopped || !strings.Contains(out, "ended at once") {
		t.Errorf("status %d\n%s", c.ProcessState.ExitCode(), out)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// eventually waits for something that another process does.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
