// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

const demo = "../tests/demo/demo.pcapng"

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("what tshark says is not tested: tshark is missing (`apt-get install tshark`)")
	}
}

// TestTsharkPrints: the documents come in the order of the packets, whatever the number of processes, and those of packets that tshark is not
// asked about are as without it.
func TestTsharkPrints(t *testing.T) {
	needTshark(t)
	plain, _, err := runPrint(t, parsed(t, `inputs: [{type: file, paths: [`+demo+`]}]`), "ecs")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(plain), "\n")
	for name, c := range map[string]struct {
		format, set string
		// layers bounds how many documents have some.
		least, most int
	}{
		"ek":                 {"ek", "format: ek", len(lines), len(lines)},
		"ek, more processes": {"ek", "{format: ek, dissector.tshark.processes: 3}", len(lines), len(lines)},
		"always":             {"ecs", "dissector.tshark.when: always", len(lines), len(lines)},
		"unknown":            {"ecs", "dissector.tshark.when: unknown", 1, 20},
		"a display filter":   {"ecs", "dissector.tshark.when: tcp.flags.syn == 1 && tcp.flags.ack == 0", 5, 60},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := parsed(t, c.set)
			cfg.Inputs = parsed(t, `inputs: [{type: file, paths: [`+demo+`]}]`).Inputs
			cfg.Inputs[0].Format = c.format
			out, said, err := runPrint(t, cfg, c.format)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(said, "\n"), "is not redacted") {
				t.Errorf("that nothing is redacted is not said: %q", said)
			}
			got := strings.Split(strings.TrimSpace(out), "\n")
			if len(got) != len(lines) {
				t.Fatalf("%d documents of %d packets", len(got), len(lines))
			}
			with := 0
			for i, line := range got {
				var d struct {
					Layers struct {
						Frame struct {
							Number string `json:"frame_frame_number"`
						}
					}
				}
				if err := json.Unmarshal([]byte(line), &d); err != nil {
					t.Fatalf("%v: %s", err, line)
				}
				switch d.Layers.Frame.Number {
				case "":
					if line != lines[i] {
						t.Errorf("packet %d: %s, without tshark %s", i+1, line, lines[i])
					}
				case fmt.Sprint(i + 1):
					with++
				default:
					t.Fatalf("document %d is of packet %s", i+1, d.Layers.Frame.Number)
				}
			}
			if with < c.least || with > c.most {
				t.Errorf("%d packets have layers of tshark's, want %d to %d", with, c.least, c.most)
			}
		})
	}
}

// TestTsharkFails: an input whose tshark is missing does not start, and one whose tshark cannot go on ends with an error; neither hangs.
func TestTsharkFails(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "tshark")
	script := "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'TShark (Wireshark) 4.0.0'; exit 0; fi\necho 'cannot go on' >&2\nexit 1\n"
	if err := os.WriteFile(broken, []byte(script), 0o755); err != nil { //nolint:gosec // to be run
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, says string }{
		"missing": {filepath.Join(dir, "none"), "espbeat.dissector.tshark.path"},
		"broken":  {broken, "tshark ends at each packet (exit status 1 (cannot go on))"},
	} {
		cfg := parsed(t, `{format: ek, dissector.tshark: {user: "", path: `+c.path+`}, inputs: [{type: file, paths: [`+demo+`]}]}`)
		cfg.Dissector.Tshark.Quarantine = filepath.Join(dir, "aside.pcapng")
		if _, _, err := runPrint(t, cfg, "ek"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHosts(t *testing.T) {
	core := func(src, dst string) *dissect.Core {
		c := &dissect.Core{}
		if src != "" {
			c.Source.Addr, c.Destination.Addr = netip.MustParseAddr(src), netip.MustParseAddr(dst)
		}
		return c
	}
	if hosts(core("10.0.0.1", "10.0.0.2")) != hosts(core("10.0.0.2", "10.0.0.1")) {
		t.Error("the two directions of a conversation go to different processes")
	}
	count := map[uint64]int{}
	for i := range 1000 {
		count[hosts(core("10.0.0.1", fmt.Sprintf("10.1.%d.%d", i/250, i%250)))%2]++
	}
	if count[0] < 300 || count[1] < 300 {
		t.Errorf("of 1000 pairs of hosts go to each of two processes: %v", count)
	}
	arp := core("", "")
	arp.Source.MACLen = 6
	if hosts(arp) != hosts(core("", "")) {
		t.Error("packets without addresses go to different processes")
	}
}
