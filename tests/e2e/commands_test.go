// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Commands as Espcap's README documents them, with "=" and with a node without a scheme.

// capturesFolder has two captures and what is none, with so many packets.
func capturesFolder(t *testing.T) (dir string, packets int) {
	t.Helper()
	const more = 20
	dir = t.TempDir()
	write(t, dir, "a.pcapng", string(read(t, demo())))
	write(t, dir, "b.pcap", string(pcap(1000, more)))
	write(t, dir, "README", "no capture")
	return dir, demoPackets + more
}

func TestEspcapsFileCommands(t *testing.T) {
	s := server(t)
	node := "--node=" + strings.TrimPrefix(s.URL, "http://")
	dir, all := capturesFolder(t)
	web := len(numbers(t, printed(t, demo()), both(hasText("network.transport", "tcp"), either(hasNumber("source.port", 80), hasNumber("destination.port", 80)))))
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"a file":                 {[]string{"--file=" + demo()}, demoPackets},
		"a folder":               {[]string{"--dir=" + dir}, all},
		"a filter, of a file":    {[]string{"--file=" + demo(), "--bpf=tcp port 80"}, web},
		"so many, of a file":     {[]string{"--file=" + demo(), "--count=50"}, 50},
		"in small bulk requests": {[]string{"--file=" + demo(), "--chunk=100"}, demoPackets},
	} {
		t.Run(name, func(t *testing.T) {
			index := stream(t, s)
			run(t, append(c.args, node, "--index="+index)...).exits(0)
			s.Refresh(index)
			if n := s.Count(index, nil); n != c.want || n == 0 {
				t.Errorf("%d documents, want %d", n, c.want)
			}
		})
	}
}

func TestEspcapsOtherCommands(t *testing.T) {
	run(t, "--file=nowhere.pcap").exits(1).complains("nowhere.pcap", "no such file")
	run(t, "--dir="+filepath.Join(t.TempDir(), "nowhere")).exits(1).complains("nowhere", "no such file")
	run(t).exits(2).complains("--file", "--nic")
	if r := run(t, "--list").exits(0).silent(); !strings.Contains(r.out, "lo") {
		t.Errorf("--list: %s", r.out)
	}
	help := run(t, "--help").exits(0).out
	for _, flag := range []string{"node", "nic", "file", "dir", "bpf", "chunk", "count", "list", "help"} {
		if !regexp.MustCompile(`(?m)^ .*--` + flag + `\b`).MatchString(help) {
			t.Errorf("--help lacks --%s", flag)
		}
	}
	if r := run(t, "--file="+demo()).exits(0).silent(); len(r.lines()) != demoPackets {
		t.Errorf("%d lines on standard output", len(r.lines()))
	}
}

// TestOriginalsFailures are what the tests of commands show of espbeat and the original does not do, although its README promises it. It goes when
// none is left.
func TestOriginalsFailures(t *testing.T) {
	o, s := espcap(t), server(t)
	o.fresh(t, s)
	if said, code := o.run(t, "--dir="+filepath.Join(o.dir, "test_pcaps")); code == 0 || !strings.Contains(said, "'indexer' is not defined") {
		t.Errorf("--dir: %d, %s", code, tail(said, 500))
	}
	if said, code := o.run(t, "--file=nowhere.pcap"); code != 0 {
		t.Errorf("a missing file: %d, %s", code, tail(said, 500))
	}
	name := "test_dns.pcap"
	if said, code := o.run(t, "--file="+o.capture(name), "--bpf=tcp", "--count=3", "--node="+s.URL); code != 0 {
		t.Fatalf("a filter of a file: %d, %s", code, tail(said, 500))
	}
	c := captures[name]
	s.Refresh(c.index)
	if n := s.Count(c.index, nil); n != c.packets {
		t.Errorf("a filter of a file: %d of %d packets", n, c.packets)
	}
}
