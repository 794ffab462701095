// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
)

func TestUsageErrorsExit2(t *testing.T) {
	f := demo()
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"nothing given":          {nil, []string{"--file", "--nic", "--dir", "-c"}},
		"only a node":            {[]string{"--node", "localhost:9200"}, []string{"--file", "--nic"}},
		"wrong flag":             {[]string{"--fiel", f}, []string{"--fiel", "--help"}},
		"argument without flag":  {[]string{"run", f}, []string{"--help"}},
		"wrong format":           {[]string{"--file", f, "--format", "xml"}, []string{`"xml"`, "ecs", "lite"}},
		"summary to a server":    {[]string{"--file", f, "--format", "summary", "--node", "localhost"}, []string{"--format summary", "--node"}},
		"wrong filter":           {[]string{"--file", f, "--bpf", "foo bar"}, []string{`"foo bar"`, "pcap-filter"}},
		"wrong count":            {[]string{"--file", f, "--count", "-3"}, []string{"--count", "-3"}},
		"wrong chunk":            {[]string{"--file", f, "--chunk", "-3", "--node", "localhost"}, []string{"--chunk -3"}},
		"wrong node":             {[]string{"--file", f, "--node", "ftp://localhost"}, []string{"ftp://localhost", "http"}},
		"index without a server": {[]string{"--file", f, "--index", "mine"}, []string{"--index", "--node"}},
		"wrong configuration":    {[]string{"--file", f, "-E", "espbeat.redakt=true"}, []string{"espbeat.redakt", "redact"}},
		"missing configuration":  {[]string{"-c", "nowhere.yml"}, []string{"nowhere.yml", "no such file"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, c.args...).exits(2).complains(c.says...)
			if r.out != "" {
				t.Errorf("standard output: %.300s", r.out)
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	text := write(t, dir, "notes.txt", "this is text\n")
	empty := write(t, dir, "empty.pcap", "")
	for name, c := range map[string]struct {
		path string
		says []string
	}{
		"missing":       {filepath.Join(dir, "nowhere.pcap"), []string{"nowhere.pcap", "no such file"}},
		"not a capture": {text, []string{"notes.txt", "not a capture", "pcapng"}},
		"empty":         {empty, []string{"empty.pcap"}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, "--file", c.path).exits(1).complains(c.says...)
		})
		t.Run(name+" beside a good one", func(t *testing.T) {
			r := run(t, "--file", c.path, "--file", demo()).exits(1).complains(c.says...)
			if len(r.lines()) != demoPackets {
				t.Errorf("%d lines of the good file, want %d", len(r.lines()), demoPackets)
			}
		})
	}
}

func TestDirectoryGivenAsFileIsReadAsDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b.pcap", string(pcap(1000, 2)))
	write(t, dir, "a.pcap", string(pcap(2000, 3)))
	if r := run(t, "--file", dir).exits(0).silent(); len(r.lines()) != 5 {
		t.Errorf("%d lines, want 5", len(r.lines()))
	}
}

// open makes a folder that every user may look into; t.TempDir's is private.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "open-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// nobody is another user than root, who may run the binary; nil when the tests do not run as root.
func nobody(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	c := &syscall.Credential{Uid: 65534, Gid: 65534}
	for dir := espbeat(t); dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&1 == 0 {
			t.Skipf("not tested as another user: %s is closed to others (set TMPDIR, or ESPBEAT_BIN, to a place that is not)", dir)
		}
	}
	return c
}

func TestFileWithoutPermission(t *testing.T) {
	user, dir := nobody(t), open(t)
	path := write(t, dir, "private.pcap", string(pcap(1, 1)))
	if user == nil {
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
	}
	cmdline{args: []string{"--file", path}, dir: dir, user: user}.run(t).exits(1).complains("private.pcap", "permission denied")
}

func TestInterfaceWithoutPermission(t *testing.T) {
	user, dir := nobody(t), open(t)
	cmdline{args: []string{"--nic", "lo", "--count", "1"}, dir: dir, user: user}.run(t).exits(1).complains("lo", "permi", "sudo")
}

func TestMissingInterface(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not tested: capturing needs root")
	}
	run(t, "--nic", "nowhere0").exits(1).complains("nowhere0", "--list")
}

func TestBrokenCapture(t *testing.T) {
	whole := read(t, demo())
	good := run(t, "--file", demo()).exits(0).lines()
	for _, size := range []int{len(whole) / 2, len(whole) - 1, 40_000} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			path := write(t, t.TempDir(), "cut.pcapng", string(whole[:size]))
			r := run(t, "--file", path).exits(1).complains("cut.pcapng", "broken at byte")
			m := regexp.MustCompile(`(?m)^espbeat: .*broken at byte (\d+), after (\d+) packets`).FindAllStringSubmatch(r.err, -1)
			if len(m) != 1 {
				t.Fatalf("not one error:\n%s", r.err)
			}
			at, _ := strconv.Atoi(m[0][1])
			n, _ := strconv.Atoi(m[0][2])
			// The last packet stands in the block before the broken one.
			if at > size || size-at > 1600 || n != len(r.lines()) || n >= demoPackets {
				t.Errorf("%d bytes: broken at %d, %d packets said, %d printed", size, at, n, len(r.lines()))
			}
			for i, l := range r.lines() {
				if l != good[i] {
					t.Fatalf("line %d is %q, want %q", i+1, l, good[i])
				}
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("not tested: /dev/full is missing (%v)", err)
	}
	defer full.Close()
	for _, format := range []string{"summary", "ecs", "lite"} {
		cmdline{args: []string{"--file", demo(), "--format", format}, stdout: full}.run(t).exits(1).complains("standard output", "no space left on device")
	}
}

func TestReaderThatWentAway(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := cmdline{args: []string{"--file", demo(), "--format", "ecs"}, stdout: w}.start(t)
	w.Close()
	if _, err := r.Read(make([]byte, 100)); err != nil { // as head does
		t.Error(err)
	}
	r.Close()
	// Ended by SIGPIPE or by status 1, as it may please, but ended, and not by a panic.
	if res := p.wait(); res.code == 0 || len(res.err) > 1000 {
		t.Errorf("exit status %d, stderr:\n%s", res.code, tail(res.err, 2000))
	}
}
