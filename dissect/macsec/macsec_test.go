// SPDX-License-Identifier: Apache-2.0

package macsec

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, &dissect.Protocol{Name: "ip", EtherTypes: []uint16{0x0800}, Dissect: nothing})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "integrity only", frame: "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000", layers: "macsec:ip",
			want: map[string]string{"macsec.tci": "8", "macsec.an": "0", "macsec.short_length": "0", "macsec.pn": "68", "macsec.sci": "2E-B7-3F-39-95-C3", "macsec.port": "1", "macsec.etype": "2048"}},
		{name: "short length, no channel identifier", frame: "03 03 00000045 0800 45 0000", layers: "macsec:ip",
			want: map[string]string{"macsec.an": "3", "macsec.short_length": "3", "macsec.sci": "", "macsec.etype": "2048"}},
		{name: "encrypted", frame: "2c 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000", layers: "macsec",
			want: map[string]string{"macsec.tci": "11", "macsec.etype": ""}},
		{name: "no room for the ICV", frame: "00 00 00000044 0800 45", layers: "macsec", malformed: "macsec",
			want: map[string]string{"macsec.pn": "68"}},
		{name: "short length beyond the frame", frame: "00 05 00000044 0800 45", layers: "macsec", malformed: "macsec"},
		{name: "short length below a type", frame: "00 01 00000044 0800 45", layers: "macsec", malformed: "macsec"},
		{name: "half a channel identifier", frame: "20 00 00000044 2eb7", layers: "macsec", malformed: "macsec",
			want: map[string]string{"macsec.pn": "68", "macsec.sci": ""}},
		{name: "too short", frame: "20 00 000000", layers: "macsec", malformed: "macsec"},
		{name: "cut by the capture", frame: "00 00 00000044 08", wire: 60, layers: "macsec", truncated: true},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzMACsec(f *testing.F) {
	f.Add(unhex(f, "20 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000"), 33)
	f.Add(unhex(f, "03 03 00000045 0800 45 0000"), 11)
	f.Add(unhex(f, "2c 00 00000044 2eb73f3995c3 0001 0800 45 00000000000000000000000000000000"), 33)
	f.Add(unhex(f, "00 00 00000044 0800 45"), 9)
	f.Add(unhex(f, "00 05 00000044 0800 45"), 9)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
