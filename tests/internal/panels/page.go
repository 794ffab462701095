// SPDX-License-Identifier: Apache-2.0

package panels

import (
	"fmt"
	"html"
	"strings"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// Measures in pixels.
const (
	Width     = 1500 // of a page
	unitX     = float64(Width) / dashboards.Columns
	unitY     = 20 // Kibana's
	margin    = 8
	headHigh  = 84
	titleHigh = 28
	closing   = 12
)

// inks tell series apart; they are made for all kinds of sight.
var inks = []string{"#16837a", "#61a2ff", "#e2659d", "#eaae01", "#6b5fc7", "#f26e4f", "#3c9ed6", "#a6bf3f", "#8a8f98", "#b07aa1", "#2f6f9f", "#c48820"}

func ink(i int) string { return inks[i%len(inks)] }

const style = `body{margin:0;background:#f6f9fc;font:13px Inter,"Segoe UI","DejaVu Sans",sans-serif;color:#1d2a3e}
.head{height:44px;padding:10px 12px 0;font-size:20px;font-weight:600}.head small{font-size:12px;font-weight:400;color:#5a6d8c;margin-left:10px}
.control{display:inline-block;background:#fff;border:1px solid #cad3e2;border-radius:5px;padding:3px 10px;margin:0 0 0 8px;font-size:12px}.control i{color:#7a8aa6;font-style:normal;margin-left:8px}
.panel{position:absolute;background:#fff;border:1px solid #e3e8f2;border-radius:6px;overflow:hidden;box-sizing:border-box}
.title{height:27px;padding:7px 10px 0;font-weight:600;box-sizing:border-box;white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:12px}th{text-align:left;border-bottom:1px solid #cad3e2;padding:3px 8px;font-weight:600;white-space:nowrap}
td{border-bottom:1px solid #eef1f7;padding:3px 8px;max-width:260px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}td.n,th.n{text-align:right}
.number{font-size:30px;font-weight:600;padding:2px 12px}.label{padding:12px 12px 0;font-weight:600;color:#3a4a63}.second{padding:4px 12px;font-size:12px;color:#5a6d8c}
.none{color:#98a2b3;text-align:center;padding-top:40px}svg text{font-size:11px;fill:#5a6d8c}.legend{position:absolute;right:6px;top:30px;font-size:11px;line-height:17px;width:148px;overflow:hidden;white-space:nowrap}
.legend b{display:inline-block;width:9px;height:9px;border-radius:5px;margin-right:6px}`

// Page draws a dashboard as Kibana lays it out, with the answers to its panels by their ids. It returns HTML and its height in pixels.
func Page(d dashboards.Dashboard, answers map[string]Answer, r Range) (string, int) {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="en"><meta charset="utf-8"><title>%s</title><style>%s</style><div class="head">%s<small>%s</small></div><div>`,
		html.EscapeString(d.Title), style, html.EscapeString(d.Title), html.EscapeString(d.Description))
	for _, c := range d.Controls {
		fmt.Fprintf(&b, `<span class="control">%s<i>Any ▾</i></span>`, html.EscapeString(c.Title))
	}
	b.WriteString("</div>")
	y := headHigh
	for _, row := range d.Rows {
		x := 0
		for _, p := range row.Panels {
			w, h := int(float64(p.Width)*unitX)-margin, row.Height*unitY-margin
			fmt.Fprintf(&b, `<div class="panel" style="left:%dpx;top:%dpx;width:%dpx;height:%dpx">`, int(float64(x)*unitX)+margin/2, y, w, h)
			if p.Chart != dashboards.Number {
				fmt.Fprintf(&b, `<div class="title">%s</div>`, html.EscapeString(p.Title))
			}
			draw(&b, p, answers[p.ID], r, w, h-titleHigh)
			b.WriteString("</div>")
			x += p.Width
		}
		y += row.Height * unitY
	}
	b.WriteString("</html>\n")
	return b.String(), y + closing
}

// draw draws what a panel shows, w pixels wide and h high.
func draw(b *strings.Builder, p dashboards.Panel, a Answer, r Range, w, h int) {
	if a.Empty(p) {
		b.WriteString(`<div class="none">No results found</div>`)
		return
	}
	switch p.Chart {
	case dashboards.Number:
		fmt.Fprintf(b, `<div class="label">%s</div><div class="number">%s</div>`, html.EscapeString(p.Columns[0].Label), html.EscapeString(show(a.Rows[0][0], p.Columns[0])))
		if len(p.Columns) > 1 {
			fmt.Fprintf(b, `<div class="second">%s %s</div>`, html.EscapeString(p.Columns[1].Label), html.EscapeString(show(a.Rows[0][1], p.Columns[1])))
		}
	case dashboards.Table:
		table(b, p.Columns, a.Rows)
	case dashboards.List:
		table(b, listColumns(p.ID), a.Rows)
	case dashboards.Donut:
		donut(b, p, a, w, h)
	case dashboards.Ranking:
		ranking(b, p, a, w, h)
	case dashboards.Bars, dashboards.Lines:
		overTime(b, p, a, r, w, h)
	}
}

// listColumns are the columns of a saved search.
func listColumns(id string) []dashboards.Column {
	columns := []dashboards.Column{{Label: "@timestamp"}}
	for _, s := range dashboards.Searches() {
		if s.ID == id {
			for _, f := range s.Fields {
				columns = append(columns, dashboards.Column{Label: f, Field: f})
			}
		}
	}
	return columns
}

func table(b *strings.Builder, columns []dashboards.Column, rows [][]any) {
	class := func(c dashboards.Column) string {
		if c.Operation != "" && !c.Splits() && (c.Operation != dashboards.LastOf || c.Format != "") {
			return ` class="n"`
		}
		return ""
	}
	b.WriteString("<table><tr>")
	for _, c := range columns {
		fmt.Fprintf(b, "<th%s>%s</th>", class(c), html.EscapeString(c.Label))
	}
	b.WriteString("</tr>")
	for _, row := range rows {
		b.WriteString("<tr>")
		for i, v := range row {
			fmt.Fprintf(b, "<td%s>%s</td>", class(columns[i]), html.EscapeString(show(v, columns[i])))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
}
