// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/espbeat/espbeat/beater"
)

// query is `espbeat query`: its flags.
type query struct{ filter, format, profile string }

func (a *app) queryCmd() *cobra.Command {
	var q query
	c := &cobra.Command{
		Use:   "query",
		Short: "Turn a Wireshark display filter into a query",
		Long: "Prints a Wireshark display filter as a query of Elasticsearch's, for \"query\" of a search, or in Kibana's language (KQL).\n" +
			"What packet documents cannot answer is an error that names the part of the filter. docs/filter.md has the language.",
		Example: `  espbeat query --filter 'tcp.flags.syn == 1 && ip.ttl < 5'
  espbeat query --format kql --filter 'dns.qry.name contains "example"'`,
		Args: cobra.NoArgs,
		Run:  func(*cobra.Command, []string) { a.code = q.run(os.Stdout, os.Stderr) },
	}
	c.Flags().StringVar(&q.filter, "filter", "", "the display filter")
	c.Flags().StringVar(&q.format, "format", "dsl", "dsl, Elasticsearch's query, or kql, Kibana's")
	c.Flags().StringVar(&q.profile, "profile", "standard", "espbeat.index.profile of the documents that are searched: minimal, standard or full")
	return c
}

func (q *query) run(out, errs io.Writer) int {
	text, err := q.text()
	if err != nil {
		fmt.Fprintf(errs, "espbeat: %v\n", err)
		return exitUsage
	}
	if _, err := fmt.Fprintln(out, text); err != nil {
		fmt.Fprintf(errs, "espbeat: writing the query: %v\n", err)
		return exitFailed
	}
	return exitOK
}

func (q *query) text() (string, error) {
	if q.filter == "" {
		return "", fmt.Errorf("no filter: say which packets with --filter, as in --filter 'tcp.port == 443'")
	}
	f, err := beater.CompileFilter(q.filter, q.profile)
	if err != nil {
		return "", err
	}
	switch q.format {
	case "kql":
		return f.KQL()
	case "dsl":
		var b bytes.Buffer
		if err := json.Indent(&b, f.DSL(), "", "  "); err != nil {
			return "", err
		}
		return b.String(), nil
	}
	return "", fmt.Errorf("--format %q: no such format, use dsl or kql", q.format)
}
