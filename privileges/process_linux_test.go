// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A test of what a process does to itself runs the test binary again, with this variable naming what it is to do.
const roleVariable = "ESPBEAT_TEST_PRIVILEGES"

func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv(roleVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

var roles = map[string]func() error{
	"change": func() error {
		err := Change{User: "nobody", Keep: keepOf(os.Getenv("KEEP")), Folders: filled(os.Getenv("FOLDER")), Readable: filled(os.Getenv("READABLE")), Args: os.Args}.Do()
		if err != nil {
			return err
		}
		fmt.Println(strings.Join(os.Args[1:], " "))
		return report()
	},
	"drop": func() error {
		if os.Getenv("THREADS") != "" {
			defer threads(8)()
		}
		if Dropped() {
			return errors.New("dropped before it is")
		}
		if err := DropAll(); err != nil || !Dropped() {
			return fmt.Errorf("dropped %v: %w", Dropped(), err)
		}
		if _, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("a socket afterwards: %v", err)
		}
		return report()
	},
	"children": func() error {
		if err := (Change{User: "nobody", Keep: []Capability{NetRaw}, Args: os.Args}).Do(); err != nil {
			return err
		}
		if err := KeepFromChildren(); err != nil {
			return err
		}
		fmt.Println("missing:", Names(Missing([]Capability{NetRaw})))
		out, err := exec.Command("cat", "/proc/self/status").Output()
		fmt.Printf("%s", out)
		return err
	},
	"missing": func() error {
		fmt.Println("missing:", Names(Missing([]Capability{NetRaw})))
		return nil
	},
}

func keepOf(s string) []Capability {
	var all []Capability
	for _, f := range filled(s) {
		all = append(all, Capability(f))
	}
	return all
}

func filled(s string) []string { return strings.Fields(s) }

// threads makes so many threads, which wait in the kernel until the returned function is called.
func threads(n int) (end func()) {
	stop, started := make(chan struct{}), make(chan struct{})
	for range n {
		go func() {
			runtime.LockOSThread()
			started <- struct{}{}
			<-stop
		}()
		<-started
	}
	return func() { close(stop) }
}

// report prints who each thread is, once for those that are alike.
func report() error {
	all, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var is []string
		for line := range strings.Lines(string(text)) {
			name, _, _ := strings.Cut(line, ":")
			switch name {
			case "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs":
				is = append(is, strings.Join(strings.Fields(line), " "))
			}
		}
		if s := strings.Join(is, "\n"); !seen[s] {
			seen[s] = true
			fmt.Println(s)
		}
	}
	name, err := os.ReadFile("/proc/self/comm")
	fmt.Printf("name %s%d kinds of threads\n", name, len(seen))
	return err
}

// child runs the test binary in a role, as nobody when asked.
func child(t *testing.T, role string, nobody bool, env ...string) (string, error) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	program, err := os.ReadFile(exe)
	must(t, err)
	dir, err := os.MkdirTemp("", "privileges-") // go test's own folder is closed to others
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755)) //nolint:gosec // for nobody
	exe = filepath.Join(dir, "test")
	must(t, os.WriteFile(exe, program, 0o755)) //nolint:gosec // for nobody
	c := exec.CommandContext(t.Context(), exe, "an argument")
	c.WaitDelay = time.Second
	c.Env = append(append(os.Environ(), roleVariable+"="+role), env...)
	c.Dir = "/"
	if nobody {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err = c.Run()
	return out.String(), err
}

func says(t *testing.T, out string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(out, s) {
			t.Errorf("lacks %q:\n%s", s, out)
		}
	}
}

