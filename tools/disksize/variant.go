// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// store is one way in which an index keeps its documents.
type store struct {
	name   string
	mode   string // index.mode
	source string // index.mapping.source.mode
}

// The ways that are compared.
var (
	plain     = store{"plain", "standard", "stored"}
	stored    = store{"logsdb, source stored", "logsdb", "stored"}
	synthetic = store{"logsdb, source synthetic", "logsdb", "synthetic"}
	stores    = []store{plain, stored, synthetic}
)

func storeOf(name string) (store, error) {
	for short, s := range map[string]store{"plain": plain, "stored": stored, "synthetic": synthetic} {
		if name == short {
			return s, nil
		}
	}
	return store{}, fmt.Errorf("-store %q: there are plain, stored, synthetic", name)
}

// profiles of espbeat, least first.
var profiles = []string{"minimal", "standard", "full"}

// variant is one index to measure.
type variant struct {
	profile string
	store
	sort []string // index.sort.field; nil: what the template or the index mode says
}

func (v variant) String() string {
	s := v.profile + ", " + v.name
	if v.sort != nil {
		s += ", sorted by " + strings.Join(v.sort, ", ")
	}
	return s
}

// flags tell espbeat what the index is like, for its documents and for its template.
func (v variant) flags() []string {
	return []string{"-E", "espbeat.index.profile=" + v.profile, "-E", "espbeat.index.mode=" + v.mode, "-E", "espbeat.index.source=" + v.source}
}

// template is the index template of a data stream for the variant: what the binary exports, with the settings of the variant over it.
func (v variant) template(espbeat, name string) (map[string]any, error) {
	argv := append([]string{"export", "template", "--noilm"}, v.flags()...)
	out, err := exec.Command(espbeat, argv...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", espbeat, strings.Join(argv, " "), err, lastWords(err))
	}
	var t map[string]any
	if err := json.Unmarshal(out, &t); err != nil {
		return nil, fmt.Errorf("read the template that %s exports: %w", espbeat, err)
	}
	inner, ok := t["template"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the template that %s exports has no section template", espbeat)
	}
	inner["settings"] = v.settings(inner["settings"])
	t["index_patterns"], t["priority"] = []string{name}, 1000
	return t, nil
}

// settings lays the variant over exported settings; dotted names take the place of nested ones.
func (v variant) settings(exported any) map[string]any {
	s := map[string]any{}
	flatten(s, "", exported)
	s["index.mode"], s["index.mapping.source.mode"] = v.mode, v.source
	s["index.number_of_replicas"], s["index.codec"] = 0, "best_compression"
	delete(s, "index.mapping.synthetic_source_keep")
	if v.source == "synthetic" {
		s["index.mapping.synthetic_source_keep"] = "arrays"
	}
	if v.sort != nil {
		order := make([]string, len(v.sort))
		for i, field := range v.sort {
			order[i] = "asc"
			if field == "@timestamp" {
				order[i] = "desc"
			}
		}
		s["index.sort.field"], s["index.sort.order"] = v.sort, order
		for _, other := range []string{"index.sort.missing", "index.sort.mode"} { // they belong to the exported keys
			delete(s, other)
		}
	}
	return s
}

// flatten puts the leaves of in under dotted names into out.
func flatten(out map[string]any, prefix string, in any) {
	m, ok := in.(map[string]any)
	if !ok {
		if in != nil {
			out[prefix] = in
		}
		return
	}
	for k, v := range m {
		name := k
		if prefix != "" {
			name = prefix + "." + k
		}
		flatten(out, name, v)
	}
}

// lastWords are the end of what a failed command wrote to standard error.
func lastWords(err error) string {
	const most = 600 // bytes
	exit, ok := err.(*exec.ExitError)
	if !ok {
		return ""
	}
	b := exit.Stderr
	return strings.TrimSpace(string(b[max(0, len(b)-most):]))
}
