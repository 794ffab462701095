// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/elastic/beats/v7/libbeat/beat/events"
	"github.com/elastic/beats/v7/libbeat/processors"
	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/mapstr"

	"github.com/espbeat/espbeat/document"
)

// folded is what the processors of a Way come to.
type folded struct {
	constants, fields, meta mapstr.M
	rest                    processors.PluginConfig
}

// foldIn takes those processors off the front of a Way's that set constants where its documents have nothing: every add_fields that Elastic
// Agent puts there. They need no look into the documents, which therefore stay whole (DESIGN: the hot path).
func foldIn(w Way) folded {
	f := folded{constants: mapstr.M{}, fields: mapstr.M(w.Fields).Clone(), meta: mapstr.M{}, rest: w.Processors}
	for len(f.rest) > 0 {
		set := constantsOf(f.rest[0])
		if set == nil || !f.take(set, w.Dataset) {
			break
		}
		f.rest = f.rest[1:]
	}
	return f
}

// constantsOf are the fields that a processor adds to every event, nil when it does something else.
func constantsOf(c *conf.C) mapstr.M {
	if !slices.Equal(c.GetFields(), []string{"add_fields"}) {
		return nil
	}
	sub, err := c.Child("add_fields", -1)
	if err != nil {
		return nil // libbeat says it better, here and below
	}
	var add struct {
		Target *string  `config:"target"`
		Fields mapstr.M `config:"fields"`
	}
	for _, name := range sub.GetFields() {
		if name != "target" && name != "fields" { // such as a condition
			return nil
		}
	}
	if sub.Unpack(&add) != nil || len(add.Fields) == 0 {
		return nil
	}
	if _, err := json.Marshal(add.Fields); err != nil { // .nan
		return nil
	}
	switch {
	case add.Target == nil:
		return mapstr.M{"fields": add.Fields}
	case *add.Target == "":
		return add.Fields
	}
	return mapstr.M{*add.Target: add.Fields}
}

// take adds constants, all or none.
func (f *folded) take(set mapstr.M, dataset string) bool {
	for key, value := range set {
		switch sub, isMap := asMap(value); {
		case key == "@metadata":
			if !isMap || slices.ContainsFunc(slices.Collect(maps.Keys(sub)), steers) {
				return false
			}
		case key == "fields":
			if !isMap {
				return false
			}
		case key == "event" && isMap && len(sub) == 1 && dataset != "" && sub["dataset"] == dataset:
		case !addable(key):
			return false
		}
	}
	for key, value := range set {
		sub, _ := asMap(value)
		switch key {
		case "@metadata":
			f.meta.DeepUpdate(sub)
		case "fields":
			f.fields.DeepUpdate(sub)
		case "event": // the documents say it
		default:
			f.constants.DeepUpdate(mapstr.M{key: value})
		}
	}
	return true
}

// steers reports whether metadata of that name says what the output does with an event.
func steers(name string) bool {
	switch name {
	case "_id", "id", "index", "alias", events.FieldMetaRawIndex, events.FieldMetaPipeline, events.FieldMetaOpType, "dead_letter", "version", "type", "beat":
		return true
	}
	return false
}

// addable reports whether a top-level key, which may have dots, is in no document, or only among what builtin adds.
func addable(key string) bool {
	switch top, _, _ := strings.Cut(key, "."); top {
	case "agent", "host", "ecs":
		return true
	case "tags", "fields", "@timestamp", "@metadata":
		return false
	default:
		return !document.Has(top)
	}
}

func asMap(v any) (mapstr.M, bool) {
	switch v := v.(type) {
	case mapstr.M:
		return v, true
	case map[string]any:
		return v, true
	}
	return nil, false
}
