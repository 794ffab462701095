// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKilled: kill -9 at any moment loses no packet. ESPBEAT_KILLS says how often, 5 times if it is not set.
func TestKilled(t *testing.T) {
	kills := 5
	if s := os.Getenv("ESPBEAT_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatalf("ESPBEAT_KILLS: %v", err)
		}
	}
	p, said := real(t, Options{Processes: 2})
	once, interfaces := read(t, filepath.Join("..", "tests", "demo", "demo.pcapng"))
	var all []Packet
	for len(all) < kills*500 {
		all = append(all, once...)
	}
	for i := range all {
		all[i].Number, all[i].Flow = uint64(i+1), uint64(i/50)
	}
	done := make(chan error, 1)
	d := p.Open("a test")
	defer d.Close()
	go func() { done <- through(t.Context(), d, 64, interfaces, all) }()
	for range kills {
		target := p.Stats().Packets + 1 + rand.Uint64N(400)
		for p.Stats().Packets < target && len(done) == 0 {
			time.Sleep(time.Millisecond)
		}
		for _, pid := range children(t) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if err := <-done; err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for i := range all {
		if want := fmt.Sprintf(`"frame_frame_number":"%d"`, i+1); !strings.Contains(string(all[i].Layers), want) {
			t.Fatalf("packet %d: fate %d, %.200s\n%s", i+1, all[i].Fate, all[i].Layers, said)
		}
	}
	if st := p.Stats(); st.Packets != uint64(len(all)) || st.Restarts == 0 || st.Quarantined+st.Skipped != 0 {
		t.Errorf("%+v\n%s", st, said)
	}
}

// children are the processes of tshark that this one has.
func children(t *testing.T) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// pid (comm) state ppid, see proc_pid_stat(5)
		_, rest, _ := strings.Cut(string(text), "(tshark) ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}
