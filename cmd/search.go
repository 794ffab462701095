// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/spf13/pflag"

	"github.com/espbeat/espbeat/beater"
	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/publish/search"
)

// searchFlags say where documents are searched.
type searchFlags struct {
	nodes          []string
	index, profile string
}

func (f *searchFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.nodes, "node", nil, "Elasticsearch `URL`; host:port alone is http (repeatable; default: output.elasticsearch)")
	fs.StringVar(&f.index, "index", "", "index, data stream or `pattern` (default: of output.elasticsearch, else "+beater.DataStream+")")
	fs.StringVar(&f.profile, "profile", "", "espbeat.index.`profile` of the documents, for --filter (default: the configuration's)")
}

// compile reads a display filter, for the documents that are searched.
func (f *searchFlags) compile(text string, in *installation) (*filter.Filter, error) {
	return beater.CompileFilter(text, cmp.Or(f.profile, in.espbeat.Index.Profile, "standard"))
}

// open opens what is searched, as it is now. close gives it back.
func (f *searchFlags) open(ctx context.Context, in *installation) (view *search.View, close func(), err error) {
	output, err := in.output()
	if err != nil {
		return nil, nil, err
	}
	index, err := f.target(output)
	if err != nil {
		return nil, nil, err
	}
	client, err := search.New(output, Name, logp.NewNopLogger())
	if err != nil {
		return nil, nil, err
	}
	if view, err = client.Open(ctx, index); err != nil {
		client.Close()
		return nil, nil, err
	}
	return view, func() {
		// Also when the search was stopped; a view that is not closed is forgotten by itself.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = view.Close(last)
		client.Close()
	}, nil
}

// target is the index that is searched.
func (f *searchFlags) target(output *conf.C) (string, error) {
	if f.index != "" {
		return f.index, nil
	}
	index, err := output.String("index", -1)
	switch {
	case err != nil || index == "":
		return beater.DataStream, nil
	case strings.Contains(index, "%{"):
		return "", fmt.Errorf("output.elasticsearch.index is %q, which is no one index: say with --index what to search, as a pattern", index)
	}
	return index, nil
}
