// SPDX-License-Identifier: Apache-2.0

// Package ship indexes packets as espbeat ships them: by the binary itself, with the template that it exports, in any index mode. Tools that measure
// the index use it.
package ship

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// Store is one way in which an index keeps its documents.
type Store struct {
	Name   string
	mode   string // index.mode
	source string // index.mapping.source.mode
}

// The ways that are compared.
var (
	Plain     = Store{"plain", "standard", "stored"}
	Stored    = Store{"logsdb, source stored", "logsdb", "stored"}
	Synthetic = Store{"logsdb, source synthetic", "logsdb", "synthetic"}
)

// StoreOf finds a store by its short name: plain, stored or synthetic.
func StoreOf(name string) (Store, error) {
	switch name {
	case "plain":
		return Plain, nil
	case "stored":
		return Stored, nil
	case "synthetic":
		return Synthetic, nil
	}
	return Store{}, fmt.Errorf("no way to store is called %q: there are plain, stored, synthetic", name)
}

// Variant is one index.
type Variant struct {
	Profile string // of espbeat: minimal, standard, full
	Store
	Sort []string // index.sort.field; nil: what the template or the index mode says
}

func (v Variant) String() string {
	s := v.Profile + ", " + v.Name
	if v.Sort != nil {
		s += ", sorted by " + strings.Join(v.Sort, ", ")
	}
	return s
}

// flags tell espbeat what the index is like, for its documents and for its template.
func (v Variant) flags() []string {
	return []string{"-E", "espbeat.index.profile=" + v.Profile, "-E", "espbeat.index.mode=" + v.mode, "-E", "espbeat.index.source=" + v.source}
}

// template is the index template of a data stream for the variant: what the binary exports, with the settings of the variant over it.
func (v Variant) template(espbeat, name string) (map[string]any, error) {
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
func (v Variant) settings(exported any) map[string]any {
	s := map[string]any{}
	flatten(s, "", exported)
	s["index.mode"], s["index.mapping.source.mode"] = v.mode, v.source
	s["index.number_of_replicas"], s["index.codec"] = 0, "best_compression"
	delete(s, "index.mapping.synthetic_source_keep")
	if v.source == "synthetic" {
		s["index.mapping.synthetic_source_keep"] = "arrays"
	}
	if v.Sort != nil {
		order := make([]string, len(v.Sort))
		for i, field := range v.Sort {
			order[i] = "asc"
			if field == "@timestamp" {
				order[i] = "desc"
			}
		}
		s["index.sort.field"], s["index.sort.order"] = v.Sort, order
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

// lastBytes is how much of a failed command's output an error repeats.
const lastBytes = 1000

// lastWords are the end of what a failed command wrote to standard error.
func lastWords(err error) string {
	exit, ok := err.(*exec.ExitError)
	if !ok {
		return ""
	}
	b := exit.Stderr
	return strings.TrimSpace(string(b[max(0, len(b)-lastBytes):]))
}
