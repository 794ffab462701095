// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
)

// CompileFilter reads a Wireshark display filter for documents of an index profile (minimal, standard or full).
func CompileFilter(text, profile string) (*filter.Filter, error) {
	p, ok := field.ProfileOf(profile)
	if !ok {
		return nil, fmt.Errorf("profile %q: no such profile, use minimal, standard or full", profile)
	}
	o := filter.Options{Profile: p}
	for _, layer := range protocols.All {
		o.Layers = append(o.Layers, layer.Name)
	}
	return filter.Compile(text, o)
}

// displayFilter compiles an input's display filter; it is nil when there is none.
func displayFilter(in config.Input) (*filter.Filter, error) {
	if in.DisplayFilter == "" {
		return nil, nil
	}
	return CompileFilter(in.DisplayFilter, "full")
}

// matching is what an engine asks of each record of a source; nil without a filter.
func matching(f *filter.Filter, opt document.Options) func(*engine.Batch, *engine.Record) bool {
	if f == nil {
		return nil
	}
	fields := document.NewFields(opt)
	return func(b *engine.Batch, r *engine.Record) bool {
		fields.Of(b, r)
		return f.Match(fields)
	}
}
