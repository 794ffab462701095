// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// writeCapture writes n UDP packets, the first at the given second, a microsecond apart.
func writeCapture(t *testing.T, path string, second uint32, n int) {
	t.Helper()
	writePackets(t, path, second, n, func(i int) byte { return byte(9 + i) })
}

// writePackets is writeCapture with the packets' destination ports.
func writePackets(t *testing.T, path string, second uint32, n int, port func(i int) byte) {
	t.Helper()
	b := binary.LittleEndian
	file := b.AppendUint32(nil, 0xa1b2c3d4)
	file = b.AppendUint16(b.AppendUint16(file, 2), 4)
	file = b.AppendUint32(b.AppendUint32(b.AppendUint32(b.AppendUint32(file, 0), 0), 65535), 1)
	for i := range n {
		p := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, // Ethernet
			0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2, // IPv4
			0x9c, 0x40, 0, port(i), 0, 8, 0, 0} // UDP
		file = b.AppendUint32(b.AppendUint32(file, second), uint32(i))
		file = b.AppendUint32(b.AppendUint32(file, uint32(len(p))), uint32(len(p)))
		file = append(file, p...)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

func parsed(t *testing.T, s string) config.Config {
	t.Helper()
	c, err := conf.NewConfigWithYAML([]byte(s), "test")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(c)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// printed runs the configuration to a buffer.
func runPrint(t *testing.T, cfg config.Config, format string) (string, []string, error) {
	t.Helper()
	var out bytes.Buffer
	var said []string
	err := Print(context.Background(), cfg, "1.0", PrintOptions{Format: format, Out: &out, Report: func(s string) { said = append(said, s) }})
	return out.String(), said, err
}

func TestDirectoryIsReadInOrderOfTime(t *testing.T) {
	dir := t.TempDir()
	writeCapture(t, filepath.Join(dir, "b.pcap"), 100, 1)
	writeCapture(t, filepath.Join(dir, "a.pcap"), 200, 2)
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("no capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said, err := runPrint(t, parsed(t, "inputs: [{type: file, paths: ["+dir+"]}]"), "ecs")
	if err != nil || len(said) > 0 {
		t.Fatalf("%v, %v", err, said)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "00:01:40") || !strings.Contains(lines[2], "00:03:20") {
		t.Errorf("documents:\n%s", out)
	}
}

func TestCountGoesOverFiles(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.pcap"), filepath.Join(dir, "b.pcap")
	writeCapture(t, a, 1, 3)
	writeCapture(t, b, 2, 3)
	out, _, err := runPrint(t, parsed(t, "inputs: [{type: file, count: 4, paths: ["+a+", "+b+"]}]"), "summary")
	if err != nil || strings.Count(out, "\n") != 4 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestOneBadFileDoesNotStopTheRest(t *testing.T) {
	dir := t.TempDir()
	a := filepath.Join(dir, "a.pcap")
	writeCapture(t, a, 1, 3)
	out, said, err := runPrint(t, parsed(t, "inputs: [{type: file, paths: ["+dir+"/none.pcap, "+a+"]}]"), "summary")
	if err == nil || len(said) != 1 || !strings.Contains(said[0], "none.pcap") || strings.Count(out, "\n") != 3 {
		t.Errorf("%v, %v\n%s", err, said, out)
	}
}

// broken is a standard output that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestStandardOutputThatBreaksEndsTheRun(t *testing.T) {
	a := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, a, 1, 3)
	err := Print(context.Background(), parsed(t, "inputs: [{type: file, paths: ["+a+", "+a+"]}]"), "1.0", PrintOptions{
		Format: "summary", Out: broken{}, Report: func(s string) { t.Errorf("said %s", s) }})
	if err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("error %v", err)
	}
}

func TestCaptureID(t *testing.T) {
	dir := t.TempDir()
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	writeCapture(t, a, 1, 3)
	writeCapture(t, b, 1, 3)
	writeCapture(t, c, 1, 4)
	id := func(path, salt string) captureID {
		id, err := capture.Identify(path)
		if err != nil {
			t.Fatal(err)
		}
		return captureIDOf(id, salt)
	}
	if id(a, "") != id(b, "") {
		t.Error("the same content under two names is two captures")
	}
	if id(a, "") == id(c, "") || id(a, "") == id(a, "again") {
		t.Error("two captures, or two imports of one, have one id")
	}
	if one, other := randomID(), randomID(); one == other {
		t.Error("two live captures have one id")
	}
}

func TestOutcomeKeepsTheFirst(t *testing.T) {
	o := NewOutcome()
	first := errors.New("first")
	o.Fail(first)
	o.Abort(errors.New("second"))
	o.Abort(errors.New("third"))
	o.Rejected("a")
	o.Rejected("b")
	select {
	case <-o.Aborted():
	default:
		t.Error("not aborted")
	}
	if !errors.Is(o.Err(), first) || o.Reason(0) != "a" {
		t.Errorf("%v, %q", o.Err(), o.Reason(0))
	}
}

func TestMappedFieldsStayBelowTheLimit(t *testing.T) {
	field.Seal()
	for _, p := range []field.Profile{field.Minimal, field.Standard, field.Full} {
		if n := schema.Count(p); n >= fieldsLimit(p) {
			t.Errorf("profile %v: %d mapped fields, the template allows %d", p, n, fieldsLimit(p))
		}
	}
	for _, f := range []string{config.FormatECS, config.FormatLite} {
		ix := indexOf(f, &config.Config{})
		if m := ix.Template["mappings"].(map[string]any); m["dynamic"] != false {
			t.Errorf("%s: a packet can add fields", f)
		}
	}
}

func TestCheckCompilesFilters(t *testing.T) {
	for _, wrong := range []string{"filter: 'tcp and ('", "display_filter: 'tcp and ('", "display_filter: tcp.nosuch"} {
		if err := Check(parsed(t, "inputs: [{type: file, paths: [a], "+wrong+"}]")); err == nil {
			t.Errorf("%s: a filter that does not compile passes", wrong)
		}
	}
	if err := Check(parsed(t, "{dissector.tshark.when: sometimes, inputs: [{type: file, paths: [a]}]}")); err == nil || !strings.Contains(err.Error(), "espbeat.dissector.tshark.when: ") {
		t.Errorf("a display filter of tshark's packets that does not compile: %v", err)
	}
	if err := Check(parsed(t, "inputs: [{type: file, paths: [a], filter: tcp, display_filter: tcp.port == 80}]")); err != nil {
		t.Error(err)
	}
}
