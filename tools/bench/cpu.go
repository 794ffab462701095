// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/espbeat/espbeat/tools/bench/gen"
)

// Targets, as ratios to tshark -T ek: the CPU of a packet may be at most the 25th and the 6th part.
const (
	printTarget = 25
	sinkTarget  = 6
)

// contestant is one command in a comparison.
type contestant struct {
	name   string
	argv   []string
	env    []string
	sink   bool    // {node} in argv is the address of a bulk sink
	target float64 // of the ratio of the first contestant's CPU to its own; 0: none
	runs   []usage
}

// cpu compares the CPU of a packet and the peak memory.
func (b *bench) cpu() error {
	file, err := b.workload(b.packets)
	if err != nil {
		return err
	}
	cs := b.contestants(file)
	if b.tshark == "" {
		b.report.note("tshark is not installed: no ratios to it (Debian: apt-get install tshark)")
	}
	for i := range b.rounds {
		for _, c := range cs {
			b.report.progress("cpu, round %d of %d: %s", i+1, b.rounds, c.name)
			u, err := b.contest(c, b.packets)
			if err != nil {
				return err
			}
			c.runs = append(c.runs, u)
		}
	}
	b.report.cpu(cs, int(b.packets), b.tshark != "")
	return nil
}

// contestants are what is there to compare, tshark first.
func (b *bench) contestants(file string) []*contestant {
	var cs []*contestant
	if b.tshark != "" {
		cs = append(cs, &contestant{name: "`tshark -T ek`", argv: []string{b.tshark, "-T", "ek", "-r", file}})
	}
	cs = append(cs, b.printing(file), b.sinking(file),
		&contestant{name: "espbeat, summary lines", argv: []string{b.espbeat, "--file", file}})
	if b.packetbeat != "" {
		home := filepath.Join(b.tmp, "packetbeat")
		cs = append(cs, &contestant{name: "Packetbeat (flows and transactions), discarding", env: []string{"PB_SHUTDOWN=0s"}, argv: []string{
			b.packetbeat, "-t", "-I", file, "--strict.perms=false", "-c", b.packetbeatConfig(),
			"--path.home", home, "--path.data", filepath.Join(home, "data"), "--path.logs", filepath.Join(home, "logs"),
		}})
	}
	if b.netcap != "" {
		cs = append(cs, &contestant{name: "netcap", argv: []string{b.netcap, "capture", "-read", file, "-out", filepath.Join(b.tmp, "netcap"), "-noprompt", "-quiet"}})
	}
	return cs
}

func (b *bench) printing(file string) *contestant {
	return &contestant{name: "espbeat, printing documents", argv: []string{b.espbeat, "--file", file, "--format", "ecs"}, target: printTarget}
}

func (b *bench) sinking(file string) *contestant {
	return &contestant{name: "espbeat, into a bulk sink", argv: []string{b.espbeat, "--file", file, "--node", "{node}"}, sink: true, target: sinkTarget}
}

// packetbeatConfig writes a configuration that reads flows and the usual protocols.
func (b *bench) packetbeatConfig() string {
	path := filepath.Join(b.tmp, "packetbeat.yml")
	const yml = `packetbeat.flows: {timeout: 30s, period: 10s}
packetbeat.protocols: [{type: icmp, enabled: true}, {type: dns, ports: [53]}, {type: http, ports: [80, 8080, 8000, 5000, 8002]}, {type: tls, ports: [443]}]
output.discard.enabled: true
`
	_ = os.WriteFile(path, []byte(yml), 0o600) // Packetbeat says when it is not there
	return path
}

// contest measures one command once.
func (b *bench) contest(c *contestant, packets gen.Count) (usage, error) {
	argv := append([]string(nil), c.argv...)
	if !c.sink {
		return measure(b.ctx, b.limit, argv, c.env...)
	}
	s, err := startSink("")
	if err != nil {
		return usage{}, err
	}
	for i := range argv {
		if argv[i] == "{node}" {
			argv[i] = s.url
		}
	}
	u, err := measure(b.ctx, b.limit, argv, c.env...)
	counts, serr := s.stop()
	if err != nil {
		return u, err
	}
	if serr != nil {
		return u, serr
	}
	if counts.Documents != int(packets) {
		return u, fmt.Errorf("%s: the sink was sent %d documents of %d packets", c.name, counts.Documents, packets)
	}
	u.Out = int64(counts.WireBytes)
	return u, nil
}
