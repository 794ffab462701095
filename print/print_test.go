// SPDX-License-Identifier: Apache-2.0

package print

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const demo = "../tests/demo/demo.pcapng"

// printed is what a printer writes of packets.
func printed(t *testing.T, opt Options, packets []capture.Packet) string {
	t.Helper()
	var out bytes.Buffer
	p, err := New(&out, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(p, packets); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func run(p *Printer, packets []capture.Packet) error {
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: 20}, all.Registry(), engine.Options{})
	var b engine.Batch
	for {
		err := e.Next(&b)
		if errors.Is(err, io.EOF) {
			return p.Flush()
		}
		if err != nil {
			return err
		}
		if err := p.Print(&b); err != nil {
			return err
		}
	}
}

func TestGoldenSummary(t *testing.T) {
	if _, err := os.Stat(demo); err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	const path = "../tests/golden/demo.txt"
	got := printed(t, Options{Format: Summary}, enginetest.Read(t, demo))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read golden lines: %v: make them by go test ./print -update", err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d (go test ./print -update rewrites)\n%s\nwant\n%s", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Errorf("%d lines, want %d", len(g), len(w))
	}
}

func TestSummaryLines(t *testing.T) {
	packets := enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 40001, 0x12, 7, 9, ""), enginetest.UDP(1, 2, 3, 4, "x"), enginetest.UDP(1, 2, 3, 4, ""), enginetest.UDP(1, 2, 3, 4, "")[:36], nil)
	packets[2].Data[39] = 3 // less than the header
	packets[3].Length, packets[4].LinkType = 42, 9999
	packets[4].Time = packets[0].Time - 1500e6
	want := `     1     0.000000 192.0.2.1       → 192.0.2.2       TCP         54 [SYN, ACK] Seq=0 Ack=1 Win=1024 Len=0
     2     0.001000 192.0.2.1       → 192.0.2.2       UDP         43 Len=1
     3     0.002000 192.0.2.1       → 192.0.2.2       UDP         42 Len=0 [malformed udp]
     4     0.003000 192.0.2.1       → 192.0.2.2       UDP         42  [cut by the capture]
     5    -1.500000                 →                 9999         0 
`
	if got := printed(t, Options{Format: Summary}, packets); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

func TestLite(t *testing.T) {
	got := printed(t, Options{Format: LiteFmt}, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""), enginetest.TCP(1, 2, 40000, 80, 2, 0, 0, "")))
	want := `Packet 2
Source IP        - 192.0.2.1
Source port      - 40000
Destination IP   - 192.0.2.2
Destination port - 80

`
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestECS(t *testing.T) {
	got := printed(t, Options{Format: ECS}, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "\n"), enginetest.UDP(1, 2, 3, 4, "")))
	lines := strings.Split(got, "\n")
	if len(lines) != 3 || lines[2] != "" || !json.Valid([]byte(lines[0])) || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q", got)
	}
}

// hostile packets carry what could change a terminal.
func hostile() []capture.Packet {
	const escape = "\x1b]0;title\x07\x1b[2J\r\u202e\u009b31m\xff\x00\x7f"
	name := "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + string(rune(len(escape))) + escape + "\x00\x00\x01\x00\x01"
	return enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "GET /"+escape+" HTTP/1.1\r\nHost: "+escape+"\r\n\r\n"), enginetest.UDP(1, 2, 40000, 53, name))
}

func TestTerminalIsSafe(t *testing.T) {
	for _, format := range []Format{Summary, ECS, LiteFmt} {
		for _, c := range printed(t, Options{Format: format}, hostile()) {
			if c != '\n' && (unicode.IsControl(c) || format == Summary && !unicode.IsPrint(c)) {
				t.Errorf("%s writes %U", format, c)
			}
		}
	}
	for text, want := range map[string]string{"plain ünïcode →": "plain ünïcode →", "\x1b[2J": ".[2J", "a\xc3": "a.", "\u202e": ".", "\u009b": ".", "\t\n": "..",
		strings.Repeat("x", maxSay+1): strings.Repeat("x", maxSay) + "…", strings.Repeat("x", maxSay): strings.Repeat("x", maxSay)} {
		if got := string(appendPrintable(nil, []byte(text))); got != want {
			t.Errorf("%q is printed %q, want %q", text, got, want)
		}
	}
}

func TestColor(t *testing.T) {
	packets := append(hostile(), enginetest.Ethernet([]byte{1}, enginetest.TCP(1, 2, 3, 4, 2, 0, 0, ""), enginetest.TCP(1, 2, 3, 4, 4, 0, 0, ""))...)
	plain, colored := printed(t, Options{Format: Summary}, packets), printed(t, Options{Format: Summary, Color: true}, packets)
	if strings.ContainsRune(plain, 0x1b) {
		t.Error("colours without being asked")
	}
	stripped := colored
	for _, code := range []string{reset, dim, bold, red, green, yellow, cyan} {
		stripped = strings.ReplaceAll(stripped, code, "")
	}
	if stripped != plain || strings.Count(colored, reset) < len(packets) {
		t.Errorf("%q, without colours %q", colored, plain)
	}
	for line := range strings.Lines(colored) {
		if at := strings.LastIndex(line, "\x1b"); !strings.HasPrefix(line[at:], reset) {
			t.Errorf("a colour goes on after %q", line)
		}
	}
}

type brokenPipe struct{ after int }

var errBroken = errors.New("broken pipe")

func (w *brokenPipe) Write(b []byte) (int, error) {
	if w.after -= len(b); w.after < 0 {
		return 0, errBroken
	}
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	var packets []capture.Packet
	for range 2000 {
		packets = append(packets, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""))...)
	}
	for _, after := range []int{0, flushAt + 5000} {
		p, err := New(&brokenPipe{after}, Options{Format: ECS})
		if err != nil {
			t.Fatal(err)
		}
		if err := run(p, packets); !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "standard output") {
			t.Errorf("after %d bytes: %v", after, err)
		}
		if p.Printed == uint64(len(packets)) {
			t.Error("goes on after an error")
		}
	}
	if _, err := New(io.Discard, Options{Format: "xml"}); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Errorf("%v", err)
	}
}
