// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestPrintsALineAPacketInAnEmptyFolder(t *testing.T) {
	r := run(t, "--file", demo()).exits(0).silent()
	lines := r.lines()
	if len(lines) != demoPackets {
		t.Fatalf("%d lines, want %d", len(lines), demoPackets)
	}
	for i, l := range lines {
		// number, relative time, source → destination, protocol, length, what it says
		if !regexp.MustCompile(fmt.Sprintf(`^ *%d +\d+\.\d+ .* → .* \d+ `, i+1)).MatchString(l) {
			t.Errorf("line %d: %q", i+1, l)
		}
	}
	if strings.Contains(r.out, "\x1b") {
		t.Error("colours in a pipe")
	}
	if left, err := os.ReadDir(r.dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
}

func TestPrintsDocuments(t *testing.T) {
	docs := printed(t, demo())
	if len(docs) != demoPackets {
		t.Fatalf("%d documents, want %d", len(docs), demoPackets)
	}
	for i, d := range docs {
		if d.number(t) != i+1 {
			t.Fatalf("document %d is of packet %d", i+1, d.number(t))
		}
	}
}

func TestColoursWhenAskedFor(t *testing.T) {
	if r := run(t, "--file", demo(), "--color", "always").exits(0); !strings.Contains(r.out, "\x1b[") {
		t.Error("no colours")
	}
}

func TestCount(t *testing.T) {
	for _, n := range []int{1, 7, demoPackets, demoPackets + 1} {
		if r := run(t, "--file", demo(), "--count", strconv.Itoa(n)).exits(0); len(r.lines()) != min(n, demoPackets) {
			t.Errorf("--count %d: %d lines", n, len(r.lines()))
		}
	}
}

func TestFilterOfAFile(t *testing.T) {
	docs := printed(t, demo())
	for filter, match := range map[[2]string]func(document) bool{
		{"--bpf", "tcp port 80"}:                                 both(hasText("network.transport", "tcp"), either(hasNumber("source.port", 80), hasNumber("destination.port", 80))),
		{"--bpf", "arp and not vlan"}:                            both(hasText("packet.layers", "arp"), not(hasText("packet.layers", "vlan"))),
		{"--bpf", "net 2001:db8:2::/48"}:                         either(inNet("source.ip", "2001:db8:2::/48"), inNet("destination.ip", "2001:db8:2::/48")),
		{"--display-filter", "dns && !(ip.dst == 192.0.2.0/24)"}: both(hasText("packet.layers", "dns"), not(inNet("destination.ip", "192.0.2.0/24"))),
		{"-Y", "http.request.method == POST or arp"}:             either(hasText("http.request.method", "POST"), hasText("packet.layers", "arp")),
		{"-Y", "tcp.analysis.retransmission"}:                    hasText("tcp.analysis.flags", "retransmission"),
	} {
		t.Run(filter[1], func(t *testing.T) {
			found := parse(t, run(t, "--file", demo(), filter[0], filter[1], "--format", "ecs").exits(0).silent().out)
			got, want := numbers(t, found, has("packet")), numbers(t, docs, match)
			if !slices.Equal(got, want) || len(want) == 0 {
				t.Errorf("packets %v, want %v", got, want)
			}
		})
	}
	// A filter counts what it lets pass.
	for _, flag := range []string{"--bpf", "-Y"} {
		if r := run(t, "--file", demo(), flag, "icmp", "--count", "2").exits(0); len(r.lines()) != 2 {
			t.Errorf("--count 2 of %s: %d lines", flag, len(r.lines()))
		}
	}
}

func TestStandardInput(t *testing.T) {
	r := cmdline{args: []string{"--file", "-"}, stdin: bytes.NewReader(read(t, demo()))}.run(t).exits(0).silent()
	if r.out != run(t, "--file", demo()).exits(0).out {
		t.Error("standard input prints other lines than the file")
	}
}

func TestSeveralFiles(t *testing.T) {
	other := write(t, t.TempDir(), "other.pcap", string(pcap(1000, 3)))
	if r := run(t, "--file", demo(), "--file", other).exits(0).silent(); len(r.lines()) != demoPackets+3 {
		t.Errorf("%d lines", len(r.lines()))
	}
	same := write(t, t.TempDir(), "same.pcapng", string(read(t, demo())))
	if r := run(t, "--file", demo(), "--file", same).exits(0).complains("the same capture as one before"); len(r.lines()) != demoPackets {
		t.Errorf("%d lines of one capture that was named twice", len(r.lines()))
	}
}

// pcap is a capture of UDP datagrams, one a second from the given one.
func pcap(second uint32, n int) []byte {
	le := func(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }
	b := append(le(0xa1b2c3d4), 2, 0, 4, 0)
	b = append(append(append(append(b, le(0)...), le(0)...), le(65535)...), le(101)...) // raw IP
	for i := range n {
		packet := append([]byte{
			0x45, 0, 0, 32, 0, byte(i), 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
			0x75, 0x30, 0x75, 0x31, 0, 12, 0, 0,
		}, 't', 'e', 's', 't')
		b = append(append(append(append(b, le(second+uint32(i))...), le(0)...), le(32)...), le(32)...)
		b = append(b, packet...)
	}
	return b
}

func TestDirectoryInOrderOfTime(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a.pcap", string(pcap(3000, 2)))
	write(t, dir, "sub/b.pcap", string(pcap(1000, 2)))
	write(t, dir, "c.pcap", string(pcap(2000, 2)))
	write(t, dir, "notes.txt", "no capture, passed over\n")
	docs := parse(t, run(t, "--dir", dir, "--format", "ecs").exits(0).silent().out)
	var times []string
	for _, d := range docs {
		times = append(times, d.text("@timestamp")...)
	}
	if len(times) != 6 || !slices.IsSorted(times) {
		t.Errorf("times %q", times)
	}
	if docs[0].number(t) != 1 || docs[2].number(t) != 1 {
		t.Error("packets are not numbered by file")
	}
}

func TestListWinsOverEverything(t *testing.T) {
	for _, args := range [][]string{
		{"--list"},
		{"--list", "--file", "nowhere.pcap", "--node", "ftp://x", "--format", "xml", "--bpf", "not a filter", "--chunk", "-5"},
		{"--list", "-c", "nowhere.yml"},
	} {
		r := run(t, args...).exits(0).silent()
		if !regexp.MustCompile(`(?m)^\d+ +lo0? .*127\.0\.0\.1`).MatchString(r.out) {
			t.Errorf("%q: no loopback:\n%s", args, r.out)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		r := run(t, args...).exits(0)
		for _, flag := range []string{"--file", "--dir", "--nic", "--bpf", "--count", "--format", "--node", "--index", "--chunk", "--list", "setup", "export", "keystore"} {
			if !strings.Contains(r.out, flag) {
				t.Errorf("%q does not speak of %s", args, flag)
			}
		}
	}
}
