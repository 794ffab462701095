// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
)

// dashboardID names the dashboard and its file.
const dashboardID = "espbeat-overview"

// panelVersion is that of Kibana whose panels these are; later ones migrate them.
const panelVersion = "8.14.0"

// dataView is the one that Fleet makes for all logs.
const dataView = "logs-*"

// grid is where a panel stands, in a width of 48.
type grid struct{ x, y, w, h int }

// panel is one of the dashboard, over the documents of one stream.
type panel struct {
	id, title, stream string
	at                grid
	columns           *columns
	shown             visualization
}

// panels of the overview: how much, what, who, and whether anything is missing.
func panels() []panel {
	return []panel{
		{"packets", "Packets", "packet", grid{0, 0, 12, 6}, newColumns().count("n", "Packets"), metric("n", "")},
		{"bytes", "Bytes on the wire", "packet", grid{12, 0, 12, 6}, newColumns().sum("bytes", "Bytes on the wire", "network.bytes", "bytes"), metric("bytes", "")},
		{"flows", "Flows that ended", "flow", grid{24, 0, 12, 6}, newColumns().count("n", "Flows that ended"), metric("n", "")},
		{"lost", "Packets lost", "ledger", grid{36, 0, 12, 6},
			newColumns().sum("kernel", "Lost by the kernel", "packet.lost.kernel", "number").sum("pool", "for want of memory", "packet.lost.pool", "number"), metric("kernel", "pool")},
		{"over-time", "Packets over time by transport", "packet", grid{0, 6, 24, 14},
			newColumns().top("transport", "Transport", "network.transport", "string", 6, "n").overTime("time").count("n", "Packets"), bars("time", "transport", "n")},
		{"protocols-over-time", "Packets over time by application protocol", "packet", grid{24, 6, 24, 14},
			newColumns().top("protocol", "Protocol", "network.protocol", "string", 10, "n").overTime("time").count("n", "Packets"), bars("time", "protocol", "n")},
		{"talkers", "Top talkers", "packet", grid{0, 20, 30, 16},
			newColumns().top("source", "Source", "source.ip", "ip", 10, "bytes").top("destination", "Destination", "destination.ip", "ip", 5, "bytes").
				top("port", "Destination port", "destination.port", "number", 3, "bytes").sum("bytes", "Bytes", "network.bytes", "bytes").count("n", "Packets"),
			table("source", "destination", "port", "bytes", "n")},
		{"layers", "Layers", "packet", grid{30, 20, 18, 16}, newColumns().top("layer", "Layer", "packet.layers", "string", 15, "n").count("n", "Packets"), donut("layer", "n")},
		{"lost-over-time", "Packets lost over time", "ledger", grid{0, 36, 24, 12},
			newColumns().overTime("time").sum("kernel", "By the kernel or the network card", "packet.lost.kernel", "number").
				sum("pool", "For want of memory", "packet.lost.pool", "number"), bars("time", "", "kernel", "pool")},
		{"ledger", "What became of the packets, since the start of espbeat", "ledger", grid{24, 36, 24, 12},
			newColumns().top("host", "Host", "host.name", "string", 100, "").top("input", "Input", "espbeat.ledger.input", "string", 10, "").
				latest("seen", "Seen", "espbeat.ledger.seen").latest("acknowledged", "Acknowledged", "espbeat.ledger.acknowledged").
				latest("filtered", "Filtered", "espbeat.ledger.filtered").latest("kernel", "Lost by the kernel", "espbeat.ledger.dropped.kernel").
				latest("pool", "Lost for want of memory", "espbeat.ledger.dropped.pool"),
			table("host", "input", "seen", "acknowledged", "filtered", "kernel", "pool")},
		{"lost-where", "Packets lost by host and interface", "ledger", grid{0, 48, 24, 12},
			newColumns().top("host", "Host", "host.name", "string", 20, "kernel").top("interface", "Interface", "observer.ingress.interface.name", "string", 5, "kernel").
				sum("kernel", "By the kernel", "packet.lost.kernel", "number").sum("pool", "For want of memory", "packet.lost.pool", "number"),
			table("host", "interface", "kernel", "pool")},
		{"ends", "Why flows ended", "flow", grid{24, 48, 24, 12},
			newColumns().top("reason", "Reason", "flow.end_reason", "string", 8, "n").overTime("time").count("n", "Flows"), bars("time", "reason", "n")},
	}
}

