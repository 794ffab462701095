// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"math"
	"os"
	"testing"
	"time"
)

func TestTimeUnit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		tsresol byte
		offset  int64
		ts      uint64
		sec     int64
		nsec    uint64
		ok      bool
	}{
		{"seconds", 0, 0, 7, 7, 0, true},
		{"microseconds", 6, 0, 1_000_007, 1, 7000, true},
		{"nanoseconds", 9, 0, 1_000_000_007, 1, 7, true},
		{"picoseconds_round_down", 12, 0, 1_999_999_999_999, 1, 999_999_999, true},
		{"finest_power_of_10", 19, 0, math.MaxUint64, 1, 844_674_407, true},
		{"power_of_10_over_64_bits", 20, 0, 1, 0, 0, false},
		{"half_seconds", 0x81, 0, 3, 1, 500_000_000, true},
		{"power_of_2_rounds_down", 0x80 | 30, 0, 1<<31 - 1, 1, 999_999_999, true},
		{"finest_power_of_2", 0x80 | 63, 0, math.MaxUint64, 1, 999_999_999, true},
		{"power_of_2_over_64_bits", 0x80 | 64, 0, 1, 0, 0, false},
		{"offset", 6, 100, 5_000_000, 105, 0, true},
		{"negative_offset", 6, -7, 5_000_000, -2, 0, true},
		{"largest_offset", 0, math.MaxInt64, 5, math.MaxInt64, 0, true},
		{"largest_time_stamp", 0, 0, math.MaxUint64, math.MaxInt64, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := newTimeUnit(tt.tsresol)
			u.offset = tt.offset
			sec, nsec, ok := u.seconds(tt.ts)
			if sec != tt.sec || nsec != tt.nsec || ok != tt.ok {
				t.Errorf("%d %d %v, want %d %d %v", sec, nsec, ok, tt.sec, tt.nsec, tt.ok)
			}
		})
	}
}

func TestClock(t *testing.T) {
	c := clock{last: 42}
	for _, tt := range []struct {
		name string
		sec  int64
		nsec uint64
		ok   bool
		want Packet
	}{
		{"none_at_first", 0, 0, false, Packet{Time: 42, clock: 42}},
		{"too_late_at_first", 1 << 40, 0, true, Packet{Time: 42, TimeRaw: 1 << 40, clock: -7293016646573096960}},
		{"epoch", 0, 0, true, Packet{Time: 0, TimeValid: true}},
		{"last_possible", 9223372036, 854775807, true, Packet{Time: math.MaxInt64, TimeValid: true}},
		{"one_too_late", 9223372036, 854775808, true, Packet{Time: math.MaxInt64, TimeRaw: 9223372036, clock: math.MinInt64}},
		{"now", 1_700_000_000, 5, true, Packet{Time: 1_700_000_000_000_000_005, TimeValid: true}},
		{"negative", -1, 0, true, Packet{Time: 1_700_000_000_000_000_005, clock: 1_700_000_000_000_000_005}},
	} {
		var p Packet
		c.set(&p, tt.sec, tt.nsec, tt.ok)
		if p.Time != tt.want.Time || p.TimeValid != tt.want.TimeValid || p.TimeRaw != tt.want.TimeRaw || p.Clock() != tt.want.Clock() {
			t.Errorf("%s: %+v, want %+v", tt.name, p, tt.want)
		}
	}
}

// Without any valid time a packet has the file's modification time.
func TestModificationTime(t *testing.T) {
	w := &ngWriter{}
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	w.block(blockSimple, w.words(0))
	path := writeFile(t, "f", w.buf)
	mod := time.Unix(1_600_000_000, 5)
	if err := os.Chtimes(path, mod, mod); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := mustReadAll(t, s); len(got) != 1 || got[0].Time != mod.UnixNano() || got[0].TimeValid {
		t.Errorf("%+v", got)
	}
}
