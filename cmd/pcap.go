// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/espbeat/espbeat/pcap"
	"github.com/espbeat/espbeat/store"
)

// pcapFlags are those of `espbeat pcap`.
type pcapFlags struct {
	searchFlags
	stores      storeFlags
	query       pcap.Query
	filter, out string
	authority   string
	flows       bool
	limit       uint64
}

func (a *app) pcapCmd() *cobra.Command {
	var f pcapFlags
	c := &cobra.Command{
		Use:   "pcap",
		Short: "Make a capture file of the packets that a search finds",
		Long: "Searches packet documents in Elasticsearch and writes their packets as pcapng: from packet.raw, or from the captures that the\n" +
			"documents point to (--store). Packets that are not found as their documents say are missing: they are counted, and the exit status\n" +
			"is 1. docs/pcap.md has more.",
		Example: `  espbeat pcap --node localhost:9200 --filter 'dns && ip.addr == 192.0.2.0/24' -w dns.pcapng
  espbeat pcap -c espbeat.yml --query 'tls.client.server_name:*.example.com AND destination.port:443' --from now-1h --flow -w - | wireshark -k -i -`,
		Args: cobra.NoArgs,
		Run:  func(*cobra.Command, []string) { a.code = a.runPcap(&f) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.filter, "filter", "", "Wireshark display `filter` that packets satisfy (docs/filter.md)")
	fs.StringVar(&f.query.Text, "query", "", "Lucene query `string`: field:value, AND, OR, NOT, [1 TO 5], wildcards")
	fs.StringVarP(&f.query.DSL, "dsl", "q", "", "query of Elasticsearch's own language: the `JSON` behind \"query\"")
	fs.StringVar(&f.query.From, "from", "", "first `time`: RFC 3339, or date math such as now-15m")
	fs.StringVar(&f.query.To, "to", "", "`time` that packets are before")
	fs.BoolVar(&f.flows, "flow", false, "all packets of the flows that the found ones belong to")
	fs.StringVarP(&f.out, "write", "w", "", "`file` to write, - for standard output")
	fs.Uint64Var(&f.limit, "limit", 0, "end after `n` packets (0: all)")
	f.register(fs)
	f.stores.register(fs, "`[id=]path` of captures, or URL of an espbeat pcap serve (repeatable)")
	fs.StringVar(&f.authority, "store-ca", "", "PEM `file` of the authority that signed the certificate of espbeat pcap serve")
	c.AddCommand(a.pcapServeCmd())
	return c
}

func (a *app) runPcap(f *pcapFlags) int {
	ctx, stop := untilSignal()
	defer stop()
	in, err := a.install(f.nodes)
	if err == nil {
		err = f.check(in)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
		return exitUsage
	}
	result, err := f.write(ctx, in)
	if ctx.Err() != nil {
		fmt.Fprintf(os.Stderr, "espbeat: stopped after %d packets\n", result.Written)
		return exitStopped
	}
	if err != nil {
		return failed(err)
	}
	fmt.Fprintf(os.Stderr, "espbeat: %s\n", summaryOf(&result, f.limit))
	if result.Missing+result.Cut > 0 {
		return exitFailed
	}
	return exitOK
}

// summaryOf says in one line what was written.
func summaryOf(r *pcap.Result, limit uint64) string {
	s := fmt.Sprintf("%d packets written", r.Written)
	if r.Cut > 0 {
		s += fmt.Sprintf(", %d of them without their last bytes, for which their documents had no room", r.Cut)
	}
	if r.Missing > 0 {
		s += fmt.Sprintf(", %d missing", r.Missing)
	}
	if r.Limited {
		s += fmt.Sprintf("; there are more than --limit %d", limit)
	}
	return s
}

// check settles the search before anything is asked.
func (f *pcapFlags) check(in *installation) error {
	if f.out == "" {
		return errors.New("nowhere to write to: give -w FILE, or -w - for standard output")
	}
	if f.out == "-" && term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("-w -: a terminal shows no captures: give -w FILE, or pipe into wireshark -k -i -")
	}
	if f.filter+f.query.Text+f.query.DSL+f.query.From+f.query.To == "" {
		return errors.New("nothing to search for: give --filter, --query, -q, --from or --to (--query '*' finds all packets)")
	}
	if err := f.query.Check(); err != nil || f.filter == "" {
		return err
	}
	compiled, err := f.compile(f.filter, in)
	if err == nil {
		f.query.Filter = compiled.DSL()
	}
	return err
}

// write searches and writes.
func (f *pcapFlags) write(ctx context.Context, in *installation) (result pcap.Result, err error) {
	stores, closers, err := f.stores.finders(ctx, in, f.authority)
	defer func() {
		for _, c := range closers {
			c()
		}
	}()
	if err != nil {
		return result, err
	}
	view, closeView, err := f.open(ctx, in)
	if err != nil {
		return result, err
	}
	defer closeView()
	out, err := create(f.out)
	if err != nil {
		return result, err
	}
	defer func() {
		if cerr := out.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("write the capture: %w", cerr)
		}
	}()
	w, err := store.NewWriter(out, Name+" "+release())
	if err != nil {
		return result, err
	}
	return pcap.Write(ctx, view, w, pcap.Options{
		Query: f.query, Flows: f.flows, Limit: f.limit, Stores: stores,
		Say: func(s string) { fmt.Fprintf(os.Stderr, "espbeat: %s\n", s) },
	})
}

// create opens what is written to: packets are in the clear, so that only this user can read them.
func create(path string) (io.WriteCloser, error) {
	if path == "-" {
		return os.Stdout, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("-w: %w", err)
	}
	return f, nil
}
