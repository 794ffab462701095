// SPDX-License-Identifier: Apache-2.0

// Package saved writes the dashboards and saved searches as Kibana's saved objects, in the format of Kibana 8.9, which later ones migrate: dashboards by
// value, with their panels in them.
package saved

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// object is a JSON object of a saved object.
type object = map[string]any

// Object is a saved object with its parts decoded, as sources of packages have it; libbeat and the builder of a package encode them.
type Object struct {
	Type, ID string
	body     object
}

// Versions of Kibana whose formats these are. They must not be later than the oldest Kibana that is to load them.
const (
	coreVersion      = "8.8.0"
	dashboardVersion = "8.9.0"
	searchVersion    = "7.9.3"
	viewVersion      = "8.0.0"
	panelVersion     = "8.14.0"
)

// Form is for whom the objects are.
type Form struct {
	// prefix of the ids: both may be in one Kibana.
	prefix, title string
	// dataView is the id of the data view.
	dataView string
	// fleet tells that documents are in data streams of Fleet: a stream a kind, and one for the ledger and the gaps.
	fleet bool
}

// The forms.
var (
	// Beat is what setup --dashboards loads.
	Beat = Form{prefix: "espbeat-beat-", title: "[espbeat] ", dataView: "espbeat-*"}
	// Package is part of the Fleet package. The data view is the one that Fleet makes for all logs.
	Package = Form{prefix: "espbeat-", title: "[Logs espbeat] ", dataView: "logs-*", fleet: true}
)

// DataView is the id of the data view that the objects of the form refer to.
func (f Form) DataView() string { return f.dataView }

// Objects are all of the form.
func (f Form) Objects() ([]Object, error) {
	var all []Object
	if !f.fleet {
		view, err := f.view()
		if err != nil {
			return nil, fmt.Errorf("data view %s: %w", f.dataView, err)
		}
		all = append(all, view)
	}
	for _, s := range dashboards.Searches() {
		all = append(all, f.search(s))
	}
	for _, d := range dashboards.All() {
		o, err := f.dashboard(d)
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", d.ID, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// File is the path of the object below a folder of saved objects.
func (o Object) File() string {
	return filepath.Join(o.Type, strings.ReplaceAll(o.ID, "*", "all")+".json") // the id of a data view is a pattern
}

// JSON is the object as a file, each level indented by indent; without it as one line.
func (o Object) JSON(indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(o.body); err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Type, o.ID, err)
	}
	return b.Bytes(), nil
}

// query is the KQL of documents of a kind that a filter finds.
func (f Form) query(kind dashboards.Kind, where dashboards.Filter) object {
	of := dashboards.Is("event.dataset", kind.Dataset())
	if f.fleet {
		switch kind { // by a constant of the stream's indices, so that others are not searched
		case dashboards.Gap, dashboards.Ledger:
			of = dashboards.Is("data_stream.dataset", dashboards.Ledger.Dataset()).And(of)
		default:
			of = dashboards.Is("data_stream.dataset", kind.Dataset())
		}
	}
	return kuery(of.And(where).KQL())
}

func kuery(text string) object { return object{"language": "kuery", "query": text} }

// refer is a reference to the data view.
func (f Form) refer(name string) object {
	return object{"type": "index-pattern", "id": f.dataView, "name": name}
}

// search is a saved search.
func (f Form) search(s dashboards.Search) Object {
	const index = "kibanaSavedObjectMeta.searchSourceJSON.index"
	fields, direction := s.Sort()
	var sort [][]string
	for _, f := range fields {
		sort = append(sort, []string{f, direction})
	}
	id := f.prefix + s.ID
	return Object{"search", id, object{
		"id": id, "type": "search", "managed": false, "coreMigrationVersion": coreVersion, "typeMigrationVersion": searchVersion,
		"references": []object{f.refer(index)},
		"attributes": object{
			"title": f.title + s.Title, "description": s.Description, "hits": 0, "version": 1, "columns": s.Fields, "sort": sort,
			"kibanaSavedObjectMeta": object{"searchSourceJSON": object{
				"query": f.query(s.Of, s.Where), "filter": []any{}, "highlightAll": true, "version": true, "indexRefName": index}},
		},
	}}
}

// encoded is v as a text, as which Kibana keeps some parts also in the sources of packages.
func encoded(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// links lead to all dashboards; the one that is open is in bold type.
func (f Form) links(open string) string {
	var parts []string
	for _, d := range dashboards.All() {
		if d.ID == open {
			parts = append(parts, "**"+d.Title+"**")
		} else {
			parts = append(parts, fmt.Sprintf("[%s](#/view/%s%s)", d.Title, f.prefix, d.ID))
		}
	}
	return strings.Join(parts, " · ")
}
