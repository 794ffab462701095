// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/elastic/elastic-agent-client/v7/pkg/proto"

	"github.com/espbeat/espbeat/tests/internal/agentserver"
	"github.com/espbeat/espbeat/tests/internal/es"
)

// BenchmarkAgent compares the CPU time of a packet under Elastic Agent with that of a run of its own, alternately, into a sink, with the same
// settings of the output: "ratio" is the quotient of the medians.
func BenchmarkAgent(b *testing.B) {
	const copies = 600
	section, err := os.ReadFile(demo())
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "many.pcapng")
	if err := os.WriteFile(path, bytes.Repeat(section, copies), 0o600); err != nil { // each a section of its own
		b.Fatal(err)
	}
	packets := copies * demoPackets
	out := settings{
		"worker": 2.0, "bulk_max_size": 1600.0, "compression_level": 1.0,
		"queue": settings{"mem": settings{"events": 12800.0, "flush": settings{"min_events": 1600.0, "timeout": "100ms"}}},
	}
	var alone, under []time.Duration
	for b.Loop() {
		alone = append(alone, standalone(b, path, packets, out))
		under = append(under, underAgent(b, path, packets, out))
	}
	per := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Nanoseconds()) / float64(packets)
	}
	b.ReportMetric(per(alone), "alone-ns/packet")
	b.ReportMetric(per(under), "agent-ns/packet")
	b.ReportMetric(per(under)/per(alone), "ratio")
}

func standalone(b *testing.B, path string, packets int, out settings) time.Duration {
	b.Helper()
	sink := es.NewSink(b, es.SinkOptions{Forget: true})
	args := []string{"-c", write(b, b.TempDir(), "mine.yml", fmt.Sprintf("espbeat.inputs: [{type: file, paths: [%q]}]\n", path)), "-E", "path.data=" + b.TempDir()}
	for _, name := range []string{"worker", "bulk_max_size", "compression_level"} {
		args = append(args, "-E", fmt.Sprintf("output.elasticsearch.%s=%v", name, out[name]))
	}
	mem := out["queue"].(settings)["mem"].(settings)
	flush := mem["flush"].(settings)
	args = append(args, "-E", fmt.Sprintf("output.elasticsearch.hosts=[%s]", sink.URL), "-E", fmt.Sprintf("queue.mem.events=%v", mem["events"]),
		"-E", fmt.Sprintf("queue.mem.flush.min_events=%v", flush["min_events"]), "-E", fmt.Sprintf("queue.mem.flush.timeout=%v", flush["timeout"]))
	p := cmdline{args: args}.start(b)
	p.wait().exits(0)
	return cpu(b, p, sink, packets)
}

func underAgent(b *testing.B, path string, packets int, out settings) time.Duration {
	b.Helper()
	sink := es.NewSink(b, es.SinkOptions{Forget: true})
	a := agentserver.New(b)
	unit := settings{"type": "elasticsearch", "hosts": []any{sink.URL}}
	for k, v := range out {
		unit[k] = v
	}
	a.Set("out", proto.UnitType_OUTPUT, agentserver.Unit(b, "default", "elasticsearch", unit))
	a.Set("in", proto.UnitType_INPUT, agentserver.Input(b, "in", settings{"type": "file", "paths": []any{path}}))
	p := cmdline{args: append(specArgs(b), "-E", "path.data="+b.TempDir()), stdin: a.StartUpInfo()}.start(b)
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	if err := sink.Wait(ctx, func(s es.Stats) bool { return s.Docs >= packets }); err != nil {
		b.Fatalf("%v; stderr:\n%s", err, tail(p.err.String(), 3000))
	}
	p.signal(syscall.SIGTERM)
	p.wait()
	return cpu(b, p, sink, packets)
}

func cpu(b *testing.B, p *process, sink *es.Sink, packets int) time.Duration {
	b.Helper()
	if n := sink.Stats().Docs; n != packets {
		b.Fatalf("%d documents, want %d", n, packets)
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}
