// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// effort is what a run took: of the clock, and of CPU with its children.
type effort struct{ wall, cpu time.Duration }

// BenchmarkEspcap indexes one capture into one Elasticsearch with the original and with espbeat, alternately, start and end included: the medians of
// packets a second and of the CPU of a packet, and how many times faster espbeat is.
func BenchmarkEspcap(b *testing.B) {
	o, s := espcap(b), es.Start(b, es.Options{})
	const copies = 5
	file, packets := longer(b, o, copies)
	index := captures["test_http.pcap"].index
	formats := []string{"ecs", "ek"}
	took := map[string][]effort{}
	stored := func(index string) {
		s.Refresh(index)
		if n := s.Count(index, nil); n != packets {
			b.Fatalf("%s has %d documents, want %d", index, n, packets)
		}
	}
	o.fresh(b, s)
	for b.Loop() {
		o.setUp(b, s)
		cmd := o.command(b.Context(), "--file="+file, "--node="+s.URL)
		begin := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("Espcap: %v\n%s", err, tail(string(out), 2000))
		}
		took["espcap"] = append(took["espcap"], effort{time.Since(begin), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()})
		stored(index)
		s.DeleteIndex(index)
		s.Do("DELETE", "/_template/packets", nil)
		for _, format := range formats {
			name := unique()
			begin := time.Now()
			p := cmdline{args: []string{"--file=" + file, "--node=" + s.URL, "--format=" + format, "--index=" + name}}.start(b)
			p.wait().exits(0)
			took[format] = append(took[format], effort{time.Since(begin), p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()})
			stored(name)
			s.DeleteDataStream(name)
			s.DeleteIndex(name)
			s.Do("DELETE", "/_index_template/"+name, nil)
		}
	}
	b.ReportMetric(0, "ns/op") // of all runs together
	for _, way := range append([]string{"espcap"}, formats...) {
		wall, cpu := medians(took[way])
		b.ReportMetric(float64(packets)/wall.Seconds(), way+"-packets/s")
		b.ReportMetric(float64(cpu.Microseconds())/float64(packets), way+"-cpu-us/packet")
		if way != "espcap" {
			times, _ := medians(took["espcap"])
			b.ReportMetric(times.Seconds()/wall.Seconds(), way+"-times-faster")
		}
	}
}

func medians(all []effort) (wall, cpu time.Duration) {
	middle := func(of func(effort) time.Duration) time.Duration {
		var d []time.Duration
		for _, e := range all {
			d = append(d, of(e))
		}
		slices.Sort(d)
		return d[len(d)/2]
	}
	return middle(func(e effort) time.Duration { return e.wall }), middle(func(e effort) time.Duration { return e.cpu })
}

// longer is the original's HTTP capture several times over, and its number of packets.
func longer(b *testing.B, o original, copies int) (file string, packets int) {
	b.Helper()
	const name, header = "test_http.pcap", 24 // of a pcap file
	capture := read(b, o.capture(name))
	file = filepath.Join(b.TempDir(), strings.Replace(name, "test", "long", 1))
	if err := os.WriteFile(file, slices.Concat(capture, bytes.Repeat(capture[header:], copies-1)), 0o600); err != nil {
		b.Fatal(err)
	}
	return file, copies * captures[name].packets
}
