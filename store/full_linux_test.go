// SPDX-License-Identifier: Apache-2.0

package store

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A full disk stops neither packets nor what was stored before.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("a full disk is not tested: mounting a small file system needs root")
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a full disk is not tested: a small file system cannot be mounted (%v)", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			var people said
			o := options(dir, c)
			o.Say, o.retry = people.say, time.Hour
			all := packets(1000, 1500)
			r, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			placed := run(t, r.Tap(&source{batches: slices.Collect(slices.Chunk(all, 10)), interfaces: eth0}))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			st := r.Stats()
			if len(placed) != len(all) || st.Packets == 0 || st.NotStored == 0 || st.Packets+st.NotStored != uint64(len(all)) || st.Errors == 0 {
				t.Errorf("%d packets, %+v", len(placed), st)
			}
			if len(people.all) != 1 || !strings.Contains(people.all[0], "no space left on device") || !strings.Contains(people.all[0], "max_size smaller") {
				t.Errorf("people were told %q", people.all)
			}
			n := 0
			for _, f := range files(t, dir) {
				got, _, err := read(f)
				if err != nil {
					t.Errorf("%s: %v", f, err)
				}
				for i := range got {
					same(t, f, &got[i], &placed[n])
					n++
				}
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
			if uint64(n) != st.Packets {
				t.Errorf("%d packets can be read, %d were stored", n, st.Packets)
			}
		})
	}
}