// controls choose what all panels show: fields and their titles.
var controls = [][2]string{{"host.name", "Host"}, {"observer.ingress.interface.name", "Interface"}, {"network.transport", "Transport"}, {"network.protocol", "Protocol"}}

// dashboard is the saved object, with its parts decoded, as a package's sources have it. Its format is that of Kibana 8.9, which later ones migrate.
func dashboard() ([]byte, error) {
	var shown, references []object
	refer := func(name string) object { return object{"type": "index-pattern", "id": dataView, "name": name} }
	for _, p := range panels() {
		layer := p.id + "-layer"
		own := "indexpattern-datasource-layer-" + layer
		references = append(references, refer(p.id+":"+own))
		shown = append(shown, object{
			"type": "lens", "version": panelVersion, "panelIndex": p.id, "title": p.title,
			"gridData": object{"x": p.at.x, "y": p.at.y, "w": p.at.w, "h": p.at.h, "i": p.id},
			"embeddableConfig": object{"enhancements": object{}, "hidePanelTitles": p.shown.kind == "lnsMetric", "attributes": object{
				"title": p.title, "description": "", "type": "lens", "visualizationType": p.shown.kind, "references": []object{refer(own)},
				"state": object{
					"visualization": p.shown.state(layer), "filters": []any{}, "internalReferences": []any{}, "adHocDataViews": object{},
					"query": object{"language": "kuery", "query": fmt.Sprintf("data_stream.dataset : %q", "espbeat."+p.stream)},
					"datasourceStates": object{"textBased": object{"layers": object{}}, "formBased": object{"layers": object{
						layer: object{"columns": p.columns.by, "columnOrder": p.columns.order, "incompleteColumns": object{}}}}},
				},
			}},
		})
	}
	choices := object{}
	for i, c := range controls {
		id := "control-" + c[0]
		references = append(references, refer("controlGroup_"+id+":optionsListDataView"))
		choices[id] = object{"type": "optionsListControl", "order": i, "grow": true, "width": "medium",
			"explicitInput": object{"id": id, "fieldName": c[0], "title": c[1], "searchTechnique": "prefix", "selectedOptions": []any{}, "enhancements": object{}}}
	}
	// These are kept as texts in a package's sources, too.
	chosen, err := json.Marshal(choices)
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(object{"ignoreFilters": false, "ignoreQuery": false, "ignoreTimerange": false, "ignoreValidations": false})
	if err != nil {
		return nil, err
	}
	return indented(object{
		"id": dashboardID, "type": "dashboard", "managed": false, "coreMigrationVersion": "8.8.0", "typeMigrationVersion": "8.9.0", "references": references,
		"attributes": object{
			"title": "[Logs espbeat] Overview", "description": "Packets that espbeat captured: how many, of what, between whom, and whether any were lost.",
			"version": 1, "timeRestore": false, "hits": 0, "panelsJSON": shown,
			"optionsJSON":           object{"useMargins": true, "syncColors": false, "syncCursor": true, "syncTooltips": false, "hidePanelTitles": false},
			"kibanaSavedObjectMeta": object{"searchSourceJSON": object{"query": object{"query": "", "language": "kuery"}, "filter": []any{}}},
			"controlGroupInput": object{"controlStyle": "oneLine", "chainingSystem": "HIERARCHICAL", "panelsJSON": string(chosen),
				"ignoreParentSettingsJSON": string(settings)},
		},
	})
}
