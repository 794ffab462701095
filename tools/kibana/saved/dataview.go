// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"strings"

	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// view is the data view of the Beat. libbeat makes one of the same id, which says nothing of how values are shown, and loads this one after it. In Fleet's
// Kibana the data view is Fleet's.
func (f Form) view() (Object, error) {
	formats := object{}
	for _, d := range field.Defs() {
		if shown := shownAs(d); shown != nil && d.In(field.Standard) {
			formats[d.Name] = shown
		}
	}
	text, err := encoded(formats)
	return Object{"index-pattern", f.dataView, object{
		"id": f.dataView, "type": "index-pattern", "managed": false, "coreMigrationVersion": coreVersion, "typeMigrationVersion": viewVersion, "references": []any{},
		"attributes": object{"title": f.dataView, "name": "espbeat", "timeFieldName": "@timestamp", "fields": "[]", "fieldFormatMap": text},
	}}, err
}

// shownAs is how values of a field are shown, nil for Kibana's own way. Descriptions end with the unit of a quantity.
func shownAs(d field.Def) object {
	switch kind := schema.TypeName(d.Type); {
	case kind == "short" || kind == "integer": // a port, a status, a type: no thousands separator
		return object{"id": "string"}
	case kind == "long" && strings.HasSuffix(d.Description, "nanoseconds"):
		return object{"id": string(dashboards.Nanoseconds), "params": object{"inputFormat": "nanoseconds", "outputFormat": "asMilliseconds", "outputPrecision": 3,
			"showSuffix": true, "useShortSuffix": true, "includeSpaceWithSuffix": true}}
	case kind == "long" && strings.HasSuffix(d.Description, "bytes"):
		return object{"id": string(dashboards.Bytes)}
	}
	return nil
}
