// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestAhead: a process that was started ahead is the first session's, is no loss when it has ended meanwhile, and ends with a Program that has no packets.
func TestAhead(t *testing.T) {
	for name, killed := range map[string]bool{"as it is": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			p, _ := find(t, Options{Path: install(t, "stub-tshark"), Ahead: true})
			first := p.ahead.Load()
			var want Stats
			if killed {
				if err := syscall.Kill(first.cmd.Process.Pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				want.Restarts = 1
			}
			all := texts("one", "two")
			if err := dissect(t, p, 1, nil, all); err != nil {
				t.Fatal(err)
			}
			if first.cmd.ProcessState == nil || p.ahead.Load() != nil {
				t.Error("another process was first")
			}
			if want.Packets = 2; p.Stats() != want || all[0].Fate != Dissected || all[1].Fate != Dissected {
				t.Errorf("%+v, want %+v", p.Stats(), want)
			}
		})
	}
	t.Run("without packets", func(t *testing.T) {
		p, _ := find(t, Options{Path: install(t, "stub-tshark"), Ahead: true})
		first := p.ahead.Load()
		p.Close()
		if first.cmd.ProcessState == nil {
			t.Error("the process was left")
		}
	})
}

// TestChildren: where a script stands in tshark's place, its end is that of what it runs.
func TestChildren(t *testing.T) {
	dir := t.TempDir()
	pid := filepath.Join(dir, "pid")
	script := filepath.Join(dir, "tshark")
	// A command in the background has no standard input but another descriptor's.
	text := fmt.Sprintf("#!/bin/sh\ncase $1 in --version) exec '%[1]s' \"$@\";; esac\nexec 3<&0\n'%[1]s' \"$@\" <&3 &\necho $! > '%[2]s'\nwait $!\n", install(t, "stub-tshark"), pid)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	p, _ := find(t, Options{Path: script})
	d := p.Open("a test")
	b := &Batch{Packets: texts("one")}
	if err := d.Send(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := d.Send(t.Context(), &Batch{Packets: texts("hang")}); err != nil {
		t.Fatal(err)
	}
	d.Close()
	child, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", bytes.TrimSpace(child)))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) { // gone, or waited for by whom it was left to
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it is left: %s", stat)
		}
	}
}
