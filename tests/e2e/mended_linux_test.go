// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// smallDisk mounts a file system of so many bytes.
func smallDisk(t *testing.T, path, size string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a full disk is not tested: a file system cannot be mounted (%v), run the tests as root", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, syscall.MNT_DETACH) })
}

// fill leaves no room on the disk of a folder, until the returned function is called.
func fill(t *testing.T, dir string) (mend func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{64 << 10, 4 << 10, 1} {
		for block := make([]byte, size); err == nil; {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskThatFillsUp: when there is no room left for progress, the run says so, publishes on, and fails. Once there is room
// again the next run stores what is missing, and nothing twice.
func TestDiskThatFillsUp(t *testing.T) {
	const files, packets = 60, 50
	dir := t.TempDir()
	in, data := filepath.Join(dir, "in"), filepath.Join(dir, "data")
	smallDisk(t, data, "1m")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		write(t, in, fmt.Sprintf("%02d.pcap", i), string(pcap(uint32(1000+100*i), packets)))
	}
	s := es.NewSink(t, es.SinkOptions{})
	s.Hang()
	p := stays(dir, s, "--dir", in).start(t)
	waitUntil(t, "progress is kept", func() bool {
		_, err := os.Stat(filepath.Join(data, "progress", "captures", "log.json"))
		return err == nil || ended(p)
	})
	mend := fill(t, data)
	s.Resume()
	r := p.wait().exits(1).complains("record the progress of captures in "+filepath.Join(data, "progress"), "no space left on device", "make room on that disk").
		accounts(ledger{"packets seen": files * packets, "acknowledged": files * packets, "documents stored": files * packets})
	if n := strings.Count(r.err, "record the progress of captures"); n > 2 {
		t.Errorf("it is said %d times:\n%s", n, tail(r.err, 3000))
	}
	once := func(want int) {
		t.Helper()
		n := ids(t, s)
		for id, times := range n {
			if times != 1 {
				t.Errorf("document %s is stored %d times", id, times)
			}
		}
		if len(n) != want {
			t.Errorf("%d documents, want %d", len(n), want)
		}
	}
	once(files * packets)

	write(t, in, "new.pcap", string(pcap(90_000, packets)))
	mend()
	l := stays(dir, s, "--dir", in).run(t).exits(0).ledger()
	// What was recorded before the disk was full is known, for the rest the output is asked.
	if l["acknowledged"] != packets || l["documents stored"] != packets || l["acknowledged before"]+l["duplicates skipped"] != files*packets {
		t.Errorf("the run after it: %v", l)
	}
	once((files + 1) * packets)
	stays(dir, s, "--dir", in).run(t).exits(0).
		accounts(ledger{"packets seen": (files + 1) * packets, "acknowledged before": (files + 1) * packets, "acknowledged": 0})
}

// TestDiskThatIsFull: a run that cannot begin to keep its progress says so, and reads nothing.
func TestDiskThatIsFull(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	smallDisk(t, data, "64k")
	mend := fill(t, data)
	s := es.NewSink(t, es.SinkOptions{})
	stays(dir, s, "--file", demo()).run(t).exits(1).complains(data, "no space left on device")
	if n := s.Stats().Docs; n != 0 {
		t.Errorf("%d documents", n)
	}
	mend()
	stays(dir, s, "--file", demo()).run(t).exits(0)
	eachOnce(t, s, demoPackets)
}

// TestUnreadableFileIsMended: the others are stored, and once it can be read the next run stores it alone.
func TestUnreadableFileIsMended(t *testing.T) {
	user, dir := nobody(t), open(t)
	if user == nil {
		t.Skip("not tested: it needs root, whose files another cannot read")
	}
	in := filepath.Join(dir, "in")
	for _, d := range []string{in, filepath.Join(dir, "data")} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(filepath.Join(dir, "data"), int(user.Uid), int(user.Gid)); err != nil {
		t.Fatal(err)
	}
	readable := write(t, in, "a.pcap", string(pcap(1000, 200)))
	private := write(t, in, "b.pcap", string(pcap(5000, 300)))
	chmod := func(path string) {
		t.Helper()
		if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // for another user
			t.Fatal(err)
		}
	}
	chmod(readable)
	s := es.NewSink(t, es.SinkOptions{})
	line := stays(dir, s, "--dir", in)
	line.user, line.dir = user, dir
	line.run(t).exits(1).complains("b.pcap", "permission denied").accounts(ledger{"packets seen": 200, "acknowledged": 200, "documents stored": 200})
	chmod(private)
	line.run(t).exits(0).accounts(ledger{"packets seen": 500, "acknowledged before": 200, "acknowledged": 300, "documents stored": 300})
	if n := len(ids(t, s)); n != 500 || s.Stats().Docs != 500 {
		t.Errorf("%d documents of %d ids, want 500", s.Stats().Docs, n)
	}
}
