// SPDX-License-Identifier: Apache-2.0

// Command bench compares espbeat with the tools that somebody would use instead, in one run: every round measures each of them once, so
// that whatever else the machine does meets all alike. It prints ratios, each with its median, its range and its target.
//
//	go run ./tools/bench -espbeat ./espbeat [-rounds 3] [-packets 100k] [-only cpu,memory,elasticsearch] [-o docs/benchmarks.md]
//
// CPU is user and system time of whole processes with their children (wait4), start included. Tools that are absent are skipped with a
// line. A real Elasticsearch is the one that ESPBEAT_TEST_ES names, or one that tests/elasticsearch starts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/espbeat/espbeat/tools/bench/gen"
)

// bench is one run.
type bench struct {
	ctx     context.Context
	espbeat string
	source  string // captures that the workload is made of
	tmp     string
	rounds  int
	limit   time.Duration // of one command

	packets, small, large, index, few gen.Count // numbers of packets: CPU, memory twice, into Elasticsearch, for Espcap

	tshark, packetbeat, netcap, espcap string // empty: not there

	report *report
}

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "sink" || os.Args[1] == "load") { // this program as its own helper
		var err error
		if os.Args[1] == "sink" {
			err = serveSink(os.Args[2])
		} else {
			err = load(os.Args[2], os.Args[3], os.Args[4])
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	missed, err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if missed {
		os.Exit(3)
	}
}

// run reports whether a target was missed that -gate watches.
func run(ctx context.Context) (bool, error) {
	b := &bench{ctx: ctx, packets: 100_000, small: 200_000, large: 2_000_000, index: 200_000, few: 2_000, report: &report{out: os.Stdout}}
	flag.StringVar(&b.espbeat, "espbeat", "./espbeat", "the `binary` to measure")
	flag.StringVar(&b.source, "src", "", "`folder` of captures that the workload is made of, or one capture (default: Packetbeat's in the module cache, else the demo)")
	flag.IntVar(&b.rounds, "rounds", 3, "`rounds` of every comparison")
	flag.DurationVar(&b.limit, "limit", 30*time.Minute, "longest `time` of one command")
	flag.Var(&b.packets, "packets", "`packets` for the comparison of CPU")
	flag.Var(&b.small, "small", "`packets` of the smaller file for memory")
	flag.Var(&b.large, "large", "`packets` of the larger file for memory")
	flag.Var(&b.index, "index", "`packets` into the real Elasticsearch")
	flag.Var(&b.few, "few", "`packets` for Espcap")
	flag.StringVar(&b.packetbeat, "packetbeat", "", "Packetbeat's `binary` to measure beside")
	flag.StringVar(&b.netcap, "netcap", "", "netcap's `binary` to measure beside")
	flag.StringVar(&b.espcap, "espcap", "", "a `checkout` of Espcap with a virtual environment in venv, to measure beside")
	only := flag.String("only", "cpu,memory,elasticsearch", "which `comparisons` to make")
	gate := flag.Bool("gate", false, "exit with status 3 when a target is missed")
	page := flag.String("o", "", "also write the tables to this `file`")
	flag.Parse()
	if b.rounds < 1 {
		return false, errors.New("-rounds: give 1 or more")
	}
	var err error
	if b.espbeat, err = filepath.Abs(b.espbeat); err == nil {
		_, err = os.Stat(b.espbeat)
	}
	if err != nil {
		return false, fmt.Errorf("-espbeat: %w; build it with: go tool mage build", err)
	}
	b.tshark, _ = exec.LookPath("tshark")
	if b.source == "" {
		b.source = gen.DefaultSource()
	}
	if b.tmp, err = os.MkdirTemp("", "espbeat-bench-"); err != nil {
		return false, fmt.Errorf("make a folder for the workload: %w", err)
	}
	defer os.RemoveAll(b.tmp)
	b.report.begin(b)
	for _, part := range strings.Split(*only, ",") {
		switch part {
		case "cpu":
			err = b.cpu()
		case "memory":
			err = b.memory()
		case "elasticsearch":
			err = b.elasticsearch()
		default:
			err = fmt.Errorf("-only %q: there are cpu, memory, elasticsearch", part)
		}
		if err != nil {
			return false, err
		}
	}
	b.report.end()
	if *page != "" {
		if err := os.WriteFile(*page, b.report.text.Bytes(), 0o644); err != nil {
			return false, fmt.Errorf("-o: %w", err)
		}
	}
	return *gate && b.report.missed, nil
}

// workload makes a capture of n packets, once.
func (b *bench) workload(n gen.Count) (string, error) {
	path := filepath.Join(b.tmp, fmt.Sprintf("mixed-%d.pcap", n))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, gen.Write(path, gen.Mixed, b.source, int(n))
}
