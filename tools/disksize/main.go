// SPDX-License-Identifier: Apache-2.0

// Command disksize measures what packets take on disk in Elasticsearch, as espbeat ships them: bytes a packet of indices merged to one segment,
// for every profile and index mode, beside Espcap's index and the capture itself.
//
//	go run ./tools/disksize -espbeat ./espbeat -o docs/sizing.md      every workload, every index
//	go run ./tools/disksize -fields -profile standard -store stored   which fields take the bytes of one index
//	go run ./tools/disksize -sort -o docs/sizing.md                   what other sort keys of the index cost and give
//	go run ./tools/disksize -gate .ci/disk-budget.json [-renew]       whether a small workload still takes what it took
//
// The server is the one that ESPBEAT_TEST_ES names, or one that tests/elasticsearch starts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/elastic"
	"github.com/espbeat/espbeat/tools/page"
	"github.com/espbeat/espbeat/tools/ship"
)

// disksize is one run.
type disksize struct {
	ctx    context.Context
	server *elastic.Server
	ship   *ship.Shipper
	tmp    string

	espbeat, source, tshark         string // source: captures that the mixed workload is made of; tshark: empty where there is none
	packets, others, few            gen.Count
	workloads, profiles             []string
	stores                          []ship.Store
	page                            string // file that the tables go into; empty: none
	fields, sort, renew, failMissed bool
	gate                            string // file
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "disksize:", err)
		os.Exit(1)
	}
}

// parse reads the flags.
func parse(args []string) (*disksize, error) {
	d := &disksize{packets: 1_000_000, others: 200_000, few: 10_000}
	f := flag.NewFlagSet("disksize", flag.ContinueOnError)
	f.StringVar(&d.espbeat, "espbeat", "./espbeat", "the `binary` to measure")
	f.StringVar(&d.source, "src", "", "`folder` of captures that the mixed workload is made of (default: Packetbeat's in the module cache, else the demo)")
	f.Var(&d.packets, "packets", "`packets` of the mixed workload")
	f.Var(&d.others, "others", "`packets` of each other workload")
	f.Var(&d.few, "few", "`packets` of the sample that tshark makes documents of, for Espcap's index")
	workloads := f.String("workload", strings.Join(gen.Kinds, ","), "`workloads` to measure")
	profiles := f.String("profile", "minimal,standard,full", "`profiles` to measure")
	stores := f.String("store", "plain,stored,synthetic", "`ways` to store: plain index, logsdb with stored source, logsdb with synthetic source")
	f.BoolVar(&d.fields, "fields", false, fmt.Sprintf("print the %d fields that cost most", costly))
	f.BoolVar(&d.sort, "sort", false, "compare sort keys of the index")
	f.StringVar(&d.gate, "gate", "", "compare with the figures in this `file`, and fail when one has grown")
	f.BoolVar(&d.renew, "renew", false, "with -gate: write the file anew")
	f.BoolVar(&d.failMissed, "strict", false, "fail when a budget is missed")
	f.StringVar(&d.page, "o", "", "also write the tables between their markers in this `file`")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	d.workloads, d.profiles = strings.Split(*workloads, ","), strings.Split(*profiles, ",")
	for _, name := range strings.Split(*stores, ",") {
		s, err := ship.StoreOf(name)
		if err != nil {
			return nil, fmt.Errorf("-store: %w", err)
		}
		d.stores = append(d.stores, s)
	}
	return d, nil
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	d, err := parse(args)
	if err != nil {
		return err
	}
	d.ctx = ctx
	if d.source == "" {
		d.source = gen.DefaultSource()
	}
	if d.tmp, err = os.MkdirTemp("", "espbeat-disksize-"); err != nil {
		return fmt.Errorf("make a folder for the workload: %w", err)
	}
	defer os.RemoveAll(d.tmp)
	server, missing, err := elastic.Start(ctx, elastic.Options{Quick: d.gate != ""})
	if err != nil {
		return err
	}
	if server == nil {
		return fmt.Errorf("no real Elasticsearch: %s; or name one by ESPBEAT_TEST_ES", missing)
	}
	defer server.End()
	d.server = server
	if d.ship, err = ship.New(ctx, d.espbeat, server); err != nil {
		return err
	}
	if d.gate != "" {
		return d.check(out)
	}
	part, text, err := "bytes", "", error(nil)
	switch {
	case d.fields:
		return d.costs(out)
	case d.sort:
		part = "sort keys"
		text, err = d.sorts()
	default:
		text, err = d.sizes()
	}
	if _, werr := io.WriteString(out, text); err != nil || werr != nil || d.page == "" {
		return errors.Join(err, werr)
	}
	return page.Put(d.page, part, text)
}

// workload makes a capture of n packets.
func (d *disksize) workload(kind string, n gen.Count) (string, error) {
	path := filepath.Join(d.tmp, fmt.Sprintf("%s-%d.pcap", kind, n))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, gen.Write(path, kind, d.source, int(n))
}

// count is the number of packets of a workload.
func (d *disksize) count(kind string) gen.Count {
	if kind == gen.Mixed {
		return d.packets
	}
	return d.others
}

// progress tells somebody who waits what is being done.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "disksize: "+format+"\n", args...) }
