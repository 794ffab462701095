// SPDX-License-Identifier: Apache-2.0

//go:build linux || darwin

package progress

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Roles that the test binary plays when it is started by a test.
const (
	roleEnv   = "ESPBEAT_TEST_PROGRESS"
	roleWrite = "write" // records without end
	roleFull  = "full"  // records on a disk that is full for a time
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case roleWrite:
		writeForEver(os.Args[1])
	case roleFull:
		writeToAFullDisk(os.Args[1])
	default:
		os.Exit(m.Run())
	}
}

// role starts the test binary in a role.
func role(t *testing.T, name, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], folder)
	cmd.Env = append(os.Environ(), roleEnv+"="+name)
	return cmd
}

func fatal(v ...any) {
	fmt.Fprintln(os.Stderr, v...)
	os.Exit(1)
}

var ids = []string{capture1, capture2, "00000000000000000000"}

// writeForEver advances captures from where an earlier run left them, and prints how far it is.
func writeForEver(folder string) {
	s, err := Open(Options{Folder: folder, Interval: time.Nanosecond, checkpoint: func(size uint64) bool { return size > 3000 }})
	if err != nil {
		fatal(err)
	}
	n := 0
	for _, id := range ids {
		e, ok := s.Get(id)
		if !ok {
			e = entry(0)
		}
		n = max(n, int(e.Number)) //nolint:gosec // a test's
		s.Put(id, e)
	}
	for {
		n++
		for _, id := range ids {
			s.Advance(id, at(n))
		}
		fmt.Println(n)
	}
}

func TestKilledWhileWriting(t *testing.T) {
	folder := t.TempDir()
	recorded := map[string]uint64{}
	for round := range 25 {
		cmd := role(t, roleWrite, folder)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, last := bufio.NewScanner(out), 0
		for range 50 + 173*round {
			if !lines.Scan() {
				t.Fatalf("the writer ended: %v", cmd.Wait())
			}
		}
		_ = cmd.Process.Kill()
		for more := true; more; more = lines.Scan() { // what it had still said
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				last = max(last, n)
			}
		}
		_ = cmd.Wait()

		s, err := Open(Options{Folder: folder})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, id := range ids {
			e, _ := s.Get(id)
			want := entry(int(e.Number)) //nolint:gosec // a test's
			want.Updated = e.Updated
			// A line may be lost that said one more.
			if e != want && e != (Entry{}) || e.Number < recorded[id] || e.Number > uint64(last)+1 {
				t.Errorf("round %d: %s is %+v, was at %d before, and the writer at %d", round, id, e, recorded[id], last)
			}
			recorded[id] = e.Number
		}
		closed(t, s)
	}
	for _, id := range ids {
		if recorded[id] == 0 {
			t.Errorf("nothing of %s was recorded", id)
		}
	}
}

func limitFiles(size uint64) {
	l := syscall.Rlimit{}
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		fatal(err)
	}
	l.Cur = min(size, l.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		fatal(err)
	}
}

// writeToAFullDisk is stopped by a limit in the middle of a record, for a time.
func writeToAFullDisk(folder string) {
	signal.Ignore(syscall.SIGXFSZ)
	failed := make(chan error, 100)
	s, err := Open(Options{Folder: folder, Interval: time.Microsecond, Failed: func(err error) { failed <- err }})
	if err != nil {
		fatal(err)
	}
	for outage := range 2 {
		s.Put(capture1, entry(1+100*outage))
		s.Put(capture2, entry(1+100*outage))
		limitFiles(300)
		s.Advance(capture1, at(50+100*outage))
		err = <-failed
		if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "record the progress of captures in "+folder) || !strings.Contains(err.Error(), "make room") {
			fatal("error", err)
		}
		for n := range 40 { // of these some are written to, too
			s.Advance(capture2, at(2+n+100*outage))
		}
		limitFiles(1 << 40)
		until(s)
	}
	if len(failed) > 0 {
		fatal("told again:", <-failed)
	}
	if err := s.Close(); err != nil {
		fatal(err)
	}
}

// until waits until everything is recorded.
func until(s *Store) {
	for {
		s.mu.Lock()
		clean := len(s.dirty) == 0 && s.clean != nil
		s.mu.Unlock()
		if clean {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestFullDiskDelaysAndLosesNothing(t *testing.T) {
	folder := t.TempDir()
	if out, err := role(t, roleFull, folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for id, n := range map[string]int{capture1: 150, capture2: 141} {
		if e, _ := recorded(t, folder, id); e.Mark != at(n) {
			t.Errorf("%s at %v, want %v", id, e.Mark, at(n))
		}
	}
}

func TestCloseSaysThatSomethingIsNotRecorded(t *testing.T) {
	for name, spoil := range map[string]func(folder string) error{
		"folder gone":   os.RemoveAll,
		"file in place": func(folder string) error { return errors.Join(os.RemoveAll(folder), os.WriteFile(folder, nil, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, Options{Folder: t.TempDir(), Interval: time.Hour})
			s.Put(capture1, entry(1))
			until(s)
			_ = s.states.close()
			if err := spoil(s.opts.Folder); err != nil {
				t.Fatal(err)
			}
			s.Put(capture1, entry(2))
			if err := s.Close(); err == nil || !strings.Contains(err.Error(), "what is not recorded is read again") {
				t.Errorf("error %v", err)
			}
		})
	}
}
