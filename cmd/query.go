// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/pcap"
)

// query is `espbeat query`: its flags.
type query struct {
	searchFlags
	filter, format string
	run            bool
	from, to       string
	limit          uint64
}

func (a *app) queryCmd() *cobra.Command {
	var q query
	c := &cobra.Command{
		Use:   "query",
		Short: "Turn a Wireshark display filter into a query, or search by it",
		Long: "Prints a Wireshark display filter as a query of Elasticsearch's, for \"query\" of a search, or in Kibana's language (KQL); with --run\n" +
			"it searches, and prints the documents that are found, one JSON a line, by time.\n" +
			"What packet documents cannot answer is an error that names the part of the filter. docs/filter.md has the language.",
		Example: `  espbeat query --filter 'tcp.flags.syn == 1 && ip.ttl < 5'
  espbeat query --format kql --filter 'dns.qry.name contains "example"'
  espbeat query --node localhost:9200 --filter 'tls.handshake.type == 1' --from now-15m --run | jq .tls.client`,
		Args: cobra.NoArgs,
		Run:  func(*cobra.Command, []string) { a.code = a.runQuery(&q, os.Stdout, os.Stderr) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&q.filter, "filter", "", "the display `filter`")
	fs.StringVar(&q.format, "format", "dsl", "dsl, Elasticsearch's query, or kql, Kibana's")
	fs.BoolVar(&q.run, "run", false, "search, and print documents")
	fs.StringVar(&q.from, "from", "", "with --run: first `time`, RFC 3339 or date math such as now-15m")
	fs.StringVar(&q.to, "to", "", "with --run: `time` that packets are before")
	fs.Uint64Var(&q.limit, "limit", 0, "with --run: end after `n` documents (0: all)")
	q.register(fs)
	return c
}

func (a *app) runQuery(q *query, out, errs io.Writer) int {
	in, err := &installation{}, q.check()
	if err == nil && q.run {
		in, err = a.install(q.nodes)
	}
	var compiled *filter.Filter
	if err == nil {
		compiled, err = q.compile(q.filter, in)
	}
	var text string
	if err == nil && !q.run {
		text, err = q.text(compiled)
	}
	if err != nil {
		fmt.Fprintf(errs, "espbeat: %v\n", err)
		return exitUsage
	}
	if !q.run {
		_, err = fmt.Fprintln(out, text)
	} else {
		ctx, stop := untilSignal()
		defer stop()
		if err = q.search(ctx, in, compiled.DSL(), out); ctx.Err() != nil {
			return exitStopped
		}
	}
	if err != nil {
		fmt.Fprintf(errs, "espbeat: %v\n", err)
		return exitFailed
	}
	return exitOK
}

func (q *query) check() error {
	switch {
	case q.filter == "":
		return errors.New("no filter: say which packets with --filter, as in --filter 'tcp.port == 443'")
	case q.format != "dsl" && q.format != "kql":
		return fmt.Errorf("--format %q: no such format, use dsl or kql", q.format)
	case q.run && q.format == "kql":
		return errors.New("--format kql is for Kibana: leave it out to search with --run")
	case !q.run && (q.from != "" || q.to != "" || q.limit > 0 || len(q.nodes) > 0 || q.index != ""):
		return errors.New("--node, --index, --from, --to and --limit are of a search: give --run as well")
	}
	return nil
}

// text is the query as it is printed.
func (q *query) text(compiled *filter.Filter) (string, error) {
	if q.format == "kql" {
		return compiled.KQL()
	}
	var b bytes.Buffer
	err := json.Indent(&b, compiled.DSL(), "", "  ")
	return b.String(), err
}

// documents is how many are asked for at a time, of up to 64 KiB each.
const documents = 500

var errEnough = errors.New("there are enough documents")

// search prints the documents of a query.
func (q *query) search(ctx context.Context, in *installation, dsl json.RawMessage, out io.Writer) error {
	search := pcap.Query{Filter: dsl, From: q.from, To: q.to}
	body, err := search.Build()
	if err != nil {
		return err
	}
	view, closeView, err := q.open(ctx, in)
	if err != nil {
		return err
	}
	defer closeView()
	w := bufio.NewWriterSize(out, 64<<10)
	n, page := uint64(0), documents
	if q.limit > 0 {
		page = int(min(q.limit, documents)) //nolint:gosec // at most documents
	}
	err = view.Each(ctx, body, []string{"*"}, page, func(_ []string, sources []json.RawMessage) error {
		for _, source := range sources {
			if _, err := w.Write(append(source, '\n')); err != nil {
				return fmt.Errorf("writing documents: %w", err)
			}
			if n++; n == q.limit {
				return errEnough
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil {
		if err = w.Flush(); err != nil {
			err = fmt.Errorf("writing documents: %w", err)
		}
	}
	return err
}
