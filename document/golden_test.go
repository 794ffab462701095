// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares the documents of packets, one a line, in one profile after the other, with tests/golden/name.ndjson.
func golden(t *testing.T, name string, packets []capture.Packet, profiles ...field.Profile) {
	t.Helper()
	var got []byte
	for _, p := range profiles {
		for _, x := range encode(t, document.Options{CaptureID: [10]byte{9: 1}, Profile: p}, engine.Options{}, packets...) {
			got = append(append(got, x.JSON()...), '\n')
		}
	}
	goldenText(t, name, got)
}

// goldenText compares documents, one a line, with tests/golden/name.ndjson.
func goldenText(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "../tests/golden/" + name + ".ndjson"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read golden documents: %v: make them by go test ./document -update", err)
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			t.Fatalf("%s, line %d:\n%s\nwant (go test ./document -update rewrites):\n%s", path, i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Errorf("%s: %d lines, want %d", path, len(g), len(w))
	}
}

func TestGoldenDemo(t *testing.T) {
	if _, err := os.Stat(demo); err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	golden(t, "demo", enginetest.Read(t, demo), field.Full)
}

func TestGoldenFrames(t *testing.T) {
	golden(t, "frames", frames(), field.Full)
}

func TestGoldenProfiles(t *testing.T) {
	packets := frames()
	for i, p := range enginetest.Read(t, demo) {
		if i%20 == 0 {
			packets = append(packets, p)
		}
	}
	golden(t, "profiles", packets, field.Standard, field.Minimal)
}

// frames are a few packets of each kind that the core of a document tells apart.
func frames() []capture.Packet {
	frames := enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 40001, 0x02, 0xffffffff, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 500, 0, ""),
		enginetest.TCP(1, 2, 40000, 40001, 0x18, 0, 501, "payload"), enginetest.TCP(1, 2, 40000, 40001, 0x14, 7, 501, ""),
		enginetest.UDP(1, 2, 1000, 2000, "x"), enginetest.UDP(1, 2, 1000, 2000, "x")[:40],
		enginetest.IPv4(1, 2, 4, enginetest.UDP(3, 4, 5, 6, "tunnel")[14:]),
		enginetest.IPv4(1, 2, 253, []byte("experiment")),
		[]byte{1, 2, 3}, nil,
	)
	frames[5].Length = 43
	frames[9].Length = 60
	frames[8].TimeValid, frames[8].TimeRaw = false, 1<<40
	return frames
}

func TestGoldenGap(t *testing.T) {
	var got []byte
	for _, shipped := range []bool{false, true} {
		d := document.NewGap(document.Options{CaptureID: [10]byte{9: 1}, Hostname: "sensor", Version: "1.2.3", Profile: field.Minimal, Shipped: shipped}, document.Gap{
			Number: 3, Start: 1_700_000_000e9, End: 1_700_000_010e9 + 5, Kernel: 1 << 40, Pool: 7, Interface: "eth0"})
		got = append(append(got, d.JSON()...), '\n')
	}
	goldenText(t, "gap", got)
}
