// SPDX-License-Identifier: Apache-2.0

package main

// object is a JSON object of Kibana's saved objects.
type object = map[string]any

// columns of a Lens panel, by their ids, in the order in which they are computed.
type columns struct {
	order []string
	by    object
}

func newColumns() *columns { return &columns{by: object{}} }

func (c *columns) add(id string, column object) *columns {
	c.order = append(c.order, id)
	c.by[id] = column
	return c
}

// count is the number of documents.
func (c *columns) count(id, label string) *columns {
	return c.add(id, object{"label": label, "customLabel": true, "dataType": "number", "operationType": "count", "isBucketed": false,
		"scale": "ratio", "sourceField": "___records___", "params": object{"emptyAsNull": true}})
}

// sum of a field; format is Kibana's, such as number or bytes.
func (c *columns) sum(id, label, field, format string) *columns {
	return c.add(id, object{"label": label, "customLabel": true, "dataType": "number", "operationType": "sum", "isBucketed": false,
		"scale": "ratio", "sourceField": field, "params": object{"emptyAsNull": true, "format": object{"id": format, "params": object{"decimals": 0}}}})
}

// latest is the last value of a counter that grows.
func (c *columns) latest(id, label, field string) *columns {
	return c.add(id, object{"label": label, "customLabel": true, "dataType": "number", "operationType": "last_value", "isBucketed": false,
		"scale": "ratio", "sourceField": field, "filter": object{"language": "kuery", "query": field + " : *"},
		"params": object{"sortField": "@timestamp", "showArrayValues": false}})
}

// overTime splits by time.
func (c *columns) overTime(id string) *columns {
	return c.add(id, object{"label": "@timestamp", "dataType": "date", "operationType": "date_histogram", "sourceField": "@timestamp",
		"isBucketed": true, "scale": "interval", "params": object{"interval": "auto", "includeEmptyRows": true, "dropPartials": false}})
}

// top splits by the values of a field that have most of the column by, or without one by the first in the alphabet; kind is the type of the values:
// string, number or ip.
func (c *columns) top(id, label, field, kind string, size int, by string) *columns {
	order, direction := object{"type": "column", "columnId": by}, "desc"
	if by == "" {
		order, direction = object{"type": "alphabetical", "fallback": false}, "asc"
	}
	return c.add(id, object{"label": label, "customLabel": true, "dataType": kind, "operationType": "terms", "scale": "ordinal", "sourceField": field, "isBucketed": true,
		"params": object{"size": size, "orderBy": order, "orderDirection": direction, "otherBucket": false, "missingBucket": false,
			"parentFormat": object{"id": "terms"}, "include": []any{}, "exclude": []any{}, "includeIsRegex": false, "excludeIsRegex": false}})
}

// visualization is how a panel shows its columns.
type visualization struct {
	kind  string // Lens's name of it
	state func(layer string) object
}

func metric(of, second string) visualization {
	return visualization{"lnsMetric", func(layer string) object {
		s := object{"layerId": layer, "layerType": "data", "metricAccessor": of}
		if second != "" {
			s["secondaryMetricAccessor"] = second
		}
		return s
	}}
}

func table(ids ...string) visualization {
	return visualization{"lnsDatatable", func(layer string) object {
		var c []object
		for _, id := range ids {
			c = append(c, object{"columnId": id})
		}
		return object{"layerId": layer, "layerType": "data", "columns": c}
	}}
}

func donut(group, of string) visualization {
	return visualization{"lnsPie", func(layer string) object {
		return object{"shape": "donut", "layers": []object{{"layerId": layer, "layerType": "data", "primaryGroups": []string{group}, "metrics": []string{of},
			"numberDisplay": "percent", "categoryDisplay": "default", "legendDisplay": "default", "nestedLegend": false}}}
	}}
}

func bars(x, split string, y ...string) visualization {
	return visualization{"lnsXY", func(layer string) object {
		l := object{"layerId": layer, "layerType": "data", "accessors": y, "xAccessor": x, "seriesType": "bar_stacked", "position": "top", "showGridlines": false}
		if split != "" {
			l["splitAccessor"] = split
		}
		return object{"legend": object{"isVisible": true, "position": "right"}, "valueLabels": "hide", "fittingFunction": "None",
			"preferredSeriesType": "bar_stacked", "layers": []object{l}}
	}}
}
