// SPDX-License-Identifier: Apache-2.0

// Command disksize measures what packets take on disk in Elasticsearch.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/elastic"
)

type disksize struct {
	ctx     context.Context
	espbeat string
	server  *elastic.Server
	tmp     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "disksize:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	d := &disksize{ctx: ctx}
	profile := flag.String("profile", "standard", "")
	st := flag.String("store", "stored", "")
	n := flag.Int("n", 20000, "")
	src := flag.String("src", "", "")
	flag.Parse()
	d.espbeat, _ = filepath.Abs("espbeat")
	s, missing, err := elastic.Start(ctx, "2g")
	if err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("%s", missing)
	}
	defer s.End()
	d.server = s
	x, err := storeOf(*st)
	if err != nil {
		return err
	}
	d.tmp, err = os.MkdirTemp("", "disksize-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(d.tmp)
	f := filepath.Join(d.tmp, "x.pcap")
	if err := gen.Write(f, gen.Mixed, *src, *n); err != nil {
		return err
	}
	v := variant{profile: *profile, store: x}
	return d.index(f, *n, v, func(index string, z size) error {
		all, err := d.diskUsage(index)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d packets, %.1f bytes a packet, %.0f packets/s\n\n", v, z.documents, z.perPacket(), z.rate())
		writeCosts(os.Stdout, all, z.documents, costly)
		return nil
	})
}
