// SPDX-License-Identifier: Apache-2.0

package saved

import "github.com/espbeat/espbeat/tools/kibana/dashboards"

// linksHeight is that of the links at the top of a dashboard.
const linksHeight = 3

// dashboard is the saved object of one.
func (f Form) dashboard(d dashboards.Dashboard) (Object, error) {
	b := builder{form: f, of: d}
	b.add("links", "Dashboards", dashboards.Columns, linksHeight, object{"type": "visualization", "embeddableConfig": object{
		"enhancements": object{}, "hidePanelTitles": true,
		"savedVis": object{
			"title": "Dashboards", "description": "", "type": "markdown", "uiState": object{},
			"params": object{"fontSize": 12, "openLinksInNewTab": false, "markdown": f.links(d.ID)},
			"data":   object{"aggs": []any{}, "searchSource": object{"query": kuery(""), "filter": []any{}}},
		}}})
	b.next(linksHeight)
	for _, r := range d.Rows {
		if r.IsLedger() && !f.fleet {
			continue // documents that the Beat does not write
		}
		for _, p := range r.Panels {
			if p.Chart == dashboards.List {
				b.addSearch(p, r.Height)
			} else {
				b.addLens(p, r.Height)
			}
		}
		b.next(r.Height)
	}
	controls, err := b.controls()
	if err != nil {
		return Object{}, err
	}
	id := f.prefix + d.ID
	return Object{"dashboard", id, object{
		"id": id, "type": "dashboard", "managed": false, "coreMigrationVersion": coreVersion, "typeMigrationVersion": dashboardVersion,
		"references": b.references,
		"attributes": object{
			"title": f.title + d.Title, "description": d.Description, "version": 1, "timeRestore": false, "hits": 0,
			"panelsJSON": b.panels, "controlGroupInput": controls,
			"optionsJSON":           object{"useMargins": true, "syncColors": true, "syncCursor": true, "syncTooltips": false, "hidePanelTitles": false},
			"kibanaSavedObjectMeta": object{"searchSourceJSON": object{"query": kuery(""), "filter": []any{}}},
		},
	}}, nil
}

// builder collects the panels of a dashboard, from the top left, and what they refer to.
type builder struct {
	form       Form
	of         dashboards.Dashboard
	panels     []object
	references []object
	x, y       int
}

// add places a panel.
func (b *builder) add(id, title string, width, height int, panel object) {
	panel["version"], panel["panelIndex"], panel["title"] = panelVersion, id, title
	panel["gridData"] = object{"x": b.x, "y": b.y, "w": width, "h": height, "i": id}
	b.x += width
	b.panels = append(b.panels, panel)
}

// next begins a row below one of the given height.
func (b *builder) next(height int) {
	b.x, b.y = 0, b.y+height
}

// addSearch places the saved search of the panel's id.
func (b *builder) addSearch(p dashboards.Panel, height int) {
	name := "panel_" + p.ID
	b.add(p.ID, p.Title, p.Width, height, object{"type": "search", "panelRefName": name, "embeddableConfig": object{"enhancements": object{}}})
	b.references = append(b.references, object{"type": "search", "id": b.form.prefix + p.ID, "name": p.ID + ":" + name})
}

// addLens places a panel by value.
func (b *builder) addLens(p dashboards.Panel, height int) {
	layer := p.ID + "-layer"
	own := "indexpattern-datasource-layer-" + layer
	b.references = append(b.references, b.form.refer(p.ID+":"+own))
	columns, order := columnsOf(p)
	visualization, state := visualizationOf(p, layer)
	b.add(p.ID, p.Title, p.Width, height, object{"type": "lens", "embeddableConfig": object{
		"hidePanelTitles": p.Chart == dashboards.Number, "enhancements": b.drilldown(p),
		"attributes": object{
			"title": p.Title, "description": "", "type": "lens", "visualizationType": visualization, "references": []object{b.form.refer(own)},
			"state": object{
				"visualization": state, "query": b.form.query(p.Of, p.Where), "filters": []any{}, "internalReferences": []any{}, "adHocDataViews": object{},
				"datasourceStates": object{"textBased": object{"layers": object{}}, "formBased": object{"layers": object{
					layer: object{"columns": columns, "columnOrder": order, "incompleteColumns": object{}}}}},
			},
		},
	}})
}

// drilldown takes a value of a table along to the packets that have it.
func (b *builder) drilldown(p dashboards.Panel) object {
	const factory = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"
	if !p.DrillsDown() || b.of.ID == dashboards.PacketsID { // that one filters itself
		return object{}
	}
	event := p.ID + "-packets"
	b.references = append(b.references, object{"type": "dashboard", "id": b.form.prefix + dashboards.PacketsID,
		"name": p.ID + ":drilldown:" + factory + ":" + event + ":dashboardId"})
	return object{"dynamicActions": object{"events": []object{{
		"eventId": event, "triggers": []string{"FILTER_TRIGGER"},
		"action": object{"factoryId": factory, "name": "Show these packets",
			"config": object{"useCurrentFilters": true, "useCurrentDateRange": true, "openInNewTab": false}},
	}}}}
}

// controls are the lists of values above the panels.
func (b *builder) controls() (object, error) {
	choices := object{}
	for i, c := range b.of.Controls {
		id, technique := "control-"+c.Field, "prefix"
		if dashboards.DataType(c.Field) == "number" {
			technique = "exact"
		}
		b.references = append(b.references, b.form.refer("controlGroup_"+id+":optionsListDataView"))
		choices[id] = object{"type": "optionsListControl", "order": i, "grow": true, "width": "medium",
			"explicitInput": object{"id": id, "fieldName": c.Field, "title": c.Title, "searchTechnique": technique, "selectedOptions": []any{}, "enhancements": object{}}}
	}
	chosen, err := encoded(choices)
	if err != nil {
		return nil, err
	}
	settings, err := encoded(object{"ignoreFilters": false, "ignoreQuery": false, "ignoreTimerange": false, "ignoreValidations": false})
	return object{"controlStyle": "oneLine", "chainingSystem": "HIERARCHICAL", "panelsJSON": chosen, "ignoreParentSettingsJSON": settings}, err
}
