// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect/all"
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
	for _, layer := range all.Registry().All {
		o.Layers = append(o.Layers, layer.Name)
	}
	return filter.Compile(text, o)
}
