// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkDissector is the throughput of one process and of two beside that of tshark alone on the same packets: ESPBEAT_BENCH_PCAP names a pcap
// file, the demo is taken otherwise. The metric of-tshark is the ratio of the times of one run, 1 where nothing is lost on the way.
func BenchmarkDissector(b *testing.B) {
	if _, err := exec.LookPath("tshark"); err != nil {
		b.Skip("tshark is missing (`apt-get install tshark`)")
	}
	path := os.Getenv("ESPBEAT_BENCH_PCAP")
	if path == "" {
		path = filepath.Join("..", "tests", "demo", "demo.pcapng")
	}
	all, interfaces := read(b, path)
	for name, processes := range map[string]int{"1": 1, "2": 2} {
		b.Run(name, func(b *testing.B) {
			p, err := Find(b.Context(), Options{Path: "tshark", Processes: processes, Timeout: long, MaxDocument: 1 << 20})
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			var alone, ours time.Duration
			for b.Loop() {
				began := time.Now()
				cmd := exec.Command("tshark", "-n", "-T", "ek", "-r", path)
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
				alone += time.Since(began)
				began = time.Now()
				d := p.Open(path)
				if err := through(b.Context(), d, 1024, interfaces, all); err != nil {
					b.Fatal(err)
				}
				d.Close()
				ours += time.Since(began)
			}
			b.ReportMetric(float64(alone)/float64(ours), "of-tshark")
			b.ReportMetric(float64(len(all))*float64(b.N)/ours.Seconds(), "packets/s")
		})
	}
}
