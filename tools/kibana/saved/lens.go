// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"fmt"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// columnsOf are Lens's columns of a panel by their ids, and these in order.
func columnsOf(p dashboards.Panel) (columns object, order []string) {
	columns = object{}
	for i, c := range p.Columns {
		order = append(order, columnID(i))
		columns[columnID(i)] = columnOf(p, c)
	}
	return columns, order
}

func columnID(i int) string { return fmt.Sprintf("column-%d", i) }

func columnOf(p dashboards.Panel, c dashboards.Column) object {
	column := object{"label": c.Label, "customLabel": true, "operationType": string(c.Operation), "sourceField": c.Field, "isBucketed": c.Splits()}
	params := object{}
	switch c.Operation {
	case dashboards.DateHistogram:
		column["dataType"], column["scale"] = "date", "interval"
		params = object{"interval": "auto", "includeEmptyRows": true, "dropPartials": false}
	case dashboards.Terms:
		column["dataType"], column["scale"] = dashboards.DataType(c.Field), "ordinal"
		by, direction := object{"type": "alphabetical", "fallback": false}, "asc"
		if !c.Alphabetical {
			by, direction = object{"type": "column", "columnId": columnID(p.Ranks())}, "desc"
		}
		params = object{"size": c.Size, "orderBy": by, "orderDirection": direction, "otherBucket": false, "missingBucket": false,
			"parentFormat": object{"id": "terms"}, "include": []any{}, "exclude": []any{}, "includeIsRegex": false, "excludeIsRegex": false}
	default:
		column["dataType"], column["scale"] = "number", "ratio"
		switch c.Operation {
		case dashboards.CountOf:
			column["sourceField"] = "___records___"
			params["emptyAsNull"] = true
		case dashboards.SumOf, dashboards.UniqueOf:
			params["emptyAsNull"] = true
		case dashboards.PercentileP:
			params["percentile"] = c.Percentile
		case dashboards.LastOf:
			if kind := dashboards.DataType(c.Field); kind != "number" {
				column["dataType"], column["scale"] = kind, "ordinal"
			}
			params["sortField"], params["showArrayValues"] = "@timestamp", false
		}
		if c.Format != "" {
			params["format"] = formatOf(c.Format)
		}
	}
	if len(c.Where) > 0 {
		column["filter"] = kuery(c.Where.KQL())
	}
	column["params"] = params
	return column
}

func formatOf(f dashboards.Format) object {
	params := object{"decimals": 0}
	switch f {
	case dashboards.Bytes:
		params["decimals"] = 1
	case dashboards.Nanoseconds:
		params = object{"decimals": 2, "fromUnit": "nanoseconds", "toUnit": "asMilliseconds", "compact": true}
	}
	return object{"id": string(f), "params": params}
}

// visualizationOf is Lens's name of a panel's visualization, and its state.
func visualizationOf(p dashboards.Panel, layer string) (string, object) {
	var splits, numbers []string
	time := ""
	for i, c := range p.Columns {
		switch {
		case c.Operation == dashboards.DateHistogram:
			time = columnID(i)
		case c.Splits():
			splits = append(splits, columnID(i))
		default:
			numbers = append(numbers, columnID(i))
		}
	}
	data := object{"layerId": layer, "layerType": "data"}
	switch p.Chart {
	case dashboards.Number:
		data["metricAccessor"] = numbers[0]
		if len(numbers) > 1 {
			data["secondaryMetricAccessor"] = numbers[1]
		}
		return "lnsMetric", data
	case dashboards.Table:
		var shown []object
		for i := range p.Columns {
			shown = append(shown, object{"columnId": columnID(i)})
		}
		data["columns"] = shown
		return "lnsDatatable", data
	case dashboards.Donut:
		data["primaryGroups"], data["metrics"] = splits, numbers
		data["numberDisplay"], data["categoryDisplay"], data["legendDisplay"], data["nestedLegend"] = "percent", "default", "default", false
		return "lnsPie", object{"shape": "donut", "layers": []object{data}}
	}
	series := map[dashboards.Chart]string{dashboards.Bars: "bar_stacked", dashboards.Lines: "line", dashboards.Ranking: "bar_horizontal"}[p.Chart]
	data["seriesType"], data["accessors"], data["position"], data["showGridlines"] = series, numbers, "top", false
	legend := object{"isVisible": true, "position": "right"}
	if p.Chart == dashboards.Ranking {
		data["xAccessor"] = splits[0]
		legend["isVisible"] = false
	} else {
		data["xAccessor"] = time
		if len(splits) > 0 {
			data["splitAccessor"] = splits[0]
		}
	}
	return "lnsXY", object{"legend": legend, "valueLabels": "hide", "fittingFunction": "None", "preferredSeriesType": series, "layers": []object{data}}
}
