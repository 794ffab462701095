// SPDX-License-Identifier: Apache-2.0

package preflight

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/privileges"
)

func inputOf(kind string) config.Input {
	in := config.Input{}
	in.InitDefaults()
	in.Type, in.ID = kind, "mine"
	return in
}

func fileInput(paths ...string) config.Input {
	in := inputOf(config.TypeFile)
	in.Paths = paths
	return in
}

// expect compares findings with the beginnings of their lines.
func expect(t *testing.T, got []Finding, want ...string) {
	t.Helper()
	for i, f := range got {
		if i >= len(want) || !strings.HasPrefix(f.String(), want[i]) {
			t.Errorf("line %d: %s", i, f)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d: %q", len(got), len(want), want)
	}
}

func TestPermissions(t *testing.T) {
	raw := []privileges.Capability{privileges.NetRaw}
	for name, c := range map[string]struct {
		needed, missing []privileges.Capability
		want            string
	}{
		"files only": {nil, nil, "ok   permissions: reading files needs no capability"},
		"there":      {raw, nil, "ok   permissions: the inputs have what they need, CAP_NET_RAW"},
		"missing":    {raw, raw, "FAIL permissions: missing: CAP_NET_RAW; run as root (sudo), or `sudo setcap cap_net_raw=ep /opt/espbeat` once"},
	} {
		if got := permissions(c.needed, c.missing, "/opt/espbeat").String(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestLink(t *testing.T) {
	is := capture.InterfaceState{Name: "eth0", Up: true, Running: true, LinkType: 1}
	expect(t, []Finding{link(is)}, "ok   interface eth0: up, link type ETHERNET")
	is.Running = false
	expect(t, []Finding{link(is)}, "WARN interface eth0: up, without a carrier; check the cable")
	is.Up = false
	expect(t, []Finding{link(is)}, "FAIL interface eth0: down; bring it up: `ip link set eth0 up`")
}

func TestOffloads(t *testing.T) {
	for name, c := range map[string]struct {
		on        []string
		checksums bool
		want      string
	}{
		"none":                    {nil, true, "ok   offloads of eth0: packets are captured as they are on the wire"},
		"checksums":               {[]string{capture.FeatureChecksum}, false, "ok   offloads of eth0: sent packets have no checksum yet"},
		"checksums, verified":     {[]string{capture.FeatureChecksum}, true, "WARN offloads of eth0: sent packets have no checksum yet; leave dissect.checksums off"},
		"received are merged":     {[]string{capture.FeatureGRO, capture.FeatureLRO}, false, "WARN offloads of eth0: the card puts received packets of a connection together (LRO), received packets of a connection are put together (GRO); to capture what is on the wire: `ethtool -K eth0 lro off gro off`"},
		"sent are cut later":      {[]string{capture.FeatureGSO, capture.FeatureTSO}, false, "WARN offloads of eth0: sent packets are captured before the card cuts them (TSO), sent packets are captured before they are cut (GSO); to capture what is on the wire: `ethtool -K eth0 tso off gso off`"},
		"all, checksums verified": {[]string{capture.FeatureGRO, capture.FeatureChecksum}, true, "WARN offloads of eth0: received packets of a connection are put together (GRO), sent packets have no checksum yet; to capture what is on the wire: `ethtool -K eth0 gro off`, and leave dissect.checksums off"},
	} {
		got := offloads(capture.InterfaceState{Name: "eth0", Features: c.on}, c.checksums)
		if got.String() != c.want {
			t.Errorf("%s:\n %s\nwant\n %s", name, got, c.want)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	demo, err := os.ReadFile("../../tests/demo/demo.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.pcapng": string(demo), "b.pcapng": string(demo[:len(demo)-400]), "notes.txt": "text"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	there, missing := filepath.Join(dir, "a.pcapng"), filepath.Join(dir, "missing.pcap")
	check := func(in config.Input) []Finding { return files(&in) }
	expect(t, check(fileInput(there)), "ok   files of mine: 1 captures can be read in "+there)
	expect(t, check(fileInput(dir)), "ok   files of mine: 2 captures can be read in "+dir)
	expect(t, check(fileInput("-", "tcp://127.0.0.1:1")), "ok   files of mine: 0 captures can be read in -, tcp://127.0.0.1:1, and 2 streams that are not tried")
	expect(t, check(fileInput(there, missing)), "FAIL files of mine: find captures: "+missing, "ok   files of mine: 1 captures")
	expect(t, check(fileInput(filepath.Join(dir, "notes.txt"))), "FAIL files of mine: ", "ok   files of mine: 0 captures")

	watched := fileInput(filepath.Join(dir, "*.pcap.later"))
	watched.Watch = true
	expect(t, check(watched), "WARN files of mine: ", "ok   files of mine: 0 captures")

	filtered := fileInput(there)
	filtered.Filter = "port 53"
	expect(t, check(filtered), `ok   filter of mine: "port 53" compiles`, "ok   files of mine: 1")
	filtered.Filter = "no filter"
	expect(t, check(filtered), `FAIL filter of mine: compile filter "no filter"`, "ok   files of mine: 1")
}

func TestData(t *testing.T) {
	dir := t.TempDir()
	expect(t, []Finding{data(dir, "")}, "ok   disk: path.data "+dir+" can be written, ")
	later := filepath.Join(dir, "a", "b")
	expect(t, []Finding{data(later, "")}, "ok   disk: path.data "+later+" can be written, ")
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, []Finding{data(file, "")}, "FAIL disk: path.data "+file+": ")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRun(t *testing.T) {
	cfg := config.Default()
	off := inputOf(config.TypeLive)
	off.Enabled = false
	cfg.Inputs = []config.Input{off, fileInput("../../tests/demo/demo.pcapng")}
	all := Run(&cfg, Options{Data: t.TempDir()})
	expect(t, all, "ok   permissions: ", "ok   files of mine: 1", "ok   disk: ")
	if Failed(all) {
		t.Error("failed without a failure")
	}
	cfg.Inputs[1].DisplayFilter = "tcp"
	compile := func(text string) error { return errors.New("cannot answer " + text) }
	expect(t, Run(&cfg, Options{CompileDisplay: func(string) error { return nil }}), "ok   permissions: ", `ok   display filter of mine: "tcp" can be answered`, "ok   files of mine: 1")
	expect(t, Run(&cfg, Options{CompileDisplay: compile}), "ok   permissions: ", "FAIL display filter of mine: cannot answer tcp", "ok   files of mine: 1")
	cfg.Inputs[1].DisplayFilter = ""
	cfg.Inputs[1].Paths = []string{"missing"}
	all = Run(&cfg, Options{})
	if expect(t, all, "ok   permissions: ", "FAIL files of mine: ", "ok   files of mine: 0"); !Failed(all) {
		t.Error("did not fail")
	}
}
