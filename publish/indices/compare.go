// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between what the server has and what it should have. An empty side is not there.
type Change struct{ Path, Old, New string }

const (
	maxChanges = 20 // printed of one object
	maxValue   = 60 // characters of a printed value
)

func (c Change) String() string { return c.Path + ": " + shown(c.Old) + " → " + shown(c.New) }

func shown(s string) string {
	if s == "" {
		return "(none)"
	}
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxValue {
		return string(r[:maxValue]) + "…"
	}
	return s
}

// tell says the changes, the first ones of many.
func tell(say func(string, ...any), changes []Change) {
	for i, c := range changes {
		if i == maxChanges {
			say("  … and %d more", len(changes)-i)
			return
		}
		say("  %s", c)
	}
}

// compare lists the differences of two flat objects, in order of their paths.
func compare(old, now map[string]string) []Change {
	keys := maps.Clone(old)
	maps.Copy(keys, now)
	var changes []Change
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if old[k] != now[k] {
			changes = append(changes, Change{k, old[k], now[k]})
		}
	}
	return changes
}

// flat writes the leaves of v to out, each under its dotted path. Elasticsearch gives many numbers and booleans back as strings, so
// all leaves are text; a list of one is that one.
func flat(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for k, sub := range v {
			if path != "" {
				k = path + "." + k
			}
			flat(out, k, sub)
		}
		if len(v) == 0 && path != "" {
			out[path] = "{}"
		}
	case []any:
		if len(v) == 1 {
			flat(out, path, v[0])
			return
		}
		objects := false
		texts := make([]string, len(v))
		for i, e := range v {
			if _, ok := e.(map[string]any); ok {
				objects = true
			}
			texts[i] = leaf(e)
		}
		if !objects {
			out[path] = "[" + strings.Join(texts, ", ") + "]"
			return
		}
		for i, e := range v {
			flat(out, path+"."+strconv.Itoa(i), e)
		}
	default:
		out[path] = leaf(v)
	}
}

func leaf(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// flatTemplate is an index template, as GET gives it back or as PUT sends it, in one form.
func flatTemplate(t map[string]any) map[string]string {
	out := map[string]string{}
	for _, key := range []string{"index_patterns", "priority", "composed_of"} {
		flat(out, key, t[key])
	}
	if out["composed_of"] == "[]" {
		delete(out, "composed_of") // GET always has it
	}
	if _, ok := t["data_stream"]; ok {
		out["data_stream"] = "true" // GET adds its defaults to it
	}
	inner := object(t, "template")
	settings := map[string]string{}
	flat(settings, "", inner["settings"])
	for k, v := range settings {
		out["settings.index."+strings.TrimPrefix(k, "index.")] = v
	}
	mappings := map[string]string{}
	flat(mappings, "mappings", inner["mappings"])
	for k, v := range mappings {
		out[strings.ReplaceAll(k, ".properties.", ".")] = v
	}
	flat(out, "lifecycle", inner["lifecycle"])
	if _, ok := inner["lifecycle"]; ok && out["lifecycle.enabled"] == "" {
		out["lifecycle.enabled"] = "true"
	}
	return out
}

// flatPolicy is an ILM policy in one form, without the defaults that GET adds.
func flatPolicy(policy map[string]any) map[string]string {
	out := map[string]string{}
	phases := clone(object(policy, "phases"))
	for _, p := range phases {
		phase, ok := p.(map[string]any)
		if !ok {
			continue
		}
		if age, ok := phase["min_age"].(string); ok && strings.TrimRight(age, "acdhimnors") == "0" {
			delete(phase, "min_age")
		}
		if del := object(phase, "actions", "delete"); del["delete_searchable_snapshot"] == true {
			delete(del, "delete_searchable_snapshot")
		}
	}
	flat(out, "phases", phases)
	return out
}

// flatPipeline is an ingest pipeline in one form, without the dates that GET adds.
func flatPipeline(p map[string]any) map[string]string {
	out := map[string]string{}
	for _, key := range []string{"description", "processors", "on_failure", "version", "_meta"} {
		flat(out, key, p[key])
	}
	return out
}
