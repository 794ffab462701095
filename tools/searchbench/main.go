// SPDX-License-Identifier: Apache-2.0

// Command searchbench measures the searches that users make of packets: it indexes a mixed workload as espbeat ships it, merges it to one segment,
// makes each of twenty kinds of search with changing constants, one at a time and past the request cache, and prints their percentiles.
//
//	go run ./tools/searchbench -espbeat ./espbeat -packets 5M [-profile standard] [-store stored] [-o docs/sizing.md]
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
	"github.com/espbeat/espbeat/tools/searchbench/searches"
	"github.com/espbeat/espbeat/tools/ship"
)

// options are the flags.
type options struct {
	espbeat, source, profile, store, page string
	packets                               gen.Count
	warm, runs                            int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "searchbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	o := options{packets: 5_000_000}
	f := flag.NewFlagSet("searchbench", flag.ContinueOnError)
	f.StringVar(&o.espbeat, "espbeat", "./espbeat", "the `binary` to measure")
	f.StringVar(&o.source, "src", "", "`folder` of captures that the workload is made of (default: Packetbeat's in the module cache, else the demo)")
	f.StringVar(&o.profile, "profile", "standard", "`profile` of the documents")
	f.StringVar(&o.store, "store", "stored", "`way` to store: plain, stored, synthetic")
	f.Var(&o.packets, "packets", "`packets` in the index")
	f.IntVar(&o.warm, "warm", 10, "`searches` of each kind before any is measured")
	f.IntVar(&o.runs, "runs", 50, "measured `searches` of each kind")
	f.StringVar(&o.page, "o", "", "also write the table between its markers in this `file`")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.runs < 1 || o.warm < 0 {
		return errors.New("-runs must be 1 or more, -warm 0 or more")
	}
	store, err := ship.StoreOf(o.store)
	if err != nil {
		return fmt.Errorf("-store: %w", err)
	}
	if o.source == "" {
		o.source = gen.DefaultSource()
	}
	server, missing, err := elastic.Start(ctx, elastic.Options{})
	if err != nil {
		return err
	}
	if server == nil {
		return fmt.Errorf("no real Elasticsearch: %s; or name one by ESPBEAT_TEST_ES", missing)
	}
	defer server.End()
	info, err := server.Info()
	if err != nil {
		return err
	}
	shipper, err := ship.New(ctx, o.espbeat, server)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "espbeat-searchbench-")
	if err != nil {
		return fmt.Errorf("make a folder for the workload: %w", err)
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, "mixed.pcap")
	if err := gen.Write(file, gen.Mixed, o.source, int(o.packets)); err != nil {
		return err
	}
	v := ship.Variant{Profile: o.profile, Store: store}
	fmt.Fprintf(os.Stderr, "searchbench: indexing %d packets: %s\n", o.packets, v)
	var text string
	err = shipper.Index(file, int(o.packets), v, func(index string, s ship.Size) error {
		fmt.Fprintf(os.Stderr, "searchbench: searching, %d times each kind\n", o.runs)
		found, err := searches.Run(server, index, o.warm, o.runs)
		text = fmt.Sprintf("%d packets of the mixed workload (profile `%s`, %s, %.2f GB, one segment) on %s. Each kind of search %d times, %d before to warm up, one at a "+
			"time, other values each time, no request cache, all hits counted; the time is that of the client, from request to answer.\n\n",
			s.Documents, o.profile, store.Name, float64(s.Bytes)/1e9, info, o.runs, o.warm) + table(found)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, text); err != nil || o.page == "" {
		return err
	}
	return page.Put(o.page, "searches", text)
}

// table has a row a kind of search.
func table(found []searches.Result) string {
	var b strings.Builder
	b.WriteString("| search | packets found | p50, ms | p95, ms |\n|---|---|---|---|\n")
	for _, r := range found {
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", r.Name, r.Hits, searches.Milliseconds(r.Percentile(50)), searches.Milliseconds(r.Percentile(95)))
	}
	return b.String()
}