func TestChange(t *testing.T) {
	asRoot(t)
	for name, c := range map[string]struct{ keep, caps string }{
		"nothing is kept":    {"", "0000000000000000"},
		"what captures need": {"CAP_NET_RAW", "0000000000002000"},
		"two of them":        {"CAP_NET_RAW CAP_SYS_ADMIN", "0000000000202000"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := child(t, "change", false, "KEEP="+c.keep)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			says(t, out, "an argument\n", "Uid: 65534 65534 65534 65534\n", "Gid: 65534 65534 65534 65534\n", "NoNewPrivs: 1", "1 kinds of threads",
				"CapInh: "+c.caps, "CapPrm: "+c.caps, "CapEff: "+c.caps, "CapBnd: "+c.caps, "CapAmb: "+c.caps)
			if strings.Contains(out, "name exe") {
				t.Errorf("it is called exe:\n%s", out)
			}
		})
	}
}

func TestChangeIsForRoot(t *testing.T) {
	asRoot(t)
	out, err := child(t, "change", true)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	says(t, out, "Uid: 65534", "NoNewPrivs: 0") // as it was started
}

func TestChangeRefuses(t *testing.T) {
	asRoot(t)
	dir := t.TempDir() // closed to others
	private := filepath.Join(dir, "espbeat.yml")
	must(t, os.WriteFile(private, nil, 0o600))
	for name, c := range map[string]struct {
		env, says string
	}{
		"configuration of root":           {"READABLE=" + private, private + ": user nobody may not read it (permission denied): for example `chgrp"},
		"a folder that cannot be reached": {"FOLDER=" + filepath.Join(dir, "data"), "data: user nobody may not write there"},
		"an unknown capability":           {"KEEP=CAP_OF_TOMORROW", "this root has no CAP_OF_TOMORROW"},
	} {
		out, err := child(t, "change", false, c.env)
		if err == nil || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v, want %q:\n%s", name, err, c.says, out)
		}
	}
}

func TestLookUpRefuses(t *testing.T) {
	for name, c := range map[string]struct{ user, group, says string }{
		"no such user":  {"nobody-knows", "", `espbeat.privileges.user: "nobody-knows": there is no such user: make one`},
		"no such group": {"nobody", "nobody-knows", `espbeat.privileges.group: "nobody-knows": there is no such group`},
		"root":          {"root", "", `espbeat.privileges.user: "root": that is root`},
	} {
		if _, err := lookUp(c.user, c.group); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	id, err := lookUp("65534", "0")
	if err != nil || id.uid != 65534 || id.gid != 0 {
		t.Errorf("by numbers: %+v, %v", id, err)
	}
}

// TestDropAll: no thread of a program that uses cgo keeps anything, and no later one gets something.
func TestDropAll(t *testing.T) {
	asRoot(t)
	out, err := child(t, "drop", false, "THREADS=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const none = "0000000000000000"
	says(t, out, "CapInh: "+none, "CapPrm: "+none, "CapEff: "+none, "CapAmb: "+none, "NoNewPrivs: 1", "1 kinds of threads")
}

// TestKeepFromChildren: what a start as another user keeps, the programs that it starts do not get.
func TestKeepFromChildren(t *testing.T) {
	asRoot(t)
	out, err := child(t, "children", false)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const none = "0000000000000000"
	says(t, out, "missing: \n", "CapPrm:\t"+none, "CapEff:\t"+none, "CapAmb:\t"+none)
}

func TestThreadThatKeptACapability(t *testing.T) {
	status := filepath.Join(t.TempDir(), "status")
	must(t, os.WriteFile(status, []byte("Name:\tespbeat\nCapInh:\t0000000000000000\nCapPrm:\t0000000000002000\nCapBnd:\t000001ffffffffff\n"), 0o600))
	if left, err := threadCapabilities(status); err != nil || left != "CapPrm:\t0000000000002000" {
		t.Errorf("%q, %v", left, err)
	}
}

func TestMissing(t *testing.T) {
	asRoot(t)
	for _, nobody := range []bool{false, true} {
		out, err := child(t, "missing", nobody)
		want := "missing: \n"
		if nobody {
			want = "missing: CAP_NET_RAW\n"
		}
		if err != nil || out != want {
			t.Errorf("as nobody %v: %q, %v", nobody, out, err)
		}
	}
}
