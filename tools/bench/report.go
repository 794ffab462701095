// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// report writes tables in Markdown as soon as they are there.
type report struct {
	out    io.Writer
	text   bytes.Buffer
	missed bool
}

// printf writes to the terminal and to the page.
func (r *report) printf(format string, args ...any) {
	line := fmt.Appendf(nil, format, args...)
	r.text.Write(line)
	_, _ = r.out.Write(line) // a terminal that is gone is seen by nobody
}

// progress tells on standard error what is being done.
func (r *report) progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// note says what is left out and why.
func (r *report) note(s string) { r.printf("\nLeft out: %s.\n", s) }

func (r *report) begin(b *bench) {
	source := filepath.Base(b.source)
	if source == "pcaps" {
		source = "the captures of Packetbeat's tests"
	}
	r.printf("# Benchmarks\n\nWritten by `go tool mage bench`, on %d cores, %s/%s, from %s repeated with new addresses each round (`tools/bench/gen`). "+
		"Comparisons are interleaved; each figure is the median of %d rounds with its range. A ratio is taken within each round. "+
		"CPU is user and system time of whole processes, start included.\n",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, source, b.rounds)
}

func (r *report) end() {
	if r.missed {
		r.printf("\nA target was missed.\n")
	} else {
		r.printf("\nEvery target that was measured was reached.\n")
	}
}

// spread is the median of some values with their range.
type spread struct{ median, low, high float64 }

func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	if n == 0 {
		return spread{}
	}
	return spread{(v[(n-1)/2] + v[n/2]) / 2, v[0], v[n-1]}
}

func (s spread) text(format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", s.median, s.low, s.high)
}

// verdict says whether a ratio reaches its target, at least or at most.
func (r *report) verdict(median, target float64, atMost bool) string {
	ok, word := median >= target, "at least"
	if atMost {
		ok, word = median <= target, "at most"
	}
	if ok {
		return fmt.Sprintf("%s %g | reached", word, target)
	}
	r.missed = true
	return fmt.Sprintf("%s %g | **missed**", word, target)
}

// mapped applies f to every value.
func mapped[T any](in []T, f func(T) float64) []float64 {
	out := make([]float64, len(in))
	for i := range in {
		out[i] = f(in[i])
	}
	return out
}

// each divides round by round.
func each[T any](a, b []T, f func(T) float64) spread {
	v := make([]float64, len(a))
	for i := range a {
		v[i] = f(a[i]) / f(b[i])
	}
	return spreadOf(v)
}

func seconds(u usage) float64  { return u.CPU.Seconds() }
func mebibyte(u usage) float64 { return float64(u.RSS) / (1 << 20) }

// cpu writes the comparison of CPU; ratios are the first contestant's over each one's, when it is tshark.
func (r *report) cpu(cs []*contestant, packets int, ratios bool) {
	r.printf("\n## CPU of a packet\n\n%d packets.\n\n", packets)
	r.printf("| | µs of CPU a packet | peak memory, MiB | bytes out a packet | times less CPU than `tshark -T ek` | target | |\n|---|---|---|---|---|---|---|\n")
	for _, c := range cs {
		cost := spreadOf(mapped(c.runs, func(u usage) float64 { return u.CPU.Seconds() / float64(packets) * 1e6 }))
		r.printf("| %s | %s | %.0f | %.0f |", c.name, cost.text("%.2f"),
			slices.Max(mapped(c.runs, mebibyte)), spreadOf(mapped(c.runs, func(u usage) float64 { return float64(u.Out) / float64(packets) })).median)
		if !ratios || c == cs[0] {
			r.printf(" – | – | |\n")
			continue
		}
		ratio := each(cs[0].runs, c.runs, seconds)
		if c.target == 0 {
			r.printf(" %s | – | |\n", ratio.text("%.1f"))
			continue
		}
		r.printf(" %s | %s |\n", ratio.text("%.1f"), r.verdict(ratio.median, c.target, false))
	}
}

// memory writes how peak memory grows with the file.
func (r *report) memory(gs []growth, small, large int) {
	r.printf("\n## Peak memory\n\n| | %d packets, MiB | %d packets, MiB | ratio | target | |\n|---|---|---|---|---|---|\n", small, large)
	for _, g := range gs {
		ratio := each(g.large, g.small, mebibyte)
		r.printf("| %s | %s | %s | %s | %s |\n", g.name, spreadOf(mapped(g.small, mebibyte)).text("%.0f"),
			spreadOf(mapped(g.large, mebibyte)).text("%.0f"), ratio.text("%.2f"), r.verdict(ratio.median, memoryTarget, true))
	}
}

// elasticsearch writes the comparison of indexing.
func (r *report) elasticsearch(beat, loader, espcap []indexing) {
	r.printf("\n## Into a real Elasticsearch\n\nDefault configuration, %d packets, client and server on the same machine. The loader sends the same bulks as "+
		"espbeat, encoded before its clock starts and compressed as they are sent, over %d connections into data streams of the same template; espbeat's time includes its start.\n\n",
		beat[0].packets, loadConnections)
	r.printf("| | packets a second | CPU of the client, µs a packet | CPU of the server, µs a packet |\n|---|---|---|---|\n")
	row := func(name string, xs []indexing) {
		per := func(d func(indexing) time.Duration) string {
			return spreadOf(mapped(xs, func(x indexing) float64 { return d(x).Seconds() / float64(x.packets) * 1e6 })).text("%.1f")
		}
		r.printf("| %s | %s | %s | %s |\n", name, spreadOf(mapped(xs, indexing.rate)).text("%.0f"),
			per(func(x indexing) time.Duration { return x.own }), per(func(x indexing) time.Duration { return x.server }))
	}
	row("espbeat", beat)
	row("loader", loader)
	if len(espcap) > 0 {
		row(fmt.Sprintf("Espcap, %d packets", espcap[0].packets), espcap)
	}
	r.printf("\n| ratio | | target | |\n|---|---|---|---|\n")
	ratio := each(beat, loader, indexing.rate)
	r.printf("| packets a second, espbeat to loader | %s | %s |\n", ratio.text("%.2f"), r.verdict(ratio.median, loaderTarget, false))
	r.printf("| CPU of client and server, loader to espbeat | %s | – | |\n", each(loader, beat, indexing.cost).text("%.2f"))
	if len(espcap) > 0 {
		ratio := each(beat, espcap, indexing.rate)
		r.printf("| packets a second, espbeat to Espcap | %s | %s |\n", ratio.text("%.0f"), r.verdict(ratio.median, espcapTarget, false))
		r.printf("| CPU of client and server, Espcap to espbeat | %s | – | |\n", each(espcap, beat, indexing.cost).text("%.0f"))
	}
}
