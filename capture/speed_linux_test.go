// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"testing"
	"time"
)

func TestBufferByTime(t *testing.T) {
	for _, c := range []struct {
		name  string
		mbits int
		d     time.Duration
		want  int
	}{
		{"gigabit", 1000, 200 * time.Millisecond, 25_000_000},
		{"no_time", 1000, 0, 7},
		{"speed_is_not_known", 0, time.Second, 7},
		{"no_link", -1, time.Second, 7},
		{"at_least", 10, 10 * time.Millisecond, minBuffer},
		{"at_most", 800_000, time.Minute, maxBuffer},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := bufferFor(c.mbits, c.d, 7); got != c.want {
				t.Errorf("%d bytes, want %d", got, c.want)
			}
		})
	}
}

func TestLinkSpeed(t *testing.T) {
	newVethPair(t)
	for name, want := range map[string]int{"veth0": 10_000, "lo": 0, "nosuch0": 0, "averyveryverylongname": 0} {
		if got := linkSpeed(name); got != want {
			t.Errorf("%s has %d Mbit/s, want %d", name, got, want)
		}
	}
	l := mustOpenLive(t, LiveOptions{Interface: "veth0", Engine: EngineAFPacket, BufferTime: 4 * time.Millisecond})
	if got := len(l.engine.(*ringEngine).ring); got < 4_000_000 || got > 5_000_000 {
		t.Errorf("4 ms of 10 Gbit/s are 5 MB; the ring has %d bytes", got)
	}
}
